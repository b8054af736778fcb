"""Each value that can be settled has a name, a unit and an explanation, and takes what is meant."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from bot.clan.policy import DEFAULT_POLICY
from bot.clan.ranks import DEFAULT_GATES
from bot.clan.terms import Terms
from bot.clan.thresholds import THRESHOLDS, allowed, entered, entered_ranks

NOT_HERE = {"version", "gates.discord_officers", "gates.discord_leadership"}
KNOWN = ("owner", "deputy_owner", "member")


def paths_of(part: object, prefix: str = "") -> Iterator[str]:
    """Yield the path of every value of a part, parts within it included."""
    for each in fields(part):  # type: ignore[arg-type]
        value = getattr(part, each.name)
        path = f"{prefix}{each.name}"
        if is_dataclass(value):
            yield from paths_of(value, f"{path}.")
        if not is_dataclass(value) or prefix:
            yield path


def test_every_value_stands_in_the_table_and_nothing_else_does() -> None:
    places = {f"places.{each.name}" for each in fields(Terms) if each.name.endswith("_id")}
    known = {*paths_of(DEFAULT_POLICY), *paths_of(DEFAULT_GATES, "gates."), *places}
    assert known - NOT_HERE == THRESHOLDS.keys()


@pytest.mark.parametrize("path", THRESHOLDS)
def test_words_fit_into_a_form_and_are_sentences(path: str) -> None:
    threshold = THRESHOLDS[path]
    assert len(f"{threshold.label} ({threshold.unit})") <= 45
    assert 10 <= len(threshold.means) <= 100
    assert threshold.means[-1] in ".,"


def test_values_are_said_with_their_units() -> None:
    days, percent = THRESHOLDS["enforcement.window_days"], THRESHOLDS["enforcement.quiet_percent"]
    assert [days.says(1), days.says(1_000)] == ["1 day", "1,000 days"]
    assert percent.says(50) == "50%"
    assert THRESHOLDS["enforcement.least_xp"].says(10_000) == "10,000 XP"
    assert THRESHOLDS["ladder"].says("x") == "x"


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        ("enforcement.window_days", 1, 365),
        ("enforcement.limits", 1, 365),
        ("promotion.steady.hours", 0, 1_000),
    ],
)
def test_limits_are_the_policy_s(path: str, least: int, most: int) -> None:
    assert allowed(path) == (least, most)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10000", 10_000),
        (" 10,000 ", 10_000),
        ("10 000", 10_000),
        ("10k", 10_000),
        ("1.1M", 1_100_000),
        ("1b", 10**9),
        ("25k xp", 25_000),
        ("1'000'000", 1_000_000),
    ],
)
def test_numbers_are_taken_as_players_write_them(text: str, number: int) -> None:
    assert entered("enforcement.least_xp", text) == number


@pytest.mark.parametrize(
    "text",
    ["", "ten", "0", "-5", "1.5", "10.000", "1,5k", "1.2345k", "2b", "\u0663", "1e5", "9" * 30],
)
def test_what_may_be_meant_otherwise_is_asked_again(text: str) -> None:
    with pytest.raises(ValueError, match="takes a whole number from 1 to 1,000,000,000 XP, not"):
        entered("enforcement.least_xp", text)


def test_a_long_text_is_told_in_short() -> None:
    with pytest.raises(ValueError, match=f"not '{'a' * 20}\N{HORIZONTAL ELLIPSIS}'"):
        entered("cases.snooze_days", "a" * 4_000)


def test_a_share_may_have_its_sign_and_days_their_word() -> None:
    assert entered("enforcement.quiet_percent", "50%") == 50
    assert entered("enforcement.window_days", "14 days") == 14
    with pytest.raises(ValueError, match="from 1 to 100%, not '101'"):
        entered("enforcement.quiet_percent", "101")


def test_ranks_are_taken_however_they_are_written_and_once() -> None:
    text = "Owner\ndeputy owner, DEPUTY_OWNER > member;\n\n"
    assert entered_ranks("ladder", text, KNOWN) == ("owner", "deputy_owner", "member")
    assert entered_ranks("ladder", "", KNOWN) == ()


def test_a_rank_that_nobody_has_is_told_with_some_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"not 'king'; known are deputy_owner, member, owner$"):
        entered_ranks("ladder", "owner, king", KNOWN)
    many = [f"rank{number}" for number in range(30)]
    with pytest.raises(ValueError, match=r", and more$"):
        entered_ranks("ladder", "king", many)

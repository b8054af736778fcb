"""Numbers and ranks are taken as players write them, and never as something else."""

import pytest

from bot.clan.entering import allowed, entered, entered_ranks

KNOWN = ("owner", "deputy_owner", "member")


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
    with pytest.raises(ValueError, match=r"not 'king'; known are Deputy Owner, Member, Owner$"):
        entered_ranks("ladder", "owner, king", KNOWN)
    many = [f"rank{number}" for number in range(30)]
    with pytest.raises(ValueError, match=r", and more$"):
        entered_ranks("ladder", "king", many)

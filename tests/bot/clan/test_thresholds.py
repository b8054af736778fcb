"""Each value that can be settled has a name, a unit and an explanation."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from bot.clan.clan_settings import ClanSettings
from bot.clan.policy import DEFAULT_POLICY
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.clan.thresholds import THRESHOLDS

NOT_HERE = {"version", "gates.discord_officers", "gates.discord_leadership"}


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
    places = {f"places.{each.name}" for each in fields(ClanSettings) if each.name.endswith("_id")}
    known = {*paths_of(DEFAULT_POLICY), *paths_of(DEFAULT_PERMISSIONS, "gates."), *places}
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

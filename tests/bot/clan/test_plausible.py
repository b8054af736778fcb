"""Which numbers can be so."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading
from bot.clan.plausible import AHEAD, Checked, checked, is_to_come

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECTIONS: dict[MetricKind, dict[str, float]] = {
    MetricKind.SKILL: {"overall": 4_800_000_000, "attack": 200_000_000, "sailing": -1},
    MetricKind.BOSS: {"zulrah": 100_000, "vorkath": -1},
    MetricKind.ACTIVITY: {"clue_scrolls_all": 12, "pvp_arena": -1},
    MetricKind.COMPUTED: {"ehp": 40_000.5, "ehb": 0},
}
GOOD = MetricReading(NOW, SECTIONS)


def spoiled(kind: MetricKind, name: str, value: float) -> Checked:
    return checked(MetricReading(NOW, {**SECTIONS, kind: {**SECTIONS[kind], name: value}}), NOW)


def test_what_can_be_is_left_as_it_is() -> None:
    assert checked(GOOD, NOW) == (GOOD, None)


@pytest.mark.parametrize("ahead", [-timedelta(days=3_000), timedelta(0), AHEAD])
def test_clocks_may_disagree_by_a_day(ahead: timedelta) -> None:
    assert not is_to_come(NOW + ahead, NOW)
    assert checked(MetricReading(NOW + ahead, SECTIONS), NOW).reading is not None


def test_numbers_that_are_dated_ahead_are_refused_whole() -> None:
    ahead = MetricReading(datetime(2031, 3, 14, tzinfo=UTC), SECTIONS)
    assert checked(ahead, NOW) == (
        None,
        "its numbers are dated 14 March 2031, which is still to come",
    )


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (MetricKind.SKILL, "overall", -2, "Total XP -2"),
        (MetricKind.SKILL, "overall", 2e10, "Total XP 20,000,000,000"),
        (MetricKind.BOSS, "zulrah", 10**15, "Zulrah 1,000,000,000,000,000"),
        (MetricKind.BOSS, "zulrah", -7, "Zulrah -7"),
    ],
)
def test_a_total_that_cannot_be_refuses_the_whole_look(
    kind: MetricKind, name: str, value: float, words: str
) -> None:
    assert spoiled(kind, name, value) == (
        None,
        f"{words} cannot be right: nothing of this look was kept",
    )


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (MetricKind.SKILL, "attack", 200_000_001, "Attack 200,000,001"),
        (MetricKind.SKILL, "attack", -5, "Attack -5"),
        (MetricKind.ACTIVITY, "clue_scrolls_all", 2**31, "Clue Scrolls All 2,147,483,648"),
        (MetricKind.COMPUTED, "ehp", 1e12, "EHP 1,000,000,000,000"),
        (MetricKind.COMPUTED, "ehb", -0.5, "EHB -0.5"),
    ],
)
def test_another_number_that_cannot_be_is_left_out_alone(
    kind: MetricKind, name: str, value: float, words: str
) -> None:
    reading, why = spoiled(kind, name, value)
    assert why == f"{words} cannot be right and was left out"
    assert reading is not None
    left = {each: dict(of_kind) for each, of_kind in SECTIONS.items()}
    del left[kind][name]
    assert reading.values == left


def test_without_its_total_xp_nobody_is_unranked() -> None:
    sections = SECTIONS | {MetricKind.SKILL: {"attack": 5.0}}
    assert checked(MetricReading(NOW, sections), NOW) == (None, "its total XP is missing")
    assert checked(MetricReading(NOW, {}), NOW).reading is None


def test_of_many_only_some_are_named() -> None:
    bosses = {f"boss_{number}": -9.0 for number in range(9)}
    found = checked(MetricReading(NOW, {**SECTIONS, MetricKind.BOSS: bosses}), NOW)
    assert found.why is not None
    assert found.why.startswith("Boss 0 -9, Boss 1 -9, Boss 2 -9 and 6 more cannot be right")

"""Metrics that nobody has named here still have a threshold and a readable name."""

import pytest

from bot.clan.metrics import RAIDS, SKILLS, MetricKind, display_name, threshold


@pytest.mark.parametrize(
    ("metric", "kind", "least"),
    [
        ("zulrah", MetricKind.BOSS, 5),
        ("a_boss_of_next_month", MetricKind.BOSS, 5),
        ("mimic", MetricKind.BOSS, 1),
        ("tzkal_zuk", MetricKind.BOSS, 1),
        ("pvp_arena", MetricKind.ACTIVITY, 2525),
        ("clue_scrolls_all", MetricKind.ACTIVITY, 1),
        ("attack", MetricKind.SKILL, 1),
        ("ehp", MetricKind.COMPUTED, 1),
        ("mimic_like_skill", MetricKind.SKILL, 1),
    ],
)
def test_the_threshold_is_the_smallest_listed_value(
    metric: str, kind: MetricKind, least: int
) -> None:
    assert threshold(metric, kind) == least


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("overall", "Total XP"),
        ("tzkal_zuk", "TzKal-Zuk"),
        ("chambers_of_xeric", "Chambers of Xeric"),
        ("the_royal_titans", "The Royal Titans"),
        ("theatre_of_blood", "Theatre of Blood"),
        ("maggot_king", "Maggot King"),
    ],
)
def test_a_metric_is_named_as_players_write_it(metric: str, name: str) -> None:
    assert display_name(metric) == name


def test_there_are_24_skills_and_six_raid_modes() -> None:
    assert len(set(SKILLS)) == len(SKILLS) == 24
    assert len(RAIDS) == 6

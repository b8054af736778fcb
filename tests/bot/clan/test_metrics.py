"""Metrics that nobody has named here still have a threshold and a readable name."""

import pytest

from bot.clan.metrics import RAIDS, SKILLS, Kind, display_name, threshold


@pytest.mark.parametrize(
    ("metric", "kind", "least"),
    [
        ("zulrah", Kind.BOSS, 5),
        ("a_boss_of_next_month", Kind.BOSS, 5),
        ("mimic", Kind.BOSS, 1),
        ("tzkal_zuk", Kind.BOSS, 1),
        ("pvp_arena", Kind.ACTIVITY, 2525),
        ("clue_scrolls_all", Kind.ACTIVITY, 1),
        ("attack", Kind.SKILL, 1),
        ("ehp", Kind.COMPUTED, 1),
        ("mimic_like_skill", Kind.SKILL, 1),
    ],
)
def test_the_threshold_is_the_smallest_listed_value(metric: str, kind: Kind, least: int) -> None:
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

import pytest

from bot.clan.metrics import SKILLS
from bot.demo.hiscores import METRICS, RANKED_FROM, level_of, listed, overall_of


def test_all_113_metrics_are_there_once_in_the_order_of_wom() -> None:
    assert len(METRICS) == len(set(METRICS)) == 113
    assert METRICS[0] == "overall"
    assert METRICS[-2:] == ("ehp", "ehb")


@pytest.mark.parametrize(
    ("xp", "level"),
    [(-1, 1), (0, 1), (82, 1), (83, 2), (101_333, 50), (13_034_430, 98), (13_034_431, 99)],
)
def test_levels_are_those_of_the_game(xp: int, level: int) -> None:
    assert level_of(xp) == level
    assert level_of(200_000_000) == 99


def test_what_is_under_the_threshold_is_not_listed() -> None:
    assert listed(4, RANKED_FROM["zulrah"]) == -1
    assert listed(5, RANKED_FROM["zulrah"]) == 5
    assert listed(1, RANKED_FROM["tzkal_zuk"]) == 1


def test_overall_sums_only_ranked_skills_and_small_accounts_are_not_listed() -> None:
    skills = dict.fromkeys(SKILLS, 0)
    assert overall_of(skills) == -1
    assert overall_of(skills | {"attack": 30_000, "magic": 299}) == 30_000

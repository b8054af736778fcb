import random

import pytest

from bot.clan.leaderboards import (
    Score,
    Unplaced,
    metric_called,
    metric_title,
    metrics_called,
    ranked,
)

WOM = (
    "overall", "attack", "hitpoints", "runecrafting", "chambers_of_xeric", "tombs_of_amascut",
    "chambers_of_xeric_challenge_mode", "tombs_of_amascut_expert", "guardians_of_the_rift",
    "clue_scrolls_hard", "clue_scrolls_easy", "league_points", "brand_new_boss", "a" * 60,
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "metric"),
    [
        ("cox", "chambers_of_xeric"),
        ("RC", "runecrafting"),
        ("toa", "tombs_of_amascut"),
        ("hp", "hitpoints"),
        ("gotr", "guardians_of_the_rift"),
        ("clue hard", "clue_scrolls_hard"),
        ("xp", "overall"),
        ("kc", "kills"),
        ("brand new boss", "brand_new_boss"),
        ("brand_new_boss", "brand_new_boss"),
        ("new boss", "brand_new_boss"),
        ("voice_minutes", "voice_minutes"),
        ("xeric chal", "chambers_of_xeric_challenge_mode"),
        ("nbb", None),
        ("clue", None),
        ("nonsense", None),
    ],
)
def test_a_metric_is_known_by_its_name_and_by_what_players_call_it(
    typed: str, metric: str | None
) -> None:
    assert metric_called(typed, WOM) == metric


def test_the_likeliest_comes_first_and_nothing_that_no_choice_takes() -> None:
    assert metrics_called("cox", WOM)[:2] == (
        "chambers_of_xeric",
        "chambers_of_xeric_challenge_mode",
    )
    every = metrics_called("", [f"boss_{number}" for number in range(90)])
    assert len(every) == 25
    assert every[0] == "overall"
    assert "league_points" not in metrics_called("", WOM)
    assert all(len(metric_title(each)) <= 100 for each in metrics_called("", WOM))


def test_ties_share_a_place_and_who_has_none_or_is_unknown_has_no_place() -> None:
    found = ranked(
        [
            Score(1, "b", 5),
            Score(2, "A", 5),
            Score(3, "c", 9),
            Score(4, "d", 1),
            Score(5, "e", 0),
            Score(6, "f", None, why=Unplaced.NOT_ON_HISCORES),
            Score(7, "g", None),
        ]
    )
    assert [(each.place, each.score.player_id) for each in found.placed] == [
        (1, 3), (2, 2), (2, 1), (4, 4),
    ]  # fmt: skip
    assert [each.place for each in found.of({4, 1, 5})] == [2, 4]
    assert [place for place in (1, 2, 4) if found.is_shared(place)] == [2]
    assert found.left_out_words("gained none") == (
        "1 gained none",
        "1 not on the hiscores",
        "1 not seen in this period",
    )
    assert ranked([]).left_out_words("gained none") == ()


def test_every_place_is_one_more_than_those_who_have_more() -> None:
    dice = random.Random(4)  # noqa: S311 - made-up numbers
    for _ in range(50):
        values = {who: dice.choice([None, 0, 1, 2, 3]) for who in range(20)}
        found = ranked(Score(who, str(who), value) for who, value in values.items())
        known = [value for value in values.values() if value is not None]
        slow = {
            who: 1 + sum(other > value for other in known) for who, value in values.items() if value
        }
        assert {each.score.player_id: each.place for each in found.placed} == slow
        assert {each.player_id for each in found.zeros} == {
            who for who, value in values.items() if value == 0
        }

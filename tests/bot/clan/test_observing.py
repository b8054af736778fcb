from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.gains import Headline
from bot.clan.metrics import MetricKind
from bot.clan.observing import MetricReading, Observed, observed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LAST = Headline(NOW - DAY, 1_000, 10, 3, 1.5, 0.5)


def reading(seen_at: datetime = NOW, xp: float = 1_000, **bosses: float) -> MetricReading:
    values: dict[MetricKind, Mapping[str, float]] = {
        MetricKind.SKILL: {"overall": xp, "attack": 400},
        MetricKind.BOSS: bosses,
        MetricKind.ACTIVITY: {"clue_scrolls_all": 12},
        MetricKind.COMPUTED: {"ehp": 2.5, "ehb": -1},
    }
    return MetricReading(seen_at, values)


def news(
    read: MetricReading, last: Headline | None = LAST, present: Mapping[str, float] | None = None
) -> Observed:
    found = observed(last, present or {}, read)
    assert found is not None
    return found


def test_the_headline_is_kept_apart_from_the_other_metrics() -> None:
    assert list(reading(zulrah=5).metrics()) == [
        ("attack", MetricKind.SKILL, 400),
        ("zulrah", MetricKind.BOSS, 5),
        ("clue_scrolls_all", MetricKind.ACTIVITY, 12),
    ]


def test_the_first_look_takes_everything_and_nothing_was_earned_in_view() -> None:
    found = news(reading(zulrah=7, vorkath=-1), last=None)
    assert found.headline == Headline(NOW, 1_000, 7, 0, 2.5, -1)
    assert found.changed == {"attack": 400, "zulrah": 7, "vorkath": -1, "clue_scrolls_all": 12}


@pytest.mark.parametrize("late", [timedelta(), timedelta(milliseconds=1), DAY])
def test_a_reading_that_is_not_newer_is_no_news(late: timedelta) -> None:
    assert observed(LAST, {}, reading(LAST.seen_at - late, zulrah=99)) is None


def test_seen_and_unchanged_is_news_without_changes() -> None:
    present = {"attack": 400.0, "zulrah": 7.0, "clue_scrolls_all": 12.0}
    found = news(reading(zulrah=7), present=present)
    assert found.changed == {}
    assert (found.headline.seen_at, found.headline.kills_earned) == (NOW, 3)


@pytest.mark.parametrize(
    ("before", "after", "earned"),
    [
        (7, 10, 3),
        (-1, 6, 2),
        (-1, 9, 5),
        (-1, 10, 0),
        (-1, 812, 0),
        (None, 812, 0),
        (None, 6, 2),
        (7, -1, 0),
        (10, 7, -3),
        (-1, -1, 0),
    ],
)
def test_only_kills_made_in_view_are_earned_and_those_lost_are_taken_off(
    before: float | None, after: float, earned: int
) -> None:
    present = {} if before is None else {"zulrah": before}
    found = news(reading(zulrah=after), present=present)
    assert found.headline.kills_earned == LAST.kills_earned + earned
    assert found.headline.kills == max(after, 0)


@pytest.mark.parametrize(("after", "earned", "fell"), [(9, 0, 0), (12, 3, 0), (5, -4, 4)])
def test_who_was_unranked_for_a_while_goes_on_from_the_last_value(
    after: float, earned: int, fell: int
) -> None:
    found = observed(LAST, {"zulrah": -1}, reading(zulrah=after), {"zulrah": 9.0})
    assert found is not None
    assert found.headline.kills_earned == LAST.kills_earned + earned
    assert found.headline.kills_fell == fell


@pytest.mark.parametrize(("xp", "fell"), [(1_500, 0), (600, 400), (-1, 0)])
def test_xp_that_was_lost_is_summed_up(xp: int, fell: int) -> None:
    assert news(reading(xp=xp)).headline.xp_fell == fell
    assert news(reading(xp=xp), LAST._replace(xp=-1)).headline.xp_fell == 0


def test_every_kill_counts_at_a_boss_that_lists_the_first_one() -> None:
    found = news(reading(tzkal_zuk=1), present={"tzkal_zuk": -1})
    assert found.headline.kills_earned == LAST.kills_earned + 1


def test_what_the_reading_leaves_out_is_unranked_in_the_headline() -> None:
    found = news(MetricReading(NOW, {}))
    assert found.headline == Headline(NOW, -1, 0, LAST.kills_earned, -1, -1)
    assert found.changed == {}


@given(st.lists(st.one_of(st.just(-1), st.integers(5, 60)), min_size=1, max_size=12))
def test_replaying_the_changes_gives_every_reading_back(kills: list[int]) -> None:
    last, present, lapsed = None, dict[str, float](), dict[str, float]()
    ranked = [kill for kill in kills if kill > 0]
    for day, value in enumerate(kills):
        read = reading(NOW + day * DAY, zulrah=value)
        found = observed(last, present, read, lapsed)
        assert found is not None
        if value == -1 and present.get("zulrah", -1) != -1:
            lapsed |= {"zulrah": present["zulrah"]}
        present |= found.changed
        assert present == {name: number for name, _, number in read.metrics()}
        last = found.headline
    assert last is not None
    if ranked:
        # Counted from the first value, or from the threshold where they crossed it in view.
        crossed = kills[0] == -1 and ranked[0] < 10
        assert last.kills_earned == ranked[-1] - (4 if crossed else ranked[0])
        assert last.kills_fell == sum(max(a - b, 0) for a, b in pairwise(ranked))


def test_kills_that_are_known_apart_from_the_bosses_stand_in_the_headline() -> None:
    read = replace(reading(zulrah=7), kills=40)
    assert news(read).headline.kills == 40
    assert news(reading(zulrah=7)).headline.kills == 7

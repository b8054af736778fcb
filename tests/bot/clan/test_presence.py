"""Days as bits: nothing seen is nothing, nobody looking is unknown."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.metrics import UNRANKED
from bot.clan.presence import (
    Rise,
    day_number,
    days_from,
    days_looked,
    days_risen,
    joined,
    last_day,
    midnights,
    rises,
    score_rose,
    weeks,
)
from bot.clan.profiles import Week

UNSEEN = Week(None, None, 0, 0)
LONDON = ZoneInfo("Europe/London")
FIRST = date(2026, 3, 23)
DAYS = [FIRST + timedelta(days=number) for number in range(56)]
STARTS = midnights(DAYS, LONDON)


def ms(day: date, hour: int = 0) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("metric", "path", "is_life"),
    [
        ("clue_scrolls_all", (30, None, 31), True),
        ("clue_scrolls_all", (30, None, 30), False),
        ("clue_scrolls_all", (UNRANKED, None, 90), True),
        ("clue_scrolls_all", (None, 90, 90), False),
        ("clue_scrolls_all", (None, None, 90), False),
        ("clue_scrolls_all", (30, None, UNRANKED), False),
        ("league_points", (None, 90, 90), True),
        ("league_points", (UNRANKED, None, 90), True),
        ("league_points", (90, None, 90), False),
        ("league_points", (90, None, UNRANKED), False),
    ],
)
def test_a_score_that_rose_is_life_one_that_fell_or_came_into_view_is_none(
    metric: str,
    path: tuple[float | None, float | None, float],
    is_life: bool,  # noqa: FBT001 - a claim's value
) -> None:
    assert score_rose(metric, path) is is_life


def test_a_day_begins_at_the_clans_own_midnight_also_when_the_clocks_change() -> None:
    assert STARTS[0] == ms(FIRST)
    assert STARTS[7] == ms(date(2026, 3, 29), 23)  # summer time since the 29th
    lengths = {(after - before) // 3_600_000 for before, after in pairwise(STARTS)}
    assert lengths == {23, 24}


def test_a_rise_is_more_xp_or_more_kills_of_the_same_player() -> None:
    seen = [(1, 10, 100, 5), (1, 20, 100, 5), (1, 30, 150, 5), (1, 40, 150, 6), (2, 50, 900, 9)]
    assert rises(seen) == {1: [Rise(30, 50), Rise(40, 0)], 2: []}


@pytest.mark.parametrize(("before", "after"), [(UNRANKED, 5_000), (5_000, UNRANKED), (500, 400)])
def test_entering_or_leaving_the_hiscores_and_a_rollback_are_no_rise(
    before: int, after: int
) -> None:
    assert rises([(1, 10, before, 0), (1, 20, after, 0)]) == {1: []}


def test_a_rollback_of_xp_with_new_kills_is_a_rise_without_xp() -> None:
    assert rises([(1, 10, 500, 0), (1, 20, 400, 3)]) == {1: [Rise(20, 0)]}


def test_a_rise_counts_for_the_day_on_which_it_was_seen_and_not_before_the_first() -> None:
    risen = [Rise(STARTS[0] - 1, 5), Rise(STARTS[0], 5), Rise(STARTS[3] - 1, 5), Rise(STARTS[3], 5)]
    assert days_risen(risen, STARTS) == 0b1101


@given(st.lists(st.one_of(st.none(), st.integers(0, 2**56 - 1))))
def test_whoever_of_several_was_there_the_person_was(days: list[int | None]) -> None:
    found = joined(days)
    known = [each for each in days if each is not None]
    assert (found is None) == (not known)
    assert all((found or 0) & each == each for each in known)


def test_weeks_count_days_and_what_nobody_saw_is_unknown() -> None:
    everyday, none = days_from(0, 56), 0
    assert weeks(everyday, none, (everyday, everyday), 8) == (Week(7, 0),) * 8
    late = (days_from(10, 21), everyday)
    assert weeks(everyday, None, late, 3) == (UNSEEN, Week(4, None, 4, 0), Week(7, None, 7, 0))
    assert weeks(None, 0b1111, (0, days_from(7, 14)), 2) == (UNSEEN, Week(None, 0, 0, 7))


def test_a_day_on_which_nobody_looked_is_neither_active_nor_idle() -> None:
    """Looked at on Tuesday and Friday, and both times something had risen."""
    assert weeks(0b0010010, 0, (0b0010010, 0), 1) == (Week(2, None, 2, 0),)
    assert weeks(0b0000010, 0, (0b0010010, 0), 1) == (Week(1, None, 2, 0),)


def test_a_look_counts_from_the_second_on_for_the_first_shows_no_rise() -> None:
    seen = [(1, STARTS[0] - 9, 0, 0), (1, STARTS[0], 0, 0), (1, STARTS[3] - 1, 0, 0)]
    assert days_looked([*seen, (2, STARTS[5], 0, 0)], STARTS) == {1: 0b101, 2: 0}
    before = [(1, STARTS[0] - 9, 0, 0), (1, STARTS[0] - 2, 0, 0)]
    assert days_looked(before, STARTS) == {1: 0}


def test_days_from_a_day_past_the_end_are_none() -> None:
    assert (days_from(56, 56), days_from(99, 56), days_from(54, 56)) == (0, 0, 3 << 54)


def test_the_number_of_a_day_is_within_the_days_looked_at() -> None:
    assert day_number(datetime(2020, 1, 1, tzinfo=UTC), STARTS) == 0
    assert day_number(datetime(2026, 3, 25, 12, tzinfo=UTC), STARTS) == 2
    assert day_number(None, STARTS) == 56


def test_the_last_day_is_the_newest_with_anything_in_it() -> None:
    assert last_day(0b101, FIRST) == FIRST + timedelta(days=2)
    assert last_day(0, FIRST) is None
    assert last_day(None, FIRST) is None


def test_the_days_of_several_are_joined_and_of_nobody_known_unknown() -> None:
    assert joined([0b01, None, 0b100]) == 0b101
    assert joined([0]) == 0
    assert joined([None, None]) is None

"""A week's heatmap has every message once, at the hour of the clan's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.activity import TrendStep, best_hours, heatmap, step_of, totals, usual
from bot.clan.gains import Gains
from bot.clan.spans import Period, hour_of
from bot.clan.standings import Chat, Member

hours = st.lists(
    st.tuples(
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
        st.integers(0, 500),
    ),
    max_size=30,
)
AT = datetime(2026, 11, 20, tzinfo=UTC)
zones = st.sampled_from(["UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"])


@given(hours, zones)
def test_the_heatmap_has_every_message_once(rows: list[tuple[datetime, int]], zone: str) -> None:
    week = heatmap(rows, ZoneInfo(zone))
    assert [len(row) for row in week] == [24] * 7
    assert sum(map(sum, week)) == sum(messages for _, messages in rows)


@given(hours, zones)
def test_the_heatmap_of_hour_buckets_is_that_of_the_messages(
    rows: list[tuple[datetime, int]], zone: str
) -> None:
    clock = ZoneInfo(zone)
    buckets = [(hour_of(instant, clock), messages) for instant, messages in rows]
    assert heatmap(buckets, clock) == heatmap(rows, clock)


@pytest.mark.parametrize(
    ("zone", "weekday", "hour"), [("UTC", 4, 0), ("America/New_York", 3, 20), ("Asia/Tokyo", 4, 9)]
)
def test_a_message_stands_at_the_clans_weekday_and_hour(zone: str, weekday: int, hour: int) -> None:
    week = heatmap([(datetime(2026, 5, 1, tzinfo=UTC), 3)], ZoneInfo(zone))
    assert week[weekday][hour] == 3


def test_the_best_hours_are_the_busiest_and_never_empty() -> None:
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    rows = [(monday + timedelta(hours=hour), count) for hour, count in ((3, 5), (30, 9), (2, 5))]
    week = heatmap(rows, ZoneInfo("UTC"))
    assert best_hours(week) == ((1, 6, 9), (0, 2, 5), (0, 3, 5))
    assert best_hours(week, 1) == ((1, 6, 9),)
    assert best_hours(heatmap([], ZoneInfo("UTC"))) == ()


def test_totals_sum_what_is_known_and_nothing_known_is_not_zero() -> None:
    week = Period.WEEK
    played = Member(1, "One", "member", None, game={week: Gains(500, 3, 1.5, 0.5, AT)})
    unranked = Member(2, "Two", "member", None, game={week: Gains(None, 2, None, None, AT)})
    wrote = Member(3, "Three", "member", None, chat={week: Chat(4)})
    idle = Member(4, "Four", "member", None, game={week: Gains(0, 0, 0.0, 0.0, AT)})
    found = totals([played, unranked, wrote, idle], week, 9)
    assert (found.xp, found.kills, found.ehp, found.ehb, found.messages) == (500, 5, 1.5, 0.5, 9)
    assert (found.writers, found.observed, found.active, found.members) == (1, 3, 3, 4)
    assert found.players == 2, "looked at is not yet seen to play"
    assert totals([wrote], week, None)[:5] == (None, None, None, None, None)


def test_a_day_is_drawn_by_hour_and_a_year_by_week() -> None:
    assert [step_of(period) for period in Period] == [
        TrendStep.HOUR,
        TrendStep.DAY,
        TrendStep.DAY,
        TrendStep.DAY,
        TrendStep.WEEK,
    ]


def test_the_mean_of_days_reaches_back_before_the_period_and_leaves_out_the_unknown() -> None:
    earlier = (100, 10, 20, 30, None, None)
    assert usual((40, None), earlier, TrendStep.DAY) == pytest.approx((40, 25))
    assert usual((40,), (10, None, None), TrendStep.DAY) == (None,)


def test_the_mean_of_an_hour_is_that_of_the_same_hour_on_seven_days_before() -> None:
    earlier = tuple(day * 24 + hour for day in range(7) for hour in range(24))
    assert usual((0, 0), earlier, TrendStep.HOUR) == (72, 73)
    assert usual((0,), earlier[-71:], TrendStep.HOUR) == (None,)


def test_weeks_have_no_mean_beside_them() -> None:
    assert usual((1, 2), (3, 4, 5, 6), TrendStep.WEEK) == (None, None)

"""Hours that nobody saw are unknown, and what was seen too late has no hour."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.spans import DAY, HOUR, Span, hour_of
from bot.clan.week_hours import (
    GameHours,
    by_offset,
    game_hours,
    hours_seen,
    is_unknown,
    known_of,
    left_of,
    seen_week,
)

HOUR_MS = 3_600_000
UTC_ZONE = ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_gain_between_looks_far_apart_has_no_hour() -> None:
    seen = [
        (1, 0, 10, 0),
        (1, 2 * HOUR_MS, 20, 0),
        (1, 4 * HOUR_MS, 20, 0),
        (1, 9 * HOUR_MS, 30, 0),
        (2, 0, -1, 5),
        (2, HOUR_MS, 9, 6),
    ]
    found = game_hours(seen, 0)
    assert found.risen == ((1, HOUR_MS), (2, HOUR_MS // 2))
    assert found.looked == (HOUR_MS, 3 * HOUR_MS, HOUR_MS // 2)
    assert found.undated == 1
    assert game_hours([(1, 0, 1, 0), (1, HOUR_MS, 2, 0)], HOUR_MS - 1).risen == ()


def test_what_nobody_saw_is_unknown_and_not_zero() -> None:
    span = Span(MONDAY, MONDAY + 3 * HOUR)
    lost = [Span(MONDAY, MONDAY + HOUR)]
    assert left_of(span, lost) == (Span(MONDAY + HOUR, span.end),)
    assert left_of(span, [Span(MONDAY + HOUR, span.end)]) == (Span(MONDAY, MONDAY + HOUR),)
    week = seen_week([(MONDAY + HOUR, 4)], hours_seen(left_of(span, lost), UTC_ZONE), UTC_ZONE)
    assert week[0][:4] == (None, 4, 0, None)
    assert known_of(week)[0][:4] == (0, 4, 0, 0)
    assert not is_unknown(week)
    assert is_unknown(seen_week((), frozenset(), UTC_ZONE))
    assert len(hours_seen([Span(MONDAY, MONDAY + 9 * DAY)], UTC_ZONE)) == 168


def test_the_clock_of_a_span_is_told_in_parts() -> None:
    zone = ZoneInfo("Europe/Berlin")
    span = Span(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert by_offset(span, zone) == (
        (Span(span.start, change), timedelta(hours=2)),
        (Span(change, span.end), timedelta(hours=1)),
    )


@pytest.mark.parametrize(
    "name", ["Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]
)
@pytest.mark.parametrize("hours", [1, 30, 24 * 90, 24 * 400])
def test_parts_by_clock_are_those_that_a_walk_hour_by_hour_finds(name: str, hours: int) -> None:
    zone, start = ZoneInfo(name), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    span = Span(start, start + hours * HOUR)
    walked: list[tuple[datetime, timedelta | None]] = []
    at = start
    while at < span.end:
        offset = at.astimezone(zone).utcoffset()
        if not walked or walked[-1][1] != offset:
            walked.append((at, offset))
        at = hour_of(at + HOUR, zone)
    parts = by_offset(span, zone)
    assert [(each.start, offset) for each, offset in parts] == walked
    assert [each.end for each, _ in parts] == [at for at, _ in walked[1:]] + [span.end]


@pytest.mark.parametrize(
    ("dated", "undated", "is_so"), [(0, 0, False), (0, 1, True), (1, 9, False), (1, 10, True)]
)
def test_where_hardly_any_rise_has_an_hour_the_week_would_mislead(
    dated: int, undated: int, *, is_so: bool
) -> None:
    found = GameHours(((1, 2),) * dated, (), undated)
    assert found.is_too_coarse is is_so

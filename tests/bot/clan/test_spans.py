"""Spans are half-open, and hours and days are those of the clan's clock in any zone."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.clan.spans import (
    DAY,
    HOUR,
    Period,
    Span,
    day_of,
    day_span,
    days_between,
    edges,
    hour_of,
    last,
    merged,
    slot_of,
    whole_days,
)

ZONES = [
    ZoneInfo(key)
    for key in (
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    )
]
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NEW_YORK = ZoneInfo("America/New_York")
HALF_HOURS = {LORD_HOWE, ZoneInfo("America/St_Johns")}
"""Zones whose clocks once moved by anything but whole hours, or at a minute past the hour."""
zones = st.sampled_from(ZONES)
instants = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@st.composite
def spans(draw: st.DrawFn, longest: timedelta = timedelta(days=40)) -> Span:
    start = draw(instants)
    return Span(start, start + draw(st.timedeltas(timedelta(), longest)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_period_is_worded_as_people_say_it() -> None:
    assert [period.words for period in (Period.DAY, Period.MONTH)] == ["24 hours", "30 days"]


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Span(at("2026-01-02"), at("2026-01-01"))


def test_a_span_has_its_start_and_not_its_end() -> None:
    span = Span(at("2026-01-01"), at("2026-01-02"))
    assert span.start in span
    assert span.end not in span
    assert span.end - timedelta(microseconds=1) in span


@given(instants, zones, st.sampled_from(Period))
def test_the_span_before_touches_and_is_as_long_but_for_clocks_that_moved_by_half_an_hour(
    now: datetime, zone: ZoneInfo, period: Period
) -> None:
    span = last(period, now, zone)
    before = span.before(zone)
    assert before.end == span.start
    assert timedelta() <= before.length - span.length < HOUR
    assert before.length == span.length or zone in HALF_HOURS


@given(instants, zones)
def test_an_hour_starts_at_or_before_its_instant_and_lasts_an_hour_at_most(
    instant: datetime, zone: ZoneInfo
) -> None:
    start = hour_of(instant, zone)
    assert start <= instant < start + HOUR
    assert start.tzinfo is UTC


@given(instants, zones)
def test_the_start_of_an_hour_lies_in_that_very_hour(instant: datetime, zone: ZoneInfo) -> None:
    start = hour_of(instant, zone)
    assert hour_of(start, zone) == start
    local, begun = instant.astimezone(zone), start.astimezone(zone)
    assert (local.date(), local.hour) == (begun.date(), begun.hour)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("first", ["2025-03-08", "2025-04-05", "2025-10-04", "2025-11-01"])
def test_hours_follow_each_other_without_a_gap_when_the_clocks_change(
    zone: ZoneInfo, first: str
) -> None:
    minutes = [at(first) + timedelta(minutes=minute) for minute in range(3 * 24 * 60)]
    starts = [hour_of(minute, zone) for minute in minutes]
    assert starts == sorted(starts)
    assert set(starts[60:]) <= set(minutes)


@pytest.mark.parametrize(
    ("zone", "instant", "start"),
    [
        ("UTC", "2026-05-01T10:59:59", "2026-05-01T10:00"),
        ("Asia/Kolkata", "2026-05-01T10:15", "2026-05-01T09:30"),
        ("Asia/Kathmandu", "2026-05-01T10:14", "2026-05-01T09:15"),
        ("America/New_York", "2026-03-08T07:10", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T06:10", "2026-11-01T06:00"),
        ("Australia/Lord_Howe", "2025-10-04T15:20", "2025-10-04T14:30"),
        ("Australia/Lord_Howe", "2025-10-04T15:40", "2025-10-04T15:30"),
        ("Australia/Lord_Howe", "2025-10-04T16:10", "2025-10-04T16:00"),
        ("Australia/Lord_Howe", "2025-04-05T14:50", "2025-04-05T14:00"),
        ("Australia/Lord_Howe", "2025-04-05T15:10", "2025-04-05T15:00"),
        ("Australia/Lord_Howe", "2025-04-05T15:40", "2025-04-05T15:30"),
    ],
)
def test_the_hour_is_the_one_on_the_clans_clock(zone: str, instant: str, start: str) -> None:
    assert hour_of(at(instant), ZoneInfo(zone)) == at(start)


def test_an_instant_given_in_another_zone_has_the_same_hour() -> None:
    instant = at("2026-11-01T06:10:30.123457")
    assert hour_of(instant.astimezone(NEW_YORK), NEW_YORK) == hour_of(instant, NEW_YORK)


def test_a_date_is_the_clans_own() -> None:
    assert day_of(at("2026-05-01T02:00"), NEW_YORK) == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_a_day_is_shorter_or_longer_when_the_clocks_change(
    zone: str, day: date, hours: float
) -> None:
    assert day_span(day, ZoneInfo(zone)).length == timedelta(hours=hours)


@given(instants, zones, st.sampled_from(Period))
@example(at("2025-04-08T03:20"), LORD_HOWE, Period.WEEK)
@example(at("2025-10-04T15:40"), LORD_HOWE, Period.DAY)
def test_the_last_period_holds_now_and_is_exactly_its_days_long(
    now: datetime, zone: ZoneInfo, period: Period
) -> None:
    span = last(period, now, zone)
    assert now in span
    assert timedelta() <= span.length - period.value * DAY < HOUR
    assert span.length == period.value * DAY or zone in HALF_HOURS
    assert span.end - now <= HOUR


@given(instants, zones, st.sampled_from(Period))
@example(at("2025-04-08T03:20"), LORD_HOWE, Period.WEEK)
@example(at("2025-10-04T15:40"), LORD_HOWE, Period.DAY)
def test_spans_begin_and_end_with_an_hour_so_that_none_is_cut(
    now: datetime, zone: ZoneInfo, period: Period
) -> None:
    span = last(period, now, zone)
    for edge in (span.start, span.end, span.before(zone).start):
        assert hour_of(edge, zone) == edge


@given(spans(), zones)
@example(Span(at("2010-11-07T02:31:30"), at("2010-11-09")), ZoneInfo("America/St_Johns"))
@example(Span(at("2011-12-29"), at("2011-12-31T09:00")), ZoneInfo("Pacific/Apia"))
def test_edges_and_whole_days_are_the_span_exactly(span: Span, zone: ZoneInfo) -> None:
    first, after = whole_days(span, zone)
    days = [day_span(first + DAY * number, zone) for number in range((after - first).days)]
    parts = sorted([*days, *edges(span, zone)], key=lambda part: (part.start, part.end))
    if not parts:
        assert span.start == span.end
        return
    assert (parts[0].start, parts[-1].end) == (span.start, span.end)
    assert all(left.end == right.start for left, right in itertools.pairwise(parts))
    assert all(edge.start < edge.end for edge in edges(span, zone))


@given(st.dates(date(2005, 1, 1), date(2034, 1, 1)), st.integers(1, 40), zones)
def test_a_span_of_whole_days_has_no_edges(first: date, days: int, zone: ZoneInfo) -> None:
    after = first + days * DAY
    span = Span(day_span(first, zone).start, day_span(after, zone).start)
    assert whole_days(span, zone) == (first, after)
    assert edges(span, zone) == ()


def test_a_span_within_one_day_is_one_edge() -> None:
    span = Span(at("2026-05-01T12:00"), at("2026-05-01T15:00"))
    first, after = whole_days(span, ZoneInfo("UTC"))
    assert first == after
    assert edges(span, ZoneInfo("UTC")) == (span,)


@given(st.lists(spans(timedelta(days=3)), max_size=6), spans())
def test_merged_spans_cover_the_same_instants_once(many: list[Span], window: Span) -> None:
    parts = merged(many, window)
    assert all(left.end < right.start for left, right in itertools.pairwise(parts))
    for instant in (moment for span in [*many, window] for moment in (span.start, span.end)):
        covered = instant in window and any(instant in span for span in many)
        assert any(instant in part for part in parts) is covered


def test_spans_that_overlap_or_touch_are_one() -> None:
    days = [at(f"2026-05-0{day}") for day in range(1, 10)]
    many = (Span(days[3], days[4]), Span(days[0], days[2]), Span(days[1], days[3]))
    assert merged(many, Span(days[0], days[8])) == (Span(days[0], days[4]),)
    assert merged(many, Span(days[5], days[8])) == ()


@given(st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - made aware below
def test_the_slot_of_an_instant_is_its_day_and_hour(naive: datetime, zone: ZoneInfo) -> None:
    instant = naive.replace(tzinfo=UTC, microsecond=0)
    assert slot_of(instant.timestamp(), zone) == (day_of(instant, zone), hour_of(instant, zone))


def test_days_between_have_both_ends_in_them() -> None:
    first = date(2026, 2, 27)
    assert days_between(first, date(2026, 3, 1)) == (first, first + DAY, first + 2 * DAY)
    assert days_between(first, first - DAY) == ()


def test_a_week_and_the_one_before_it_where_the_clocks_do_not_change() -> None:
    week = last(Period.WEEK, at("2026-05-08T10:20"), ZoneInfo("UTC"))
    assert week == Span(at("2026-05-01T11:00"), at("2026-05-08T11:00"))
    assert week.before(ZoneInfo("UTC")) == Span(at("2026-04-24T11:00"), week.start)
    assert edges(week, ZoneInfo("UTC")) == (
        Span(week.start, at("2026-05-02T00:00")),
        Span(at("2026-05-08T00:00"), week.end),
    )

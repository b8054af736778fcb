"""Half-open stretches of time, in whole hours of the clan's own clock.

Every span is [start, end) in aware UTC. A span of N days ends with the current hour and is exactly
N x 24 hours long, so that it can be compared fairly with the one before it. Only where clocks moved
by half an hour meanwhile it is up to an hour longer: it begins with an hour, as counts are kept.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_QUARTER_S = 15 * 60
_EPOCH = datetime.fromtimestamp(0, UTC)


class Period(IntEnum):
    """The lengths a person can ask for, in days."""

    DAY = 1
    WEEK = 7
    MONTH = 30
    QUARTER = 90
    YEAR = 365

    @property
    def words(self) -> str:
        """Return the period as it is written in answers, such as "7 days"."""
        return "24 hours" if self is Period.DAY else f"{self.value} days"


WINDOWS = (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)
"""The four windows in which every member's numbers are kept ready."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time [start, end), both aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span cannot end ({self.end}) before it starts ({self.start})")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    @property
    def length(self) -> timedelta:
        """Return how long the span is."""
        return self.end - self.start

    def before(self, zone: ZoneInfo) -> Self:
        """Return the span of whole hours, as long as this one, that ends where this one starts."""
        return type(self)(hour_of(self.start - self.length, zone), self.start)


def hour_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the start, in UTC, of the hour that the clan's clock shows at `instant`.

    The same as the UTC hour except in zones that are half an hour off. An hour in which the clocks
    change begins anew with the change, so that none is longer than 60 minutes.
    """
    whole = instant.astimezone(UTC).replace(microsecond=0)
    offset = whole.astimezone(zone).utcoffset() or timedelta()
    past = (whole + offset - _EPOCH) % HOUR
    start = whole - past
    if start.astimezone(zone).utcoffset() == offset:
        return start
    return change_after(start, past, zone)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the date that the clan's calendar shows at `instant`."""
    return instant.astimezone(zone).date()


def days_between(first: date, last_day: date) -> tuple[date, ...]:
    """Return the dates from the first to the last, both included."""
    return tuple(first + number * DAY for number in range((last_day - first).days + 1))


def slot_of(at: float, zone: ZoneInfo) -> tuple[date, datetime]:
    """Return day_of and hour_of an instant in seconds since 1970, quick for many close ones."""
    return _slot(int(at // _QUARTER_S), zone)


@lru_cache(8192)
def _slot(quarter: int, zone: ZoneInfo) -> tuple[date, datetime]:
    # Clocks change on quarters of an hour, so that a whole quarter has one day and one hour.
    instant = datetime.fromtimestamp(quarter * _QUARTER_S, UTC)
    return day_of(instant, zone), hour_of(instant, zone)


def day_span(day: date, zone: ZoneInfo) -> Span:
    """Return the span of a date of the clan's calendar; 23 or 25 hours when the clocks change."""
    return Span(_midnight(day, zone), _midnight(day + DAY, zone))


def last(period: Period, now: datetime, zone: ZoneInfo) -> Span:
    """Return the span of `period` that ends with the hour in which `now` lies."""
    return last_days(period.value, now, zone)


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Span:
    """Return the span of so many times 24 hours that ends with the hour in which `now` lies."""
    # An hour that began with a change of the clocks is shorter than others.
    end = hour_of(hour_of(now, zone) + HOUR, zone)
    return Span(hour_of(end - timedelta(days=days), zone), end)


def whole_days(span: Span, zone: ZoneInfo) -> tuple[date, date]:
    """Return the dates [first, after) of the clan's days that lie wholly inside the span.

    Where no whole day fits, both are the same date.
    """
    first = day_of(span.start, zone)
    while _midnight(first, zone) < span.start:
        first += DAY
    after = day_of(span.end, zone)
    return (first, after) if first < after else (first, first)


def edges(span: Span, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return the parts of the span outside its whole days: none, one or two of them."""
    first, after = whole_days(span, zone)
    if first == after:
        return (span,) if span.start < span.end else ()
    head = Span(span.start, _midnight(first, zone))
    tail = Span(_midnight(after, zone), span.end)
    return tuple(edge for edge in (head, tail) if edge.start < edge.end)


def merged(spans: Iterable[Span], window: Span) -> tuple[Span, ...]:
    """Return what the spans cover of the window, in order; what touches or overlaps is one part."""
    parts: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, window.start), min(span.end, window.end)
        if start >= end:
            continue
        if parts and start <= parts[-1].end:
            parts[-1] = Span(parts[-1].start, max(end, parts[-1].end))
        else:
            parts.append(Span(start, end))
    return tuple(parts)


def change_after(start: datetime, limit: timedelta, zone: ZoneInfo) -> datetime:
    """Return the first instant within `limit` of `start` at which the zone's offset changed."""
    offset = start.astimezone(zone).utcoffset()

    def changed(second: int) -> bool:
        return (start + timedelta(seconds=second)).astimezone(zone).utcoffset() != offset

    seconds = range(int(limit.total_seconds()))
    return start + timedelta(seconds=bisect_left(seconds, x=True, key=changed))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)

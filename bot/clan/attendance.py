"""What an event did: who was there before it, during it and after it, and what is usual then.

Each is as long as the event. What is usual is the mean of the same hours in the four weeks before,
of those that were seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.spans import Span, hour_of

USUAL_WEEKS = 4
_LEAST_WEEKS = 2
"""Of fewer weeks no mean is usual."""


class EventSpans(NamedTuple):
    """The stretches that are compared, by the hours of the clan's clock."""

    before: Span
    during: Span
    after: Span
    usual: tuple[Span, ...]


class Turnout(NamedTuple):
    """Messages, who wrote, and minutes in voice of a stretch of time; None is unknown."""

    messages: float | None = None
    people: float | None = None
    voice_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """An event beside the time before and after it, and beside what is usual then."""

    spans: EventSpans
    before: Turnout
    during: Turnout
    after: Turnout
    usual: Turnout


def event_spans(started_at: datetime, hours: int, zone: ZoneInfo) -> EventSpans:
    """Return what an event of so many whole hours is compared with.

    Weeks before are by the clan's clock, so that eight in the evening stays that.
    """
    start, length = hour_of(started_at, zone), timedelta(hours=hours)
    during = Span(start, start + length)
    return EventSpans(
        before=Span(start - length, start),
        during=during,
        after=Span(during.end, during.end + length),
        usual=tuple(_weeks_before(during, each, zone) for each in range(1, USUAL_WEEKS + 1)),
    )


def _weeks_before(span: Span, weeks: int, zone: ZoneInfo) -> Span:
    local = span.start.astimezone(zone) - timedelta(weeks=weeks)
    start = hour_of(local.astimezone(UTC), zone)
    return Span(start, start + span.length)


def mean_of(turnouts: Sequence[Turnout]) -> Turnout:
    """Return the mean of each side; unknown where fewer than two of them are known."""
    return Turnout(
        _mean(turnouts, lambda each: each.messages),
        _mean(turnouts, lambda each: each.people),
        _mean(turnouts, lambda each: each.voice_minutes),
    )


def _mean(turnouts: Sequence[Turnout], side_of: Callable[[Turnout], float | None]) -> float | None:
    known = [value for value in map(side_of, turnouts) if value is not None]
    return sum(known) / len(known) if len(known) >= _LEAST_WEEKS else None

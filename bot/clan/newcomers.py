"""What becomes of newcomers: how far they get in their first month, and who welcomes them.

A newcomer is a person, who joined with the first of their accounts. What was not seen is unknown
and never a no; what cannot be known yet is unknown too.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import DAY, Span, day_of, merged

LEAD = 14 * DAY
"""How long before somebody joined their messages count: many talk first, and WOM may learn late."""

FIRST_DAYS = 30 * DAY
"""For how long somebody is looked at, so that all have the same time to be answered."""

BACK = (7 * DAY, 14 * DAY)
"""The days on which somebody who writes is back."""

_LEAST_UNSEEN = DAY  # so long chat must have gone unseen before a silence means nothing


class FunnelStage(StrEnum):
    """How far a newcomer gets, in order."""

    LINKED = "linked"
    WROTE = "wrote"
    ANSWERED = "answered"
    BACK = "back"
    STAYED = "stayed"


class TimeInClan(NamedTuple):
    """From when to when an account was in the clan; it still is without an end."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who joined, with what they wrote from LEAD before that to FIRST_DAYS after it.

    `is_heard` is whether it is known what they write. Who answered first is None for somebody who
    is not shown.
    """

    who: int
    joined_at: datetime
    stays: Sequence[TimeInClan]
    is_linked: bool = False
    is_heard: bool = True
    wrote_at: datetime | None = None
    was_back: bool = False
    answered_at: datetime | None = None
    answered_by: int | None = None

    def is_here(self, at: datetime) -> bool:
        """Return whether any of their accounts is in the clan at an instant."""
        return any(each.start <= at and (each.end is None or at < each.end) for each in self.stays)

    def span(self, first: timedelta, after: timedelta) -> Span:
        """Return the time from so long after they joined to so long after it."""
        return Span(self.joined_at + first, self.joined_at + after)


class Reached(NamedTuple):
    """How many got to a stage, of those of whom it is known."""

    reached: int
    known: int


class Cohort(NamedTuple):
    """Who joined in the week from a Monday on, or in all; `unheard` of whom chat is unknown."""

    week: date | None
    joined: int
    stages: Mapping[FunnelStage, Reached]
    unheard: int


class Welcomer(NamedTuple):
    """Somebody who was the first to answer newcomers: their place, and how many."""

    place: int
    who: int
    welcomed: int


@dataclass(frozen=True, slots=True)
class NewcomerFigures:
    """All that is said of the newcomers of a span.

    `weeks` are the latest first, without those in which nobody joined; `unanswered` are who is here
    still first, then who joined last.
    """

    total: Cohort
    weeks: tuple[Cohort, ...] = ()
    unanswered: tuple[Newcomer, ...] = ()
    welcomers: tuple[Welcomer, ...] = ()


def newcomer_figures(
    newcomers: Iterable[Newcomer], now: datetime, zone: ZoneInfo, unseen: Sequence[Span] = ()
) -> NewcomerFigures:
    """Return what the newcomers come to; `unseen` are the times in which nobody saw any chat."""
    people = sorted(newcomers, key=lambda each: (each.joined_at, each.who))
    by_week: dict[date, list[Newcomer]] = defaultdict(list)
    for each in people:
        by_week[week_of(each.joined_at, zone)].append(each)
    ignored = [
        each
        for each in reversed(people)
        if each.wrote_at is not None and stage_of(each, FunnelStage.ANSWERED, now) is False
    ]
    welcomed = [each for each in people if each.is_heard and each.answered_at is not None]
    return NewcomerFigures(
        total=cohort_of(None, people, now, unseen),
        weeks=tuple(cohort_of(week, by_week[week], now, unseen) for week in sorted(by_week)[::-1]),
        unanswered=tuple(sorted(ignored, key=lambda each: not each.is_here(now))),
        welcomers=who_welcomes(each.answered_by for each in welcomed),
    )


def week_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the Monday of the week of the clan's calendar in which an instant lies."""
    day = day_of(instant, zone)
    return day - day.weekday() * DAY


def cohort_of(
    week: date | None, people: Sequence[Newcomer], now: datetime, unseen: Sequence[Span] = ()
) -> Cohort:
    """Return how far those got who joined together."""
    found = {
        stage: [stage_of(each, stage, now, unseen) for each in people] for stage in FunnelStage
    }
    reached = {
        stage: Reached(each.count(True), len(each) - each.count(None))
        for stage, each in found.items()
    }
    return Cohort(week, len(people), reached, found[FunnelStage.WROTE].count(None))


def stage_of(
    newcomer: Newcomer, stage: FunnelStage, now: datetime, unseen: Sequence[Span] = ()
) -> bool | None:
    """Return whether somebody got to a stage; None where that is not known, or not yet."""
    return _RULES[stage](newcomer, now, unseen)


def _linked(newcomer: Newcomer, _now: datetime, _unseen: Sequence[Span]) -> bool:
    return newcomer.is_linked


def _wrote(newcomer: Newcomer, now: datetime, unseen: Sequence[Span]) -> bool | None:
    if not newcomer.is_heard:
        return None
    until = min(now - newcomer.joined_at, FIRST_DAYS)
    seen = _was_seen(newcomer.span(timedelta(), until), unseen)
    return newcomer.wrote_at is not None or (False if seen else None)


def _answered(newcomer: Newcomer, now: datetime, unseen: Sequence[Span]) -> bool | None:
    if not newcomer.is_heard or newcomer.wrote_at is None:
        return _wrote(newcomer, now, unseen)
    if newcomer.answered_at is not None:
        return True
    return None if now - newcomer.wrote_at < ANSWER_WINDOW else False


def _back(newcomer: Newcomer, now: datetime, unseen: Sequence[Span]) -> bool | None:
    first, after = BACK
    if not newcomer.is_heard or now < newcomer.joined_at + after:
        return None
    seen = _was_seen(newcomer.span(first, after), unseen)
    return newcomer.was_back or (False if seen else None)


def _stayed(newcomer: Newcomer, now: datetime, _unseen: Sequence[Span]) -> bool | None:
    at = newcomer.joined_at + FIRST_DAYS
    return None if now < at else newcomer.is_here(at)


_Rule = Callable[[Newcomer, datetime, Sequence[Span]], bool | None]
_RULES: Mapping[FunnelStage, _Rule] = {
    FunnelStage.LINKED: _linked,
    FunnelStage.WROTE: _wrote,
    FunnelStage.ANSWERED: _answered,
    FunnelStage.BACK: _back,
    FunnelStage.STAYED: _stayed,
}


def _was_seen(span: Span, unseen: Sequence[Span]) -> bool:
    lost = sum((part.length for part in merged(unseen, span)), timedelta())
    return lost < _LEAST_UNSEEN


def who_welcomes(welcomed_by: Iterable[int | None]) -> tuple[Welcomer, ...]:
    """Return who answered newcomers first, the most welcoming first; as many share a place."""
    counts = Counter(who for who in welcomed_by if who is not None)
    found = (
        Welcomer(1 + sum(other > count for other in counts.values()), who, count)
        for who, count in counts.items()
    )
    return tuple(sorted(found))


def stays_of(
    joined_at: datetime, left_at: datetime | None, moves: Iterable[tuple[datetime, bool]]
) -> tuple[TimeInClan, ...]:
    """Return when an account was in the clan, by when it came (True) and left (False)."""
    found: list[TimeInClan] = []
    start: datetime | None = joined_at
    for at, came in sorted(moves):
        if came:
            start = start or at
        elif start is not None:
            found.append(TimeInClan(start, max(at, start)))
            start = None
    if start is not None:
        found.append(TimeInClan(start, None if left_at is None else max(left_at, start)))
    return tuple(found)

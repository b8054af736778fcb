"""What a whole clan did: totals, the days of a trend, the week's heatmap, roster changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.gains import Gains
from bot.clan.spans import Period
from bot.clan.standings import Member

Heatmap = tuple[tuple[int, ...], ...]
"""Messages by weekday (Monday first) and hour of the clan's clock: 7 rows of 24."""

_LEAST_KNOWN = 4
"""Of fewer values no mean is usual."""


class Totals(NamedTuple):
    """One span's sums over the present members; None when not one of them is known.

    `observed` members had a gain that is known to be of the span, `players` of them gained XP or
    kills, `writers` wrote at least once, `active` did either side. `thin` members have one that may
    be older: it is in no sum. Those of `partial` are counted from later than the start, and of
    `fell` something was lost.
    """

    xp: int | None
    kills: int | None
    ehp: float | None
    ehb: float | None
    messages: int | None
    writers: int
    observed: int
    active: int
    members: int
    thin: int = 0
    partial: int = 0
    fell: int = 0
    players: int = 0


def totals(members: Iterable[Member], period: Period, messages: int | None) -> Totals:
    """Return the sums of a period over members; `messages` are the whole clan's own."""
    sides = ((member.gains(period), member.messages(period) or 0) for member in members)
    return totals_of(sides, messages)


def totals_of(each_side: Iterable[tuple[Gains, int]], messages: int | None) -> Totals:
    """Return the sums over what each member gained and wrote."""
    sides = list(each_side)
    known = [gains for gains, _ in sides if gains.is_dated]
    xp = [gains.xp for gains in known if gains.xp is not None]
    return Totals(
        xp=sum(xp) if xp else None,
        kills=sum(gains.kills or 0 for gains in known) if known else None,
        ehp=sum(gains.ehp or 0.0 for gains in known) if known else None,
        ehb=sum(gains.ehb or 0.0 for gains in known) if known else None,
        messages=messages,
        writers=sum(wrote > 0 for _, wrote in sides),
        observed=len(known),
        active=sum(bool(wrote or _played(gains)) for gains, wrote in sides),
        members=len(sides),
        thin=sum(gains.thin for gains, _ in sides),
        partial=sum(gains.partial for gains in known),
        fell=sum(bool(gains.dropped_xp or gains.dropped_kills) for gains in known),
        players=sum(_played(gains) for gains in known),
    )


def _played(gains: Gains) -> bool:
    return gains.is_dated and bool(gains.xp or gains.kills)


class TrendStep(StrEnum):
    """How long each step of a trend is; WEEK is any seven days, ended by the last one."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


class TrendLine(NamedTuple):
    """One step of a trend by the clan's clock; None where nothing was observed.

    A week stands at its first day, an hour has its day and its `hour`. `fell` says that XP or kills
    were seen to have been lost.
    """

    day: date
    messages: int | None
    xp: int | None
    kills: int | None = None
    fell: bool = False
    hour: int | None = None


def step_of(period: Period) -> TrendStep:
    """Return in which steps a period is drawn: 24 hours by hour, a year by week, others by day."""
    return {Period.DAY: TrendStep.HOUR, Period.YEAR: TrendStep.WEEK}.get(period, TrendStep.DAY)


def usual(
    values: Sequence[float | None], earlier: Sequence[float | None], step: TrendStep
) -> tuple[float | None, ...]:
    """Return the mean of 7 days beside each value; `earlier` are the values right before.

    Of days it is that of the day and the six before it, of hours that of the same hour on the seven
    days before. Weeks have none, and neither has what fewer than four known values stand for.
    """
    series = (*earlier, *values)
    back = {TrendStep.HOUR: range(24, 192, 24), TrendStep.DAY: range(7), TrendStep.WEEK: range(0)}[
        step
    ]
    return tuple(
        _mean([series[number - each] for each in back if each <= number])
        for number in range(len(earlier), len(series))
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) >= _LEAST_KNOWN else None


class ChangeKind(StrEnum):
    """What can happen to a place in the clan."""

    JOINED = "joined"
    LEFT = "left"
    RETURNED = "returned"
    PROMOTED = "promoted"
    DEMOTED = "demoted"
    ROLE = "role"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a player's place or name."""

    kind: ChangeKind
    player_id: int
    name: str
    happened_at: datetime
    before: str | None = None
    after: str | None = None


def heatmap(hours: Iterable[tuple[datetime, int]], zone: ZoneInfo) -> Heatmap:
    """Return the sums of (hour, messages) by weekday and hour of the clan's clock."""
    rows = [[0] * 24 for _ in range(7)]
    for hour_at, messages in hours:
        weekday, hour = _slot(hour_at, zone)
        rows[weekday][hour] += messages
    return tuple(tuple(row) for row in rows)


@lru_cache(10_000)
def _slot(hour_at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Return weekday and hour by the clan's clock: of the same hours again and again."""
    local = hour_at.astimezone(zone)
    return local.weekday(), local.hour


def best_hours(week: Heatmap, how_many: int = 3) -> tuple[tuple[int, int, int], ...]:
    """Return the busiest (weekday, hour, messages), best first; hours without a message never."""
    found = [
        (weekday, hour, messages)
        for weekday, row in enumerate(week)
        for hour, messages in enumerate(row)
        if messages
    ]
    return tuple(sorted(found, key=lambda slot: (-slot[2], slot[0], slot[1]))[:how_many])

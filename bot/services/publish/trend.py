"""TrendStep by step: what a clan or one member gained and wrote, unknown where nobody looked.

A period is drawn in its own steps, and beside it stands what was before: the period before, and the
days that a mean of seven reaches back to.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from bot.clan.activity import TrendLine, TrendStep, step_of
from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, HOUR, WEEK, Period, Span, day_of, day_span, hour_of
from bot.services.view import BASELINE_LEAD, LifeRow
from storage.columns import to_ms

Hours = Sequence[tuple[datetime, int]]
"""Messages by hour."""

_UNSEEN = (None, None, False)
_YEAR_WEEKS = 52
_SECOND = timedelta(seconds=1)
_EARLIER = {TrendStep.HOUR: 7 * 24, TrendStep.DAY: 7}
"""How many steps before the period a mean of seven days reaches back to, at least."""


@dataclass(frozen=True, slots=True)
class TrendSteps:
    """When each step begins, the oldest first; the first `earlier` of them are from before."""

    step: TrendStep
    starts: tuple[datetime, ...]
    earlier: int

    @property
    def first(self) -> datetime:
        """Return when the period's own steps begin."""
        return self.starts[self.earlier]


def trend_steps(period: Period, span: Span, zone: ZoneInfo) -> TrendSteps:
    """Return the steps of a period that ends with a span, and those before it."""
    step = step_of(period)
    length = {TrendStep.HOUR: 24, TrendStep.DAY: period.value, TrendStep.WEEK: _YEAR_WEEKS}[step]
    earlier = max(length, _EARLIER.get(step, 0))
    if step is TrendStep.HOUR:
        return TrendSteps(step, _hours_before(span.end, length + earlier, zone), earlier)
    days = DAY if step is TrendStep.DAY else WEEK
    newest = day_of(span.end - HOUR, zone) + DAY - days
    back = range(length + earlier - 1, -1, -1)
    starts = tuple(day_span(newest - each * days, zone).start for each in back)
    return TrendSteps(step, starts, earlier)


def _hours_before(end: datetime, how_many: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return when each of the hours before an instant begins; some are short, none is left out."""
    starts = [end]
    while len(starts) <= how_many:
        starts.append(hour_of(starts[-1] - _SECOND, zone))
    return tuple(reversed(starts[1:]))


def trend_lines(  # noqa: PLR0913 - both sides, and since when each was looked at
    steps: TrendSteps,
    zone: ZoneInfo,
    *,
    hours: Hours,
    life: Sequence[LifeRow],
    heard_from: datetime | None,
    read_from: datetime,
    player_id: int | None = None,
) -> tuple[tuple[TrendLine, ...], tuple[TrendLine, ...]]:
    """Return the lines of the period and those of before: the clan's, or one member's.

    A step in which nobody was observed has no gains; none that ended before the first message that
    was heard has messages, and none that began before `read_from` gains. `life` are observations by
    player, the oldest first.
    """
    starts = [to_ms(start) for start in steps.starts]
    written = _written(starts, hours, heard_from)
    read_ms = to_ms(read_from)
    since_ms = read_ms - BASELINE_LEAD // timedelta(milliseconds=1)
    seen = [row for row in life if row[1] > since_ms]
    if player_id is not None:
        seen = [row for row in seen if row[0] == player_id]
    risen = _risen(seen, starts, read_ms)
    lines = tuple(
        _line(steps, zone, number, written[number], risen.get(number, _UNSEEN))
        for number in range(len(starts))
    )
    return lines[steps.earlier :], lines[: steps.earlier]


def xp_by_step(
    steps: TrendSteps, life: Sequence[LifeRow], read_from: datetime
) -> tuple[int | None, ...]:
    """Return the XP of the period's steps alone, as the lines of a member have it."""
    risen = _risen(life, [to_ms(start) for start in steps.starts], to_ms(read_from))
    every = (risen.get(number, _UNSEEN)[0] for number in range(len(steps.starts)))
    return tuple(every)[steps.earlier :]


def _line(
    steps: TrendSteps,
    zone: ZoneInfo,
    number: int,
    messages: int | None,
    risen: tuple[int | None, int | None, bool],
) -> TrendLine:
    local = steps.starts[number].astimezone(zone)
    hour = local.hour if steps.step is TrendStep.HOUR else None
    return TrendLine(local.date(), messages, *risen, hour=hour)


def _written(starts: Sequence[int], hours: Hours, heard_from: datetime | None) -> list[int | None]:
    """Return the messages of each step from that on in which anybody was heard first."""
    counts = [0] * len(starts)
    for at, count in hours:
        if (number := bisect_right(starts, to_ms(at)) - 1) >= 0:
            counts[number] += count
    if heard_from is None:
        return [None] * len(starts)
    first = bisect_right(starts, to_ms(heard_from)) - 1
    return [count if number >= first else None for number, count in enumerate(counts)]


def _risen(
    seen: Sequence[LifeRow], starts: Sequence[int], read_ms: int
) -> Mapping[int, tuple[int | None, int, bool]]:
    """Return (XP, kills, whether any fell) by the step of the observation that showed it.

    No step without one. What fell is taken off nothing.
    """
    xp: dict[int, int] = {}
    kills: dict[int, int] = defaultdict(int)
    fell: set[int] = set()
    first = starts[bisect_left(starts, read_ms)] if read_ms <= starts[-1] else inf
    number, begins, ends = 0, inf, inf
    whose, had_xp, had_kills = None, UNRANKED, 0
    # A year of a clan is long: what is not compared again is not looked up again.
    for who, at_ms, has_xp, has_kills in seen:
        if who == whose and at_ms >= first:
            if not begins <= at_ms < ends:
                number = bisect_right(starts, at_ms) - 1
                begins, ends = (
                    starts[number],
                    starts[number + 1] if number + 1 < len(starts) else inf,
                )
            kills[number] += has_kills - had_kills if has_kills > had_kills else 0
            if had_xp != UNRANKED != has_xp:
                xp[number] = xp.get(number, 0) + (has_xp - had_xp if has_xp > had_xp else 0)
            if has_kills < had_kills or UNRANKED < has_xp < had_xp:
                fell.add(number)
        whose, had_xp, had_kills = who, has_xp, has_kills
    return {number: (xp.get(number), earned, number in fell) for number, earned in kills.items()}

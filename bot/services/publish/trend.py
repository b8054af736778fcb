"""Day by day: what a clan or one member gained and wrote, unknown where nobody looked."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.clan.activity import DayLine
from bot.clan.metrics import UNRANKED
from bot.clan.presence import midnights
from bot.clan.spans import DAY, HOUR, Span, day_of, day_span, days_between
from bot.services.view import BASELINE_LEAD, LifeRow
from storage.columns import to_ms

Hours = Sequence[tuple[datetime, int]]
"""Messages by hour."""

_UNSEEN = (None, None, False)
SHORTEST = timedelta(days=30)
LONGEST = timedelta(days=90)


def trend_days(span: Span, zone: ZoneInfo) -> tuple[date, ...]:
    """Return the days of a span and those before it up to a month; 90 at most."""
    length = min(max(span.length, SHORTEST), LONGEST)
    today = day_of(span.end - HOUR, zone)
    return days_between(today - length + DAY, today)


def trend_lines(
    life: Sequence[LifeRow],
    days: Sequence[date],
    messages: Mapping[date, int | None],
    zone: ZoneInfo,
    player_id: int | None = None,
) -> tuple[DayLine, ...]:
    """Return a line for each day: the clan's, or one member's.

    A day on which nobody was observed has no gains; one without messages here has none known.
    `life` are observations since before the first day, by player and oldest first.
    """
    since_ms = to_ms(day_span(days[0], zone).start - BASELINE_LEAD)
    seen = [row for row in life if row[1] > since_ms and player_id in {None, row[0]}]
    risen = _risen(seen, days, midnights(days, zone))
    return tuple(DayLine(day, messages.get(day), *risen.get(day, _UNSEEN)) for day in days)


def daily_messages(
    hours: Hours, days: Sequence[date], zone: ZoneInfo, heard_from: date | None
) -> dict[date, int | None]:
    """Return the messages of each day since the first that was heard; none before it is known."""
    written: dict[date, int] = defaultdict(int)
    for at, count in hours:
        written[day_of(at, zone)] += count
    return {
        day: written[day] if heard_from is not None and day >= heard_from else None for day in days
    }


def first_heard(hours: Hours, zone: ZoneInfo) -> date | None:
    """Return the first day on which anybody was heard."""
    first = min((at for at, _ in hours), default=None)
    return None if first is None else day_of(first, zone)


def _risen(
    seen: Sequence[LifeRow], days: Sequence[date], starts: Sequence[int]
) -> dict[date, tuple[int | None, int, bool]]:
    """Return (XP, kills, whether any fell) by the day of the observation that showed it.

    No day without one. What fell is taken off nothing.

    `starts` are the beginnings of the days, which reach to the end of what was seen.
    """
    xp: dict[int, int] = {}
    kills: dict[int, int] = defaultdict(int)
    fell: set[int] = set()
    for (whose, _, had_xp, had_kills), (who, at_ms, has_xp, has_kills) in pairwise(seen):
        if whose != who or at_ms < starts[0]:
            continue
        number = bisect_right(starts, at_ms) - 1
        kills[number] += max(has_kills - had_kills, 0)
        if had_xp != UNRANKED != has_xp:
            xp[number] = xp.get(number, 0) + max(has_xp - had_xp, 0)
        if has_kills < had_kills or UNRANKED < has_xp < had_xp:
            fell.add(number)
    return {
        days[number]: (xp.get(number), earned, number in fell) for number, earned in kills.items()
    }

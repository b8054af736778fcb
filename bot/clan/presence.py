"""On which days somebody was there: a bit a day, so that accounts and authors join by `or`.

Bit 0 is the first of the days looked at; the last one is today. None is unknown, never nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.gains import step
from bot.clan.metrics import SEASONAL, UNRANKED, MetricKind, threshold
from bot.clan.profiles import Week
from bot.clan.spans import DAY, day_span

Days = int


class Rise(NamedTuple):
    """An observation that showed something new: when, and how much XP; 0 for kills alone."""

    at_ms: int
    xp: int


_WEEK = (1 << 7) - 1


def joined(days: Iterable[Days | None]) -> Days | None:
    """Return the days on which any of them was there; None when nothing is known of any."""
    known = [each for each in days if each is not None]
    found = 0
    for each in known:
        found |= each
    return found if known else None


def midnights(days: Iterable[date], zone: ZoneInfo) -> tuple[int, ...]:
    """Return when each day begins, in milliseconds since 1970."""
    return tuple(int(day_span(day, zone).start.timestamp() * 1000) for day in days)


def days_risen(risen: Iterable[Rise], starts: Sequence[int]) -> Days:
    """Return the days of rises; `starts` are the beginnings of the days."""
    found = 0
    for rise in risen:
        number = bisect_right(starts, rise.at_ms) - 1
        if number >= 0:
            found |= 1 << number
    return found


def rises(seen: Iterable[tuple[int, int, int, int]]) -> dict[int, list[Rise]]:
    """Return by player every rise, the oldest first, of everybody seen at all.

    `seen` are (player, milliseconds, XP, kills earned) by player and in order of time.
    """
    found: dict[int, list[Rise]] = {}
    whose, xp, kills, mine = None, 0, 0, []
    for who, at_ms, has_xp, has_kills in seen:
        if who != whose:
            mine = found[who] = []
        else:
            gained = has_xp - xp if xp != UNRANKED != has_xp else 0
            if gained > 0 or has_kills > kills:
                mine.append(Rise(at_ms, max(gained, 0)))
        whose, xp, kills = who, has_xp, has_kills
    return found


def score_rose(metric: str, path: tuple[float | None, float | None, float]) -> bool:
    """Return whether an activity is a sign of life over a span.

    `path` are its values at the start, or None, first in the span, or None, and at the end, -1 for
    unranked. To be ranked anew is one too. A seasonal score begins at nothing with each season.
    """
    baseline, first_inside, end = path
    if metric in SEASONAL:
        return end > max(baseline or 0, 0)
    before = first_inside if baseline is None else baseline
    if before is None:
        return False
    moved = step(before, end, threshold(metric, MetricKind.ACTIVITY))
    return moved.entered_at is not None or moved.earned > 0


def days_looked(
    seen: Iterable[tuple[int, int, int, int]], starts: Sequence[int]
) -> dict[int, Days]:
    """Return by player the days with a look that could show a rise: one before it was seen too.

    `seen` are as for rises(), `starts` the beginnings of the days.
    """
    found: dict[int, Days] = {}
    whose = None
    for who, at_ms, _, _ in seen:
        if who != whose:
            whose, found[who] = who, 0
        elif at_ms >= starts[0]:
            found[who] |= 1 << bisect_right(starts, at_ms) - 1
    return found


def days_from(number: int, how_many: int) -> Days:
    """Return all days from the one of that number on."""
    return (1 << how_many) - (1 << min(number, how_many))


def weeks(
    played: Days | None, wrote: Days | None, looked: tuple[Days, Days], how_many: int
) -> tuple[Week, ...]:
    """Return the active days of each week on both sides, oldest first.

    `looked` are the days of which the game and chat are known: all others are unknown, and so is a
    week that has none of them.
    """
    in_game, in_chat = looked
    found = []
    for number in range(how_many):
        game, chat = _in_week(played, number, in_game), _in_week(wrote, number, in_chat)
        found.append(Week(game[0], chat[0], game[1], chat[1]))
    return tuple(found)


def day_number(instant: datetime | None, starts: Sequence[int]) -> int:
    """Return the number of the day of an instant: 0 for an earlier one, past the end for None."""
    if instant is None:
        return len(starts)
    return max(bisect_right(starts, int(instant.timestamp() * 1000)) - 1, 0)


def last_day(days: Days | None, first: date) -> date | None:
    """Return the last day on which somebody was there, or None."""
    return first + (days.bit_length() - 1) * DAY if days else None


def _in_week(days: Days | None, week: int, looked: Days) -> tuple[int | None, int]:
    """Return (days, of how many that are known) of a week."""
    known = looked >> 7 * week & _WEEK
    if days is None or not known:
        return None, 0
    return (days >> 7 * week & known).bit_count(), known.bit_count()

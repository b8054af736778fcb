"""When a clan is there, by weekday and hour of its own clock: None where nobody looked.

Of the game an hour is known only where two looks at an account lie close together: what rose
between looks that are further apart has no hour, and is left out.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import Heatmap, heatmap
from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, HOUR, Span, change_after, hour_of, merged

SeenWeek = tuple[tuple[int | None, ...], ...]
"""A number by weekday (Monday first) and hour; None is unknown."""

CLOSE_LOOKS = timedelta(hours=3)
"""What rose between two looks that are no further apart is taken to have risen midway."""
HOURS_IN_WEEK = 168
_LEAST_DATED = 10
"""Where the hour of fewer percent of the rises is known, the week would show when was looked."""


class GameHours(NamedTuple):
    """Rises of which the hour is known, as (player, milliseconds), when was looked, and the rest.

    `looked` are the middles of all close looks, in which a rise would have been seen; `undated` is
    how many rises have no hour.
    """

    risen: tuple[tuple[int, int], ...]
    looked: tuple[int, ...]
    undated: int

    @property
    def is_too_coarse(self) -> bool:
        """Return whether the hours of too few rises are known to say when people play."""
        dated = len(self.risen)
        return 100 * dated < _LEAST_DATED * (dated + self.undated)


def game_hours(seen: Iterable[tuple[int, int, int, int]], start_ms: int) -> GameHours:
    """Return the hours of what rose since an instant.

    `seen` are (player, milliseconds, XP, kills earned) by player and in order of time.
    """
    most = CLOSE_LOOKS // timedelta(milliseconds=1)
    risen: list[tuple[int, int]] = []
    looked: list[int] = []
    whose, before_ms, xp, kills, undated = None, 0, 0, 0, 0
    for who, at_ms, has_xp, has_kills in seen:
        if who == whose and at_ms > start_ms:
            rose = UNRANKED != xp < has_xp or has_kills > kills
            if at_ms - before_ms > most:
                undated += rose
            elif (middle := (before_ms + at_ms) // 2) >= start_ms:
                looked.append(middle)
                risen += [(who, middle)] if rose else []
        whose, before_ms, xp, kills = who, at_ms, has_xp, has_kills
    return GameHours(tuple(risen), tuple(looked), undated)


def left_of(span: Span, lost: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of a span that are not lost."""
    parts, start = [], span.start
    for each in merged(lost, span):
        if start < each.start:
            parts.append(Span(start, each.start))
        start = each.end
    return (*parts, *([Span(start, span.end)] if start < span.end else []))


def hours_seen(seen: Iterable[Span], zone: ZoneInfo) -> frozenset[tuple[int, int]]:
    """Return the (weekday, hour) of which somebody saw at least a part."""
    found: set[tuple[int, int]] = set()
    for span in seen:
        at = hour_of(span.start, zone)
        while at < span.end and len(found) < HOURS_IN_WEEK:
            local = at.astimezone(zone)
            found.add((local.weekday(), local.hour))
            at += HOUR
    return frozenset(found)


def seen_week(
    hours: Iterable[tuple[datetime, int]], seen: frozenset[tuple[int, int]], zone: ZoneInfo
) -> SeenWeek:
    """Return the sums of (hour, number) by weekday and hour; None for an hour that nobody saw."""
    return tuple(
        tuple(
            number if number or (weekday, hour) in seen else None for hour, number in enumerate(row)
        )
        for weekday, row in enumerate(heatmap(hours, zone))
    )


def known_of(week: SeenWeek) -> Heatmap:
    """Return the week with nothing where it is unknown, to find the busiest hours."""
    return tuple(tuple(number or 0 for number in row) for row in week)


def is_unknown(week: SeenWeek) -> bool:
    """Return whether nothing is known of any hour."""
    return all(number is None for row in week for number in row)


def by_offset(span: Span, zone: ZoneInfo) -> tuple[tuple[Span, timedelta], ...]:
    """Return the parts of a span in which the clan's clock is as far from UTC, and how far."""
    starts = [span.start, *(at for at in _changes(span, zone) if at < span.end)]
    return tuple(
        (Span(start, end), _offset(start, zone)) for start, end in pairwise((*starts, span.end))
    )


def _changes(span: Span, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when the clock of a zone changes; no clock does so twice in a day."""
    at = span.start
    while at < span.end:
        later = min(at + DAY, span.end)
        if _offset(at, zone) != _offset(later, zone):
            yield change_after(at, later - at, zone)
        at = later


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()

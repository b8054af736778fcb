"""One person who writes as several authors: on Discord, and in the clan chat under some names.

What is said in one hour has one cap, a day with anything is one day, and nobody answers themself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import permutations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.spans import Span, slot_of

_SECOND_MS = 1000


class OwnAnswer(NamedTuple):
    """An answer that is credited to an author, and the author who had asked."""

    asked_by: int
    answered_by: int
    answered_at: datetime


class Together(NamedTuple):
    """What persons of several authors wrote; each is known by their first author.

    `head` is that author by any author of such a person; `hours` are their messages by the hour of
    the clan's clock, which begins so many milliseconds after 1970.
    """

    head: Mapping[int, int]
    hours: Mapping[int, Mapping[int, int]] = {}
    own: Sequence[OwnAnswer] = ()

    def capped(self, span: Span, cap: int) -> dict[int, int]:
        """Return by first author the messages of a span of which no hour counts beyond the cap."""
        start, end = _ms(span.start), _ms(span.end)
        found = {
            who: sum(min(count, cap) for hour, count in hours.items() if start <= hour < end)
            for who, hours in self.hours.items()
        }
        return {who: count for who, count in found.items() if count}

    def days(self, span: Span, zone: ZoneInfo) -> dict[int, int]:
        """Return by first author on how many days of a span anything was written."""
        start, end, day_of_hour = _ms(span.start), _ms(span.end), _DayOfHour(zone)
        found = {
            who: len({day_of_hour[at] for at in hours if start <= at < end})
            for who, hours in self.hours.items()
        }
        return {who: days for who, days in found.items() if days}

    def answered_themselves(self, span: Span) -> dict[int, int]:
        """Return by author the answers within a span that were given to the same person."""
        found: dict[int, int] = defaultdict(int)
        for each in self.own:
            same = self.head.get(each.asked_by) == self.head.get(each.answered_by)
            if same and each.answered_at in span:
                found[each.answered_by] += 1
        return dict(found)


class _DayOfHour(dict[int, date]):
    """The clan's day by the milliseconds at which an hour begins, each looked up once."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, at_ms: int) -> date:
        """Return the day of an hour that was not asked for yet."""
        self[at_ms] = day = slot_of(at_ms / _SECOND_MS, self._zone)[0]
        return day


def own_pairs(head: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return every two authors of the same person, in both orders."""
    authors: dict[int, list[int]] = defaultdict(list)
    for author_id, first in head.items():
        authors[first].append(author_id)
    return [pair for each in authors.values() for pair in permutations(sorted(each), 2)]


def joint_hours(
    head: Mapping[int, int], rows: Iterable[tuple[int, int, int]]
) -> dict[int, dict[int, int]]:
    """Return by first author and hour what (author, hour, messages) come to for each person."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for author_id, hour_ms, messages in rows:
        if messages:
            hours = found[head[author_id]]
            hours[hour_ms] = hours.get(hour_ms, 0) + messages
    return dict(found)


def heads(persons: Iterable[Sequence[int]]) -> dict[int, int]:
    """Return by author the first author of the same person, of those who have several."""
    return {
        author_id: authors[0] for authors in persons if len(authors) > 1 for author_id in authors
    }


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * _SECOND_MS)

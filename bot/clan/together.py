"""One person who writes as several authors: on Discord, and in the clan chat under some names.

What is said in one hour has one cap, a day with anything is one day, and nobody answers themself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.spans import Span, day_of


class AuthorHour(NamedTuple):
    """How many messages an author wrote in an hour of the clan's clock."""

    author_id: int
    hour_at: datetime
    messages: int


class OwnAnswer(NamedTuple):
    """An answer that is credited to an author, and the author who had asked."""

    asked_by: int
    answered_by: int
    answered_at: datetime


class Together(NamedTuple):
    """What persons of several authors wrote; each is known by their first author.

    `head` is that author by any author of such a person.
    """

    head: Mapping[int, int]
    hours: Sequence[AuthorHour] = ()
    own: Sequence[OwnAnswer] = ()

    def capped(self, span: Span, cap: int) -> dict[int, int]:
        """Return by first author the messages of a span of which no hour counts beyond the cap."""
        return {
            who: sum(min(messages, cap) for messages in hours.values())
            for who, hours in self._in_hours(span).items()
        }

    def days(self, span: Span, zone: ZoneInfo) -> dict[int, int]:
        """Return by first author on how many days of a span anything was written."""
        return {
            who: len({day_of(hour_at, zone) for hour_at in hours})
            for who, hours in self._in_hours(span).items()
        }

    def answered_themselves(self, span: Span) -> dict[int, int]:
        """Return by author the answers within a span that were given to the same person."""
        found: dict[int, int] = defaultdict(int)
        for each in self.own:
            same = self.head.get(each.asked_by) == self.head.get(each.answered_by)
            if same and each.answered_at in span:
                found[each.answered_by] += 1
        return dict(found)

    def _in_hours(self, span: Span) -> dict[int, dict[datetime, int]]:
        found: dict[int, dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
        for each in self.hours:
            if each.hour_at in span and each.messages:
                found[self.head[each.author_id]][each.hour_at] += each.messages
        return found


def heads(persons: Iterable[Sequence[int]]) -> dict[int, int]:
    """Return by author the first author of the same person, of those who have several."""
    return {
        author_id: authors[0] for authors in persons if len(authors) > 1 for author_id in authors
    }

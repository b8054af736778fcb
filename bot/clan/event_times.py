"""When an event would find most people, whom it suits, and whom it misses.

By people's own hours: those in which they wrote or were seen to gain something. Nothing is asked of
anybody, and who was hardly seen is neither suited nor missed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, compress
from operator import sub
from typing import NamedTuple

from bot.clan.week_hours import HOURS_IN_WEEK

HOURS_IN_DAY = 24
SUITED_WEEKS = 4
"""A time suits whoever was there in it in at least one week of so many."""
LEAST_HOURS = 8
"""Of whoever was seen in fewer hours nobody can say when they are there."""
_APART = 4
"""Two times of one day are at least so many hours apart, so that they are a choice."""
_CORE = 6


class PersonHours(NamedTuple):
    """One person, and in how many weeks they were there in an hour of the week.

    Hours of the week are numbered from Monday 00:00 on, 0 to 167.
    """

    name: str
    weeks_by_hour: Mapping[int, int]

    @property
    def is_known(self) -> bool:
        """Return whether enough was seen to say when they are there."""
        return sum(self.weeks_by_hour.values()) >= LEAST_HOURS


class PartOfDay(IntEnum):
    """Six hours of the clan's day in which somebody mostly is there."""

    NIGHT = 0
    MORNING = 1
    AFTERNOON = 2
    EVENING = 3

    @property
    def words(self) -> str:
        """Return the part as it is told, such as "18:00-24:00"."""
        return f"{_CORE * self:02d}:00\N{EN DASH}{_CORE * (self + 1):02d}:00"


class PartReach(NamedTuple):
    """Of the people of a part of the day: how many there are, whom a time suits, whom it misses."""

    part: PartOfDay | None
    people: int
    suited: int
    missed: int


@dataclass(frozen=True, slots=True)
class EventTime:
    """A time for an event: how many are there in a usual week, whom it suits and whom it misses."""

    hour: int
    around: float
    suited: tuple[str, ...]
    missed: tuple[str, ...]
    reach: tuple[PartReach, ...]

    @property
    def slot(self) -> tuple[int, int, int]:
        """Return weekday, hour of the day and how many are there, as busy hours are told."""
        return self.hour // HOURS_IN_DAY, self.hour % HOURS_IN_DAY, round(self.around)


class _Seen(NamedTuple):
    """One person with what all times are held against.

    `there` is in how many weeks they are there in an event, by the hour it begins.
    """

    person: PersonHours
    there: Sequence[int]
    part: PartOfDay | None
    is_known: bool


def event_times(
    people: Sequence[PersonHours], weeks: int, length: int, how_many: int = 3
) -> tuple[EventTime, ...]:
    """Return the best times for an event of so many hours, the one that most are there for first.

    `weeks` is over how many the hours were counted. How many are there is the sum of the shares of
    weeks in which each of them was there, in that hour of the event in which they mostly are.
    """
    begins = [_begins(hour, length) for hour in range(HOURS_IN_WEEK)]
    seen = [
        _Seen(each, _there(each, weeks, begins), part_of_day(each), each.is_known)
        for each in people
    ]
    around = [sum(counts) for counts in zip(*(each.there for each in seen), strict=True)]
    ranked = sorted(
        (hour for hour, count in enumerate(around) if count),
        key=lambda hour: (-around[hour], hour),
    )
    found: list[int] = []
    for hour in ranked:
        if len(found) < how_many and all(_is_apart(hour, each, length) for each in found):
            found.append(hour)
    return tuple(_told(seen, hour, length, weeks, around[hour] / weeks) for hour in found)


def _begins(hour: int, length: int) -> tuple[int, ...]:
    """Return the hours at which an event begins that an hour is a part of."""
    return tuple((hour - each) % HOURS_IN_WEEK for each in range(min(length, HOURS_IN_WEEK)))


def _there(person: PersonHours, weeks: int, begins: Sequence[tuple[int, ...]]) -> list[int]:
    """Return in how many of the weeks a person is there in an event, by the hour it begins."""
    most = [0] * HOURS_IN_WEEK
    for hour, seen in person.weeks_by_hour.items():
        # Without min and max: calls for thousands of hours would take twice as long.
        count = seen if seen < weeks else weeks  # noqa: FURB136
        for each in begins[hour]:
            if count > most[each]:  # noqa: PLR1730
                most[each] = count
    return most


def _is_apart(one: int, other: int, length: int) -> bool:
    apart = abs(one - other)
    return min(apart, HOURS_IN_WEEK - apart) >= max(_APART, length)


def _told(seen: Sequence[_Seen], hour: int, length: int, weeks: int, around: float) -> EventTime:
    near = frozenset((hour + each) % HOURS_IN_WEEK for each in range(-1, length + 1))
    suits = [each.there[hour] * SUITED_WEEKS >= weeks for each in seen]
    misses = [each.is_known and near.isdisjoint(each.person.weeks_by_hour) for each in seen]
    return EventTime(
        hour=hour,
        around=around,
        suited=_names(seen, suits),
        missed=_names(seen, misses),
        reach=tuple(_reach(seen, suits, misses)),
    )


def _names(seen: Sequence[_Seen], chosen: Sequence[bool]) -> tuple[str, ...]:
    names = (each.person.name for each in compress(seen, chosen))
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _reach(
    seen: Sequence[_Seen], suits: Sequence[bool], misses: Sequence[bool]
) -> Iterable[PartReach]:
    rows = [
        (each.part, suited, missed)
        for each, suited, missed in zip(seen, suits, misses, strict=True)
        if each.is_known
    ]
    for part in (*PartOfDay, None):
        of_part = [row for row in rows if row[0] is part]
        if of_part:
            yield PartReach(
                part, len(of_part), sum(row[1] for row in of_part), sum(row[2] for row in of_part)
            )


def part_of_day(person: PersonHours) -> PartOfDay | None:
    """Return in which part of the clan's day somebody mostly is there.

    It is that in which the middle of their busiest six hours lies. None for whoever was hardly
    seen, and for whoever was there for more than half of it outside of those six hours.
    """
    if not person.is_known:
        return None
    by_hour = [0] * HOURS_IN_DAY
    for hour, count in person.weeks_by_hour.items():
        by_hour[hour % HOURS_IN_DAY] += count
    # What was counted before each hour of a day, and of the five that the last core goes on for.
    before = (0, *accumulate(by_hour + by_hour[: _CORE - 1]))
    cores = [*map(sub, before[_CORE:], before)]
    most = max(cores)
    if 2 * most < sum(by_hour):
        return None
    # Of several such stretches the middle one: those before and after it hold the same hours.
    best = _middle_of([start for start, count in enumerate(cores) if count == most])
    return PartOfDay((best + _CORE // 2) % HOURS_IN_DAY // _CORE)


def _middle_of(starts: Sequence[int]) -> int:
    """Return the middle of the first run of neighbouring starts; one may go over midnight."""
    first = next((each for each in starts if (each - 1) % HOURS_IN_DAY not in starts), 0)
    length = 1
    while (first + length) % HOURS_IN_DAY in starts and length < HOURS_IN_DAY:
        length += 1
    return (first + (length - 1) // 2) % HOURS_IN_DAY

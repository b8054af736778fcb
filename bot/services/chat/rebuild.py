"""A clan's days and hours counted anew from its facts: in another time zone they begin elsewhere.

The newest days first, in steps that each let the next writer in. How far it came stands with the
clan, so that whoever is stopped goes on later; what is written meanwhile is by the new zone, and
each step takes its stretch of time from the facts as they are then. The sums of channels, which no
zone changes, are made anew with it: those of the days of UTC that begin in its stretch.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bot.clan.spans import DAY, Span, day_of, day_span, slot_of
from bot.clan.zones import is_of_a_place, zone_meant
from bot.services.setup import Clan
from storage import channel_days, chat, clans, messages, questions, rollups
from storage.clans import ClanRow
from storage.columns import first_snowflake
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.rollups import AuthorRange, Tally

_FACTS_AT_ONCE = 1_000  # 10 to 20 milliseconds for the one writer
_DAYS_AT_ONCE = 32
_QUARTER_S = 15 * 60


@cache
def _known_zones() -> frozenset[str]:
    """Return the names of every time zone; the first time it takes a third of a second."""
    return frozenset(available_timezones())


class UnknownZone(ValueError):
    """No place's time zone has this name; `meant` may be the one that was meant."""

    def __init__(self, name: str, meant: str | None = None) -> None:
        instead = meant or "Europe/London"
        super().__init__(f"no place's time zone is called {name!r}; write it like {instead}")
        self.meant = meant


@dataclass(frozen=True, slots=True)
class _Step:
    """The clan's days [first, after) in its zone; by how many authors at once; none are older."""

    zone: ZoneInfo
    first: date
    after: date
    portions: tuple[AuthorRange, ...]

    @property
    def span(self) -> Span:
        """Return the instants from the beginning of the first day to that of the day after."""
        return Span(day_span(self.first, self.zone).start, day_span(self.after, self.zone).start)

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Return them as a pair."""
        return self.span.start, self.span.end

    @property
    def utc_days(self) -> channel_days.Days:
        """Return the days of UTC that begin within them, by which channels are counted."""
        return channel_days.days_begun(*map(first_snowflake, self.instants))

    def is_next_of(self, row: ClanRow | None) -> bool:
        """Return whether the clan still waits for just this."""
        return row is not None and (row.zone, row.recounted_from_on) == (self.zone.key, self.after)


class Zones:
    """Changes when a clan's days begin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @begins_again
    async def set_zone(self, clan: Clan, zone: str) -> None:
        """Set the time zone in which the clan's days begin; UnknownZone when there is none such.

        What was written before moves into the days and hours of that zone.
        """
        known = await asyncio.to_thread(_known_zones)
        if not is_of_a_place(zone, known):
            raise UnknownZone(zone, await asyncio.to_thread(zone_meant, zone, known))
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, zone_chosen=True)
            before = await clans.of_guild(connection, clan.guild_id)
            if before is not None and before.zone != zone:
                extent = await rollups.extent(connection, clan.clan_id)
                await clans.change(
                    connection,
                    clan.clan_id,
                    zone=zone,
                    recounted_from_on=None if extent is None else extent[1],
                )
        await self._recount(clan.guild_id)

    async def recount(self) -> None:
        """Finish what was begun when a zone was set, and stopped before its end."""
        async with self._database.reading() as connection:
            begun = [row for row in await clans.every(connection) if row.recounted_from_on]
        for row in begun:
            await self._recount(row.guild_id)

    @begins_again
    async def rebuild(self, clan: Clan) -> None:
        """Count all days and hours of a clan anew from its facts, in steps, in its present zone."""
        async with self._database.writing() as connection:
            extent = await rollups.extent(connection, clan.clan_id)
            if extent is not None:
                await clans.change(connection, clan.clan_id, recounted_from_on=extent[1])
        await self._recount(clan.guild_id)

    async def uneven(self, clan: Clan) -> AsyncIterator[int]:
        """Yield, stretch by stretch, how many days and hours are not what the facts make.

        A clan that is being counted anew, or is from now on, is left alone.
        """
        async with self._database.reading() as connection:
            extent = await rollups.extent(connection, clan.clan_id)
        reached = None if extent is None else extent[1]
        while reached is not None and extent is not None and reached > extent[0]:
            async with self._database.reading() as connection:
                row = await clans.of_guild(connection, clan.guild_id)
                if row is None or row.recounted_from_on is not None:
                    return
                step = await _step(connection, row, reached)
                yield await rollups.uneven_hours(connection, clan.clan_id, step.instants)
                yield await channel_days.uneven(connection, clan.clan_id, step.utc_days)
            for portion in step.portions:
                async with self._database.reading() as connection:
                    row = await clans.of_guild(connection, clan.guild_id)
                    if row is None or (row.zone, row.recounted_from_on) != (step.zone.key, None):
                        return
                    yield await _uneven(connection, step, portion)
            reached = step.first

    async def _recount(self, guild_id: int) -> None:
        while (step := await self._next_step(guild_id)) is not None:
            for portion in step.portions:
                # Somebody else may be at it as well, or the zone be another one again.
                if not await self._carry_out(step, guild_id, portion):
                    break

    async def _next_step(self, guild_id: int) -> _Step | None:
        async with self._database.reading() as connection:
            row = await clans.of_guild(connection, guild_id)
            if row is None or row.recounted_from_on is None:
                return None
            return await _step(connection, row, row.recounted_from_on)

    @begins_again
    async def _carry_out(self, step: _Step, guild_id: int, portion: AuthorRange) -> bool:
        """Count a portion of a step; False when the clan no longer waits for it."""
        async with self._database.writing() as connection:
            if not step.is_next_of(await clans.of_guild(connection, guild_id)):
                return False
            await _count(connection, step, portion)
            if portion == step.portions[-1]:
                await channel_days.replace(connection, portion.clan_id, step.utc_days)
                extent = await rollups.extent(connection, portion.clan_id)
                is_over = extent is None or step.first <= extent[0]
                reached = None if is_over else step.first
                await clans.change(connection, portion.clan_id, recounted_from_on=reached)
        return True


async def _step(connection: Connection, row: ClanRow, after: date) -> _Step:
    """Return the next days before one, about as many as can be counted at once."""
    zone = ZoneInfo(row.zone)
    extent = await rollups.extent(connection, row.clan_id)
    oldest = after - DAY if extent is None else min(extent[0], after - DAY)
    start = max(oldest, after - _DAYS_AT_ONCE * DAY)
    span = Span(day_span(start, zone).start, day_span(after, zone).start)
    written: Counter[date] = Counter()
    for hour_at, count in await chat.clan_hours(connection, row.clan_id, span.start, span.end):
        written[day_of(hour_at, zone)] += count
    first = _first_day(written, start, after)
    step = _Step(zone, first, after, (AuthorRange(row.clan_id),))
    if written[first] <= _FACTS_AT_ONCE:
        return step
    counts = await messages.counts(connection, row.clan_id, step.span.start, step.span.end)
    return _Step(zone, first, after, tuple(_portions(row.clan_id, counts)))


def _first_day(written: Mapping[date, int], start: date, after: date) -> date:
    """Return the earliest day from `start` on with which not too much was written until `after`."""
    first = after - DAY
    total = written[first]
    while first > start and (total := total + written[first - DAY]) <= _FACTS_AT_ONCE:
        first -= DAY
    return first


def _portions(clan_id: int, counts: Mapping[int, int]) -> Iterator[AuthorRange]:
    """Yield ranges of authors, all of them together, each of whom wrote about so much."""
    first, total = 0, 0
    for author_id, count in counts.items():
        if total and total + count > _FACTS_AT_ONCE:
            yield AuthorRange(clan_id, first, author_id)
            first, total = author_id, 0
        total += count
    yield AuthorRange(clan_id, first)


async def _count(connection: Connection, step: _Step, authors: AuthorRange) -> None:
    """Replace the authors' days and hours by what their messages and answers make."""
    tallies = await _tallies(connection, step, authors)
    await rollups.replace(connection, authors, (step.first, step.after), step.instants, tallies)


async def _tallies(connection: Connection, step: _Step, authors: AuthorRange) -> list[Tally]:
    """Return what the authors' messages and answers make."""
    written = await messages.by_quarter(connection, authors, *step.instants)
    answered = await questions.credited_by_quarter(connection, authors, *step.instants)
    return [*_written(written, step.zone), *_answered(answered, step.zone)]


async def _uneven(connection: Connection, step: _Step, authors: AuthorRange) -> int:
    """Return how many of the authors' days and hours are not what their facts make."""
    days: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    hours: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for each in await _tallies(connection, step, authors):
        counts = {"messages": each.messages, "questions": each.questions, "answers": each.answers}
        days[each.author_id, each.day].update(counts)
        hours[each.author_id, each.hour_at].update(counts)
    stored = await rollups.stored(connection, authors, (step.first, step.after), step.instants)
    return _apart(days, stored[0]) + _apart(hours, stored[1])


def _apart(made: Mapping[Any, Counter[str]], kept: Mapping[Any, tuple[int, ...]]) -> int:
    """Return for how many keys both do not say the same."""
    ours = {key: tuple(counts.values()) for key, counts in made.items()}
    return sum(ours.get(key) != kept.get(key) for key in ours.keys() | kept.keys())


def _written(found: Iterable[tuple[int, int, int, int]], zone: ZoneInfo) -> Iterator[Tally]:
    for who, quarter, count, asked in found:
        yield Tally(who, *slot_of(quarter * _QUARTER_S, zone), count, asked)


def _answered(found: Iterable[tuple[int, int, int]], zone: ZoneInfo) -> Iterator[Tally]:
    for who, quarter, count in found:
        yield Tally(who, *slot_of(quarter * _QUARTER_S, zone), answers=count)

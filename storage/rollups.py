"""What is derived from facts and kept beside them: days, hours and running totals.

A rollup changes only by tallies, in the transaction that changed the facts; a rebuild from the
facts makes the same rows.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Table, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import instant_of
from storage.engine import upsert
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    CLAN_HOURS,
)

_Key = TypeVar("_Key", bound=Hashable)
_When = TypeVar("_When", date, datetime)
_COUNTS = ("messages", "questions", "answers")
_DAY = timedelta(days=1)


Counted = Mapping[tuple[int, _When], tuple[int, int, int]]
"""Messages, questions and answers by author and day, or by author and hour."""


class AuthorRange(NamedTuple):
    """The clan's authors with ids in [first_id, after_id); without an end, all further ones."""

    clan_id: int
    first_id: int = 0
    after_id: int | None = None

    def holds(self, table: Table, name: str = "author_id") -> ColumnElement[bool]:
        """Return, as SQL, that a row of a table is one of theirs, by a column of it."""
        author = AUTHORS.c
        ids = select(author.id).where(author.clan_id == self.clan_id, author.id >= self.first_id)
        if self.after_id is not None:
            ids = ids.where(author.id < self.after_id)
        # IN, not a range: so each author's rows are sought by what follows in the key.
        return (table.c.clan_id == self.clan_id) & table.c[name].in_(ids)


class Tally(NamedTuple):
    """Counts to add to (or, negative, to take from) an author's day and hour."""

    author_id: int
    day: date
    hour_at: datetime
    messages: int = 0
    questions: int = 0
    answers: int = 0


async def roll_up(connection: AsyncConnection, clan_id: int, tallies: Collection[Tally]) -> None:
    """Add the tallies to every rollup; rows in which nothing is left are gone afterwards."""
    totals = _sums((tally.author_id, tally) for tally in tallies)
    clan = _sums((tally.hour_at, tally) for tally in tallies if tally.messages)
    await _add(connection, clan_id, tallies)
    await upsert(
        connection,
        AUTHOR_TOTALS,
        [{"clan_id": clan_id, "author_id": who, **counts} for who, counts in totals.items()],
        add=_COUNTS,
    )
    await upsert(
        connection,
        CLAN_HOURS,
        [
            {"clan_id": clan_id, "hour_at": hour, "messages": counts["messages"]}
            for hour, counts in clan.items()
        ],
        add=("messages",),
    )
    if any(min(tally.messages, tally.answers) < 0 for tally in tallies):
        await _drop_empty(connection, clan_id, tallies)


async def _add(connection: AsyncConnection, clan_id: int, tallies: Collection[Tally]) -> None:
    """Add the tallies to their authors' days and hours."""
    days = _sums(((tally.author_id, tally.day), tally) for tally in tallies)
    hours = _sums(((tally.author_id, tally.hour_at), tally) for tally in tallies)
    await upsert(
        connection,
        AUTHOR_DAYS,
        [
            {"clan_id": clan_id, "author_id": who, "day": day, **counts}
            for (who, day), counts in days.items()
        ],
        add=_COUNTS,
    )
    await upsert(
        connection,
        AUTHOR_HOURS,
        [
            {"clan_id": clan_id, "author_id": who, "hour_at": hour, **counts}
            for (who, hour), counts in hours.items()
        ],
        add=_COUNTS,
    )


async def extent(connection: AsyncConnection, clan_id: int) -> tuple[date, date] | None:
    """Return the days [first, after) outside which nothing is counted of the clan in any zone.

    None when nothing is counted at all.
    """
    day = AUTHOR_DAYS.c
    days = await _outermost(connection, clan_id, AUTHOR_DAYS, day.day)
    found = [each for each in days if each is not None]
    # Deleted while a new zone is counted, a message may leave hours of both zones and no day.
    hour = AUTHOR_HOURS.c
    hours = await _outermost(connection, clan_id, AUTHOR_HOURS, hour.hour_at)
    found += [each.date() for each in hours if each is not None]
    for table in message_tables(connection):
        ids = await _outermost(connection, clan_id, table, table.c.message_id)
        found += [instant_of(each).date() for each in ids if each is not None]
    # Two zones are up to 26 hours apart, and so are the dates that they show.
    return (min(found) - 2 * _DAY, max(found) + 3 * _DAY) if found else None


async def _outermost(
    connection: AsyncConnection,
    clan_id: int,
    table: Table,
    column: ColumnElement[Any],
) -> tuple[Any, Any]:
    """Return the smallest and the largest value among the clan's authors, each found by a seek."""
    author = AUTHORS.c

    def best(choose: Any) -> Any:  # noqa: ANN401 - SQL
        own = (table.c.clan_id == clan_id) & (table.c.author_id == author.id)
        return choose(select(choose(column)).where(own).correlate(AUTHORS).scalar_subquery())

    rows = await connection.execute(
        select(best(func.min), best(func.max)).where(author.clan_id == clan_id)
    )
    smallest, largest = rows.one()
    return smallest, largest


async def replace(
    connection: AsyncConnection,
    authors: AuthorRange,
    days: tuple[date, date],
    hours: tuple[datetime, datetime],
    tallies: Collection[Tally],
) -> None:
    """Let authors' days [first, after) and hours [start, end) be the tallies and nothing else.

    The clan's hours are what its authors' hours make; totals do not depend on days and hours.
    """
    for table, when, (first, after) in (
        (AUTHOR_DAYS, AUTHOR_DAYS.c.day, days),
        (AUTHOR_HOURS, AUTHOR_HOURS.c.hour_at, hours),
    ):
        await connection.execute(
            delete(table).where(authors.holds(table), when >= first, when < after)
        )
    await _add(connection, authors.clan_id, tallies)
    await _sum_clan_hours(connection, authors.clan_id, *hours)


async def stored(
    connection: AsyncConnection,
    authors: AuthorRange,
    days: tuple[date, date],
    hours: tuple[datetime, datetime],
) -> tuple[Counted[date], Counted[datetime]]:
    """Return what is kept of authors' days [first, after) and hours [start, end)."""
    found: list[dict[Any, tuple[int, int, int]]] = []
    for table, when, (first, after) in (
        (AUTHOR_DAYS, AUTHOR_DAYS.c.day, days),
        (AUTHOR_HOURS, AUTHOR_HOURS.c.hour_at, hours),
    ):
        rows = await connection.execute(
            select(table.c.author_id, when, *(table.c[each] for each in _COUNTS)).where(
                authors.holds(table), when >= first, when < after
            )
        )
        found.append({(row[0], row[1]): (row[2], row[3], row[4]) for row in rows})
    return found[0], found[1]


async def uneven_hours(
    connection: AsyncConnection, clan_id: int, hours: tuple[datetime, datetime]
) -> int:
    """Return how many of the clan's hours [start, end) are not the sum of its authors' hours."""
    hour, clan_hour, (start, end) = AUTHOR_HOURS.c, CLAN_HOURS.c, hours
    sums = await connection.execute(
        select(hour.hour_at, func.sum(hour.messages))
        .where(AuthorRange(clan_id).holds(AUTHOR_HOURS), hour.hour_at >= start, hour.hour_at < end)
        .group_by(hour.hour_at)
    )
    kept = await connection.execute(
        select(clan_hour.hour_at, clan_hour.messages).where(
            clan_hour.clan_id == clan_id, clan_hour.hour_at >= start, clan_hour.hour_at < end
        )
    )
    wanted = {at: count for at, count in sums if count}
    return len(wanted.items() ^ {at: count for at, count in kept}.items())  # noqa: C416 - no pairs


async def _sum_clan_hours(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> None:
    hour, clan_hour = AUTHOR_HOURS.c, CLAN_HOURS.c
    await connection.execute(
        delete(CLAN_HOURS).where(
            clan_hour.clan_id == clan_id, clan_hour.hour_at >= start, clan_hour.hour_at < end
        )
    )
    summed = func.sum(hour.messages)
    sums = (
        select(literal(clan_id), hour.hour_at, summed)
        .where(AuthorRange(clan_id).holds(AUTHOR_HOURS), hour.hour_at >= start, hour.hour_at < end)
        .group_by(hour.hour_at)
        .having(summed != 0)
    )
    names = ["clan_id", "hour_at", "messages"]
    await connection.execute(CLAN_HOURS.insert().from_select(names, sums))


async def raise_last_written(
    connection: AsyncConnection, clan_id: int, written: Iterable[tuple[int, datetime]]
) -> None:
    """Note (author, instant) of new messages where they are newer than what is known."""
    newest: dict[int, datetime] = {}
    for who, at in written:
        newest[who] = max(newest.get(who, at), at)
    nothing = dict.fromkeys(_COUNTS, 0)
    await upsert(
        connection,
        AUTHOR_TOTALS,
        [
            {"clan_id": clan_id, "author_id": who, "wrote_at": at, **nothing}
            for who, at in newest.items()
        ],
        keep_largest=("wrote_at",),
    )


async def find_last_written(connection: AsyncConnection, clan_id: int, author_id: int) -> None:
    """Look up an author's newest message again after some were taken out.

    Where no fact is left of what is counted, the newest hour in which they wrote.
    """
    hours, total = AUTHOR_HOURS.c, AUTHOR_TOTALS.c
    last = [
        await connection.scalar(
            select(table.c.sent_at)
            .where(table.c.clan_id == clan_id, table.c.author_id == author_id)
            .order_by(table.c.message_id.desc())
            .limit(1)
        )
        for table in message_tables(connection)
    ]
    newest = max((each for each in last if each is not None), default=None)
    if newest is None:
        newest = await connection.scalar(
            select(func.max(hours.hour_at))
            .join(
                AUTHOR_TOTALS,
                (total.clan_id == hours.clan_id) & (total.author_id == hours.author_id),
            )
            .where(
                hours.clan_id == clan_id,
                hours.author_id == author_id,
                hours.messages > 0,
                total.messages > 0,
            )
        )
    await connection.execute(
        update(AUTHOR_TOTALS)
        .where(total.clan_id == clan_id, total.author_id == author_id)
        .values(wrote_at=newest)
    )


def _sums(pairs: Iterable[tuple[_Key, Tally]]) -> dict[_Key, dict[str, int]]:
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, tally in pairs:
        row = sums[key]
        row[0] += tally.messages
        row[1] += tally.questions
        row[2] += tally.answers
    return {key: dict(zip(_COUNTS, row, strict=True)) for key, row in sums.items()}


async def _drop_empty(
    connection: AsyncConnection, clan_id: int, tallies: Collection[Tally]
) -> None:
    authors = {tally.author_id for tally in tallies}
    for table in (AUTHOR_DAYS, AUTHOR_HOURS):
        counts = table.c
        await connection.execute(
            delete(table).where(
                counts.clan_id == clan_id,
                counts.author_id.in_(authors),
                counts.messages == 0,
                counts.answers == 0,
            )
        )
    await connection.execute(
        delete(CLAN_HOURS).where(
            CLAN_HOURS.c.clan_id == clan_id,
            CLAN_HOURS.c.hour_at.in_({tally.hour_at for tally in tallies}),
            CLAN_HOURS.c.messages == 0,
        )
    )

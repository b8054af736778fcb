"""What is derived from facts and kept beside them: days, hours and running totals.

A rollup changes only by tallies, in the transaction that changed the facts; a rebuild from the
facts makes the same rows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import instant_of
from storage.engine import upsert
from storage.given import GIVEN, ByClan, look_up
from storage.tables import (
    AUTHOR_DAYS,
    AUTHOR_HOURS,
    AUTHOR_TOTALS,
    AUTHORS,
    CHANNEL_DAYS,
    CLAN_HOURS,
)

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
    """Counts to add to (or, negative, to take from) an author's day and hour.

    `wrote_at` is when they wrote what is new.
    """

    author_id: int
    day: date
    hour_at: datetime
    messages: int = 0
    questions: int = 0
    answers: int = 0
    wrote_at: datetime | None = None


async def roll_up(connection: AsyncConnection, by_clan: ByClan[Collection[Tally]]) -> None:
    """Add clans' tallies to every rollup; rows in which nothing is left are gone afterwards."""
    if not any(by_clan.values()):
        return
    await _add(connection, by_clan)
    wrote_at = _last_written(by_clan)
    totals = _sums(by_clan, "author_id")
    for row in totals:
        row["wrote_at"] = wrote_at[row["clan_id"], row["author_id"]]
    await upsert(connection, AUTHOR_TOTALS, totals, add=_COUNTS, keep_largest=("wrote_at",))
    hours = [
        {name: row[name] for name in ("clan_id", "hour_at", "messages")}
        for row in _sums(by_clan, "hour_at")
        if row["messages"]
    ]
    await upsert(connection, CLAN_HOURS, hours, add=("messages",))
    await _drop_empty(connection, by_clan)


async def _add(connection: AsyncConnection, by_clan: ByClan[Collection[Tally]]) -> None:
    """Add the tallies to their authors' days and hours."""
    await upsert(connection, AUTHOR_DAYS, _sums(by_clan, "author_id", "day"), add=_COUNTS)
    await upsert(connection, AUTHOR_HOURS, _sums(by_clan, "author_id", "hour_at"), add=_COUNTS)


def _last_written(
    by_clan: ByClan[Collection[Tally]],
) -> dict[tuple[int, int], datetime | None]:
    """Return by clan and author the newest instant at which they wrote what is new, if anything."""
    newest: dict[tuple[int, int], datetime | None] = {}
    for clan_id, tallies in by_clan.items():
        for tally in tallies:
            known = newest.setdefault((clan_id, tally.author_id), tally.wrote_at)
            if known is None or (tally.wrote_at is not None and known < tally.wrote_at):
                newest[clan_id, tally.author_id] = tally.wrote_at
    return newest


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
    found += await _of_channels(connection, clan_id)
    # Two zones are up to 26 hours apart, and so are the dates that they show.
    return (min(found) - 2 * _DAY, max(found) + 3 * _DAY) if found else None


async def _of_channels(connection: AsyncConnection, clan_id: int) -> list[date]:
    """Return the first and the last day on which anything is counted in a channel, if any."""
    day = CHANNEL_DAYS.c
    ends = (
        select(choose(day.day)).where(day.clan_id == clan_id).scalar_subquery()
        for choose in (func.min, func.max)
    )
    rows = await connection.execute(select(*ends))
    return [each for each in rows.one() if each is not None]


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
    await _add(connection, {authors.clan_id: tallies})
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


async def find_last_written(connection: AsyncConnection, by_clan: ByClan[Collection[int]]) -> None:
    """Look up clans' authors' newest messages again after some were taken out.

    Where no fact is left of what is counted, the newest hour in which they wrote.
    """
    tables = message_tables(connection)
    sent = await look_up(connection, by_clan, *map(_newest_sent, tables))
    newest: dict[tuple[int, int], datetime | None] = {}
    for clan_id, rows in sent.items():
        for who, at in rows:
            newest[clan_id, who] = max(filter(None, (newest.get((clan_id, who)), at)), default=None)
    factless: dict[int, list[int]] = defaultdict(list)
    for (clan_id, who), sent_at in newest.items():
        if sent_at is None:
            factless[clan_id].append(who)
    for clan_id, rows in (await look_up(connection, factless, _newest_hours())).items():
        newest |= {(clan_id, who): hour_at for who, hour_at in rows}
    if newest:
        await connection.execute(
            _wrote_last(),
            [
                {"clan": clan_id, "author": who, "at": at}
                for (clan_id, who), at in sorted(newest.items(), key=itemgetter(0))
            ],
        )


@cache
def _newest_sent(table: Table) -> Select[Any]:
    message = table.c
    newest = (
        select(message.sent_at)
        .where(message.clan_id == GIVEN.c.clan_id, message.author_id == GIVEN.c.key)
        .order_by(message.message_id.desc())
        .limit(1)
        .correlate(GIVEN)
        .scalar_subquery()
    )
    return select(GIVEN.c.clan_id, GIVEN.c.key, newest)


@cache
def _newest_hours() -> Select[Any]:
    hours, total = AUTHOR_HOURS.c, AUTHOR_TOTALS.c
    theirs = (hours.clan_id == GIVEN.c.clan_id) & (hours.author_id == GIVEN.c.key)
    counted = (total.clan_id == hours.clan_id) & (total.author_id == hours.author_id)
    return (
        select(GIVEN.c.clan_id, GIVEN.c.key, func.max(hours.hour_at))
        .join(AUTHOR_HOURS, theirs)
        .join(AUTHOR_TOTALS, counted)
        .where(hours.messages > 0, total.messages > 0)
        .group_by(GIVEN.c.clan_id, GIVEN.c.key)
    )


@cache
def _wrote_last() -> Update:
    total = AUTHOR_TOTALS.c
    return (
        update(AUTHOR_TOTALS)
        .where(total.clan_id == bindparam("clan"), total.author_id == bindparam("author"))
        .values(wrote_at=bindparam("at"))
    )


def _sums(by_clan: ByClan[Collection[Tally]], *key: str) -> list[dict[str, Any]]:
    """Return rows of the sums of what is the same by the key, and of the same clan."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for clan_id, tallies in by_clan.items():
        for tally in tallies:
            row = sums[clan_id, *(getattr(tally, name) for name in key)]
            row[0] += tally.messages
            row[1] += tally.questions
            row[2] += tally.answers
    names = ("clan_id", *key, *_COUNTS)
    return [dict(zip(names, (*of, *row), strict=True)) for of, row in sums.items()]


async def _drop_empty(connection: AsyncConnection, by_clan: ByClan[Collection[Tally]]) -> None:
    """Delete the days and hours from which something was taken and in which nothing is left."""
    taken = {
        clan_id: [tally for tally in tallies if min(tally.messages, tally.answers) < 0]
        for clan_id, tallies in by_clan.items()
    }
    if not any(taken.values()):
        return
    for table, key in (
        (AUTHOR_DAYS, ("author_id", "day")),
        (AUTHOR_HOURS, ("author_id", "hour_at")),
        (CLAN_HOURS, ("hour_at",)),
    ):
        rows = [{name: row[name] for name in ("clan_id", *key)} for row in _sums(taken, *key)]
        await connection.execute(_emptied(table), sorted(rows, key=lambda row: [*row.values()]))


@cache
def _emptied(table: Table) -> Delete:
    """Return what deletes a row in which nothing is left, by its key."""
    counts = [table.c[each] for each in ("messages", "answers") if each in table.c]
    return delete(table).where(
        *(column == bindparam(column.name) for column in table.primary_key),
        *(column == 0 for column in counts),
    )

"""Moving a whole database to another one, of the other kind or the same: all of it, or marked.

While it is copied to, a database has the revision COPYING, with which nobody opens it. What the
archive holds comes along as what it was before it moved there.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, exists, func, literal, select, text, tuple_, update
from sqlmodel import SQLModel

from storage.archive import ARCHIVED_CHANGES, ARCHIVED_MESSAGES, moved_before
from storage.columns import storable
from storage.engine import Connection, Database, take_long
from storage.errors import COPYING, CopyFailed
from storage.migrate import NEWEST, bring_up, marked_revision, set_revision
from storage.tables import (
    ARCHIVE_MARKS,
    ARCHIVE_VOIDS,
    CLANS,
    MESSAGES,
    METRIC_CHANGES,
    WOM_BUDGETS,
)

_AT_ONCE = 2_000
_WRAPS = 2**64
_NOT_TAKEN = {ARCHIVE_MARKS.name, ARCHIVE_VOIDS.name, WOM_BUDGETS.name}
"""What only says what is in an archive, for there is none afterwards, or holds for a minute."""

Watch = Callable[[int, int], None]
"""Is told how many rows of how many are done."""
_Row = tuple[Any, ...]


@dataclass
class _Tally:
    """How many rows there are, and a sum over what stands in them, in whatever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Sequence[_Row]) -> None:
        self.rows += len(rows)
        self.total = (self.total + sum(hash(repr(row)) for row in rows)) % _WRAPS


@dataclass
class Copied:
    """How many rows of each table were copied and found the same."""

    rows: dict[str, int] = field(default_factory=dict)


def tables() -> list[Table]:
    """Return what is copied, each after what it refers to."""
    return [each for each in SQLModel.metadata.sorted_tables if each.name not in _NOT_TAKEN]


async def copy_to(source: Database, target: Database, now: datetime, watch: Watch) -> Copied:
    """Copy a database into an empty one and compare both, table by table.

    One that was left in the middle is emptied and begun again. Raises CopyFailed when the target
    holds something else, or when what stands there in the end is not what was read; then it stays
    marked.
    """
    await _begin(target, now)
    async with source.reading() as connection:
        await take_long(connection)
        expected = await _counts(connection)
        tallies = await _fill(connection, target, lambda done: watch(done, sum(expected.values())))
        async with target.writing() as theirs:
            await take_long(theirs)
            await _settle(connection, theirs)
            await _compare(theirs, expected, tallies)
            await set_revision(theirs, NEWEST)
    return Copied(expected)


async def _begin(target: Database, now: datetime) -> None:
    """Have the tables there, empty and marked."""
    if await marked_revision(target) != COPYING:
        await bring_up(target, now, alone=True)
    async with target.writing() as connection:
        await take_long(connection)
        is_marked = await marked_revision(target) == COPYING
        for table in reversed(SQLModel.metadata.sorted_tables):
            if is_marked:
                await connection.execute(table.delete())
            elif (await connection.execute(select(table).limit(1))).first() is not None:
                raise CopyFailed(f"there is something in {table.name} already")
        await set_revision(connection, COPYING)


async def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: sum(
            [
                (
                    await connection.execute(select(func.count()).select_from(each.subquery()))
                ).scalar_one()
                for each in _selects(connection, table)
            ]
        )
        for table in tables()
    }


def _selects(connection: Connection, table: Table) -> list[Select[Any]]:
    """Return what selects all that holds of a table, in the archive too."""
    found = [select(table)]
    if moved_before(connection) is None:
        return found
    if table is MESSAGES:
        found.append(select(ARCHIVED_MESSAGES))
    if table is METRIC_CHANGES:
        # What stands in both is the same change.
        here, old = METRIC_CHANGES.c, ARCHIVED_CHANGES.c
        same = [here[key.name] == old[key.name] for key in METRIC_CHANGES.primary_key]
        found.append(select(ARCHIVED_CHANGES).where(~exists().where(*same)))
    return found


async def _batches(
    connection: Connection, table: Table, chosen: Select[Any]
) -> AsyncIterator[list[_Row]]:
    """Yield the rows of a table by its key, a few thousand at a time."""
    (source,) = chosen.get_final_froms()
    # The archive has the key of its own by which it is read in order.
    names = ["message_id"] if source is ARCHIVED_MESSAGES else list(table.primary_key.c.keys())
    keys = [source.c[name] for name in names]
    places = [list(table.c.keys()).index(name) for name in names]
    chosen, last = chosen.order_by(*keys).limit(_AT_ONCE), None
    while True:
        rest = chosen if last is None else chosen.where(tuple_(*keys) > tuple_(*last))
        rows = [_storable(row) for row in await connection.execute(rest)]
        if rows:
            yield rows
        if len(rows) < _AT_ONCE:
            return
        last = [literal(rows[-1][place], key.type) for place, key in zip(places, keys, strict=True)]


def _storable(row: Sequence[Any]) -> _Row:
    """Return a row without what an older version kept and PostgreSQL takes not."""
    return tuple(storable(each) if isinstance(each, str) else each for each in row)


async def _fill(
    source: Connection, target: Database, watch: Callable[[int], None]
) -> dict[str, _Tally]:
    tallies, done = dict[str, _Tally](), 0
    for table in tables():
        tally = tallies.setdefault(table.name, _Tally())
        for chosen in _selects(source, table):
            async for rows in _batches(source, table, chosen):
                async with target.writing() as theirs:
                    names = table.c.keys()
                    await theirs.execute(
                        table.insert(), [dict(zip(names, row, strict=True)) for row in rows]
                    )
                tally.add(rows)
                done += len(rows)
                watch(done)
    return tallies


async def _settle(source: Connection, target: Connection) -> None:
    """Undo what triggers counted while rows came in, and let new rows be numbered behind them."""
    clan = CLANS.c
    rows = (await source.execute(select(clan.id, clan.identity_revision))).all()
    if rows:
        await target.execute(
            update(CLANS)
            .where(clan.id == bindparam("which"))
            .values(identity_revision=bindparam("revision")),
            [{"which": clan_id, "revision": number} for clan_id, number in rows],
        )
    if target.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            await target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 - our own names
                    f"coalesce(max({column.name}), 1), max({column.name}) IS NOT NULL) "
                    f"FROM {table.name}"
                )
            )


async def _compare(
    target: Connection, expected: dict[str, int], tallies: dict[str, _Tally]
) -> None:
    for table in tables():
        found = _Tally()
        async for rows in _batches(target, table, select(table)):
            found.add(rows)
        if found != tallies[table.name] or found.rows != expected[table.name]:
            words = f"{table.name} has {found.rows} rows and should have {expected[table.name]}"
            raise CopyFailed(f"{words}, or other words in them")

"""A thousand clans from one: a made-up clan is stored by the bot, and the database repeats it.

What a copy needs is found in the tables themselves: ids are moved apart by what they refer to, so
that a new column or another key needs nothing here. Each clan has the same past under names and ids
of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import World, make_world
from storage.columns import Day, Instant
from storage.engine import Database
from storage.migrate import bring_up

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
APART = 1 << 17
"""How far apart the Discord ids of two clans are, and more than one clan has messages."""
_ROWS_A_STEP = 200_000
_NAMES = frozenset({"name", "wom_key", "bridge_name", "handle"})
_NAMED = frozenset({"players", "player_names", "authors"})
_OF_DISCORD = ("_id", "_by", "reply_to", "who")
"""How the names of columns end that hold an id of Discord."""
_OF_NOBODY = frozenset({"metrics"})
"""Tables that all clans share."""


@dataclass(frozen=True, slots=True)
class Story:
    """What every clan has lived through."""

    world: World
    messages_a_day: float


def story_of(members: int, messages: int, days: int) -> Story:
    """Return the made-up past of a clan of that size; about as many messages are in it."""
    if messages >= APART:
        raise ValueError(f"a clan of {messages} messages is larger than {APART}")
    return Story(make_world(seed=1, members=members, days=days, now=NOW), messages / days)


class Loader:
    """Fills an empty database with clans, the first by the bot's own means."""

    def __init__(self, story: Story, tells: Callable[[str], None]) -> None:
        self._story = story
        self._tells = tells
        self._strides: dict[str, int] = {}
        self._begin_at: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._clans = 0

    async def grow(self, database: Database, clans: int) -> None:
        """Have that many clans there; it is the same database each time."""
        if not self._clans:
            await self._begin(database)
        tables = [table for table in _copied() if self._sizes[table.name]]
        await self._go_on(database, tables)
        for table in tables:
            for first, last in self._steps(table, clans):
                async with database.writing() as connection:
                    await _without_triggers(connection)
                    await connection.execute(self._copy(table, first, last, clans))
                done = f"{last:,} of {self._sizes[table.name]:,}"
                self._tells(f"{table.name}: {done} rows of each of {clans:,} clans")
        self._clans = clans
        await _settle(database)

    async def _begin(self, database: Database) -> None:
        world, cast = self._story.world, own_cast(self._story.world)
        self._tells(f"the past of one clan of {len(world.present(NOW))}")
        await bring_up(database, NOW)
        clan = await seed(database, world, cast, messages_a_day=self._story.messages_a_day)
        await tie(database, clan, world, cast)
        async with database.writing() as connection:
            for table in _copied():
                await self._keep(connection, table)
        self._clans = 1

    async def _keep(self, connection: AsyncConnection, table: Table) -> None:
        """Keep the first clan's rows beside, numbered in the order of time."""
        order = ", ".join(column.name for column in _in_time(table))
        await connection.execute(
            text(
                f"CREATE TABLE first_{table.name} AS "  # noqa: S608 - our own tables
                f"SELECT row_number() OVER (ORDER BY {order}) AS number, * FROM {table.name}"
            )
        )
        self._sizes[table.name] = (
            await connection.scalar(select(func.count()).select_from(table)) or 0
        )
        for column in table.columns:
            if _is_counted(column):
                ends = select(func.max(column) - func.min(column) + 1)
                self._strides[f"{table.name}.{column.name}"] = await connection.scalar(ends) or 1

    async def _go_on(self, database: Database, tables: Iterable[Table]) -> None:
        """Know where the ids of new clans begin: behind all that the bot made meanwhile."""
        async with database.reading() as connection:
            for table in tables:
                if "id" in table.columns:
                    first = text(f"SELECT min(id) FROM first_{table.name}")  # noqa: S608 - our own tables
                    last_id = await connection.scalar(select(func.max(table.c.id))) or 0
                    first_id = await connection.scalar(first) or 0
                    self._begin_at[f"{table.name}.id"] = last_id + 1 - first_id

    def _steps(self, table: Table, clans: int) -> Iterator[tuple[int, int]]:
        """Yield from which row to which is copied at once."""
        size = self._sizes[table.name]
        step = max(_ROWS_A_STEP // max(clans - self._clans, 1), 1)
        for start in range(0, size, step):
            yield start + 1, min(start + step, size)

    def _copy(self, table: Table, first: int, last: int, clans: int) -> Any:  # noqa: ANN401 - a statement
        """Return what copies some rows for every new clan, all clans in turn for each row."""
        names = [column.name for column in table.columns]
        values = ", ".join(f"{self._value(column)} AS {column.name}" for column in table.columns)
        return text(
            f"INSERT INTO {table.name} ({', '.join(names)}) "  # noqa: S608 - our own tables
            "WITH RECURSIVE clan(k) AS (SELECT :old UNION ALL SELECT k + 1 FROM clan "
            f"WHERE k + 1 < :new) SELECT {values} FROM first_{table.name} AS row, clan "
            "WHERE row.number BETWEEN :first AND :last ORDER BY row.number, clan.k"
        ).bindparams(old=self._clans, new=clans, first=first, last=last)

    def _value(self, column: Column[Any]) -> str:
        """Return what a copy has in a column."""
        name, source = f"row.{column.name}", _source(column)
        stride = self._strides.get(f"{source.table.name}.{source.name}")
        begins_at = self._begin_at.get(f"{source.table.name}.{source.name}")
        if begins_at is not None:
            return f"{name} + {begins_at} + (clan.k - {self._clans}) * {stride}"
        if stride is not None:
            return f"{name} + clan.k * {stride}"
        if _is_of_discord(source):
            return f"{name} + clan.k * CAST({APART} AS BIGINT)"
        if column.name in _NAMES and column.table.name in _NAMED:
            return f"{name} || CAST(clan.k AS VARCHAR)"
        return name


_GOES_ON = (
    "SELECT setval(sequence, (SELECT max(id) FROM {0})) "
    "FROM pg_get_serial_sequence('{0}', 'id') AS sequence "
    "WHERE sequence IS NOT NULL AND EXISTS (SELECT FROM {0})"
)


async def _settle(database: Database) -> None:
    """Have the engine know what is there, and where ids go on."""
    async with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            for table in SQLModel.metadata.sorted_tables:
                if "id" in table.columns:
                    await connection.execute(text(_GOES_ON.format(table.name)))
        await connection.execute(text("ANALYZE"))


def _copied() -> list[Table]:
    """Return the tables in which clans have rows, those first to which others refer."""
    return [each for each in SQLModel.metadata.sorted_tables if each.name not in _OF_NOBODY]


def _in_time(table: Table) -> list[Column[Any]]:
    """Return by what the rows of a table come one after the other: time, then the key."""
    timely = [each for each in table.columns if isinstance(each.type, Instant | Day)]
    return [*timely[:1], *table.primary_key.columns]


def _source(column: Column[Any]) -> Column[Any]:
    """Return to which column the values of a column belong in the end."""
    while column.foreign_keys:
        column = min(column.foreign_keys, key=lambda each: each.target_fullname).column
    return column


def _is_counted(column: Column[Any]) -> bool:
    """Return whether a column numbers rows of clans itself, beginning with 1 or as WOM does."""
    whole = isinstance(column.type, Integer) and not isinstance(column.type, BigInteger)
    is_key = column.primary_key and column.name in {"id", "player_id"}
    is_wom = column.name == "wom_group_id"
    return whole and not column.foreign_keys and (is_key or is_wom)


def _is_of_discord(column: Column[Any]) -> bool:
    return isinstance(column.type, BigInteger) and column.name.endswith(_OF_DISCORD)


async def _without_triggers(connection: AsyncConnection) -> None:
    """Have neither foreign keys nor triggers looked at: what is copied was right already."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SET LOCAL synchronous_commit = off"))

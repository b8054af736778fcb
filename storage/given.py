"""Keys of several clans in one statement: given as a small table, from a list in JSON.

Its words are the same however many clans and keys there are, so it is compiled and planned once,
and both engines find each key by an index. SQLite reads a whole table for (clan, key) IN a list.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, ClassVar, TypeAlias, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Executable,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.columns import storable

_T = TypeVar("_T")

ByClan: TypeAlias = Mapping[int, _T]
"""Something of each of a few clans, by the clan's id."""

_AT_ONCE = 5_000  # some milliseconds of seeking


class _Json(FunctionElement[Any]):
    """What both engines do with JSON, each in its own words."""

    inherit_cache = True
    words: ClassVar[tuple[str, str]]


class _Elements(_Json):
    """The elements of a list, a row each."""

    inherit_cache = True
    words = "json_each({0})", "jsonb_array_elements(({0})::jsonb)"


class _Item(_Json):
    """One element of a list."""

    inherit_cache = True
    words = "json_extract({0}, '$[{1}]')", "({0} ->> {1})"


class _Length(_Json):
    """How many elements a list has."""

    inherit_cache = True
    words = "json_array_length({0})", "jsonb_array_length({0})"


@compiles(_Json)
def _words(element: _Json, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    of_sqlite, of_postgresql = element.words
    words = of_postgresql if compiler.dialect.name == "postgresql" else of_sqlite
    return words.format(*(compiler.process(each, **how) for each in element.clauses))


def _given(key_type: type[BigInteger | Text]) -> Subquery:
    pair = _Elements(bindparam("given", type_=Text)).table_valued("value", name="pair").c.value
    clan_id, key = (_Item(pair, literal_column(place)) for place in ("0", "1"))
    return (
        select(cast(clan_id, Integer).label("clan_id"), cast(key, key_type).label("key"))
        # Always so; but PostgreSQL takes them for few then, and seeks each where it would read all.
        .where(_Length(pair) == literal_column("2"))
        .subquery("given")
    )


GIVEN = _given(BigInteger)
"""The clan id and the key, which is a number, of each row that is given."""

GIVEN_TEXTS = _given(Text)
"""The same of keys that are texts."""


async def look_up(
    connection: AsyncConnection, by_clan: ByClan[Iterable[int | str]], *statements: Executable
) -> dict[int, list[tuple[Any, ...]]]:
    """Return by clan the rows of statements for what is given; in each the clan's id comes first.

    It is not in what is returned, and every clan is that was asked for.
    """
    found: dict[int, list[tuple[Any, ...]]] = {clan_id: [] for clan_id in by_clan}
    for few in portions(by_clan, _AT_ONCE):
        pairs = [(clan_id, _storable(key)) for clan_id, keys in few.items() for key in keys]
        for statement in statements:
            for row in await connection.execute(statement, {"given": json.dumps(pairs)}):
                found[row[0]].append(tuple(row[1:]))
    return found


def _storable(key: int | str) -> int | str:
    """Return a key without what no database takes: in JSON nobody behind this sees it."""
    return storable(key) if isinstance(key, str) else key


def portions(by_clan: ByClan[Iterable[_T]], many: int) -> Iterator[dict[int, list[_T]]]:
    """Yield so many of what clans have at once, in its order; no clan of which nothing is left."""
    pairs = ((clan_id, each) for clan_id, some in by_clan.items() for each in some)
    while few := list(islice(pairs, many)):
        found: dict[int, list[_T]] = {}
        for clan_id, each in few:
            found.setdefault(clan_id, []).append(each)
        yield found


def smallest(by_clan: ByClan[Collection[int]]) -> int:
    """Return the smallest number that any clan has, or 0."""
    return min((min(some) for some in by_clan.values() if some), default=0)


def is_given(table: Table) -> ColumnElement[bool]:
    """Return, as SQL, that a row of a table is about a message whose clan and id are given."""
    return (table.c.clan_id == GIVEN.c.clan_id) & (table.c.message_id == GIVEN.c.key)


async def known_in(
    connection: AsyncConnection, tables: Iterable[Table], by_clan: ByClan[Collection[int]]
) -> dict[int, set[int]]:
    """Return by clan those of its message ids that are in any of the tables."""
    rows = await look_up(connection, by_clan, *map(_known_in, tables))
    return {clan_id: {message_id for (message_id,) in known} for clan_id, known in rows.items()}


@cache
def _known_in(table: Table) -> Select[Any]:
    return select(GIVEN).join(table, is_given(table))


async def delete_from(
    connection: AsyncConnection, table: Table, by_clan: ByClan[Collection[int]]
) -> None:
    """Delete what a table has of messages of clans, each by its key."""
    rows = [
        {"clan": clan_id, "message": each}
        for clan_id, ids in sorted(by_clan.items())
        for each in sorted(ids)
    ]
    if rows:
        await connection.execute(_deleted(table), rows)


@cache
def _deleted(table: Table) -> Delete:
    row = table.c
    return delete(table).where(
        row.clan_id == bindparam("clan"), row.message_id == bindparam("message")
    )

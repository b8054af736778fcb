"""Keys of several clans in one statement: given as a small table, from a list in JSON.

Its words are the same however many clans and keys there are, so it is compiled and planned once,
and both engines find each key by an index. SQLite reads a whole table for (clan, key) IN a list.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar

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

_T = TypeVar("_T")

ByClan: TypeAlias = Mapping[int, _T]
"""Something of each of a few clans, by the clan's id."""

_AT_ONCE = 5_000  # some milliseconds of seeking


class _Elements(FunctionElement[Any]):
    """The elements of a list in JSON, a row each."""

    inherit_cache = True


class _Item(FunctionElement[Any]):
    """One element of a list in JSON."""

    inherit_cache = True


@compiles(_Elements)
def _elements(element: _Elements, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Elements, "postgresql")
def _elements_there(element: _Elements, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - likewise
    return f"jsonb_array_elements(({compiler.process(element.clauses, **how)})::jsonb)"


@compiles(_Item)
def _item(element: _Item, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - likewise
    value, place = (compiler.process(each, **how) for each in element.clauses)
    return f"json_extract({value}, '$[{place}]')"


@compiles(_Item, "postgresql")
def _item_there(element: _Item, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - likewise
    value, place = (compiler.process(each, **how) for each in element.clauses)
    return f"({value} ->> {place})"


def _given(key_type: type[BigInteger | Text]) -> Subquery:
    pair = _Elements(bindparam("given", type_=Text)).table_valued("value", name="pair").c.value
    clan_id = cast(_Item(pair, literal_column("0")), Integer).label("clan_id")
    return select(clan_id, cast(_Item(pair, literal_column("1")), key_type).label("key")).subquery(
        "given"
    )


GIVEN = _given(BigInteger)
"""The clan id and the key, which is a number, of each row that is given."""

GIVEN_TEXTS = _given(Text)
"""The same of keys that are texts."""


async def look_up(
    connection: AsyncConnection, statement: Executable, by_clan: ByClan[Iterable[int | str]]
) -> list[tuple[Any, ...]]:
    """Return the rows of a statement for what is given."""
    rows: list[tuple[Any, ...]] = []
    for few in portions(by_clan, _AT_ONCE):
        pairs = [(clan_id, key) for clan_id, keys in few.items() for key in keys]
        given = {"given": json.dumps(pairs)}
        rows.extend(tuple(row) for row in await connection.execute(statement, given))
    return rows


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
    known: dict[int, set[int]] = {clan_id: set() for clan_id in by_clan}
    for table in tables:
        for clan_id, message_id in await look_up(connection, _known_in(table), by_clan):
            known[clan_id].add(message_id)
    return known


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

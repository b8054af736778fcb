"""How much was written in each channel, from the facts: no sums are kept of channels.

SQLite sorts all that it groups. So what is counted is handed over as texts, in the order in which
it was written, and counted here: a third of the time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import first_snowflake, ids_within
from storage.engine import plain_rows

_AT_ONCE = ids_within(timedelta(days=30))
"""A text holds the ids of so long a time, so that it never takes much memory."""
_KEYS_AT_ONCE = 10_000
_END = (1 << 63) - 1
_AUTHORS = 1 << 32
"""A channel and an author are counted together as one number."""

_Key = Callable[[Any], ColumnElement[int]]


async def by_channel(
    connection: AsyncConnection, clan_id: int, start: datetime, middle: datetime, end: datetime
) -> dict[int, tuple[int, int]]:
    """Return by channel id the messages of the clan in [start, middle) and in [middle, end)."""
    edges = [first_snowflake(each) for each in (start, middle, end)]
    before, after = await _counted(connection, clan_id, lambda fact: fact.channel_id, edges)
    return {channel: (before[channel], after[channel]) for channel in sorted({*before, *after})}


async def by_channel_and_author(
    connection: AsyncConnection, clan_id: int, starts: Sequence[datetime]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return (channel, author, messages since each start) of the clan, by the ids of our own."""
    edges = sorted({first_snowflake(each) for each in starts})
    stretches = await _counted(connection, clan_id, _channel_and_author, [*edges, _END])
    places = [edges.index(first_snowflake(each)) for each in starts]
    found = []
    for key in sorted(set().union(*stretches)):
        newest_first = accumulate(each.get(key, 0) for each in reversed(stretches))
        since = list(newest_first)[::-1]
        found.append((key // _AUTHORS, key % _AUTHORS, tuple(since[each] for each in places)))
    return found


def _channel_and_author(fact: Any) -> ColumnElement[int]:  # noqa: ANN401 - columns of a table
    key: ColumnElement[int] = cast(fact.channel_id, BigInteger) * _AUTHORS + fact.author_id
    return key


async def _counted(
    connection: AsyncConnection, clan_id: int, key: _Key, edges: Sequence[int]
) -> list[Counter[int]]:
    """Return how often each key comes in each stretch between ids that follow each other."""
    found = [Counter[int]() for _ in edges[1:]]
    for table in message_tables(connection, edges[0]):
        parts = [
            _texts(table.c, key, clan_id, number, first, after)
            for number, stretch in enumerate(pairwise(edges))
            for first, after in _parts(*stretch)
        ]
        rows = plain_rows(await connection.execute(union_all(*parts)))
        # A year of ids takes long to count: beside the loop, which others wait for.
        await asyncio.to_thread(_count, rows, found)
    return found


def _count(rows: Sequence[tuple[int, str | None]], found: Sequence[Counter[int]]) -> None:
    """Add how often each key comes in the texts of each stretch."""
    for number, text in rows:
        for few in _portions(text or ""):
            for each, count in Counter(few).items():
                found[number][int(each)] += count


def _portions(text: str) -> Iterator[list[str]]:
    """Yield the keys of a text, so many at a time that other threads get their turn between."""
    while text:
        keys = text.split(",", _KEYS_AT_ONCE)
        text = keys.pop() if len(keys) > _KEYS_AT_ONCE else ""
        yield keys


def _parts(first: int, after: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch of ids; one without an end is short."""
    starts = [first] if after == _END else range(first, after, _AT_ONCE)
    yield from pairwise((*starts, after))


def _texts(  # noqa: PLR0913, PLR0917 - what of which messages
    fact: Any,  # noqa: ANN401 - columns of a table
    key: _Key,
    clan_id: int,
    number: int,
    first: int,
    after: int,
) -> Select[int, str]:
    """Return the query of the keys of a part, in one text."""
    keys = func.aggregate_strings(cast(key(fact), String), ",")
    return select(literal(number), keys).where(
        fact.clan_id == clan_id, fact.message_id >= first, fact.message_id < after
    )

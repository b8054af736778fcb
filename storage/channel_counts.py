"""How much was written in each channel: whole days of UTC from sums, all else from the facts.

SQLite sorts all that it groups. So facts are handed over as texts of their keys, in the order in
which they were written, and counted here: a third of the time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    Table,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import channel_days
from storage.archive import message_tables
from storage.columns import IDS_A_DAY, first_snowflake, ids_within
from storage.engine import plain_rows

_AT_ONCE = ids_within(timedelta(days=30))
"""A text holds the ids of so long a time, so that it never takes much memory."""
_KEYS_AT_ONCE = 10_000
_END = (1 << 63) - 1
_AUTHORS = 1 << 32
"""A channel and an author are counted together as one number."""

_Key = Callable[[Any], ColumnElement[int]]
_Ids = tuple[int, int]
"""Ids [first, after)."""


async def by_channel(
    connection: AsyncConnection, clan_id: int, start: datetime, middle: datetime, end: datetime
) -> dict[int, tuple[int, int]]:
    """Return by channel id the messages of the clan in [start, middle) and in [middle, end)."""
    stretches = list(pairwise(first_snowflake(each) for each in (start, middle, end)))
    days = [channel_days.whole_days(*each) for each in stretches]
    before, after = await channel_days.written_on(connection, clan_id, days)
    edges = [_edges(*each) for each in zip(stretches, days, strict=True)]
    for sums, counts in zip(
        (before, after),
        await _counted(connection, clan_id, _channel, edges),
        strict=True,
    ):
        sums.update(counts)
    return {channel: (before[channel], after[channel]) for channel in sorted({*before, *after})}


def _edges(stretch: _Ids, days: channel_days.Days) -> list[_Ids]:
    """Return what of a stretch lies before and behind its whole days, all of it without any."""
    first_id, after_id = stretch
    begins, ends = (day * IDS_A_DAY for day in days)
    parts = [(first_id, begins), (ends, after_id)] if begins < ends else [stretch]
    return [(first, after) for first, after in parts if first < after]


async def by_channel_and_author(
    connection: AsyncConnection, clan_id: int, starts: Sequence[datetime]
) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return (channel, author, messages since each start) of the clan, by the ids of our own."""
    edges = sorted({first_snowflake(each) for each in starts})
    parts = [list(_parts(*each)) for each in pairwise([*edges, _END])]
    stretches = await _counted(connection, clan_id, _channel_and_author, parts)
    places = [edges.index(first_snowflake(each)) for each in starts]
    found = []
    for key in sorted(set().union(*stretches)):
        newest_first = accumulate(each.get(key, 0) for each in reversed(stretches))
        since = list(newest_first)[::-1]
        found.append((key // _AUTHORS, key % _AUTHORS, tuple(since[each] for each in places)))
    return found


def _channel(fact: Any) -> ColumnElement[int]:  # noqa: ANN401 - columns of a table
    key: ColumnElement[int] = fact.channel_id
    return key


def _channel_and_author(fact: Any) -> ColumnElement[int]:  # noqa: ANN401 - columns of a table
    key: ColumnElement[int] = cast(fact.channel_id, BigInteger) * _AUTHORS + fact.author_id
    return key


async def _counted(
    connection: AsyncConnection, clan_id: int, key: _Key, stretches: Sequence[Sequence[_Ids]]
) -> list[Counter[int]]:
    """Return how often each key comes in each stretch, which is parts of ids, each read at once."""
    found = [Counter[int]() for _ in stretches]
    every = [(counts, part) for counts, of in zip(found, stretches, strict=True) for part in of]
    if not every:
        return found
    given = {"clan_id": clan_id}
    for number, (_, (first, after)) in enumerate(every):
        given |= {f"first_{number}": first, f"after_{number}": after}
    for table in message_tables(connection, min(first for _, (first, _) in every)):
        texts = _texts(table, key, len(every))
        rows = plain_rows(await connection.execute(texts, given))
        # A year of ids takes long to count: beside the loop, which others wait for.
        await asyncio.to_thread(_count, rows, [counts for counts, _ in every])
    return found


def _count(rows: Sequence[tuple[int, str | None]], found: Sequence[Counter[int]]) -> None:
    """Add how often each key comes in the text of each part to what is found of its stretch."""
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


def _parts(first: int, after: int) -> Iterator[_Ids]:
    """Yield the parts of a stretch of ids; one without an end is short."""
    starts = [first] if after == _END else range(first, after, _AT_ONCE)
    yield from pairwise((*starts, after))


@cache
def _texts(table: Table, key: _Key, parts: int) -> CompoundSelect[tuple[int, str]]:
    """Return the query of the keys of each part of a table's messages, in one text each."""
    fact = table.c
    keys = func.aggregate_strings(cast(key(fact), String), ",")
    return union_all(
        *(
            select(literal(number), keys).where(
                fact.clan_id == bindparam("clan_id", type_=Integer),
                fact.message_id >= bindparam(f"first_{number}", type_=BigInteger),
                fact.message_id < bindparam(f"after_{number}", type_=BigInteger),
            )
            for number in range(parts)
        )
    )

"""How much was written in each channel on each day: sums, kept beside the facts.

The days are UTC's, so that no zone of a clan changes them. Of which day a message is its id says,
by which spans of time are read too: so days and the facts between them never overlap.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import IDS_A_DAY, SNOWFLAKES_BEGAN_ON, Day
from storage.engine import plain_rows, upsert
from storage.given import ByClan
from storage.joins import of_channel
from storage.tables import CHANNEL_DAYS, CHANNELS

Days = tuple[int, int]
"""Days [first, after), numbered from the one on which Discord's ids begin."""

_FIRST = SNOWFLAKES_BEGAN_ON.toordinal()


def whole_days(first_id: int, after_id: int) -> Days:
    """Return the days that lie whole within ids [first, after); without any, both are the same."""
    first, after = -(-first_id // IDS_A_DAY), after_id // IDS_A_DAY
    return first, max(first, after)


def days_begun(first_id: int, after_id: int) -> Days:
    """Return the days that begin within ids [first, after): of spans in a row each in one alone."""
    return -(-first_id // IDS_A_DAY), -(-after_id // IDS_A_DAY)


def _date(day: int) -> date:
    return date.fromordinal(_FIRST + day)


def _day_of(message_id: ColumnElement[int]) -> ColumnElement[int]:
    """Return, in SQL, the number of the day of a message."""
    # Not bound: PostgreSQL would take the same expression in GROUP BY for another one.
    return message_id // literal_column(str(IDS_A_DAY), BigInteger)


_Sums = Counter[tuple[int, int]]
"""Messages by day and channel."""


async def add(connection: AsyncConnection, by_clan: ByClan[Iterable[tuple[int, int]]]) -> None:
    """Add clans' messages, each an id and its channel."""
    await upsert(connection, CHANNEL_DAYS, _rows(_sums_of(by_clan)), add=("messages",))


async def take_away(
    connection: AsyncConnection, by_clan: ByClan[Iterable[tuple[int, int]]]
) -> None:
    """Take clans' messages away; a day on which nothing is left has no row afterwards."""
    await _take_away(connection, _sums_of(by_clan))


def _sums_of(by_clan: ByClan[Iterable[tuple[int, int]]]) -> dict[int, _Sums]:
    return {
        clan_id: _Sums((message_id // IDS_A_DAY, where) for message_id, where in written)
        for clan_id, written in by_clan.items()
    }


def _rows(by_clan: ByClan[_Sums]) -> list[dict[str, Any]]:
    """Return rows of the table, by their keys."""
    return [
        {"clan_id": clan_id, "day": _date(day), "channel_id": channel_id, "messages": count}
        for clan_id, sums in sorted(by_clan.items())
        for (day, channel_id), count in sorted(sums.items())
    ]


async def _take_away(connection: AsyncConnection, by_clan: ByClan[_Sums]) -> None:
    rows = [{f"of_{name}": value for name, value in row.items()} for row in _rows(by_clan)]
    if rows:
        await connection.execute(_lessened(), rows)
        keys = [{name: row[name] for name in row if name != "of_messages"} for row in rows]
        await connection.execute(_emptied(), keys)


def _has_key() -> ColumnElement[bool]:
    """Return, as SQL, that a row has the given key."""
    return and_(*(each == bindparam(f"of_{each.name}") for each in CHANNEL_DAYS.primary_key))


@cache
def _lessened() -> Update:
    left = CHANNEL_DAYS.c.messages - bindparam("of_messages")
    return update(CHANNEL_DAYS).where(_has_key()).values(messages=left)


@cache
def _emptied() -> Delete:
    return delete(CHANNEL_DAYS).where(_has_key(), CHANNEL_DAYS.c.messages <= 0)


async def take_authors_out(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> int:
    """Take away all that is stored of some of a clan's authors; return how many messages it was.

    For whoever deletes these facts next.
    """
    sums = _Sums()
    for table in message_tables(connection):
        fact = table.c
        day = _day_of(fact.message_id)
        rows = await connection.execute(
            select(day, fact.channel_id, func.count())
            .where(fact.clan_id == clan_id, fact.author_id.in_(author_ids))
            .group_by(day, fact.channel_id)
        )
        _put(sums, plain_rows(rows))
    await _take_away(connection, {clan_id: sums})
    return sums.total()


def _put(sums: _Sums, rows: Iterable[Sequence[Any]]) -> None:
    for day, channel_id, count in rows:
        sums[day, channel_id] += count


async def written_on(
    connection: AsyncConnection, clan_id: int, stretches: Sequence[Days]
) -> list[Counter[int]]:
    """Return by channel id what was written in the clan in each stretch of days."""
    found = [Counter[int]() for _ in stretches]
    some = [number for number, (first, after) in enumerate(stretches) if first < after]
    if not some:
        return found
    given: dict[str, Any] = {
        "clan_id": clan_id,
        "first": _date(min(stretches[number][0] for number in some)),
        "after": _date(max(stretches[number][1] for number in some)),
    }
    for place, number in enumerate(some):
        first, after = stretches[number]
        given |= {f"first_{place}": _date(first), f"after_{place}": _date(after)}
    for channel_id, *counts in plain_rows(await connection.execute(_written(len(some)), given)):
        for number, count in zip(some, counts, strict=True):
            if count:
                found[number][channel_id] = int(count)
    return found


@cache
def _written(stretches: int) -> Select[Any]:
    row = CHANNEL_DAYS.c

    def within(place: str = "") -> ColumnElement[bool]:
        first, after = (bindparam(f"{name}{place}", type_=Day) for name in ("first", "after"))
        return (row.day >= first) & (row.day < after)

    sums = (
        func.sum(case((within(f"_{place}"), row.messages), else_=0)) for place in range(stretches)
    )
    is_it = row.clan_id == bindparam("clan_id", type_=Integer)
    return select(row.channel_id, *sums).where(is_it, within()).group_by(row.channel_id)


async def replace(connection: AsyncConnection, clan_id: int, days: Days) -> None:
    """Let the sums of a clan's days be what its facts make."""
    row = CHANNEL_DAYS.c
    await connection.execute(
        delete(CHANNEL_DAYS).where(
            row.clan_id == clan_id, row.day >= _date(days[0]), row.day < _date(days[1])
        )
    )
    made = {clan_id: await _of_facts(connection, clan_id, days)}
    await upsert(connection, CHANNEL_DAYS, _rows(made), add=("messages",))


async def uneven(connection: AsyncConnection, clan_id: int, days: Days) -> int:
    """Return how many sums of a clan's days are not what its facts make."""
    row = CHANNEL_DAYS.c
    rows = await connection.execute(
        select(row.day, row.channel_id, row.messages).where(
            row.clan_id == clan_id, row.day >= _date(days[0]), row.day < _date(days[1])
        )
    )
    kept = {(day - _FIRST, channel_id): count for day, channel_id, count in plain_rows(rows)}
    made = await _of_facts(connection, clan_id, days)
    return sum(kept.get(key) != made.get(key) for key in kept.keys() | made.keys())


async def _of_facts(connection: AsyncConnection, clan_id: int, days: Days) -> _Sums:
    """Return what was written, by facts in channels that are known: no others have a sum."""
    sums, (first_id, after_id) = _Sums(), (each * IDS_A_DAY for each in days)
    for table in message_tables(connection, first_id):
        fact = table.c
        day = _day_of(fact.message_id)
        rows = await connection.execute(
            select(day, fact.channel_id, func.count())
            .join(CHANNELS, of_channel(table))
            .where(fact.clan_id == clan_id, fact.message_id >= first_id, fact.message_id < after_id)
            .group_by(day, fact.channel_id)
        )
        _put(sums, plain_rows(rows))
    return sums

"""Messages of channels that are left out: kept aside, in no count, until their channel counts."""

from collections.abc import Collection, Sequence
from operator import attrgetter

from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.engine import insert_missing
from storage.given import ByClan, delete_from, known_in
from storage.messages import Stored, stored_of
from storage.tables import BROADCASTS, LEFT_OUT_MESSAGES


async def counted_in(
    connection: AsyncConnection, clan_id: int, channels: Collection[int], after_id: int, limit: int
) -> list[Stored]:
    """Return the next messages behind an id that are counted in some of a clan's channels.

    In the order of their ids.
    """
    found: list[Stored] = []
    for table in message_tables(connection, after_id):
        found += await _next_in(connection, clan_id, table, channels, after_id, limit)
    return sorted(found, key=attrgetter("message_id"))[:limit]


async def kept_of(
    connection: AsyncConnection, clan_id: int, channels: Collection[int], after_id: int, limit: int
) -> list[Stored]:
    """Return the next messages behind an id that are kept aside of some of a clan's channels.

    In the order of their ids.
    """
    return await _next_in(connection, clan_id, LEFT_OUT_MESSAGES, channels, after_id, limit)


async def keep(connection: AsyncConnection, clan_id: int, messages: Sequence[Stored]) -> None:
    """Keep messages of a clan aside that are counted no more."""
    rows = [{"clan_id": clan_id, **each._asdict()} for each in messages]
    await insert_missing(connection, LEFT_OUT_MESSAGES, rows)


async def let_go(connection: AsyncConnection, by_clan: ByClan[Collection[int]]) -> int:
    """Keep those of the messages aside no more that are the clans' own, and return how many."""
    kept = await known_in(connection, [LEFT_OUT_MESSAGES], by_clan)
    await delete_from(connection, LEFT_OUT_MESSAGES, kept)
    return sum(map(len, kept.values()))


async def empty(connection: AsyncConnection, clan_id: int, channels: Collection[int]) -> None:
    """Delete what is kept aside of some of a clan's channels, and what the game told there."""
    for table in (LEFT_OUT_MESSAGES, BROADCASTS):
        await connection.execute(delete(table).where(_in(table, clan_id, channels)))


async def with_anything(
    connection: AsyncConnection, clan_id: int, channels: Collection[int]
) -> set[int]:
    """Return those of some of a clan's channels of which anything is stored."""
    found: set[int] = set()
    for table in (*message_tables(connection), LEFT_OUT_MESSAGES, BROADCASTS):
        where = _in(table, clan_id, channels)
        rows = await connection.execute(select(table.c.channel_id).where(where).distinct())
        found.update(rows.scalars())
    return found


async def stored_since(
    connection: AsyncConnection, clan_id: int, channels: Collection[int], first_id: int
) -> dict[int, set[int]]:
    """Return by channel the ids from one on of all that is stored of some of a clan's channels."""
    found: dict[int, set[int]] = {}
    for table in (*message_tables(connection, first_id), LEFT_OUT_MESSAGES, BROADCASTS):
        row = table.c
        rows = await connection.execute(
            select(row.channel_id, row.message_id).where(
                _in(table, clan_id, channels), row.message_id >= first_id
            )
        )
        for channel_id, message_id in rows:
            found.setdefault(channel_id, set()).add(message_id)
    return found


def _in(table: Table, clan_id: int, channels: Collection[int]) -> ColumnElement[bool]:
    """Return that a row is of some of a clan's channels."""
    return (table.c.clan_id == clan_id) & table.c.channel_id.in_(sorted(channels))


async def _next_in(  # noqa: PLR0913, PLR0917 - where, and how much
    connection: AsyncConnection,
    clan_id: int,
    table: Table,
    channels: Collection[int],
    after_id: int,
    limit: int,
) -> list[Stored]:
    row = table.c
    rows = await connection.execute(
        stored_of(table, clan_id)
        .where(row.channel_id.in_(sorted(channels)), row.message_id > after_id)
        .order_by(row.message_id)
        .limit(limit)
    )
    return [Stored(*each) for each in rows]

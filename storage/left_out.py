"""Messages of channels that are left out: kept aside, in no count, until their channel counts."""

from collections.abc import Collection, Sequence
from operator import attrgetter

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.engine import insert_missing
from storage.messages import Stored, in_few
from storage.tables import BROADCASTS, CHANNELS, LEFT_OUT_MESSAGES


async def counted_in(
    connection: AsyncConnection, channels: Collection[int], after_id: int, limit: int
) -> list[Stored]:
    """Return the next messages behind an id that are counted in some channels, by their ids."""
    found: list[Stored] = []
    for table in message_tables(connection, after_id):
        found += await _next_in(connection, table, channels, after_id, limit)
    return sorted(found, key=attrgetter("message_id"))[:limit]


async def kept_of(
    connection: AsyncConnection, channels: Collection[int], after_id: int, limit: int
) -> list[Stored]:
    """Return the next messages behind an id that are kept aside of some channels, by their ids."""
    return await _next_in(connection, LEFT_OUT_MESSAGES, channels, after_id, limit)


async def keep(connection: AsyncConnection, messages: Sequence[Stored]) -> None:
    """Keep messages aside that are counted no more."""
    await insert_missing(connection, LEFT_OUT_MESSAGES, [each._asdict() for each in messages])


async def let_go(connection: AsyncConnection, clan_id: int, ids: Sequence[int]) -> int:
    """Keep those of the messages aside no more that are the clan's, and return how many."""
    mine = select(CHANNELS.c.id).where(CHANNELS.c.clan_id == clan_id)
    kept, gone = LEFT_OUT_MESSAGES.c, 0
    for few in in_few(ids):
        done = await connection.execute(
            delete(LEFT_OUT_MESSAGES).where(kept.message_id.in_(few), kept.channel_id.in_(mine))
        )
        gone += done.rowcount
    return gone


async def empty(connection: AsyncConnection, channels: Collection[int]) -> None:
    """Delete what is kept aside of some channels, and what the game told there."""
    for table in (LEFT_OUT_MESSAGES, BROADCASTS):
        await connection.execute(delete(table).where(table.c.channel_id.in_(sorted(channels))))


async def with_anything(connection: AsyncConnection, channels: Collection[int]) -> set[int]:
    """Return those of some channels of which anything is stored."""
    found: set[int] = set()
    for table in (*message_tables(connection), LEFT_OUT_MESSAGES, BROADCASTS):
        where = table.c.channel_id.in_(sorted(channels))
        rows = await connection.execute(select(table.c.channel_id).where(where).distinct())
        found.update(rows.scalars())
    return found


async def stored_since(
    connection: AsyncConnection, channels: Collection[int], first_id: int
) -> dict[int, set[int]]:
    """Return by channel the ids from one on of all that is stored of some channels."""
    found: dict[int, set[int]] = {}
    for table in (*message_tables(connection, first_id), LEFT_OUT_MESSAGES, BROADCASTS):
        row = table.c
        rows = await connection.execute(
            select(row.channel_id, row.message_id).where(
                row.message_id >= first_id, row.channel_id.in_(sorted(channels))
            )
        )
        for channel_id, message_id in rows:
            found.setdefault(channel_id, set()).add(message_id)
    return found


async def _next_in(
    connection: AsyncConnection, table: Table, channels: Collection[int], after_id: int, limit: int
) -> list[Stored]:
    row = table.c
    rows = await connection.execute(
        select(table)
        .where(row.channel_id.in_(sorted(channels)), row.message_id > after_id)
        .order_by(row.message_id)
        .limit(limit)
    )
    return [Stored(*each) for each in rows]

"""What is stored already, for a history that is brought over from elsewhere."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.engine import plain_rows
from storage.joins import of_channel
from storage.messages import Flag
from storage.tables import CHANNELS


async def first_outside(
    connection: AsyncConnection, clan_id: int, channels: Collection[int]
) -> datetime | None:
    """Return when the clan's first message was written that is in none of the channels."""
    channel = CHANNELS.c
    found: list[datetime | None] = [
        await connection.scalar(
            select(func.min(table.c.sent_at))
            .join(CHANNELS, of_channel(table))
            .where(
                table.c.clan_id == clan_id,
                channel.discord_channel_id.not_in(sorted(channels)),
            )
        )
        for table in message_tables(connection)
    ]
    return min((each for each in found if each is not None), default=None)


async def first_by_channel(connection: AsyncConnection, clan_id: int) -> dict[int, int]:
    """Return the oldest message of each channel (by our id) whose own id is Discord's."""
    found: dict[int, int] = {}
    for table in message_tables(connection):
        fact = table.c
        rows = await connection.execute(
            select(fact.channel_id, func.min(fact.message_id))
            .where(fact.clan_id == clan_id, fact.flags.bitwise_and(int(Flag.STAND_IN)) == 0)
            .group_by(fact.channel_id)
        )
        for channel_id, first in plain_rows(rows):
            found[channel_id] = min(found.get(channel_id, first), first)
    return found


async def stand_ins(connection: AsyncConnection, clan_id: int) -> set[int]:
    """Return the messages whose ids are not Discord's own."""
    found: set[int] = set()
    for table in message_tables(connection):
        fact = table.c
        rows = await connection.execute(
            select(fact.message_id).where(
                fact.clan_id == clan_id, fact.flags.bitwise_and(int(Flag.STAND_IN)) != 0
            )
        )
        found.update(row[0] for row in plain_rows(rows))
    return found

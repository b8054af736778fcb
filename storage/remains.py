"""What is still kept of authors and users who were forgotten: found, and its days deleted."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import LEFT_OUT_MESSAGES, MESSAGES, PRESENCE_DAYS


async def first_kept(
    connection: AsyncConnection, clan_id: int, author_ids: Collection[int]
) -> dict[int, datetime]:
    """Return when the first message was sent that is kept of each of a clan's authors.

    Counted or not.
    """
    found: dict[int, datetime] = {}
    for table in (MESSAGES, LEFT_OUT_MESSAGES):
        rows = await connection.execute(
            select(table.c.author_id, func.min(table.c.sent_at))
            .where(table.c.clan_id == clan_id, table.c.author_id.in_(sorted(author_ids)))
            .group_by(table.c.author_id)
        )
        for author_id, at in rows:
            found[author_id] = min(at, found.get(author_id, at))
    return found


async def kept_until(
    connection: AsyncConnection, clan_id: int, author_id: int, until: datetime, limit: int
) -> list[int]:
    """Return the ids of messages that a clan's author sent up to an instant, counted or not."""
    found: list[int] = []
    for table in (MESSAGES, LEFT_OUT_MESSAGES):
        rows = await connection.execute(
            select(table.c.message_id)
            .where(
                table.c.clan_id == clan_id,
                table.c.author_id == author_id,
                table.c.sent_at <= until,
            )
            .order_by(table.c.message_id)
            .limit(limit)
        )
        found += rows.scalars()
    return found[:limit]


async def first_there(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> dict[int, date]:
    """Return the first day that is kept on which each user was there without writing."""
    day = PRESENCE_DAYS.c
    rows = await connection.execute(
        select(day.discord_user_id, func.min(day.day))
        .where(day.clan_id == clan_id, day.discord_user_id.in_(sorted(user_ids)))
        .group_by(day.discord_user_id)
    )
    return {row[0]: row[1] for row in rows}


async def drop_presence(
    connection: AsyncConnection,
    clan_id: int,
    user_id: int,
    before: date,
) -> None:
    """Delete the days before one on which a user was there."""
    day = PRESENCE_DAYS.c
    await connection.execute(
        delete(PRESENCE_DAYS).where(
            day.clan_id == clan_id, day.discord_user_id == user_id, day.day < before
        )
    )

"""The times in which the bot could not see: absences, channels that were shut, and to whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Instant
from storage.engine import insert_missing
from storage.joins import of_channel
from storage.tables import BLIND_SPOTS, CHANNEL_VIEWERS, CHANNELS

NEVER_KEPT = "nobody kept what was written"
"""Why a time is blind for good: the history that was brought over has nothing of it."""


class Blindness(NamedTuple):
    """A time in which a channel (or, with None, every one) could not be seen.

    `is_read` tells of the whole clan's that its history was read since, `is_lost` of a channel's
    that the bot may not read it; else its history is only not read yet.
    """

    channel: str | None
    started_at: datetime
    ended_at: datetime | None
    reason: str
    channel_id: int | None = None
    is_read: bool = False
    is_lost: bool = False


class HiddenChannel(NamedTuple):
    """A channel that the bot never could read, and who can write there; None is everybody.

    `reason` is what it lacks, where that was noted.
    """

    channel_id: int
    name: str
    viewers: frozenset[int] | None
    reason: str = ""


async def go_blind(
    connection: AsyncConnection,
    clan_id: int,
    channel_id: int | None,
    started_at: datetime,
    reason: str,
) -> None:
    """Note that a channel cannot be seen from an instant on; if that is noted already, why."""
    blind = BLIND_SPOTS.c
    same = blind.channel_id.is_(None) if channel_id is None else blind.channel_id == channel_id
    known = await connection.scalar(
        select(blind.id).where(blind.clan_id == clan_id, same, blind.ended_at.is_(None))
    )
    if known is None:
        await connection.execute(
            insert(BLIND_SPOTS).values(
                clan_id=clan_id, channel_id=channel_id, started_at=started_at, reason=reason
            )
        )
    else:
        await connection.execute(
            update(BLIND_SPOTS)
            .where(blind.clan_id == clan_id, blind.id == known)
            .values(reason=reason)
        )


async def see_again(
    connection: AsyncConnection, clan_id: int, channel_id: int | None, now: datetime
) -> None:
    """Note that a channel can be seen again; the time before stays blind."""
    blind = BLIND_SPOTS.c
    same = blind.channel_id.is_(None) if channel_id is None else blind.channel_id == channel_id
    await connection.execute(
        update(BLIND_SPOTS)
        .where(blind.clan_id == clan_id, same, blind.ended_at.is_(None))
        .values(ended_at=now)
    )


async def be_away(
    connection: AsyncConnection, clan_id: int, started_at: datetime, ended_at: datetime, reason: str
) -> None:
    """Note that nobody listened from last heard to first heard again, and nothing of it was read.

    If it is noted since that instant already, it lasted longer.
    """
    blind = BLIND_SPOTS.c
    same = (blind.clan_id == clan_id, blind.channel_id.is_(None), blind.started_at == started_at)
    noted = await connection.execute(
        update(BLIND_SPOTS).where(*same).values(ended_at=ended_at, is_read=False)
    )
    if not noted.rowcount:
        await connection.execute(
            insert(BLIND_SPOTS).values(
                clan_id=clan_id, started_at=started_at, ended_at=ended_at, reason=reason
            )
        )


async def read_since(connection: AsyncConnection, clan_id: int) -> None:
    """Note that the history of every time in which nobody listened was read.

    But for what an older history lacks: that was before any that we read.
    """
    blind = BLIND_SPOTS.c
    await connection.execute(
        update(BLIND_SPOTS)
        .where(
            blind.clan_id == clan_id,
            blind.channel_id.is_(None),
            blind.ended_at.is_not(None),
            blind.reason != NEVER_KEPT,
        )
        .values(is_read=True)
    )
    await _join_read(connection, clan_id)


async def _join_read(connection: AsyncConnection, clan_id: int) -> None:
    """Let times that were read and follow each other without a gap be one row."""
    blind = BLIND_SPOTS.c
    rows = await connection.execute(
        select(blind.id, blind.started_at, blind.ended_at)
        .where(blind.clan_id == clan_id, blind.channel_id.is_(None), blind.is_read)
        .order_by(blind.started_at, blind.id)
    )
    first_id, ends, gone = 0, dict[int, datetime](), list[int]()
    for row_id, started_at, ended_at in rows:
        if started_at == ends.get(first_id):
            gone.append(row_id)
        else:
            first_id = row_id
        ends[first_id] = ended_at
    if gone:
        mine = blind.clan_id == clan_id
        await connection.execute(delete(BLIND_SPOTS).where(mine, blind.id.in_(gone)))
        await connection.execute(
            update(BLIND_SPOTS)
            .where(mine, blind.id == bindparam("row_id"))
            .values(ended_at=bindparam("end_at", type_=Instant)),
            [{"row_id": row_id, "end_at": at} for row_id, at in ends.items()],
        )


async def never_kept(
    connection: AsyncConnection, clan_id: int, spans: Sequence[tuple[datetime, datetime]]
) -> None:
    """Note the times [start, end) of which an older history has nothing, instead of those noted."""
    blind = BLIND_SPOTS.c
    await connection.execute(
        delete(BLIND_SPOTS).where(blind.clan_id == clan_id, blind.reason == NEVER_KEPT)
    )
    rows = [
        {"clan_id": clan_id, "started_at": start, "ended_at": end, "reason": NEVER_KEPT}
        for start, end in spans
    ]
    if rows:
        await connection.execute(insert(BLIND_SPOTS), rows)


async def unread_from(connection: AsyncConnection, clan_id: int) -> datetime | None:
    """Return when the first time began that nobody listened in and that was not read since."""
    blind = BLIND_SPOTS.c
    found: datetime | None = await connection.scalar(
        select(func.min(blind.started_at)).where(
            blind.clan_id == clan_id,
            blind.channel_id.is_(None),
            ~blind.is_read,
            blind.reason != NEVER_KEPT,
        )
    )
    return found


async def blindness(connection: AsyncConnection, clan_id: int, since: datetime) -> list[Blindness]:
    """Return the clan's blind times that reach into the time after `since`, oldest first.

    None of a channel that is left out, gone, or was never readable: nothing of it is missed.
    """
    above = CHANNELS.alias("parent")
    blind, channel = BLIND_SPOTS.c, CHANNELS.c
    once_read = channel.is_readable | channel.cursor_id.is_not(None)
    rows = await connection.execute(
        select(
            channel.name,
            blind.started_at,
            blind.ended_at,
            blind.reason,
            blind.channel_id,
            blind.is_read,
            (blind.ended_at.is_not(None) | ~channel.is_readable) & blind.channel_id.is_not(None),
        )
        .select_from(BLIND_SPOTS)
        .join(CHANNELS, of_channel(BLIND_SPOTS), isouter=True)
        .join(above, _holds(above, clan_id), isouter=True)
        .where(
            blind.clan_id == clan_id,
            or_(blind.ended_at.is_(None), blind.ended_at > since),
            or_(blind.channel_id.is_(None), _is_counted(above) & once_read),
        )
        .order_by(blind.started_at)
    )
    return [Blindness(*row) for row in rows]


async def hidden_channels(connection: AsyncConnection, clan_id: int) -> list[HiddenChannel]:
    """Return the counted channels that were never readable and that ordinary members write in."""
    above = CHANNELS.alias("parent")
    channel, viewer, blind = CHANNELS.c, CHANNEL_VIEWERS.c, BLIND_SPOTS.c
    now_blind = (blind.channel_id == channel.id) & blind.ended_at.is_(None)
    rows = await connection.execute(
        select(channel.id, channel.name, channel.is_public, viewer.discord_user_id, blind.reason)
        .select_from(CHANNELS)
        .join(above, _holds(above, clan_id), isouter=True)
        .join(
            CHANNEL_VIEWERS,
            (viewer.clan_id == clan_id) & (viewer.channel_id == channel.id),
            isouter=True,
        )
        .join(BLIND_SPOTS, (blind.clan_id == clan_id) & now_blind, isouter=True)
        .where(
            channel.clan_id == clan_id,
            ~channel.is_readable,
            channel.cursor_id.is_(None),
            _is_counted(above),
            channel.is_public | viewer.discord_user_id.is_not(None),
        )
        .order_by(channel.name, channel.id)
    )
    found: dict[int, HiddenChannel] = {}
    for channel_id, name, is_public, user_id, reason in rows:
        before = found.get(channel_id)
        mine = frozenset() if before is None else before.viewers or frozenset()
        viewers = None if is_public else mine | {user_id}
        found[channel_id] = HiddenChannel(channel_id, name, viewers, reason or "")
    return list(found.values())


async def set_viewers(
    connection: AsyncConnection, clan_id: int, channel_id: int, user_ids: Collection[int] | None
) -> None:
    """Note who can write in a channel that the bot cannot read; None is everybody."""
    viewer = CHANNEL_VIEWERS.c
    await connection.execute(
        update(CHANNELS)
        .where(CHANNELS.c.clan_id == clan_id, CHANNELS.c.id == channel_id)
        .values(is_public=user_ids is None)
    )
    await connection.execute(
        delete(CHANNEL_VIEWERS).where(viewer.clan_id == clan_id, viewer.channel_id == channel_id)
    )
    rows = [
        {"clan_id": clan_id, "channel_id": channel_id, "discord_user_id": user_id}
        for user_id in sorted(user_ids or ())
    ]
    await insert_missing(connection, CHANNEL_VIEWERS, rows)


def _holds(parent: FromClause, clan_id: int) -> ColumnElement[bool]:
    """Return the condition that a channel is the parent of the thread looked at."""
    same = parent.c.discord_channel_id == CHANNELS.c.parent_id
    return (parent.c.clan_id == clan_id) & same


def _is_counted(parent: FromClause) -> ColumnElement[bool]:
    """Return the condition that a channel is there and counts; a thread follows its parent."""
    counted = CHANNELS.c.is_counted & func.coalesce(parent.c.is_counted, true())
    return counted & ~CHANNELS.c.is_gone


async def blind_since(connection: AsyncConnection, clan_id: int) -> dict[int, datetime]:
    """Return since when channels cannot be seen that cannot be now, by their Discord ids."""
    blind = BLIND_SPOTS.c
    rows = await connection.execute(
        select(CHANNELS.c.discord_channel_id, blind.started_at)
        .join(CHANNELS, of_channel(BLIND_SPOTS))
        .where(blind.clan_id == clan_id, blind.ended_at.is_(None))
    )
    return {row.discord_channel_id: row.started_at for row in rows}


async def fill(connection: AsyncConnection, clan_id: int, channel_id: int, since: datetime) -> None:
    """Note that a channel's messages from an instant on were read after all.

    What began since was no blindness in the end; what began before ends there.
    """
    blind = BLIND_SPOTS.c
    mine = (blind.clan_id == clan_id, blind.channel_id == channel_id)
    await connection.execute(delete(BLIND_SPOTS).where(*mine, blind.started_at >= since))
    await see_again(connection, clan_id, channel_id, since)


async def forget_gone(connection: AsyncConnection, clan_id: int, listed: Collection[int]) -> None:
    """Forget the blind times of channels, and of threads in them, that are not listed any more.

    `listed` are the Discord ids of all channels there are: nobody can write in a deleted one.
    """
    channel = CHANNELS.c
    where = func.coalesce(channel.parent_id, channel.discord_channel_id)
    await _be_gone(connection, clan_id, where.not_in(sorted(listed)))


async def forget_channel(connection: AsyncConnection, clan_id: int, discord_id: int) -> None:
    """Forget the blind times of one channel or thread that was deleted, and of its threads."""
    channel = CHANNELS.c
    gone = or_(channel.discord_channel_id == discord_id, channel.parent_id == discord_id)
    await _be_gone(connection, clan_id, gone)


async def _be_gone(connection: AsyncConnection, clan_id: int, which: ColumnElement[bool]) -> None:
    mine = CHANNELS.c.clan_id == clan_id
    gone = select(CHANNELS.c.id).where(mine, which)
    for table in (BLIND_SPOTS, CHANNEL_VIEWERS):
        await connection.execute(
            delete(table).where(table.c.clan_id == clan_id, table.c.channel_id.in_(gone))
        )
    await connection.execute(
        update(CHANNELS).where(mine, which, ~CHANNELS.c.is_gone).values(is_gone=True)
    )

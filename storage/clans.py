"""Clans: one Discord server joined to one WOM group each, with their own settings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Update,
    bindparam,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import insert_missing
from storage.tables import CLANS, DIGESTS

_SNOWFLAKE_STEP = literal(22, Integer)
NO_SERVER = 0
"""Stands for the Discord server of a clan whose server nobody has named yet."""


class ClanRow(NamedTuple):
    """A clan as the database has it."""

    clan_id: int
    guild_id: int
    wom_group_id: int | None
    name: str
    zone: str
    role_orders: list[tuple[str, int]]
    permissions: Mapping[str, Any]
    report_channel_id: int | None
    created_at: datetime
    polled_at: datetime | None
    listened_at: datetime | None
    details_etag: str | None
    hiscores_etag: str | None
    history_from: datetime | None
    forget_after_days: int | None
    notice_channel_id: int | None
    recounted_from_on: date | None
    identity_revision: int
    ranks_confirmed_at: datetime | None
    keeps_presence: bool
    presence_from: datetime | None
    removed_at: datetime | None
    officer_channel_id: int | None
    officers_told_at: datetime | None
    greeted_at: datetime | None
    zone_chosen: bool


async def found(connection: AsyncConnection, guild_id: int, name: str, now: datetime) -> ClanRow:
    """Return the clan of a server in which the bot is, making it when it is new."""
    await insert_missing(connection, CLANS, [_founded(guild_id, name, now)])
    await connection.execute(
        update(CLANS)
        .where(CLANS.c.guild_id == guild_id, CLANS.c.removed_at.is_not(None))
        .values(removed_at=None)
    )
    clan = await of_guild(connection, guild_id)
    if clan is None:
        raise LookupError(f"guild {guild_id} has no clan")
    return clan


def _founded(guild_id: int, name: str, now: datetime) -> Mapping[str, Any]:
    return {
        "guild_id": guild_id,
        "name": name,
        "zone": "UTC",
        "role_orders": [],
        "permissions": {},
        "created_at": now,
    }


async def of_guild(connection: AsyncConnection, guild_id: int) -> ClanRow | None:
    """Return the clan of a Discord server, or None."""
    row = (
        await connection.execute(select(CLANS).where(CLANS.c.guild_id == guild_id))
    ).one_or_none()
    return None if row is None else _clan(row)


async def of_guilds(connection: AsyncConnection, guild_ids: Collection[int]) -> list[ClanRow]:
    """Return the clans of some Discord servers."""
    found = select(CLANS).where(CLANS.c.guild_id.in_(sorted(guild_ids)))
    return [_clan(row) for row in await connection.execute(found)]


async def note_listened(
    connection: AsyncConnection, guild_ids: Collection[int], now: datetime
) -> None:
    """Note that some servers are listened to."""
    await connection.execute(
        update(CLANS).where(CLANS.c.guild_id.in_(sorted(guild_ids))).values(listened_at=now)
    )


async def begin_presence(
    connection: AsyncConnection, clan_ids: Collection[int], now: datetime
) -> None:
    """Note of clans, in the order of their ids, that they keep days with a sign of life now."""
    rows = [{"clan": each, "since": now} for each in sorted(clan_ids)]
    if rows:
        await connection.execute(_presence_begins(), rows)


@cache
def _presence_begins() -> Update:
    clan = CLANS.c
    return (
        update(CLANS).where(clan.id == bindparam("clan")).values(presence_from=bindparam("since"))
    )


async def every(connection: AsyncConnection) -> list[ClanRow]:
    """Return all clans in the order they came."""
    return [_clan(row) for row in await connection.execute(select(CLANS).order_by(CLANS.c.id))]


class Only(StrEnum):
    """Which of the clans are read."""

    ALL = "all"
    WITH_GROUP = "with a group"
    POLLED = "polled"
    WITH_OFFICERS = "with a channel of officers, polled"
    FORGETTING = "forgetting who left"
    WITH_DIGEST = "with a digest"


class Page(NamedTuple):
    """Some clans, and the id after which the next page begins; None after the last one."""

    clans: list[ClanRow]
    next_after: int | None


async def served(
    connection: AsyncConnection,
    after_id: int,
    limit: int,
    part: tuple[int, int] | None = None,
    only: Only = Only.ALL,
) -> Page:
    """Return some of the clans in whose server the bot is, by id, from the one after an id on.

    With a part (number, of) only those of that part, of so many equal ones: then the ids that may
    be of it are named, and no other clan's row is touched.
    """
    clan = CLANS.c
    wanted = select(CLANS).where(clan.removed_at.is_(None), clan.guild_id != NO_SERVER)
    wanted = wanted.where(*_only(only)).order_by(clan.id)
    if part is None:
        rows = await connection.execute(wanted.where(clan.id > after_id).limit(limit))
        found = [_clan(row) for row in rows]
        return Page(found, found[-1].clan_id if len(found) == limit else None)
    number, of = part
    last_id = await connection.scalar(select(func.max(clan.id))) or 0
    ids = range(after_id + 1 + (number - after_id - 1) % of, last_id + 1, of)
    rows = await connection.execute(wanted.where(clan.id.in_(ids[:limit])))
    return Page([_clan(row) for row in rows], ids[limit - 1] if len(ids) > limit else None)


def _only(only: Only) -> Sequence[ColumnElement[bool]]:
    clan, digest = CLANS.c, DIGESTS.c
    begun = select(digest.clan_id).where(digest.on_since_at.is_not(None))
    wanted: dict[Only, Sequence[ColumnElement[bool]]] = {
        Only.ALL: [],
        Only.WITH_GROUP: [clan.wom_group_id.is_not(None)],
        Only.POLLED: [clan.polled_at.is_not(None)],
        Only.WITH_OFFICERS: [clan.officer_channel_id.is_not(None), clan.polled_at.is_not(None)],
        Only.FORGETTING: [clan.forget_after_days.is_not(None)],
        Only.WITH_DIGEST: [clan.id.in_(begun)],
    }
    return wanted[only]


async def polls(connection: AsyncConnection) -> list[tuple[bool, datetime | None]]:
    """Return of each clan that is served whether it has a group, and when that was polled last."""
    clan = CLANS.c
    rows = await connection.execute(
        select(clan.wom_group_id.is_not(None), clan.polled_at).where(
            clan.removed_at.is_(None), clan.guild_id != NO_SERVER
        )
    )
    return [(bool(has_group), polled_at) for has_group, polled_at in rows]


async def on_shards(
    connection: AsyncConnection, count: int, ids: Collection[int]
) -> dict[int, int]:
    """Return the servers, by clan, of the clans on some shards in whose server the bot is."""
    clan = CLANS.c
    found = select(clan.id, clan.guild_id).where(
        clan.removed_at.is_(None), clan.guild_id != NO_SERVER, _is_on(count, ids)
    )
    return {row.id: row.guild_id for row in await connection.execute(found)}


def _is_on(count: int, ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a clan's server is on one of some shards, as Discord has it."""
    if len(ids) == count:
        return true()
    return (CLANS.c.guild_id.bitwise_rshift(_SNOWFLAKE_STEP) % count).in_(sorted(ids))


async def be_in(
    connection: AsyncConnection,
    servers: Mapping[int, str],
    now: datetime,
    shards: tuple[int, Collection[int]] = (1, (0,)),
) -> None:
    """Note that the bot is in these servers (by id, with names) and in no other; new ones are made.

    Not yet a new one whose name is empty, as of a server that Discord cannot show. With shards
    (count, which) in no other of theirs. The clan without a server is in none.
    """
    clan = CLANS.c
    new = [_founded(*server, now) for server in servers.items() if server[1]]
    await insert_missing(connection, CLANS, new)
    await connection.execute(
        update(CLANS)
        .where(clan.guild_id.in_(sorted(servers)), clan.removed_at.is_not(None))
        .values(removed_at=None)
    )
    await connection.execute(
        update(CLANS)
        .where(
            clan.guild_id.not_in(sorted({*servers, NO_SERVER})),
            clan.removed_at.is_(None),
            _is_on(*shards),
        )
        .values(removed_at=now)
    )


async def leave(connection: AsyncConnection, guild_id: int, now: datetime) -> None:
    """Note that the bot is not in a server any more, unless that is noted already."""
    await connection.execute(
        update(CLANS)
        .where(CLANS.c.guild_id == guild_id, CLANS.c.removed_at.is_(None))
        .values(removed_at=now)
    )


async def greet(connection: AsyncConnection, clan_id: int, now: datetime) -> bool:
    """Note that a clan is greeted; return whether it had not been before."""
    clan = CLANS.c
    done = await connection.execute(
        update(CLANS).where(clan.id == clan_id, clan.greeted_at.is_(None)).values(greeted_at=now)
    )
    return done.rowcount > 0


async def removed_before(connection: AsyncConnection, before: datetime) -> list[ClanRow]:
    """Return the clans from whose server the bot was removed by an instant."""
    rows = await connection.execute(
        select(CLANS).where(CLANS.c.removed_at <= before).order_by(CLANS.c.id)
    )
    return [_clan(row) for row in rows]


async def is_served(connection: AsyncConnection, group_id: int) -> bool:
    """Return whether a clan in whose server the bot is has this WOM group."""
    clan = CLANS.c
    has_it = (clan.wom_group_id == group_id, clan.removed_at.is_(None), clan.guild_id != NO_SERVER)
    return await connection.scalar(select(clan.id).where(*has_it).limit(1)) is not None


async def ungreeted(connection: AsyncConnection) -> list[int]:
    """Return the servers of the clans that were neither greeted nor ever polled."""
    clan = CLANS.c
    new = select(clan.guild_id).where(clan.greeted_at.is_(None), clan.polled_at.is_(None))
    return [*await connection.scalars(new)]


async def change(connection: AsyncConnection, clan_id: int, **values: Any) -> None:  # noqa: ANN401 - columns of clans
    """Set columns of a clan."""
    await connection.execute(update(CLANS).where(CLANS.c.id == clan_id).values(**values))


def _clan(row: Any) -> ClanRow:  # noqa: ANN401 - a row of clans
    clan = ClanRow(*row)
    return clan._replace(role_orders=[(role, index) for role, index in clan.role_orders])

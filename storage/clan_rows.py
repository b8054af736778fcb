"""All that is kept of one clan, whatever the table: handed to another clan, or deleted.

Those are the tables with a `clan_id`, so that none is ever left out. What is global, players with
what Wise Old Man shows of them, stays.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from storage.archive import Void, let_go
from storage.clans import ClanRow
from storage.tables import AUTHORS, CLANS, MEMBERSHIP_EVENTS, MEMBERSHIPS

_SAME_NEWS = timedelta(days=2)
"""Two clans of one group learn of the same change by polls of their own, at most so far apart."""


def owned_tables() -> tuple[Table, ...]:
    """Return the tables whose rows are a clan's, those that refer to others first."""
    children_first = reversed(SQLModel.metadata.sorted_tables)
    return tuple(each for each in children_first if "clan_id" in each.c)


async def delete_clan(connection: AsyncConnection, clan_id: int) -> None:
    """Delete a clan and everything of it."""
    mine = await connection.scalars(select(AUTHORS.c.id).where(AUTHORS.c.clan_id == clan_id))
    await let_go(connection, Void.AUTHOR, mine.all())
    for table in owned_tables():
        await connection.execute(delete(table).where(table.c.clan_id == clan_id))
    await connection.execute(delete(CLANS).where(CLANS.c.id == clan_id))


async def merge(connection: AsyncConnection, gone: ClanRow, kept: ClanRow) -> None:
    """Give everything of a clan to another one of the same group, or of none; the first is gone.

    What both know stands once: of two places of a player, that of the clan that was polled last.
    """
    gone_is_newer = _is_later(gone, kept)
    await _look_at_the_end(connection)
    await _merge_places(connection, gone.clan_id, kept.clan_id, gone_is_newer=gone_is_newer)
    await _drop_same_news(connection, gone.clan_id, kept.clan_id)
    for table in reversed(owned_tables()):
        theirs = table.c.clan_id == gone.clan_id
        for same in _keys(table, kept.clan_id):
            await connection.execute(delete(table).where(theirs, same))
        await connection.execute(update(table).where(theirs).values(clan_id=kept.clan_id))
    await connection.execute(delete(CLANS).where(CLANS.c.id == gone.clan_id))
    told = gone if gone_is_newer else kept
    await connection.execute(
        update(CLANS)
        .where(CLANS.c.id == kept.clan_id)
        .values(
            wom_group_id=kept.wom_group_id or gone.wom_group_id,
            name=kept.name if kept.wom_group_id else gone.name,
            role_orders=[list(each) for each in told.role_orders],
            created_at=min(gone.created_at, kept.created_at),
            polled_at=told.polled_at,
            history_from=kept.history_from or gone.history_from,
            # So that the next poll reads all of it.
            details_etag=None,
            hiscores_etag=None,
            identity_revision=CLANS.c.identity_revision + gone.identity_revision + 1,
        )
    )


async def _look_at_the_end(connection: AsyncConnection) -> None:
    """Let what names a row of another clan stand until all rows are the other clan's."""
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        await connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")


def _is_later(one: ClanRow, other: ClanRow) -> bool:
    if one.polled_at is None or other.polled_at is None:
        return one.polled_at is not None
    return one.polled_at > other.polled_at


async def _merge_places(
    connection: AsyncConnection, gone_id: int, kept_id: int, *, gone_is_newer: bool
) -> None:
    """Write into the places that both clans have what either knows, and take the others' out."""
    place = MEMBERSHIPS.c
    rows = await connection.execute(
        select(MEMBERSHIPS).where(place.clan_id.in_([gone_id, kept_id]))
    )
    by_clan: dict[int, dict[int, dict[str, Any]]] = {gone_id: {}, kept_id: {}}
    for row in rows:
        by_clan[row.clan_id][row.player_id] = row._asdict()
    both = by_clan[gone_id].keys() & by_clan[kept_id].keys()
    if not both:
        return
    newer, older = (gone_id, kept_id) if gone_is_newer else (kept_id, gone_id)
    merged = [_merged(by_clan[newer][who], by_clan[older][who]) for who in sorted(both)]
    await connection.execute(
        update(MEMBERSHIPS)
        .where(place.clan_id == kept_id, place.player_id == bindparam("who"))
        .values({name: bindparam(f"new_{name}") for name in _PLACE}),
        merged,
    )
    await connection.execute(
        delete(MEMBERSHIPS).where(place.clan_id == gone_id, place.player_id.in_(sorted(both)))
    )


_PLACE = ("role", "joined_at", "role_since_at", "left_at", "has_no_discord")


def _merged(newer: Mapping[str, Any], older: Mapping[str, Any]) -> dict[str, Any]:
    joined = [each["joined_at"] for each in (newer, older) if each["joined_at"] is not None]
    since = newer["role_since_at"]
    if newer["role"] == older["role"] and older["role_since_at"] is not None:
        since = min(since or older["role_since_at"], older["role_since_at"])
    return {
        "who": newer["player_id"],
        "new_role": newer["role"],
        "new_joined_at": min(joined, default=None),
        "new_role_since_at": since,
        "new_left_at": newer["left_at"],
        "new_has_no_discord": newer["has_no_discord"] or older["has_no_discord"],
    }


async def _drop_same_news(connection: AsyncConnection, gone_id: int, kept_id: int) -> None:
    """Delete what the clan that goes knows of a change that the other one noted too."""
    theirs, ours = MEMBERSHIP_EVENTS, MEMBERSHIP_EVENTS.alias("ours")
    rows = await connection.execute(
        select(theirs.c.id, theirs.c.happened_at, ours.c.happened_at)
        .join(
            ours,
            and_(
                ours.c.clan_id == kept_id,
                ours.c.player_id == theirs.c.player_id,
                ours.c.kind == theirs.c.kind,
                func.coalesce(ours.c.before, "") == func.coalesce(theirs.c.before, ""),
                func.coalesce(ours.c.after, "") == func.coalesce(theirs.c.after, ""),
            ),
        )
        .where(theirs.c.clan_id == gone_id)
    )
    same = [(key,) for key, at, other_at in rows if abs(at - other_at) <= _SAME_NEWS]
    if same:
        await connection.execute(
            delete(theirs).where(theirs.c.id == bindparam("event")),
            [{"event": key} for (key,) in same],
        )


def _keys(table: Table, kept_id: int) -> Iterator[ColumnElement[bool]]:
    """Yield for each key of a table with the clan in it that the other clan has a row with it."""
    other = table.alias("other")
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    for key in (table.primary_key, *unique):
        names = [column.name for column in key.columns]
        if "clan_id" in names:
            same = (table.c[name] == other.c[name] for name in names if name != "clan_id")
            yield exists().where(other.c.clan_id == kept_id, *same)

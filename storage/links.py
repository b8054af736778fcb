"""Links: which Discord user said, and which officer confirmed, that a player is theirs.

Whoever changes a link notes the action in the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import from_ms, instant_or_none
from storage.engine import insert_missing, plain_rows
from storage.tables import LINK_EVENTS, LINKS, MEMBERSHIPS


class StoredState(StrEnum):
    """What became of a link; only a confirmed one gives authority."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ENDED = "ended"


class StandingLink(NamedTuple):
    """One Discord user and one player."""

    player_id: int
    discord_user_id: int
    state: str
    is_main: bool


async def of_clan(connection: AsyncConnection, clan_id: int) -> list[StandingLink]:
    """Return the clan's standing links, claimed or confirmed."""
    link = LINKS.c
    rows = await connection.execute(
        select(link.player_id, link.discord_user_id, link.state, link.is_main)
        .where(
            link.clan_id == clan_id, link.state.in_([StoredState.CLAIMED, StoredState.CONFIRMED])
        )
        .order_by(link.id)
    )
    return [StandingLink(*row) for row in rows]


async def confirmed_roles(
    connection: AsyncConnection, clan_id: int, discord_user_id: int
) -> list[str]:
    """Return the WOM roles of the present accounts that an officer confirmed for a user."""
    link, place = LINKS.c, MEMBERSHIPS.c
    rows = await connection.execute(
        select(place.role)
        .join(LINKS, (link.player_id == place.player_id) & (link.clan_id == place.clan_id))
        .where(
            link.clan_id == clan_id,
            link.discord_user_id == discord_user_id,
            link.state == StoredState.CONFIRMED,
            place.left_at.is_(None),
        )
    )
    return list(rows.scalars())


async def confirm(
    connection: AsyncConnection,
    clan_id: int,
    link: StandingLink,
    decided_by: int,
    now: datetime,
) -> None:
    """Confirm a link between a user and a player, claimed before or not, with who decided it."""
    decided = {"state": StoredState.CONFIRMED, "decided_at": now, "decided_by": decided_by}
    await insert_missing(
        connection,
        LINKS,
        [{"clan_id": clan_id, **link._asdict(), "claimed_at": now, **decided}],
    )
    await connection.execute(
        update(LINKS)
        .where(
            LINKS.c.clan_id == clan_id,
            LINKS.c.player_id == link.player_id,
            LINKS.c.discord_user_id == link.discord_user_id,
        )
        .values(is_main=link.is_main, **decided)
    )


class LinkRow(NamedTuple):
    """A link in any state, with when it was claimed and who decided it when."""

    player_id: int
    discord_user_id: int
    state: str
    is_main: bool
    claimed_at: datetime
    decided_at: datetime | None
    decided_by: int | None


class LinkEventRow(NamedTuple):
    """What was done to one link; `before` is what it was, None when it was not there."""

    player_id: int
    discord_user_id: int
    action: str
    before: Mapping[str, Any] | None = None


class Noted(NamedTuple):
    """An event as it was noted; `action_id` is that of the action's first event."""

    action_id: int
    event: LinkEventRow
    by_user_id: int
    happened_at: datetime


async def every(connection: AsyncConnection, clan_id: int) -> list[LinkRow]:
    """Return all links of the clan, those that were rejected or have ended too."""
    link = LINKS.c
    rows = await connection.execute(
        select(*(link[name] for name in LinkRow._fields))
        .where(link.clan_id == clan_id)
        .order_by(link.id)
    )
    return [
        LinkRow(who, user, state, bool(is_main), from_ms(claimed), instant_or_none(decided), by)
        for who, user, state, is_main, claimed, decided, by in plain_rows(rows)
    ]


async def put(connection: AsyncConnection, clan_id: int, rows: Sequence[LinkRow]) -> None:
    """Write links as they are from now on."""
    if not rows:
        return
    await insert_missing(connection, LINKS, [{"clan_id": clan_id, **row._asdict()} for row in rows])
    link = LINKS.c
    kept = ("state", "is_main", "claimed_at", "decided_at", "decided_by")
    await connection.execute(
        update(LINKS)
        .where(
            link.clan_id == clan_id,
            link.player_id == bindparam("of_player"),
            link.discord_user_id == bindparam("of_user"),
        )
        .values({name: bindparam(f"is_{name}") for name in kept}),
        [
            {"of_player": row.player_id, "of_user": row.discord_user_id}
            | {f"is_{name}": getattr(row, name) for name in kept}
            for row in rows
        ],
    )


async def remove(
    connection: AsyncConnection, clan_id: int, pairs: Sequence[tuple[int, int]]
) -> None:
    """Remove links (player, user) as if they had never been."""
    if not pairs:
        return
    await connection.execute(
        delete(LINKS).where(
            LINKS.c.clan_id == clan_id,
            LINKS.c.player_id == bindparam("of_player"),
            LINKS.c.discord_user_id == bindparam("of_user"),
        ),
        [{"of_player": player_id, "of_user": user_id} for player_id, user_id in pairs],
    )


async def note(
    connection: AsyncConnection,
    clan_id: int,
    events: Sequence[LinkEventRow],
    by_user_id: int,
    now: datetime,
) -> int:
    """Note one action with all that it did, what was asked for first; return its id."""
    rows = [
        {"clan_id": clan_id, "by_user_id": by_user_id, "happened_at": now, **event._asdict()}
        for event in events
    ]
    made = await connection.execute(insert(LINK_EVENTS).values(rows[0]).returning(LINK_EVENTS.c.id))
    action_id: int = made.scalar_one()
    if rows[1:]:
        await connection.execute(
            insert(LINK_EVENTS), [{**row, "part_of": action_id} for row in rows[1:]]
        )
    return action_id


async def actions(connection: AsyncConnection, clan_id: int, how_many: int) -> list[Noted]:
    """Return the events of the clan's newest actions, the newest first."""
    event = LINK_EVENTS.c
    newest = (
        select(event.id)
        .where(event.clan_id == clan_id, event.part_of.is_(None))
        .order_by(event.id.desc())
        .limit(how_many)
    )
    action_id = func.coalesce(event.part_of, event.id)
    rows = await connection.execute(
        select(
            action_id,
            *(event[name] for name in LinkEventRow._fields),
            event.by_user_id,
            event.happened_at,
        )
        .where(event.clan_id == clan_id, event.id.in_(newest) | event.part_of.in_(newest))
        .order_by(event.id.desc())
    )
    return [Noted(row[0], LinkEventRow(*row[1:5]), row[5], row[6]) for row in rows]


async def changes_since(
    connection: AsyncConnection, clan_id: int, since: datetime
) -> list[LinkEventRow]:
    """Return what was done to the clan's links after an instant, the oldest first."""
    event = LINK_EVENTS.c
    rows = await connection.execute(
        select(*(event[name] for name in LinkEventRow._fields))
        .where(event.clan_id == clan_id, event.happened_at > since)
        .order_by(event.id)
    )
    return [LinkEventRow(*row) for row in rows]


async def set_no_discord(
    connection: AsyncConnection, clan_id: int, *player_ids: int, has_none: bool
) -> None:
    """Remember that players have no Discord account, or that they have one after all."""
    await connection.execute(
        update(MEMBERSHIPS)
        .where(MEMBERSHIPS.c.clan_id == clan_id, MEMBERSHIPS.c.player_id.in_(player_ids))
        .values(has_no_discord=has_none)
    )

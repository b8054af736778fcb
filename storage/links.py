"""Links: which Discord user said, and which officer confirmed, that a player is theirs."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import insert_missing
from storage.tables import LINKS, MEMBERSHIPS


class State(StrEnum):
    """What became of a link; only a confirmed one gives authority."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ENDED = "ended"


class Link(NamedTuple):
    """One Discord user and one player."""

    player_id: int
    discord_user_id: int
    state: str
    is_main: bool


async def of_clan(connection: AsyncConnection, clan_id: int) -> list[Link]:
    """Return the clan's standing links, claimed or confirmed."""
    link = LINKS.c
    rows = await connection.execute(
        select(link.player_id, link.discord_user_id, link.state, link.is_main)
        .where(link.clan_id == clan_id, link.state.in_([State.CLAIMED, State.CONFIRMED]))
        .order_by(link.id)
    )
    return [Link(*row) for row in rows]


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
            link.state == State.CONFIRMED,
            place.left_at.is_(None),
        )
    )
    return list(rows.scalars())


async def confirm(
    connection: AsyncConnection,
    clan_id: int,
    link: Link,
    decided_by: int,
    now: datetime,
) -> None:
    """Confirm a link between a user and a player, claimed before or not, with who decided it."""
    decided = {"state": State.CONFIRMED, "decided_at": now, "decided_by": decided_by}
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

"""Exemptions: players and roles that leadership keeps out of the lists of the inactive."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import EXEMPTIONS, PLAYERS


class ExemptionRow(NamedTuple):
    """An exemption as the database has it, with the player's name if it is a player's."""

    exemption_id: int
    player_id: int | None
    player: str | None
    role: str | None
    reason: str
    until_on: date | None
    set_by: int
    set_at: datetime


async def standing(connection: AsyncConnection, clan_id: int, today: date) -> list[ExemptionRow]:
    """Return the clan's exemptions that were not ended and last until a day or beyond."""
    held = EXEMPTIONS.c
    rows = await connection.execute(
        select(
            held.id,
            held.player_id,
            PLAYERS.c.name,
            held.role,
            held.reason,
            held.until_on,
            held.set_by,
            held.set_at,
        )
        .select_from(EXEMPTIONS)
        .join(PLAYERS, PLAYERS.c.player_id == held.player_id, isouter=True)
        .where(
            held.clan_id == clan_id,
            held.ended_at.is_(None),
            or_(held.until_on.is_(None), held.until_on >= today),
        )
        .order_by(held.id)
    )
    return [ExemptionRow(*row) for row in rows]


async def add(connection: AsyncConnection, clan_id: int, exemption: Mapping[str, Any]) -> int:
    """Store an exemption (a row without the clan) and return its id."""
    made = await connection.execute(
        insert(EXEMPTIONS).values(clan_id=clan_id, **exemption).returning(EXEMPTIONS.c.id)
    )
    return int(made.scalar_one())


async def end(connection: AsyncConnection, clan_id: int, exemption_id: int, now: datetime) -> None:
    """End an exemption, unless it was ended before."""
    held = EXEMPTIONS.c
    await connection.execute(
        update(EXEMPTIONS)
        .where(held.clan_id == clan_id, held.id == exemption_id, held.ended_at.is_(None))
        .values(ended_at=now)
    )

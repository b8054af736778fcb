"""Days on which somebody reacted, used a command or talked in voice: per user and day, no more.

By the quarter of an hour only the whole clan's time in voice is kept, which names nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import from_ms
from storage.engine import plain_rows, upsert
from storage.given import ByClan
from storage.tables import PRESENCE_DAYS, VOICE_QUARTERS


class PresentIn(NamedTuple):
    """On how many days of a stretch somebody was there, and in voice, and for how long."""

    days: int
    voice_days: int
    voice_seconds: int


class PresenceRow(NamedTuple):
    """The last day on which a user was there, and what was seen in each stretch asked for."""

    last_on: date
    stretches: tuple[PresentIn, ...]


async def add(connection: AsyncConnection, by_clan: ByClan[Mapping[tuple[int, date], int]]) -> None:
    """Add seconds in voice, or none, by (Discord user, day): on each of them they were there."""
    rows = [
        {"clan_id": clan_id, "day": day, "discord_user_id": user_id, "voice_seconds": in_voice}
        for clan_id, seconds in by_clan.items()
        for (user_id, day), in_voice in seconds.items()
    ]
    await upsert(connection, PRESENCE_DAYS, rows, add=("voice_seconds",))


async def since(
    connection: AsyncConnection, clan_id: int, first: date, last: date, stretches: Sequence[date]
) -> dict[int, PresenceRow]:
    """Return who was there from the first day to the last, by user.

    Each stretch is given by its own first day and ends with the last.
    """
    row = PRESENCE_DAYS.c
    sums = [
        func.sum(case((condition, value), else_=0))
        for start in stretches
        for inside in [row.day >= start]
        for condition, value in (
            (inside, 1),
            (inside & (row.voice_seconds > 0), 1),
            (inside, row.voice_seconds),
        )
    ]
    rows = await connection.execute(
        select(row.discord_user_id, func.max(row.day), *sums)
        .where(row.clan_id == clan_id, row.day >= first, row.day <= last)
        .group_by(row.discord_user_id)
    )
    return {user_id: _presence(last_on, counts) for user_id, last_on, *counts in plain_rows(rows)}


def _presence(last_on: Any, counts: Sequence[int]) -> PresenceRow:  # noqa: ANN401 - a plain number
    stretches = (PresentIn(*counts[n : n + 3]) for n in range(0, len(counts), 3))
    return PresenceRow(date.fromordinal(last_on), tuple(stretches))


async def forget_all(connection: AsyncConnection, clan_id: int) -> None:
    """Delete all days and quarters of a clan."""
    for table in (PRESENCE_DAYS, VOICE_QUARTERS):
        await connection.execute(delete(table).where(table.c.clan_id == clan_id))


async def add_voice(connection: AsyncConnection, by_clan: ByClan[Mapping[datetime, int]]) -> None:
    """Add seconds in voice, of all who talked, by quarter of an hour; none says that we looked."""
    rows = [
        {"clan_id": clan_id, "quarter_at": quarter_at, "voice_seconds": in_voice}
        for clan_id, seconds in by_clan.items()
        for quarter_at, in_voice in seconds.items()
    ]
    await upsert(connection, VOICE_QUARTERS, rows, add=("voice_seconds",))


async def voice_quarters(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> list[tuple[datetime, int]]:
    """Return (quarter of an hour, seconds in voice) of the whole clan in [start, end)."""
    quarter = VOICE_QUARTERS.c
    rows = await connection.execute(
        select(quarter.quarter_at, quarter.voice_seconds)
        .where(quarter.clan_id == clan_id, quarter.quarter_at >= start, quarter.quarter_at < end)
        .order_by(quarter.quarter_at)
    )
    return [(from_ms(at_ms), seconds) for at_ms, seconds in plain_rows(rows)]


async def voice_from(connection: AsyncConnection, clan_id: int) -> datetime | None:
    """Return since when a clan's time in voice is kept by the quarter; None when it is not."""
    quarter = VOICE_QUARTERS.c
    first = select(func.min(quarter.quarter_at)).where(quarter.clan_id == clan_id)
    found: datetime | None = await connection.scalar(first)
    return found

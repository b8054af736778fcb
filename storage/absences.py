"""Leaves of absence. The reason is for the person and officers alone: nothing else reads it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.joins import of_author
from storage.tables import ABSENCES, AUTHOR_TOTALS, AUTHORS, MEMBERSHIPS, OBSERVATIONS

_PLAYERS_AT_ONCE = 200  # alternatives in one condition; SQLite nests at most a thousand


class AbsenceRow(NamedTuple):
    """A leave as the database has it, of a user or of a player without one."""

    absence_id: int
    discord_user_id: int | None
    player_id: int | None
    from_on: date
    until_on: date | None
    reason: str | None
    set_by: int
    set_at: datetime
    ended_on: date | None
    asked_at: datetime | None


_COLUMNS = [ABSENCES.c["id" if name == "absence_id" else name] for name in AbsenceRow._fields]


async def of_clan(connection: AsyncConnection, clan_id: int, since: date) -> list[AbsenceRow]:
    """Return the clan's leaves that reach to a day or beyond, in the order in which they begin."""
    leave = ABSENCES.c
    last_on = func.coalesce(leave.ended_on, leave.until_on)
    rows = await connection.execute(
        select(*_COLUMNS)
        .where(leave.clan_id == clan_id, or_(last_on.is_(None), last_on >= since))
        .order_by(leave.from_on, leave.id)
    )
    return [AbsenceRow(*row) for row in rows]


async def add(connection: AsyncConnection, clan_id: int, leave: Mapping[str, Any]) -> int:
    """Store a leave (a row without the clan) and return its id."""
    made = await connection.execute(
        insert(ABSENCES).values(clan_id=clan_id, **leave).returning(ABSENCES.c.id)
    )
    return int(made.scalar_one())


async def change(
    connection: AsyncConnection,
    clan_id: int,
    absence_id: int,
    **values: Any,  # noqa: ANN401 - columns of absences
) -> None:
    """Set columns of a leave."""
    await connection.execute(
        update(ABSENCES)
        .where(ABSENCES.c.clan_id == clan_id, ABSENCES.c.id == absence_id)
        .values(**values)
    )


async def call_off(connection: AsyncConnection, clan_id: int, absence_ids: Collection[int]) -> None:
    """Delete leaves that never came to be."""
    await connection.execute(
        delete(ABSENCES).where(
            ABSENCES.c.clan_id == clan_id, ABSENCES.c.id.in_(sorted(absence_ids))
        )
    )


async def last_written(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> dict[int, datetime]:
    """Return when each Discord user wrote last, of those who ever did."""
    author, total = AUTHORS.c, AUTHOR_TOTALS.c
    rows = await connection.execute(
        select(author.discord_user_id, total.wrote_at)
        .join(AUTHOR_TOTALS, of_author(AUTHOR_TOTALS))
        .where(
            author.clan_id == clan_id,
            author.discord_user_id.in_(sorted(user_ids)),
            total.wrote_at.is_not(None),
        )
    )
    return {row[0]: row[1] for row in rows}


async def last_risen(
    connection: AsyncConnection, clan_id: int, since: Mapping[int, datetime]
) -> dict[int, datetime]:
    """Return when players of the clan were last seen, if they gained since an instant each.

    Only between two observations after it: what WOM saw first may have been gained before.
    """
    seen = OBSERVATIONS.c
    found: dict[int, datetime] = {}
    wanted = sorted(since.items())
    for start in range(0, len(wanted), _PLAYERS_AT_ONCE):
        few = wanted[start : start + _PLAYERS_AT_ONCE]
        rows = await connection.execute(
            select(seen.player_id, func.max(seen.seen_at))
            .join(MEMBERSHIPS, MEMBERSHIPS.c.player_id == seen.player_id)
            .where(
                MEMBERSHIPS.c.clan_id == clan_id,
                or_(*(and_(seen.player_id == who, seen.seen_at >= at) for who, at in few)),
            )
            .group_by(seen.player_id)
            .having(
                or_(
                    # With what was lost added again, they only ever rise.
                    func.max(seen.xp + seen.xp_fell) > func.min(seen.xp + seen.xp_fell),
                    func.max(seen.kills_earned + seen.kills_fell)
                    > func.min(seen.kills_earned + seen.kills_fell),
                )
            )
        )
        found |= {row[0]: row[1] for row in rows}
    return found

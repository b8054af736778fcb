"""What was written when: reads of the rollups, at a cost that depends on the span asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import AUTHOR_DAYS, AUTHOR_HOURS, AUTHORS, CLAN_HOURS


class Wrote(NamedTuple):
    """Counts of one author in one stretch of time."""

    messages: int
    questions: int
    answers: int
    active_days: int


async def messages_on_days(
    connection: AsyncConnection, clan_id: int, stretches: Sequence[tuple[date, date]]
) -> list[dict[int, int]]:
    """Return, for each stretch of days [first, after), the messages by author who wrote."""
    if not stretches:
        return []
    # A subquery for each seeks to its days; one pass with a CASE for each took seven times longer.
    rows = await connection.execute(
        _by_author(clan_id, [_sum(AUTHOR_DAYS.c.messages, *stretch) for stretch in stretches])
    )
    found: list[dict[int, int]] = [{} for _ in stretches]
    for author_id, *counts in rows.all():
        for by_author, messages in zip(found, counts, strict=True):
            if messages:
                by_author[author_id] = messages
    return found


async def written_on_days(
    connection: AsyncConnection, clan_id: int, first: date, after: date
) -> dict[int, Wrote]:
    """Return all counts by author for the days [first, after)."""
    day = AUTHOR_DAYS.c
    counted = (day.messages, day.questions, day.answers, case((day.messages > 0, 1), else_=0))
    rows = await connection.execute(
        _by_author(clan_id, [_sum(column, first, after) for column in counted])
    )
    return {author_id: Wrote(*counts) for author_id, *counts in rows.all() if any(counts)}


def _by_author(clan_id: int, columns: Sequence[ScalarSelect[int]]) -> Select[Any]:
    return select(AUTHORS.c.id, *columns).where(AUTHORS.c.clan_id == clan_id)


def _sum(column: ColumnElement[int], first: date, after: date) -> ScalarSelect[int]:
    day = AUTHOR_DAYS.c
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(day.author_id == AUTHORS.c.id, day.day >= first, day.day < after)
        .correlate(AUTHORS)
        .scalar_subquery()
    )


async def written_in_hours(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> dict[int, Wrote]:
    """Return the counts by author of the hours in [start, end), counting it as one day at most."""
    hour = AUTHOR_HOURS.c
    messages = func.sum(hour.messages)
    rows = await connection.execute(
        select(
            hour.author_id,
            messages,
            func.sum(hour.questions),
            func.sum(hour.answers),
            case((messages > 0, 1), else_=0),
        )
        .join(AUTHORS, AUTHORS.c.id == hour.author_id)
        .where(AUTHORS.c.clan_id == clan_id, hour.hour_at >= start, hour.hour_at < end)
        .group_by(hour.author_id)
    )
    return {author_id: Wrote(*counts) for author_id, *counts in rows.all()}


async def clan_hours(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> list[tuple[datetime, int]]:
    """Return (hour, messages) of the whole clan in [start, end)."""
    hour = CLAN_HOURS.c
    rows = await connection.execute(
        select(hour.hour_at, hour.messages).where(
            hour.clan_id == clan_id, hour.hour_at >= start, hour.hour_at < end
        )
    )
    return [(row.hour_at, row.messages) for row in rows.all()]


async def author_hours(
    connection: AsyncConnection, clan_id: int, author_ids: Sequence[int], start: datetime
) -> list[tuple[datetime, int]]:
    """Return (hour, messages) of some of the clan's authors since `start`."""
    hour = AUTHOR_HOURS.c
    rows = await connection.execute(
        select(hour.hour_at, hour.messages)
        .join(AUTHORS, AUTHORS.c.id == hour.author_id)
        .where(AUTHORS.c.clan_id == clan_id, hour.author_id.in_(author_ids), hour.hour_at >= start)
    )
    return [(row.hour_at, row.messages) for row in rows.all()]

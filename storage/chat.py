"""What was written when: reads of the rollups, at a cost that depends on the span asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import AUTHOR_DAYS, AUTHOR_HOURS, AUTHORS, CLAN_HOURS


class Wrote(NamedTuple):
    """Counts of one author in one stretch of time."""

    messages: int
    questions: int
    answers: int
    active_days: int


async def written_on_days(
    connection: AsyncConnection, clan_id: int, stretches: Sequence[tuple[date, date]]
) -> list[dict[int, Wrote]]:
    """Return, for each stretch of days [first, after), the counts by author; one pass for all."""
    if not stretches:
        return []
    day = AUTHOR_DAYS.c
    columns: list[ColumnElement[int]] = []
    for first, after in stretches:
        inside = (day.day >= first) & (day.day < after)
        columns += [
            func.sum(case((inside, counted), else_=0))
            for counted in (day.messages, day.questions, day.answers)
        ]
        columns.append(func.sum(case((inside & (day.messages > 0), 1), else_=0)))
    rows = await connection.execute(
        select(day.author_id, *columns)
        .join(AUTHORS, AUTHORS.c.id == day.author_id)
        .where(
            AUTHORS.c.clan_id == clan_id,
            day.day >= min(first for first, _ in stretches),
            day.day < max(after for _, after in stretches),
        )
        .group_by(day.author_id)
    )
    found: list[dict[int, Wrote]] = [{} for _ in stretches]
    for author_id, *counts in rows:
        for place, by_author in enumerate(found):
            by_author[author_id] = Wrote(*counts[4 * place : 4 * place + 4])
    return found


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
    return {author_id: Wrote(*counts) for author_id, *counts in rows}


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
    return [(row.hour_at, row.messages) for row in rows]


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
    return [(row.hour_at, row.messages) for row in rows]


async def weekly_messages(
    connection: AsyncConnection, clan_id: int, first: date, weeks: int
) -> Mapping[int, tuple[int, ...]]:
    """Return each author's messages a week, for `weeks` weeks from `first`, oldest first."""
    day = AUTHOR_DAYS.c
    week = ((type_coerce(day.day, Integer) - first.toordinal()) // 7).label("week")
    rows = await connection.execute(
        select(day.author_id, week, func.sum(day.messages))
        .join(AUTHORS, AUTHORS.c.id == day.author_id)
        .where(AUTHORS.c.clan_id == clan_id, day.day >= first)
        .group_by(day.author_id, week)
    )
    found: dict[int, list[int]] = {}
    for author_id, number, messages in rows:
        if number < weeks:
            found.setdefault(author_id, [0] * weeks)[number] += messages
    return {author_id: tuple(counts) for author_id, counts in found.items()}

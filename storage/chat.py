"""What was written when: reads of the rollups, at a cost that depends on the span asked for."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Day, Instant, from_ms
from storage.engine import plain_rows
from storage.tables import AUTHOR_DAYS, AUTHOR_HOURS, AUTHORS, CLAN_HOURS

_HOUR_MS = 3_600_000
_instant_of = lru_cache(10_000)(from_ms)
"""The instant of an hour: all clans have the same ones, and a year has 8,760."""
_WEEK = {str(hour): hour for hour in range(168)}
"""The hours of a week by the texts of their numbers."""
_CLAN: ColumnElement[int] = bindparam("clan_id", type_=Integer)


class Wrote(NamedTuple):
    """Counts of one author in one stretch of time."""

    messages: int
    questions: int
    answers: int
    active_days: int


async def messages_on_days(
    connection: AsyncConnection,
    clan_id: int,
    stretches: Sequence[tuple[date, date]],
    whose: Sequence[int] | None = None,
) -> list[dict[int, int]]:
    """Return, for each stretch of days [first, after), the messages by author who wrote.

    Of all authors of the clan, or of some by their ids.
    """
    if not stretches:
        return []
    given = _of_whom(clan_id, whose)
    for number, (first, after) in enumerate(stretches):
        given |= {f"first_{number}": first, f"after_{number}": after}
    statement = _messages_on_days(len(stretches), of_some=whose is not None)
    rows = plain_rows(await connection.execute(statement, given))
    authors, *sums = zip(*rows, strict=True) if rows else [()] * (1 + len(stretches))
    return [
        {author: messages for author, messages in zip(authors, of_stretch, strict=True) if messages}
        for of_stretch in sums
    ]


@cache
def _messages_on_days(stretches: int, *, of_some: bool) -> Select[Any]:
    day = AUTHOR_DAYS.c
    # A subquery for each seeks to its days; one pass with a CASE for each took seven times longer.
    sums = (
        select(func.coalesce(func.sum(day.messages), 0))
        .where(day.clan_id == _CLAN, day.author_id == AUTHORS.c.id, _in_stretch(number))
        .correlate(AUTHORS)
        .scalar_subquery()
        for number in range(stretches)
    )
    return select(AUTHORS.c.id, *sums).where(_is_asked(of_some=of_some))


async def written_on_days(
    connection: AsyncConnection,
    clan_id: int,
    stretches: Sequence[tuple[date, date]],
    whose: Sequence[int] | None = None,
) -> list[dict[int, Wrote]]:
    """Return, for each stretch of days [first, after), all counts by author.

    Of all authors of the clan, or of some by their ids.
    """
    given = _of_whom(clan_id, whose)
    for number, (first, after) in enumerate(stretches):
        given |= {f"first_{number}": first, f"after_{number}": after}
    found: list[dict[int, Wrote]] = [{} for _ in stretches]
    if not stretches:
        return found
    statement = _written_on_days(len(stretches), of_some=whose is not None)
    rows = plain_rows(await connection.execute(statement, given))
    for number, author_id, *counts in rows:
        if any(counts):
            found[number][author_id] = Wrote(*counts)
    return found


@cache
def _written_on_days(stretches: int, *, of_some: bool) -> Select[Any] | CompoundSelect[Any]:
    every = [_written_in_stretch(number, of_some=of_some) for number in range(stretches)]
    return every[0] if len(every) == 1 else union_all(*every)


def _written_in_stretch(number: int, *, of_some: bool) -> Select[Any]:
    day = AUTHOR_DAYS.c
    counted = (day.messages, day.questions, day.answers, case((day.messages > 0, 1), else_=0))
    # IN, not a join: SQLite then reads the days in the order in which they are grouped.
    return (
        select(literal(number), day.author_id, *map(func.sum, counted))
        .where(_of_authors(day, of_some=of_some), _in_stretch(number))
        .group_by(day.author_id)
    )


async def days_written(
    connection: AsyncConnection, clan_id: int, first: date, after: date
) -> dict[int, tuple[int, int]]:
    """Return by author the days [first, after) with a message, a bit each, and the answers then.

    No more than 62 days: they have to fit into an integer of the database.
    """
    given = {"clan_id": clan_id, "first_0": first, "after_0": after}
    rows = plain_rows(await connection.execute(_days_written(), given))
    return {author_id: (int(days), answers) for author_id, days, answers in rows}


@cache
def _days_written() -> Select[Any]:
    day = AUTHOR_DAYS.c
    number = type_coerce(day.day, BigInteger) - bindparam("first_0", type_=Day)
    bit = cast(1, BigInteger).bitwise_lshift(cast(number, Integer))
    return (
        select(
            day.author_id,
            func.sum(case((day.messages > 0, bit), else_=0)),
            func.sum(day.answers),
        )
        .where(_of_authors(day), _in_stretch(0))
        .group_by(day.author_id)
    )


async def capped_messages(
    connection: AsyncConnection, clan_id: int, asked: Sequence[tuple[datetime, datetime, int]]
) -> list[dict[int, int]]:
    """Return, for each (start, end, cap), the messages by author who wrote in [start, end).

    No hour counts for more than the cap.
    """
    if not asked:
        return []
    hour = AUTHOR_HOURS.c
    first, last = min(start for start, _, _ in asked), max(end for _, end, _ in asked)
    sums = (
        func.sum(
            case(
                ((hour.hour_at < start) | (hour.hour_at >= end), 0),
                (hour.messages > cap, cap),
                else_=hour.messages,
            )
        )
        for start, end, cap in asked
    )
    rows = await connection.execute(
        select(hour.author_id, *sums)
        .where(_of_authors(hour), hour.hour_at >= first, hour.hour_at < last)
        .group_by(hour.author_id),
        {"clan_id": clan_id},
    )
    found: list[dict[int, int]] = [{} for _ in asked]
    for author_id, *counts in plain_rows(rows):
        for by_author, messages in zip(found, counts, strict=True):
            if messages:
                by_author[author_id] = messages
    return found


async def hours_of(
    connection: AsyncConnection,
    clan_id: int,
    author_ids: Sequence[int],
    start: datetime,
    end: datetime,
) -> list[tuple[int, int, int]]:
    """Return (author, hour, messages) of some of the clan's authors in [start, end).

    An hour is the milliseconds from 1970 to its beginning.
    """
    hour = AUTHOR_HOURS.c
    rows = await connection.execute(
        select(hour.author_id, hour.hour_at, hour.messages).where(
            hour.clan_id == clan_id,
            hour.author_id.in_(author_ids),
            hour.hour_at >= start,
            hour.hour_at < end,
        )
    )
    return plain_rows(rows)


def _of_whom(clan_id: int, whose: Sequence[int] | None) -> dict[str, Any]:
    """Return the values of a statement that asks about all authors of a clan, or about some."""
    return {"clan_id": clan_id} | ({} if whose is None else {"whose": whose})


def _is_asked(*, of_some: bool) -> ColumnElement[bool]:
    """Return that an author is the clan's and, where only some are asked about, one of those."""
    of_clan: ColumnElement[bool] = AUTHORS.c.clan_id == _CLAN
    return of_clan & AUTHORS.c.id.in_(bindparam("whose", expanding=True)) if of_some else of_clan


def _of_authors(row: Any, *, of_some: bool = False) -> ColumnElement[bool]:  # noqa: ANN401 - the columns of a table
    """Return that a row is of one of the clan's authors, or of those who are asked about.

    Each is sought for what follows in the key: the clan alone would be read from end to end.
    """
    authors = select(AUTHORS.c.id).where(_is_asked(of_some=of_some))
    mine: ColumnElement[bool] = (row.clan_id == _CLAN) & row.author_id.in_(authors)
    return mine


def _in_stretch(number: int) -> ColumnElement[bool]:
    """Return the condition that a day is in a stretch [first, after), given by its number."""
    day = AUTHOR_DAYS.c.day
    first, after = (bindparam(f"{edge}_{number}", type_=Day) for edge in ("first", "after"))
    return (day >= first) & (day < after)


async def written_in_hours(
    connection: AsyncConnection,
    clan_id: int,
    stretches: Sequence[tuple[datetime, datetime]],
    whose: Sequence[int] | None = None,
) -> list[dict[int, Wrote]]:
    """Return, for each stretch of hours [start, end), the counts by author who wrote.

    Of all authors of the clan, or of some by their ids. A stretch counts as one day at most.
    """
    if not stretches:
        return []
    given = _of_whom(clan_id, whose)
    for number, (start, end) in enumerate(stretches):
        given |= {f"start_{number}": start, f"end_{number}": end}
    found: list[dict[int, Wrote]] = [{} for _ in stretches]
    statement = _written_in_hours(len(stretches), of_some=whose is not None)
    rows = await connection.execute(statement, given)
    for row in plain_rows(rows):
        found[row[0]][row[1]] = Wrote._make(row[2:])
    return found


@cache
def _written_in_hours(stretches: int, *, of_some: bool) -> Select[Any]:
    hour = AUTHOR_HOURS.c
    asked = union_all(
        *(
            select(
                literal(number).label("number"),
                bindparam(f"start_{number}", type_=Instant).label("start_at"),
                bindparam(f"end_{number}", type_=Instant).label("end_at"),
            )
            for number in range(stretches)
        )
    ).subquery("asked")
    inside = (hour.hour_at >= asked.c.start_at) & (hour.hour_at < asked.c.end_at)
    messages = func.sum(hour.messages)
    return (
        select(
            asked.c.number,
            hour.author_id,
            messages,
            func.sum(hour.questions),
            func.sum(hour.answers),
            case((messages > 0, 1), else_=0),
        )
        .select_from(asked)
        .join(AUTHOR_HOURS, _of_authors(hour, of_some=of_some) & inside)
        .group_by(asked.c.number, hour.author_id)
    )


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
    return _by_hour(rows)


async def first_hour(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime
) -> datetime | None:
    """Return the first hour in [start, end) in which anybody of the clan was heard."""
    hour = CLAN_HOURS.c
    first = select(func.min(hour.hour_at)).where(
        hour.clan_id == clan_id, hour.hour_at >= start, hour.hour_at < end
    )
    found: datetime | None = await connection.scalar(first)
    return found


async def author_hours(
    connection: AsyncConnection, clan_id: int, author_ids: Sequence[int], start: datetime
) -> list[tuple[datetime, int]]:
    """Return (hour, messages) of some of the clan's authors since `start`."""
    hour = AUTHOR_HOURS.c
    rows = await connection.execute(
        select(hour.hour_at, hour.messages).where(
            hour.clan_id == clan_id, hour.author_id.in_(author_ids), hour.hour_at >= start
        )
    )
    return _by_hour(rows)


async def week_hours(
    connection: AsyncConnection,
    clan_id: int,
    parts: Sequence[tuple[datetime, datetime, timedelta]],
) -> dict[int, dict[int, int]]:
    """Return by author and hour of the week in how many such hours they wrote, over parts of time.

    Each part is given by start, end and how far the clan's clock is from UTC in it. Hours of the
    week are numbered from Monday 00:00 on.
    """
    if not parts:
        return {}
    given: dict[str, Any] = {"clan_id": clan_id}
    for number, (start, end, offset) in enumerate(parts):
        given |= {f"start_{number}": start, f"end_{number}": end}
        given[f"offset_{number}"] = offset // timedelta(milliseconds=1)
    found: dict[int, str] = {}
    for author_id, hours in plain_rows(await connection.execute(_week_hours(len(parts)), given)):
        found[author_id] = f"{found[author_id]},{hours}" if author_id in found else hours
    return {
        author_id: {_WEEK[hour]: count for hour, count in Counter(hours.split(",")).items()}
        for author_id, hours in found.items()
    }


@cache
def _week_hours(parts: int) -> Select[Any] | CompoundSelect[Any]:
    """Return the query of each author's hours in one text: SQLite sorts what it counts by hour."""
    every = [_week_hours_in(number) for number in range(parts)]
    return every[0] if len(every) == 1 else union_all(*every)


def _week_hours_in(number: int) -> Select[Any]:
    hour = AUTHOR_HOURS.c
    local_ms = type_coerce(hour.hour_at, BigInteger) + bindparam(
        f"offset_{number}", type_=BigInteger
    )
    # The first day of 1970 was a Thursday.
    of_week = (local_ms // _HOUR_MS + 72) % literal(168)
    return (
        select(hour.author_id, func.aggregate_strings(cast(of_week, String), ","))
        .where(
            _of_authors(hour),
            hour.hour_at >= bindparam(f"start_{number}", type_=Instant),
            hour.hour_at < bindparam(f"end_{number}", type_=Instant),
            hour.messages > 0,
        )
        .group_by(hour.author_id)
    )


def _by_hour(rows: CursorResult[Any]) -> list[tuple[datetime, int]]:
    return [(_instant_of(hour_ms), messages) for hour_ms, messages in plain_rows(rows)]

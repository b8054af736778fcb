"""What newcomers wrote in their first days, and what answered them first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CTE, BigInteger, Integer, Table, case, column, func, select, values
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.archive import message_tables
from storage.columns import first_snowflake
from storage.engine import plain_rows
from storage.messages import answers_to, same_person


class FirstDays(NamedTuple):
    """From when to when an author's messages count, and when they are back if they write."""

    author_id: int
    start: datetime
    end: datetime
    back_from: datetime
    back_until: datetime


class Beginning(NamedTuple):
    """An author's first message of those days, whether they were back, and what answered first."""

    first_id: int
    was_back: bool
    answer_id: int | None


async def beginnings(
    connection: AsyncConnection,
    clan_id: int,
    days: Sequence[FirstDays],
    window: timedelta,
    head: Mapping[int, int],
) -> dict[int, Beginning]:
    """Return how each of the clan's authors began who wrote in their first days.

    What answers a message is what it is for `messages.answered_authors`.
    """
    if not days:
        return {}
    one = same_person([each.author_id for each in days], head)
    tables = message_tables(connection, first_snowflake(min(each.start for each in days)))
    found: dict[int, Beginning] = {}
    for table in tables:
        asked = _asked(days)
        message, first = table.c, asked.c
        is_back = (message.message_id >= first.back_from) & (message.message_id < first.back_until)
        answers = (
            func.min(each) for other in tables for each in _firsts(table, other, window, one)
        )
        rows = await connection.execute(
            select(
                message.author_id,
                func.min(message.message_id),
                func.max(case((is_back, 1), else_=0)),
                *answers,
            )
            .select_from(asked)
            .join(table, (message.clan_id == clan_id) & (message.author_id == first.author_id))
            .where(
                message.message_id >= first.start,
                message.message_id < first.end,
            )
            .group_by(message.author_id)
        )
        for author_id, first_id, was_back, *ids in plain_rows(rows):
            answer_id = min((each for each in ids if each is not None), default=None)
            begun = Beginning(first_id, bool(was_back), answer_id)
            known = found.get(author_id)
            found[author_id] = begun if known is None else joined(known, begun)
    return found


def joined(one: Beginning, other: Beginning) -> Beginning:
    """Return how somebody began who began in two places."""
    answers = [each for each in (one.answer_id, other.answer_id) if each is not None]
    return Beginning(
        min(one.first_id, other.first_id),
        one.was_back or other.was_back,
        min(answers, default=None),
    )


def _asked(days: Sequence[FirstDays]) -> CTE:
    """Return the first days as a table of message ids."""
    bounds = FirstDays._fields[1:]
    columns = (column("author_id", Integer), *(column(name, BigInteger) for name in bounds))
    rows = [(each.author_id, *map(first_snowflake, each[1:])) for each in days]
    return values(*columns, name="asked").data(rows).cte()


def _firsts(
    table: Table, other_table: Table, window: timedelta, one: Mapping[int, int]
) -> tuple[Any, ...]:
    """Return the first reply to a message, and the first that follows it, of another table."""
    other = other_table.alias("other")
    return tuple(
        select(other.c.message_id)
        .where(*way)
        .order_by(other.c.message_id)
        .limit(1)
        .correlate(table)
        .scalar_subquery()
        for way in answers_to(table.c, other.c, window, one)
    )

"""Questions, what may have answered them, and who is credited for it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import first_snowflake
from storage.messages import Stored, in_few
from storage.tables import CHANNELS, MESSAGES, QUESTIONS

_SNOWFLAKES_A_MS = 1 << 22
_MILLISECOND = timedelta(milliseconds=1)


class Asked(NamedTuple):
    """A question and the answer that is credited for it now."""

    message_id: int
    channel_id: int
    author_id: int
    asked_at: datetime
    answer_id: int | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None


async def asked(connection: AsyncConnection, message_ids: Sequence[int]) -> list[Asked]:
    """Return those of the messages that are questions."""
    found: list[Asked] = []
    for few in in_few(message_ids):
        rows = await connection.execute(select(QUESTIONS).where(QUESTIONS.c.message_id.in_(few)))
        found.extend(Asked(*row) for row in rows)
    return found


async def answered_after(
    connection: AsyncConnection, clan_id: int, message_id: int, limit: int
) -> list[Asked]:
    """Return the clan's next answered questions behind an id, in order of time."""
    rows = await connection.execute(
        select(QUESTIONS)
        .join(CHANNELS, CHANNELS.c.id == QUESTIONS.c.channel_id)
        .where(
            CHANNELS.c.clan_id == clan_id,
            QUESTIONS.c.message_id > message_id,
            QUESTIONS.c.answered_by.is_not(None),
        )
        .order_by(QUESTIONS.c.message_id)
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


async def asked_near(
    connection: AsyncConnection,
    channels: Collection[int],
    first: datetime,
    last: datetime,
    targets: Collection[int] = (),
) -> dict[int, Asked]:
    """Return the channels' questions asked in [first, last], and those among the reply targets."""
    low, high = first_snowflake(first), first_snowflake(last + _MILLISECOND)
    rows = await connection.execute(
        select(QUESTIONS).where(
            QUESTIONS.c.channel_id.in_(sorted(channels)),
            QUESTIONS.c.message_id.between(low, high - 1),
        )
    )
    found = {row.message_id: Asked(*row) for row in rows}
    for few in in_few(sorted(set(targets) - found.keys())):
        rows = await connection.execute(
            select(QUESTIONS).where(
                QUESTIONS.c.message_id.in_(few), QUESTIONS.c.channel_id.in_(sorted(channels))
            )
        )
        found |= {row.message_id: Asked(*row) for row in rows}
    return found


async def possible_answers(
    connection: AsyncConnection, questions: Sequence[int], window: timedelta
) -> list[Stored]:
    """Return the messages that came within the window behind a question, or that reply to one.

    One millisecond more than the window, because ids of one millisecond have an order of their own.
    """
    reach = (window // _MILLISECOND + 1) * _SNOWFLAKES_A_MS
    found: dict[int, Stored] = {}
    for few in in_few(questions):
        behind = (
            select(MESSAGES)
            .join(
                QUESTIONS,
                (MESSAGES.c.message_id > QUESTIONS.c.message_id)
                & (MESSAGES.c.message_id <= QUESTIONS.c.message_id + reach)
                & (MESSAGES.c.channel_id == QUESTIONS.c.channel_id),
            )
            .where(QUESTIONS.c.message_id.in_(few))
        )
        replying = select(MESSAGES).where(MESSAGES.c.reply_to.in_(few))
        for statement in (behind, replying):
            rows = await connection.execute(statement)
            found |= {row.message_id: Stored(*row) for row in rows}
    return list(found.values())


async def set_answers(connection: AsyncConnection, answers: Sequence[Asked]) -> None:
    """Write who answered which question, or that nobody did."""
    if not answers:
        return
    statement = (
        update(QUESTIONS)
        .where(QUESTIONS.c.message_id == bindparam("question"))
        .values(
            answer_id=bindparam("answer"),
            answered_by=bindparam("helper"),
            answered_at=bindparam("at"),
        )
    )
    await connection.execute(
        statement,
        [
            {
                "question": asked.message_id,
                "answer": asked.answer_id,
                "helper": asked.answered_by,
                "at": asked.answered_at,
            }
            for asked in answers
        ],
    )

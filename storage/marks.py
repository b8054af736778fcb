"""What people call a stored message: flags of its fact, and what follows from them."""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.messages import Flag, MessageRow, Stored
from storage.rollups import Tally, roll_up
from storage.tables import MESSAGES, QUESTIONS

ANSWERS = int(Flag.ANSWERS)  # a plain number: flags are compared for every reply


def is_answer(message: Stored) -> bool:
    """Return whether a person said that the message answers what it replies to."""
    return bool(message.flags & ANSWERS)


async def put(connection: AsyncConnection, clan_id: int, fact: MessageRow, flags: int) -> None:
    """Give a stored message other flags, with the question and the rollups that follow from them.

    It is the clan's own, and not archived. Who is credited for an answer is for the caller to
    settle.
    """
    before, row = fact.message, MESSAGES.c
    after = before._replace(flags=flags)
    itself = (row.clan_id == clan_id) & (row.message_id == before.message_id)
    await connection.execute(update(MESSAGES).where(itself).values(flags=flags))
    asked = (QUESTIONS.c.clan_id == clan_id) & (QUESTIONS.c.message_id == before.message_id)
    question = after.question(clan_id)
    if before.is_question and not after.is_question:
        await connection.execute(delete(QUESTIONS).where(asked))
    elif after.is_question and not before.is_question:
        await connection.execute(QUESTIONS.insert(), [question])
    elif after.is_question:
        closed = question["is_closed"]
        await connection.execute(update(QUESTIONS).where(asked).values(is_closed=closed))
    change = after.is_question - before.is_question
    if change:
        tally = Tally(before.author_id, fact.day, fact.hour_at, questions=change)
        await roll_up(connection, {clan_id: [tally]})


async def let_alone_answer(connection: AsyncConnection, clan_id: int, message: Stored) -> None:
    """Have no other reply of the clan to what a message replies to be the one that answers it.

    What lies in the archive keeps its mark: the newest one is the answer.
    """
    row = MESSAGES.c
    await connection.execute(
        update(MESSAGES)
        .where(
            row.clan_id == clan_id,
            row.reply_to == message.reply_to,
            row.channel_id == message.channel_id,
            row.message_id != message.message_id,
            row.flags.bitwise_and(ANSWERS) != 0,
        )
        .values(flags=row.flags - ANSWERS)
    )


async def can_change(connection: AsyncConnection, clan_id: int, message_id: int) -> bool:
    """Return whether a message of the clan lies in the database itself, not in the archive."""
    row = MESSAGES.c
    there = select(row.message_id).where(row.clan_id == clan_id, row.message_id == message_id)
    return await connection.scalar(there) is not None

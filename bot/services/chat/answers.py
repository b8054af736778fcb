"""Who answered which question, settled again around every message that came or went.

The credit depends on the facts alone and never on the order in which they arrived.
"""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from bot.clan import questions as asking
from bot.clan.spans import slot_of
from storage import marks, questions
from storage.engine import Connection
from storage.messages import MessageRow, Stored, in_few
from storage.questions import QuestionRow
from storage.rollups import Tally, roll_up

_AT_ONCE = 250  # some milliseconds of work between two breaths of the event loop


def fact_of(message: Stored, zone: ZoneInfo) -> MessageRow:
    """Return the message with its day and hour on the clan's clock."""
    return MessageRow(message, *slot_of(message.sent_at.timestamp(), zone))


async def settle_answers(
    connection: Connection, clan_id: int, zone: ZoneInfo, touched: Collection[MessageRow]
) -> None:
    """Settle every question that the touched messages, stored or just removed, may answer."""
    if not touched:
        return
    near = await _near(connection, clan_id, [fact.message for fact in touched])
    for few in in_few(near, _AT_ONCE):
        asked = await questions.asked(connection, clan_id, few)
        await settle_again(connection, clan_id, zone, asked)


async def settle_again(
    connection: Connection, clan_id: int, zone: ZoneInfo, asked: Collection[QuestionRow]
) -> None:
    """Settle questions, and move the credit for their answers where they were settled wrongly."""
    wrong = await _wrongly_settled(connection, clan_id, list(asked))
    await questions.set_answers(connection, clan_id, [after for _, after in wrong])
    moved = [
        tally
        for before, after in wrong
        for tally in (*credit(before, zone, -1), *credit(after, zone, 1))
    ]
    await roll_up(connection, clan_id, moved)


async def drop_credits(
    connection: Connection, clan_id: int, zone: ZoneInfo, gone: Sequence[int]
) -> None:
    """Take back the credit for answers to questions that are about to go."""
    asked = await questions.asked(connection, clan_id, gone)
    await roll_up(
        connection, clan_id, [tally for each in asked for tally in credit(each, zone, -1)]
    )


async def _near(connection: Connection, clan_id: int, touched: Sequence[Stored]) -> list[int]:
    """Return the questions whose answer may be another one since the messages came or went."""
    replied = [message.reply_to for message in touched if message.reply_to is not None]
    own = [message.message_id for message in touched]
    channels = {message.channel_id for message in touched}
    found = await questions.asked_or_answered_by(connection, clan_id, sorted({*own, *replied}))
    found |= await questions.waiting_for(connection, clan_id, touched, asking.ANSWER_WINDOW)
    return [message_id for channel_id, message_id in sorted(found) if channel_id in channels]


async def _wrongly_settled(
    connection: Connection, clan_id: int, near: Sequence[QuestionRow]
) -> list[tuple[QuestionRow, QuestionRow]]:
    """Return (as stored, as it should be) of those questions that are settled wrongly."""
    following = await questions.next_speakers(connection, clan_id, near, asking.ANSWER_WINDOW)
    replies = await questions.first_replies(connection, clan_id, near)
    found = []
    for before in near:
        likely = (following.get(before.message_id), replies.get(before.message_id))
        after = _answered(before, [_fact(each) for each in likely if each is not None])
        if after != before:
            found.append((before, after))
    return found


def _answered(asked: QuestionRow, likely: Sequence[asking.MessageFact]) -> QuestionRow:
    """Return the question with its answer, or with none."""
    question = asking.MessageFact(
        asked.message_id, asked.author_id, asked.channel_id, asked.asked_at, is_question=True
    )
    answer = asking.answer_to(question, likely)
    return asked._replace(
        answer_id=answer and answer.message_id,
        answered_by=answer and answer.author_id,
        answered_at=answer and answer.answered_at,
    )


def _fact(message: Stored) -> asking.MessageFact:
    return asking.MessageFact(
        message.message_id,
        message.author_id,
        message.channel_id,
        message.sent_at,
        is_question=message.is_question,
        reply_to=message.reply_to,
        is_marked=marks.is_answer(message),
    )


def credit(asked: QuestionRow, zone: ZoneInfo, sign: int) -> list[Tally]:
    """Return what the answer to a question adds (1) or takes (-1) for who gave it, if anybody."""
    helper, at = asked.answered_by, asked.answered_at
    if helper is None or at is None:
        return []
    return [Tally(helper, *slot_of(at.timestamp(), zone), answers=sign)]

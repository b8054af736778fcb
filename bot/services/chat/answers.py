"""Who answered which question, settled again around every message that came or went.

The credit depends on the facts alone and never on the order in which they arrived.
"""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from bot.clan import questions as asking
from bot.clan.spans import slot_of
from bot.services.setup import OfClans
from storage import marks, questions
from storage.engine import Connection
from storage.given import ByClan, portions
from storage.messages import MessageRow, Stored
from storage.questions import QuestionRow
from storage.rollups import Tally, roll_up

_AT_ONCE = 250  # some milliseconds of work between two breaths of the event loop


def fact_of(message: Stored, zone: ZoneInfo) -> MessageRow:
    """Return the message with its day and hour on the clan's clock."""
    return MessageRow(message, *slot_of(message.sent_at.timestamp(), zone))


async def settle_answers(connection: Connection, touched: OfClans[Collection[MessageRow]]) -> None:
    """Settle every question that the touched messages, stored or just removed, may answer."""
    near = await _near(
        connection, {clan.clan_id: [fact.message for fact in facts] for clan, facts in touched}
    )
    for few in portions(near, _AT_ONCE):
        asked = await questions.asked(connection, few)
        await settle_again(
            connection,
            [(clan, asked[clan.clan_id]) for clan, _ in touched if clan.clan_id in asked],
        )


async def settle_again(connection: Connection, asked: OfClans[Collection[QuestionRow]]) -> None:
    """Settle questions, and move the credit for their answers where they were settled wrongly."""
    wrong = await _wrongly_settled(connection, {clan.clan_id: list(rows) for clan, rows in asked})
    await questions.set_answers(
        connection, {clan_id: [after for _, after in pairs] for clan_id, pairs in wrong.items()}
    )
    await roll_up(
        connection,
        {
            clan.clan_id: [
                tally
                for before, after in wrong[clan.clan_id]
                for tally in (*credit(before, clan.zone, -1), *credit(after, clan.zone, 1))
            ]
            for clan, _ in asked
        },
    )


async def drop_credits(connection: Connection, gone: OfClans[Collection[int]]) -> None:
    """Take back the credit for answers to questions that are about to go."""
    asked = await questions.asked(connection, {clan.clan_id: ids for clan, ids in gone})
    await roll_up(
        connection,
        {
            clan.clan_id: [
                tally for each in asked[clan.clan_id] for tally in credit(each, clan.zone, -1)
            ]
            for clan, _ in gone
        },
    )


async def _near(connection: Connection, touched: ByClan[Sequence[Stored]]) -> dict[int, list[int]]:
    """Return by clan its questions whose answer may be another one since messages came or went."""
    ids = {
        clan_id: {each.message_id for each in messages}
        | {each.reply_to for each in messages if each.reply_to is not None}
        for clan_id, messages in touched.items()
    }
    found = await questions.asked_or_answered_by(connection, ids)
    waiting = await questions.waiting_for(connection, touched, asking.ANSWER_WINDOW)
    near = {}
    for clan_id, messages in touched.items():
        channels = {each.channel_id for each in messages}
        places = sorted(found[clan_id] | waiting[clan_id])
        near[clan_id] = [message_id for channel_id, message_id in places if channel_id in channels]
    return near


async def _wrongly_settled(
    connection: Connection, near: ByClan[Sequence[QuestionRow]]
) -> dict[int, list[tuple[QuestionRow, QuestionRow]]]:
    """Return by clan (as stored, as it should be) of those questions that are settled wrongly."""
    following = await questions.next_speakers(connection, near, asking.ANSWER_WINDOW)
    replies = await questions.first_replies(connection, near)
    found: dict[int, list[tuple[QuestionRow, QuestionRow]]] = {}
    for clan_id, rows in near.items():
        found[clan_id] = []
        for before in rows:
            number = before.message_id
            likely = (following[clan_id].get(number), replies[clan_id].get(number))
            after = _answered(before, [_fact(each) for each in likely if each is not None])
            if after != before:
                found[clan_id].append((before, after))
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

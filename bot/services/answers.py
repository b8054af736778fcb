"""Who answered which question, settled again around every message that came or went.

The credit depends on the facts alone and never on the order in which they arrived.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.clan import questions as asking
from bot.clan.spans import slot_of
from storage import questions
from storage.engine import Connection
from storage.messages import Fact, Stored
from storage.questions import Asked
from storage.rollups import Tally, roll_up


def fact_of(message: Stored, zone: ZoneInfo) -> Fact:
    """Return the message with its day and hour on the clan's clock."""
    return Fact(message, *slot_of(message.sent_at.timestamp(), zone))


async def settle_answers(
    connection: Connection, clan_id: int, zone: ZoneInfo, touched: Collection[Fact]
) -> None:
    """Settle every question that the touched messages, stored or just removed, may answer."""
    if not touched:
        return
    wrong = await _differences(connection, [fact.message for fact in touched])
    await _settle(connection, clan_id, zone, wrong)


async def settle_again(
    connection: Connection, clan_id: int, zone: ZoneInfo, asked: Collection[Asked]
) -> None:
    """Settle questions whose answers, but nothing else around them, were deleted."""
    near = {each.message_id: each for each in asked}
    await _settle(connection, clan_id, zone, await _wrongly_settled(connection, near))


async def _settle(
    connection: Connection, clan_id: int, zone: ZoneInfo, wrong: Collection[tuple[Asked, Asked]]
) -> None:
    """Write each question (as stored, as it should be) and move the credit for its answer."""
    await questions.set_answers(connection, [after for _, after in wrong])
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
    asked = await questions.asked(connection, gone)
    await roll_up(
        connection, clan_id, [tally for each in asked for tally in credit(each, zone, -1)]
    )


async def _differences(
    connection: Connection, touched: Sequence[Stored]
) -> list[tuple[Asked, Asked]]:
    """Return (as stored, as it should be) of the questions around that are settled wrongly."""
    near = await questions.asked_near(
        connection,
        {message.channel_id for message in touched},
        min(message.sent_at for message in touched) - asking.ANSWER_WINDOW,
        max(message.sent_at for message in touched),
        [message.reply_to for message in touched if message.reply_to is not None],
    )
    return await _wrongly_settled(connection, near)


async def _wrongly_settled(
    connection: Connection, near: Mapping[int, Asked]
) -> list[tuple[Asked, Asked]]:
    later = await questions.possible_answers(connection, list(near), asking.ANSWER_WINDOW)
    answers = asking.answers(list(_facts(near.values(), later)))
    found = []
    for message_id, before in near.items():
        answer = answers.get(message_id)
        after = before._replace(
            answer_id=answer and answer.message_id,
            answered_by=answer and answer.author_id,
            answered_at=answer and answer.answered_at,
        )
        if after != before:
            found.append((before, after))
    return found


def _facts(asked: Collection[Asked], later: Collection[Stored]) -> Iterable[asking.Fact]:
    """Return each message once; a question among `later` may itself reply to another one.

    Only a reply in the question's own channel is one: what refers to another channel is a forward
    or a crosspost, perhaps of another clan.
    """
    where = {question.message_id: question.channel_id for question in asked}
    replies = {
        message.message_id: message.reply_to
        for message in later
        if message.reply_to is not None and where.get(message.reply_to) == message.channel_id
    }
    for question in asked:
        yield asking.Fact(
            question.message_id,
            question.author_id,
            question.channel_id,
            question.asked_at,
            is_question=True,
            reply_to=replies.get(question.message_id),
        )
    for message in later:
        if message.message_id not in where:
            yield asking.Fact(
                message.message_id,
                message.author_id,
                message.channel_id,
                message.sent_at,
                is_question=False,
                reply_to=replies.get(message.message_id),
            )


def credit(asked: Asked, zone: ZoneInfo, sign: int) -> list[Tally]:
    """Return what the answer to a question adds (1) or takes (-1) for who gave it, if anybody."""
    helper, at = asked.answered_by, asked.answered_at
    if helper is None or at is None:
        return []
    return [Tally(helper, *slot_of(at.timestamp(), zone), answers=sign)]

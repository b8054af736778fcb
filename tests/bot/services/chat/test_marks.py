"""What people call a message decides, and stays so whatever is read or counted again."""

from datetime import timedelta

import pytest

from bot.clan.marking import Marking, MarkOutcome
from bot.clan.spans import Period
from bot.services.chat import Clicked, IncomingMessage, Intake, Marks, Zones
from bot.services.privacy import Privacy
from bot.services.publish import ClanQuestions
from bot.services.setup import Clans
from storage import questions
from tests.bot.services.talk import GENERAL, MINUTE, THREAD, heard, kept
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW

ASKED_AT = NOW - DAY
QUESTION = heard(1, 11, ASKED_AT, asks=True)
FIRST = heard(2, 12, ASKED_AT + 2 * MINUTE, reply_to=QUESTION.message_id)
SECOND = heard(3, 13, ASKED_AT + 5 * MINUTE, reply_to=QUESTION.message_id)
TALK = heard(4, 14, ASKED_AT + timedelta(hours=2))


@pytest.fixture
def intake(village: Village) -> Intake:
    return Intake(village.database, village.known_clans, village.clock)


@pytest.fixture
async def marks(village: Village, intake: Intake) -> Marks:
    await intake.store(village.clan, [QUESTION, FIRST, SECOND, TALK])
    return Marks(village.database, intake)


async def mark(  # noqa: PLR0913 - who marks what where
    village: Village,
    marks: Marks,
    message: IncomingMessage,
    marking: Marking,
    *,
    user_id: int = 99,
    is_officer: bool = True,
) -> MarkOutcome:
    place = message.channel_info.discord_channel_id
    clicked = Clicked(message.message_id, place, user_id, is_officer)
    return await marks.mark(village.clan, clicked, marking)


async def answer_of(village: Village, question: IncomingMessage = QUESTION) -> int | None:
    async with village.database.reading() as connection:
        (row,) = await questions.asked(connection, [question.message_id])
    return row.answer_id


async def waits(village: Village) -> tuple[int, int, int]:
    answer = await ClanQuestions(village.database, village.clock).asked(village.clan, Period.MONTH)
    found = answer.figures.waits
    return found.asked, found.answered, found.open


async def test_a_marked_reply_comes_before_the_first_and_its_helper_is_credited(
    village: Village, marks: Marks, intake: Intake
) -> None:
    before = kept(village.database.url)
    assert await answer_of(village) == FIRST.message_id
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    assert await answer_of(village) == SECOND.message_id
    await intake.store(village.clan, [QUESTION, FIRST, SECOND, TALK])
    assert await answer_of(village) == SECOND.message_id
    assert await mark(village, marks, SECOND, Marking.NO_QUESTION) is MarkOutcome.NO_ANSWER
    assert kept(village.database.url) == before


async def test_what_looks_like_none_is_a_question_and_then_none_again(
    village: Village, marks: Marks, intake: Intake
) -> None:
    before = kept(village.database.url)
    assert await mark(village, marks, TALK, Marking.QUESTION) is MarkOutcome.ASKED
    assert await waits(village) == (2, 1, 1)
    await intake.store(village.clan, [heard(5, 11, TALK.sent_at + MINUTE)])
    assert await waits(village) == (2, 2, 0)
    assert await mark(village, marks, TALK, Marking.NO_QUESTION) is MarkOutcome.UNASKED
    await intake.store(village.clan, [], [heard(5, 11, TALK.sent_at + MINUTE).message_id])
    assert kept(village.database.url) == before


async def test_a_closed_question_waits_no_more_and_a_reply_to_it_still_counts(
    village: Village, marks: Marks, intake: Intake
) -> None:
    lone = heard(6, 14, NOW - timedelta(hours=3), asks=True)
    await intake.store(village.clan, [lone])
    assert await waits(village) == (2, 1, 1)
    assert await mark(village, marks, lone, Marking.ANSWERED) is MarkOutcome.CLOSED
    assert await waits(village) == (2, 1, 0)
    reply = heard(7, 12, NOW - timedelta(hours=1), reply_to=lone.message_id)
    await intake.store(village.clan, [reply])
    assert await waits(village) == (2, 2, 0)


async def test_whoever_asked_may_mark_and_another_member_may_not(
    village: Village, marks: Marks
) -> None:
    theirs = await mark(village, marks, SECOND, Marking.ANSWERED, user_id=13, is_officer=False)
    assert theirs is MarkOutcome.NOT_ALLOWED
    own = await mark(village, marks, SECOND, Marking.ANSWERED, user_id=11, is_officer=False)
    assert own is MarkOutcome.ANSWERS


async def test_what_was_heard_a_moment_ago_can_be_marked(
    village: Village, marks: Marks, intake: Intake
) -> None:
    now = heard(8, 14, NOW, THREAD)
    intake.hear(village.clan.guild_id, now)
    assert await mark(village, marks, now, Marking.QUESTION) is MarkOutcome.ASKED


async def test_what_is_gone_or_never_counted_is_not_marked(
    village: Village, marks: Marks, intake: Intake, known_clans: Clans
) -> None:
    await intake.store(village.clan, [], [TALK.message_id])
    assert await mark(village, marks, TALK, Marking.QUESTION) is MarkOutcome.NOT_COUNTED
    await Privacy(village.database, village.clock).opt_out(village.clan, 13)
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.NOT_COUNTED
    other = await known_clans.found(2, "Other")
    clicked = Clicked(FIRST.message_id, GENERAL.discord_channel_id, 99, is_officer=True)
    assert await marks.mark(other, clicked, Marking.ANSWERED) is MarkOutcome.NOT_COUNTED


async def test_a_channel_that_is_left_out_says_so(village: Village, marks: Marks) -> None:
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE channels SET is_counted = 0")
    assert await mark(village, marks, TALK, Marking.QUESTION) is MarkOutcome.LEFT_OUT


async def test_a_mark_outlives_a_count_by_another_clock(village: Village, marks: Marks) -> None:
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    assert await mark(village, marks, TALK, Marking.QUESTION) is MarkOutcome.ASKED
    before = kept(village.database.url)
    for zone in ("Pacific/Auckland", str(village.clan.zone)):
        await Zones(village.database).set_zone(village.clan, zone)
        assert await answer_of(village) == SECOND.message_id
        assert await waits(village) == (2, 1, 1)
    assert kept(village.database.url) == before

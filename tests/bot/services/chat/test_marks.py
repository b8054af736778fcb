"""What people call a message decides, and stays so whatever is read or counted again."""

import asyncio
import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import update

from bot.clan.leaderboards import ANSWERS
from bot.clan.marking import Marking, MarkOutcome
from bot.clan.spans import Period
from bot.reports.question_tables import question_tables
from bot.reports.worker import Inline
from bot.services.chat import Clicked, IncomingMessage, Intake, Marks, Zones
from bot.services.chat.counted import settle_channels
from bot.services.chat.facts import LINE_STEP
from bot.services.people import IdentityCache
from bot.services.privacy import Dossier, Privacy
from bot.services.publish import ClanQuestions, Leaderboards
from bot.services.setup import Clans
from storage import archiving, questions
from storage.columns import first_snowflake
from storage.errors import WriteConflict
from storage.links import StoredState
from storage.tables import CHANNELS
from tests.bot.services.contents import one
from tests.bot.services.talk import BRIDGE, GENERAL, MINUTE, PVM, THREAD, heard, kept, spoken, told
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW, only

ASKED_AT = NOW - DAY
QUESTION = heard(1, 11, ASKED_AT, asks=True)
FIRST = heard(2, 12, ASKED_AT + 2 * MINUTE, reply_to=QUESTION.message_id)
SECOND = heard(3, 13, ASKED_AT + 5 * MINUTE, reply_to=QUESTION.message_id)
TALK = heard(4, 14, ASKED_AT + timedelta(hours=2))


@pytest.fixture
def intake(village: Village) -> Intake:
    return Intake(village.database, village.known_clans, village.clock)


@pytest_asyncio.fixture
async def marks(village: Village, intake: Intake) -> Marks:
    await intake.store(village.clan, [QUESTION, FIRST, SECOND, TALK])
    return Marks(village.database, intake, IdentityCache(village.clock))


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
        (row,) = await only(
            questions.asked(connection, {village.clan.clan_id: [question.message_id]})
        )
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


async def test_what_was_heard_a_moment_ago_is_written_first_of_its_own_server_alone(
    village: Village, marks: Marks, intake: Intake
) -> None:
    new = heard(6, 11, NOW)
    intake.hear(village.clan.guild_id, new)
    intake.hear(village.clan.guild_id + 1, heard(7, 12, NOW))
    assert await mark(village, marks, new, Marking.QUESTION) is MarkOutcome.ASKED
    assert intake.waiting == 1
    assert await mark(village, marks, new, Marking.QUESTION) is MarkOutcome.ALREADY


async def test_the_reply_that_was_marked_last_is_the_answer_whichever_came_first(
    village: Village, marks: Marks
) -> None:
    for reply in (SECOND, FIRST, SECOND, FIRST):
        assert await mark(village, marks, reply, Marking.ANSWERED) is MarkOutcome.ANSWERS
        assert await answer_of(village) == reply.message_id
    assert await mark(village, marks, FIRST, Marking.NO_QUESTION) is MarkOutcome.NO_ANSWER
    assert await mark(village, marks, SECOND, Marking.NO_QUESTION) is MarkOutcome.NO_QUESTION


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
    unknown = heard(9, 14, NOW - timedelta(days=900))
    by_a_bot = heard(10, 66, ASKED_AT)
    for message in (TALK, unknown, by_a_bot):
        for marking in Marking:
            assert await mark(village, marks, message, marking) is MarkOutcome.NOT_COUNTED
    other = await known_clans.found(2, "Other")
    clicked = Clicked(FIRST.message_id, GENERAL.discord_channel_id, 99, is_officer=True)
    assert await marks.mark(other, clicked, Marking.ANSWERED) is MarkOutcome.NOT_COUNTED


async def test_nobody_marks_what_somebody_who_opted_out_wrote_by_any_confirmed_account(
    village: Village, marks: Marks, intake: Intake
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, 13)
    line = spoken(20, "Mossy Fox", ASKED_AT, asks=True)
    await intake.store(village.clan, [line])
    assert await mark(village, marks, line, Marking.ANSWERED) is MarkOutcome.CLOSED
    await Privacy(village.database, village.clock).opt_out(village.clan, 13)
    for message in (SECOND, line):
        for user_id, is_officer in ((99, True), (13, False)):
            found = await mark(
                village, marks, message, Marking.ANSWERED, user_id=user_id, is_officer=is_officer
            )
            assert found is MarkOutcome.NOT_COUNTED


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (StoredState.CONFIRMED, MarkOutcome.CLOSED),
        (StoredState.CLAIMED, MarkOutcome.NOT_ALLOWED),
        (None, MarkOutcome.NOT_ALLOWED),
    ],
)
async def test_who_asked_in_the_clan_chat_marks_it_once_an_officer_confirmed_the_account(
    village: Village, marks: Marks, intake: Intake, state: StoredState | None, expected: MarkOutcome
) -> None:
    await village.settled({1: "Mossy Fox", 2: "Old Pal"})
    await village.called(11, "Mossy Fox")  # a name alone proves nothing
    if state is not None:
        await village.linked(1, 11, state=state)
    line, other = spoken(20, "Mossy Fox", asks=True), spoken(21, "Old Pal", asks=True)
    await intake.store(village.clan, [line, other])
    mine = {"user_id": 11, "is_officer": False}
    assert await mark(village, marks, line, Marking.ANSWERED, **mine) is expected  # type: ignore[arg-type]
    refused = await mark(village, marks, other, Marking.ANSWERED, **mine)  # type: ignore[arg-type]
    assert refused is MarkOutcome.NOT_ALLOWED


async def test_nobody_answers_their_own_question_from_the_other_side(
    village: Village, marks: Marks, intake: Intake
) -> None:
    await village.settled({1: "Mossy Fox"})
    await village.linked(1, 11)
    line = spoken(20, "Mossy Fox", ASKED_AT, asks=True)
    reply = heard(21, 11, ASKED_AT + MINUTE, BRIDGE, reply_to=line.message_id)
    await intake.store(village.clan, [line, reply])
    assert await mark(village, marks, reply, Marking.ANSWERED) is MarkOutcome.OWN_QUESTION


async def test_of_a_post_with_several_lines_none_is_marked(
    village: Village, marks: Marks, intake: Intake
) -> None:
    first = spoken(20, "Mossy Fox", asks=True)
    second = replace(first, message_id=first.message_id + LINE_STEP, line=1)
    await intake.store(village.clan, [first, second])
    assert await mark(village, marks, first, Marking.ANSWERED) is MarkOutcome.SEVERAL_LINES


async def test_a_channel_that_is_left_out_says_so(village: Village, marks: Marks) -> None:
    async with village.database.writing() as connection:
        await connection.execute(update(CHANNELS).values(is_counted=False))
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


async def test_a_mark_outlives_that_its_channel_is_left_out_for_a_while(
    village: Village, marks: Marks, intake: Intake
) -> None:
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    lone = heard(6, 14, NOW - timedelta(hours=3), asks=True)
    await intake.store(village.clan, [lone])
    assert await mark(village, marks, lone, Marking.ANSWERED) is MarkOutcome.CLOSED
    before = kept(village.database.url)
    for is_counted in (False, True):
        async with village.database.writing() as connection:
            await connection.execute(update(CHANNELS).values(is_counted=is_counted))
        await settle_channels(village.database, village.clan)
    assert kept(village.database.url) == before
    assert await waits(village) == (2, 1, 0)


async def test_what_is_archived_keeps_its_mark_and_takes_no_other(
    village: Village, marks: Marks, intake: Intake, path: Path
) -> None:
    long_ago = NOW - 300 * DAY
    asked, first, second = (
        heard(30, 11, long_ago, asks=True),
        heard(31, 12, long_ago + MINUTE, reply_to=first_snowflake(long_ago) + 30),
        heard(32, 13, long_ago + 2 * MINUTE, reply_to=first_snowflake(long_ago) + 30),
    )
    await intake.store(village.clan, [asked, first, second])
    assert await mark(village, marks, second, Marking.ANSWERED) is MarkOutcome.ANSWERS
    await archiving.move(village.database, NOW)
    assert one(path, "SELECT count(*) FROM messages WHERE message_id = ?", second.message_id) == 0
    for message in (asked, first, second):
        assert await mark(village, marks, message, Marking.QUESTION) is MarkOutcome.ARCHIVED
    late = heard(33, 14, NOW, reply_to=asked.message_id)
    await intake.store(village.clan, [late])
    assert await answer_of(village, asked) == second.message_id
    assert await mark(village, marks, late, Marking.ANSWERED) is MarkOutcome.ANSWERS
    assert await answer_of(village, asked) == late.message_id
    await intake.store(village.clan, [], [late.message_id])
    assert await answer_of(village, asked) == second.message_id


async def test_two_who_press_at_once_change_it_once(village: Village, marks: Marks) -> None:
    found = await asyncio.gather(
        *(mark(village, marks, TALK, Marking.QUESTION) for _ in range(2)),
        return_exceptions=True,
    )
    done = [each for each in found if each is MarkOutcome.ASKED]
    late = [
        each for each in found if each is MarkOutcome.ALREADY or isinstance(each, WriteConflict)
    ]
    assert (len(done), len(late)) == (1, 1), found
    assert await waits(village) == (2, 1, 1)


async def test_whose_marked_answer_is_forgotten_gives_the_credit_back(
    village: Village, marks: Marks
) -> None:
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    await Privacy(village.database, village.clock).forget(village.clan, 13)
    assert await answer_of(village) == FIRST.message_id


async def test_everybody_s_own_file_tells_how_what_they_wrote_was_marked(
    village: Village, marks: Marks
) -> None:
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    assert await mark(village, marks, QUESTION, Marking.ANSWERED) is MarkOutcome.CLOSED
    kept_of = Dossier(village.database, village.clock)
    asker, helper = [
        json.loads((await kept_of.export(village.clan, user)).content) for user in (11, 13)
    ]
    assert [each["is_marked_as_answered"] for each in asker["questions"]] == [True]
    assert [each["is_marked_as_answer"] for each in helper["messages"]] == [True]
    assert [each["is_marked_as_answer"] for each in asker["messages"]] == [False]


async def test_first_answers_helpers_and_the_sheet_follow_a_mark(
    village: Village, marks: Marks
) -> None:
    async def told() -> tuple[timedelta | None, list[str], str]:
        answer = await ClanQuestions(village.database, village.clock).asked(
            village.clan, Period.MONTH
        )
        figures = answer.figures
        sheet = question_tables(figures, answer.names)
        helpers = [row.name for row in sheet.people if row.place is not None]
        return figures.waits.median, helpers, sheet.words()[0][1]

    assert (await told())[:2] == (2 * MINUTE, ["User 12"])
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    assert (await told())[:2] == (5 * MINUTE, ["User 13"])
    assert await mark(village, marks, TALK, Marking.QUESTION) is MarkOutcome.ASKED
    assert await mark(village, marks, TALK, Marking.ANSWERED) is MarkOutcome.CLOSED
    assert (await told())[2] == "2 questions: 1 answered (50%), 1 marked as answered, 0 open."
    assert await mark(village, marks, QUESTION, Marking.NO_QUESTION) is MarkOutcome.UNASKED
    assert (await told())[:2] == (None, [])


async def test_the_leaderboard_of_answers_follows_a_mark(village: Village, marks: Marks) -> None:
    await village.settled({1: "First", 2: "Second"})
    await village.linked(1, 12)
    await village.linked(2, 13)
    boards = Leaderboards(village.database, Inline(), village.clock)

    async def answers() -> dict[str, float | None]:
        board = await boards.board(village.clan, ANSWERS, Period.MONTH)
        return {each.score.name: each.score.value for each in board.ranking.placed}

    assert (await answers())["First"] == 1
    assert await mark(village, marks, SECOND, Marking.ANSWERED) is MarkOutcome.ANSWERS
    now = await answers()
    assert (now["Second"], now.get("First", 0)) == (1, 0)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_marked_the_numbers_are_those_of_the_messages_held_against_each_other(
    village: Village, intake: Intake, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same talk every time
    said: dict[int, IncomingMessage] = {}
    for number in range(40):
        place = chance.choice((GENERAL, PVM))
        earlier = [each for each in said.values() if each.channel_info is place]
        reply = chance.choice(earlier).message_id if earlier and chance.random() < 0.6 else None
        at = NOW - DAY + number * 4 * MINUTE
        user, asks = chance.randrange(11, 15), chance.random() < 0.4
        message = heard(number, user, at, place, asks=asks, reply_to=reply)
        said[message.message_id] = message
    await intake.store(village.clan, [*said.values()])
    marks = Marks(village.database, intake, IdentityCache(village.clock))
    marked, seen = set[int](), set[MarkOutcome]()
    for _ in range(80):
        message = chance.choice([*said.values()])
        key = message.message_id
        outcome = await mark(village, marks, message, chance.choice([*Marking]))
        seen.add(outcome)
        if outcome in {MarkOutcome.ASKED, MarkOutcome.UNASKED}:
            said[key] = replace(message, is_question=outcome is MarkOutcome.ASKED)
        if outcome is MarkOutcome.ANSWERS:
            marked -= {each for each in marked if said[each].reply_to == message.reply_to}
            marked.add(key)
        marked -= {key} if outcome is MarkOutcome.NO_ANSWER else set()
        expected = told(said.values(), ZoneInfo("UTC"), marked)
        assert kept(village.database.url) == expected
    assert {MarkOutcome.ASKED, MarkOutcome.UNASKED, MarkOutcome.ANSWERS} <= seen, seen

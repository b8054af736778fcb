"""What a clan's questions come to, held against the facts counted by hand, one by one."""

import random
from datetime import timedelta
from statistics import median_low

import pytest

from bot.clan.spans import Period
from bot.services.chat import IncomingMessage, Intake
from bot.services.publish import ClanQuestions, QuestionsAnswer
from bot.services.setup import Clans
from tests.bot.services.talk import GENERAL, MINUTE, PVM, heard
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW

PLACES = (GENERAL, PVM)


@pytest.fixture
def asked(village: Village) -> ClanQuestions:
    return ClanQuestions(village.database, village.clock)


async def stored(village: Village, *messages: IncomingMessage) -> None:
    await Intake(village.database, village.known_clans, village.clock).store(village.clan, messages)


async def told(
    asked: ClanQuestions, village: Village, period: Period = Period.MONTH
) -> QuestionsAnswer:
    return await asked.asked(village.clan, period)


async def test_the_figures_are_those_of_the_messages_themselves(
    asked: ClanQuestions, village: Village
) -> None:
    chance = random.Random(3)  # noqa: S311 - the same clan every time
    said = [
        heard(
            number,
            chance.randrange(1, 6),
            NOW - 40 * DAY * chance.random(),
            chance.choice(PLACES),
            asks=chance.random() < 0.4,
        )
        for number in range(1, 300)
    ]
    said += [
        heard(
            500 + n,
            chance.randrange(1, 6),
            each.sent_at + chance.randrange(3000) * MINUTE,
            each.channel_info,
            reply_to=each.message_id,
        )
        for n, each in enumerate(said)
        if each.is_question and chance.random() < 0.5
    ]
    said = [each for each in said if each.sent_at < NOW]
    await stored(village, *said)
    found = await told(asked, village)
    helpers: dict[str, int] = {}
    waits, still = [], []
    for question in said:
        if not question.is_question or question.sent_at < found.span.start:
            continue
        answer = _answer(question, said)
        if answer is None:
            still.append(question.message_id)
        else:
            waits.append(answer.sent_at - question.sent_at)
            helpers[answer.name] = helpers.get(answer.name, 0) + 1
    figures = found.figures
    assert (figures.waits.answered, figures.waits.open) == (len(waits), len(still))
    assert figures.waits.median == median_low(waits)
    assert {found.names[each.who]: each.answers for each in figures.helpers} == helpers
    assert sorted(each.message_id for each in figures.open) == sorted(still)


def _answer(question: IncomingMessage, said: list[IncomingMessage]) -> IncomingMessage | None:
    """Return what answers a question, by looking at every message there is."""
    later = [
        each
        for each in sorted(said, key=lambda each: (each.sent_at, each.message_id))
        if each.user_id != question.user_id
        if each.channel_info == question.channel_info
        if (each.sent_at, each.message_id) > (question.sent_at, question.message_id)
    ]
    replies = [each for each in later if each.reply_to == question.message_id]
    until = question.sent_at + timedelta(minutes=15)
    next_ones = [
        each
        for each in later
        if each.sent_at <= until and not each.is_question and each.reply_to is None
    ]
    return next(iter(replies or next_ones), None)


async def test_a_question_before_the_period_is_in_no_figure(
    asked: ClanQuestions, village: Village
) -> None:
    await stored(village, heard(1, 1, NOW - 9 * DAY, asks=True))
    assert (await told(asked, village, Period.WEEK)).figures.waits.asked == 0
    assert (await told(asked, village)).figures.waits.asked == 1


async def test_who_answers_themself_by_another_account_leaves_it_open(
    asked: ClanQuestions, village: Village
) -> None:
    await village.settled({1: "One"})
    await village.linked(1, 11)
    question = heard(1, 11, NOW - DAY, asks=True)
    await stored(village, question, heard(2, 11, NOW - DAY + MINUTE, reply_to=question.message_id))
    found = await told(asked, village)
    assert [each.message_id for each in found.figures.open] == [question.message_id]
    assert found.names[found.figures.open[0].asker] == "One"


async def test_another_clan_s_questions_are_not_ours(
    asked: ClanQuestions, village: Village, known_clans: Clans
) -> None:
    other = await known_clans.found(2, "Other")
    theirs = Village(village.database, village.known_clans, village.clock, other)
    await stored(theirs, heard(1, 1, NOW - DAY, asks=True))
    assert (await told(asked, village)).figures.waits.asked == 0
    assert (await asked.asked(other, Period.MONTH)).figures.waits.asked == 1

"""What was deleted while the bot was away leaves the count; what is there stays in it."""

import random
from dataclasses import replace

import pytest

from bot.services.chat import Channels, IncomingMessage
from bot.services.chat.facts import LINE_STEP
from tests.bot.services.chat.test_backfill import COMPARE_DAYS, UTC_ZONE, Bot, bot, written
from tests.bot.services.talk import GENERAL, MINUTE, PVM, THREAD, heard, kept, told
from tests.storage.rows import DAY, HOUR, NOW

__all__ = ["bot"]


def line_of(post: IncomingMessage, number: int) -> IncomingMessage:
    return replace(post, message_id=post.message_id + number * LINE_STEP, line=number)


async def away_for(bot: Bot, hours: int) -> None:
    """Let the bot be away for a while."""
    await bot.intake.flush()
    bot.clock.forward(hours * HOUR)
    bot.start()


async def test_what_was_deleted_while_the_bot_was_away_leaves_the_count(bot: Bot) -> None:
    bot.past.messages = [*written(422, 10 * MINUTE), *written(60, HOUR, PVM)]
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)
    await away_for(bot, 5)
    chance = random.Random(3)  # noqa: S311 - made-up deletions
    lately = [
        each for each in bot.past.messages if each.sent_at >= bot.clock() - COMPARE_DAYS * DAY
    ]
    deleted = {each.message_id for each in chance.sample(lately, 174)}
    bot.past.messages = [each for each in bot.past.messages if each.message_id not in deleted]
    bot.past.messages.append(heard(9, at=NOW + HOUR))
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_no_further_back_is_looked_than_the_clan_wants(bot: Bot) -> None:
    bot.past.messages = written(1_000, 10 * MINUTE)
    await bot.catch_up()
    await away_for(bot, 1)
    gone, *bot.past.messages = bot.past.messages
    await bot.catch_up()
    assert len([each for each in bot.past.asked if each[0] == GENERAL.discord_channel_id]) == 5
    assert kept(bot.place) == told([gone, *bot.past.messages], UTC_ZONE)


async def test_a_clan_that_wants_no_comparing_has_none(bot: Bot) -> None:
    said = bot.past.messages = [*written(50, HOUR), *written(50, 59 * MINUTE, PVM)]
    await bot.catch_up()
    await away_for(bot, 1)
    bot.past.without(PVM)
    bot.past.messages, bot.past.gone = [], {PVM.discord_channel_id}
    bot.backfill._compared = 0 * DAY
    await bot.catch_up()
    assert kept(bot.place) == told(said, UTC_ZONE)


async def test_after_a_session_that_went_on_only_the_gap_is_read(bot: Bot) -> None:
    bot.past.messages = written(400, 10 * MINUTE)
    await bot.catch_up()
    bot.intake.end_session()
    bot.past.asked.clear()
    await bot.backfill.catch_up(bot.clan, bot.past, compares=False)
    assert len(bot.past.asked) == 2


async def test_what_is_heard_while_it_is_compared_stays(bot: Bot) -> None:
    bot.past.messages = written(250, 10 * MINUTE)
    await bot.catch_up()
    await away_for(bot, 1)
    left = list(bot.past.messages[1:])
    bot.past.messages = list(left)
    late = heard(5, at=NOW + 2 * HOUR)

    async def heard_meanwhile() -> None:
        bot.intake.hear(1, late)
        await bot.intake.flush()

    bot.past.between = heard_meanwhile
    await bot.catch_up()
    assert kept(bot.place) == told([*left, late], UTC_ZONE)


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_a_post_of_several_lines_stays_or_goes_as_one(
    bot: Bot,
    is_deleted: bool,  # noqa: FBT001 - a row of the table
) -> None:
    post = heard(1, at=NOW - HOUR)
    lines = [line_of(post, number) for number in range(3)]
    bot.past.messages = [heard(7, at=NOW - 2 * HOUR), *lines]
    await bot.catch_up()
    await away_for(bot, 1)
    if is_deleted:
        del bot.past.messages[1:]
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)


async def test_a_channel_that_was_deleted_while_the_bot_was_away_leaves_the_count(
    bot: Bot,
) -> None:
    bot.past.messages = [*written(300, HOUR), *written(300, 59 * MINUTE, PVM)]
    await bot.catch_up()
    await away_for(bot, 1)
    left = [each for each in bot.past.messages if each.channel_info == GENERAL]
    bot.past.messages = list(left)
    bot.past.without(PVM)
    bot.past.away = {PVM.discord_channel_id}
    await bot.catch_up()
    assert len(kept(bot.place).facts) == 600, "Discord did not say that it is gone"
    bot.past.away, bot.past.gone = set(), {PVM.discord_channel_id}
    await bot.catch_up()
    assert kept(bot.place) == told(left, UTC_ZONE)
    bot.past.asked_gone.clear()
    await bot.catch_up()
    assert bot.past.asked_gone == []


async def test_so_does_a_thread_in_which_anybody_wrote_lately(bot: Bot) -> None:
    bot.past.archive = [THREAD]
    bot.past.messages = [heard(1, at=NOW - HOUR), heard(2, at=NOW - HOUR, channel_info=THREAD)]
    await bot.catch_up()
    await away_for(bot, 1)
    bot.past.archive, bot.past.gone = [], {THREAD.discord_channel_id}
    bot.past.messages = bot.past.messages[:1]
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)
    assert bot.past.asked_gone == [THREAD.discord_channel_id]


async def test_a_channel_that_only_a_list_forgot_loses_nothing(bot: Bot) -> None:
    bot.past.messages = [*written(30, HOUR), *written(30, 59 * MINUTE, PVM)]
    await bot.catch_up()
    await away_for(bot, 1)
    spots = bot.past.without(PVM)
    await bot.catch_up()
    await Channels(bot.database).forget_gone(bot.clan, [GENERAL.discord_channel_id])
    bot.past.put(spots)
    bot.past.messages.append(heard(3, at=NOW + MINUTE, channel_info=PVM))
    await away_for(bot, 1)
    await bot.catch_up()
    assert kept(bot.place) == told(bot.past.messages, UTC_ZONE)

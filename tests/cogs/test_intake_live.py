"""Live messages, driven by a second simulation that knows nothing of the first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
from discord.ext import commands
from discord.ext import test as dpytest

from bot.app import EVERYTHING, intents
from bot.services.setup import Clan
from bot.wiring import Services, open_services
from cogs.intake import Listener
from tests.cogs.town import Clock, settings_in


@dataclass
class Live:
    services: Services
    clan: Clan
    guild: discord.Guild

    async def counted(self) -> int:
        await self.services.intake.flush()
        return (await self.services.upkeep.status(self.clan)).messages


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    async with open_services(settings_in(tmp_path), Clock()) as services:
        bot = commands.Bot("!", intents=intents(EVERYTHING))
        await bot._async_setup_hook()
        await bot.add_cog(Listener(services, sees_words=True))
        dpytest.configure(bot, guilds=1, text_channels=2, voice_channels=1, members=2)
        guild = dpytest.get_config().guilds[0]
        clan = await services.clans.found(guild.id, guild.name)
        yield Live(services, clan, guild)
        await dpytest.empty_queue()


async def test_each_message_counts_for_its_channel_and_author(live: Live) -> None:
    for text, channel, member in (("hello", 0, 0), ("hi", 0, 1), ("gz", 1, 1)):
        await dpytest.message(text, channel, member)
    assert await live.counted() == 3
    assert await live.counted() == 3


async def test_a_deleted_message_is_taken_back_before_and_after_it_was_written(live: Live) -> None:
    first = await dpytest.message("oops")
    dpytest.backend.delete_message(first)
    await dpytest.run_all_events()
    assert await live.counted() == 0
    second = await dpytest.message("oops again")
    assert await live.counted() == 1
    dpytest.backend.delete_message(second)
    await dpytest.run_all_events()
    assert await live.counted() == 0


async def test_what_the_bot_says_does_not_count(live: Live) -> None:
    await live.guild.text_channels[0].send("I am a bot")
    await dpytest.run_all_events()
    assert await live.counted() == 0


async def test_two_hundred_messages_in_a_row_all_count(live: Live) -> None:
    for number in range(200):
        await dpytest.message(f"{number}", 0, number % 2)
    assert await live.counted() == 200

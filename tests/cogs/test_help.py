"""/help says what each can use; a new server is greeted once, whatever Discord says to that."""

import io
from typing import Any

import discord
import pytest
from discord.ext import commands
from simcord.builders import GuildHandle

from bot.app import ClanBot
from tests.cogs.deciding import opened
from tests.cogs.town import Town, words

ADDRESSED = "If you have Manage Server, begin with `/clanstats setup`"


@pytest.mark.parametrize(
    ("who", "can", "cannot"),
    [
        ("owner", "clanstats setup", ""),
        ("leader", "promotions", ""),
        ("officer", "clanstats links", "promotions"),
        ("member", "me", "clanstats report"),
        ("guest", "privacy forget", "clanstats links"),
    ],
)
async def test_help_lists_what_somebody_can_use_and_nothing_else(
    town: Town, who: str, can: str, cannot: str
) -> None:
    said = words(await opened(town, "help", getattr(town, who)))
    listed = {line.split("`")[1] for line in said.splitlines() if line.startswith("`/")}
    assert f"/{can}" in listed
    assert f"/{cannot}" not in listed
    assert "\N{HORIZONTAL ELLIPSIS}" not in said


async def test_each_command_has_one_line_and_right_clicks_are_named(town: Town) -> None:
    said = words(await opened(town, "help", town.owner))
    assert "`/clanstats alerts`  List people to check in with" in said
    assert "Right-click a member, Apps, **Clan card**" in said
    assert "Right-click a message, Apps, **Mark as question**" in said
    assert "Link account" not in words(await opened(town, "help", town.member))


async def test_help_says_where_to_begin(town: Town) -> None:
    assert "`/clanstats report`: how the clan did" in words(await opened(town, "help"))
    said = words(await opened(town, "help", town.guest))
    assert "`/link` and your RuneScape name" in said
    assert "`/clanstats report`:" not in said


async def test_before_the_setup_help_says_who_begins(bare_town: Town) -> None:
    town = bare_town
    said = words(await opened(town, "help"))
    assert "`/clanstats setup`: choose your Wise Old Man group" in said
    said = words(await opened(town, "help", town.member))
    assert "Somebody with Manage Server runs `/clanstats setup`" in said


def invited(town: Town, *, is_mute: bool = False) -> GuildHandle:
    """Return another server to which the bot is invited, with two channels."""
    guild = town.env.create_guild("New @everyone clan", owner=town.owner.user)
    shut, me = discord.PermissionOverwrite(send_messages=False), guild.me
    assert me is not None
    guild.create_text_channel("rules", overwrites={guild.default_role: shut, me: shut})
    overwrites: dict[Any, discord.PermissionOverwrite] = {me: shut} if is_mute else {}
    guild.create_text_channel("lobby", overwrites=overwrites)
    return guild


async def arrived(town: Town, guild: GuildHandle) -> None:
    """Have the bot hear that it was invited, once the channels are there as Discord sends them."""
    await town.env.settle()
    bot = town.env.bot
    assert isinstance(bot, ClanBot)
    cog, joined = bot.get_cog("Help"), bot.get_guild(guild.id)
    assert isinstance(cog, commands.Cog)
    assert joined is not None
    listeners = dict(cog.get_listeners())
    await listeners["on_guild_join"](joined)
    await town.env.settle()


async def test_a_new_server_is_greeted_once_where_the_bot_can_post(town: Town) -> None:
    guild = invited(town)
    for _ in range(2):
        await arrived(town, guild)
        (greeting,) = guild.channels["lobby"].history()
        assert ADDRESSED in greeting.content
        assert not greeting.mention_everyone
    assert town.general.last_message is None, "a clan that is set up needs no greeting"


async def test_a_server_that_invited_the_bot_while_it_was_away_is_greeted_at_the_start(
    town: Town,
) -> None:
    guild = invited(town)
    await town.env.settle()
    await town.restart()
    await town.env.settle()
    (greeting,) = guild.channels["lobby"].history()
    assert ADDRESSED in greeting.content


@pytest.mark.parametrize("reason", ["mute", "refused"])
async def test_a_greeting_that_cannot_be_posted_costs_nothing(
    town: Town, journal: io.StringIO, reason: str
) -> None:
    guild = invited(town, is_mute=reason == "mute")
    if reason == "refused":
        town.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await arrived(town, guild)
    assert guild.channels["lobby"].last_message is None
    assert "greeting" not in journal.getvalue()
    assert town.env.errors == []

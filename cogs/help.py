"""/help: what whoever asks can use here, and where to begin; and one greeting after an invite.

The lines are the commands' own descriptions, and what is listed is what their gates let pass.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._errors import guarded
from cogs._permissions import (
    Interaction,
    caller_may,
    clan_in,
    clan_of,
    permission_of,
    requires,
)
from cogs._posting_channels import lacking_to_post
from cogs._replies import Box, small
from cogs._rounds import Rounds

_SET_UP = (
    "`/clanstats setup`: choose your Wise Old Man group, then roles and channels. "
    "Its page What next says how to go on."
)
_LINK = "`/link` and your RuneScape name: then the bot knows which account is yours."
_REPORT = "`/clanstats report`: how the clan did in the last 7 days, with an Excel file."
_OWN = "`/me`: your card, with what you need for the next rank."


class _Listed(NamedTuple):
    """A command as it is listed, and who may use it."""

    line: str
    permission: Permission


class Help(commands.Cog):
    """Says what the bot does for whom."""

    def __init__(self, bot: ClanBot) -> None:
        self.services: Services = bot.services
        self._bot = bot
        self._greetings = Rounds(self.greet, "greeting")

    @app_commands.command()
    @requires(Permission.SEE_OWN)
    async def help(self, interaction: Interaction) -> None:
        """List the commands that you can use here, and say where to begin."""
        listed = [
            each for each in _listed(self._bot.tree) if caller_may(interaction, each.permission)
        ]
        names = await self.services.links.linked(clan_of(interaction), interaction.user.id)
        begin = _where_to_begin(interaction, is_linked=bool(names))
        view = discord.ui.LayoutView(timeout=None).add_item(help_box(listed, begin))
        view.stop()
        await interaction.followup.send(view=view, ephemeral=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet whoever invited us."""
        await guarded(self.greet(guild), "greeting")

    async def greet_all(self, guilds: Sequence[discord.Guild]) -> None:
        """Greet where we were invited while we were away."""
        new = await self.services.clans.ungreeted()
        await self._greetings.go(each for each in guilds if each.id in new)

    async def greet(self, guild: discord.Guild) -> None:
        """Say once where to begin, in a server whose group was never read.

        It counts as said when Discord refuses it: `/help` says the same.
        """
        channel = None if guild.unavailable else _greeting_channel(guild)
        if channel is None:
            return
        clan = await clan_in(guild, self.services.clans)
        if clan.polled_at is None and await self.services.clans.greet(clan):
            with suppress(discord.HTTPException):
                await channel.send(
                    greeting_words(clan), allowed_mentions=discord.AllowedMentions.none()
                )


def help_box(listed: Sequence[_Listed], begin: Sequence[str]) -> Box:
    """Return the commands with a line each, those for everybody first."""
    own = [each.line for each in listed if each.permission is Permission.SEE_OWN]
    others = [each.line for each in listed if each.permission is not Permission.SEE_OWN]
    box = Box("## What you can use here", "**Where to begin**", *begin)
    box.rule().say("**For every member**", *own)
    if others:
        box.rule().say("**For running the clan**", *others)
    return box.say(small("only you see this", "what others can use depends on their roles"))


def greeting_words(clan: Clan) -> str:
    """Return what a new server is told, for whoever has Manage Server."""
    return (
        f"Hi, {escaped(clan.name)}! ClanStats shows how the clan does in the game and on Discord.\n"
        f"If you have Manage Server, begin with {_SET_UP}\n"
        "`/help` lists what each of you can use."
    )


def _where_to_begin(interaction: Interaction, *, is_linked: bool) -> list[str]:
    clan = clan_of(interaction)
    if clan.polled_at is None:
        if caller_may(interaction, Permission.SET_UP):
            return [_SET_UP]
        return ["The clan is not set up yet. Somebody with Manage Server runs `/clanstats setup`."]
    first = [_REPORT] if caller_may(interaction, Permission.SEE_REPORTS) else []
    return [*first, _OWN if is_linked else _LINK]


def _listed(tree: app_commands.CommandTree[Any]) -> list[_Listed]:
    """Return all commands in the order of their names, then what a right-click offers."""
    slash = sorted(
        (each for each in tree.walk_commands() if isinstance(each, app_commands.Command)),
        key=lambda each: each.qualified_name,
    )
    menus = {
        "a member": tree.get_commands(type=discord.AppCommandType.user),
        "a message": tree.get_commands(type=discord.AppCommandType.message),
    }
    return [
        *(
            _Listed(f"`/{each.qualified_name}`  {each.description}", permission_of(each))
            for each in slash
        ),
        *(
            _Listed(f"Right-click {what}, Apps, **{each.name}**", permission_of(each))
            for what, theirs in menus.items()
            for each in theirs
        ),
    ]


def _greeting_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """Return the channel for system messages, else the first one; None where we cannot post."""
    system = [] if guild.system_channel is None else [guild.system_channel]
    found: Iterable[discord.TextChannel] = (*system, *guild.text_channels)
    return next((each for each in found if not lacking_to_post(each, guild.me)), None)


async def setup(bot: ClanBot) -> None:
    """Add the command and the greeting."""
    await bot.add_cog(cog := Help(bot))
    bot.at_session("ready", cog.greet_all)

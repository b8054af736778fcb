"""Looking after what Discord shows of us: its commands are there once, in every server.

A registration at the start alone would be lost with the next invitation, or a setting that changed.
"""

from collections.abc import Callable, Iterable

import discord
from discord.ext import commands, tasks

from bot.app import ClanBot
from bot.shown_commands import ShownCommands
from cogs._errors import guarded

_Servers = Callable[[], Iterable[discord.Guild]]


class Caretaker(commands.Cog):
    """Has the commands compared with Discord's after each session's begin, and every hour."""

    def __init__(self, shown: ShownCommands, servers: _Servers) -> None:
        self._shown = shown
        self._servers = servers
        self._is_over = False

    async def cog_unload(self) -> None:
        """Look no more, whatever event is still on its way."""
        self._is_over = True
        self.look.cancel()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Show the commands to whoever invited us, again or for the first time."""
        self._shown.forget(guild.id)
        await self.see_to_it()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Show them elsewhere, if that was the one server for them."""
        self._shown.forget(guild.id)
        await self.see_to_it()

    async def begin(self) -> None:
        """Look now, and from now on every hour."""
        if self.look.is_running():
            await self.see_to_it()
        elif not self._is_over:
            self.look.start()

    @tasks.loop(hours=1)
    async def look(self) -> None:
        """See to it; what Discord does not take now is tried again by then."""
        await self.see_to_it()

    async def see_to_it(self) -> None:
        """Have Discord show the commands as it should."""
        servers = [each.id for each in self._servers()]
        await guarded(self._shown.look_after(servers), "showing the commands")


async def setup(bot: ClanBot) -> None:
    """Add the caretaker, who begins once it is known which servers there are."""
    caretaker = Caretaker(bot.shown, lambda: bot.guilds)
    await bot.add_cog(caretaker)
    bot.add_listener(caretaker.begin, "on_ready")

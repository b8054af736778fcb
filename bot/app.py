"""ClanBot: connects, loads the cogs by name, speaks for the jobs, and closes what it began.

Nothing is decided here, and no message ever pings anybody.
"""

import pkgutil
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, Protocol

import discord
import structlog
from discord.ext import commands

from bot.clan.notices import Notice
from bot.wiring import Services

_COGS = "cogs"
_LONGEST_MESSAGE = 2000
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What discord.py raises on an event that lacks something or says it otherwise."""
_INDISPENSABLE = "READY"
"""The event without which a session is none: then we connect anew."""

_log = structlog.get_logger()


class JobRunner(Protocol):
    """Whoever runs the jobs while the bot is up."""

    def start(self) -> None:
        """Begin to run jobs."""

    def stop(self) -> None:
        """Run none any more."""


def intents(*, content: bool) -> discord.Intents:
    """Return what we ask Discord to tell us; without content, nothing that has to be granted.

    Then everything works but telling questions from other messages.
    """
    wanted = discord.Intents.default()
    wanted.members = content
    wanted.message_content = content
    return wanted


class ClanBot(commands.Bot):
    """The bot as Discord sees it.

    With a guild id the commands appear in that server at once, else everywhere. Run it with
    `content=False` where Discord raises PrivilegedIntentsRequired.
    """

    def __init__(
        self,
        services: Services,
        *,
        guild_id: int | None = None,
        timetable: JobRunner | None = None,
        content: bool = True,
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            intents=intents(content=content),
            help_command=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.services = services
        self.timetable = timetable
        self._guild = None if guild_id is None else discord.Object(guild_id)
        # What a parser raises would end the connection, and with it the process.
        parsers = self._connection.parsers
        parsers |= {event: partial(_parsed, event, parse) for event, parse in parsers.items()}

    async def setup_hook(self) -> None:
        """Load every cog, show the commands to Discord, start the jobs."""
        package = import_module(_COGS)
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_"):
                await self.load_extension(f"{_COGS}.{module.name}")
        if self._guild is not None:
            self.tree.copy_global_to(guild=self._guild)
        shown = await self.tree.sync(guild=self._guild)
        _log.info("commands shown", commands=len(shown))
        if self.timetable is not None:
            self.timetable.start()

    async def on_message(self, message: discord.Message) -> None:
        """Take no commands from messages; the intake hears them through its own listener."""

    async def on_ready(self) -> None:
        """Make every server's clan known."""
        for guild in self.guilds:
            await self.services.clans.found(guild.id, guild.name)
        _log.info("ready", servers=len(self.guilds))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Make a new server's clan known."""
        await self.services.clans.found(guild.id, guild.name)
        _log.info("joined a server", guild=guild.name)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Make a server's clan known that Discord could not show before."""
        await self.services.clans.found(guild.id, guild.name)

    async def speak(self, notice: Notice) -> None:
        """Post a notice to the clan's report channel; where there is none it is only logged."""
        await self.wait_until_ready()
        clan = await self.services.clans.of_guild(notice.guild_id)
        channel_id = None if clan is None else clan.report_channel_id
        # A channel of another server is none of this clan's, whatever the database says.
        guild = self.get_guild(notice.guild_id)
        channel = None if channel_id is None or guild is None else guild.get_channel(channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            _log.warning("nowhere to speak", guild=notice.guild_id, text=notice.text)
            return
        try:
            await channel.send(notice.within(_LONGEST_MESSAGE))
        except discord.HTTPException as error:
            _log.warning("could not speak", guild=notice.guild_id, reason=str(error))

    async def close(self) -> None:
        """Stop the jobs, write what was heard, leave Discord."""
        if self.timetable is not None:
            self.timetable.stop()
        await self.services.intake.flush()
        await self.services.presence.flush(is_last=True)
        await super().close()


def _parsed(event: str, parse: Callable[[Any], None], told: object) -> None:
    """Have discord.py take an event; one that cannot be read is left out, and the log says so."""
    try:
        parse(told)
    except _UNREADABLE as error:
        if event == _INDISPENSABLE:
            raise
        _log.warning(
            "Discord sent an event that cannot be read; it is left out",
            kind=event,
            reason=repr(error),
        )

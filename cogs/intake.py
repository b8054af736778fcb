"""Listening: what is written and deleted goes to the intake, and every gap is read afterwards.

Nothing here waits for the database, and words are forgotten where they arrive.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import chain, repeat

import discord
import structlog
from discord.ext import commands

from bot.app import ClanBot
from bot.fair import FairTurns
from bot.services.chat import reads_long
from bot.wiring import Services
from cogs._errors import guarded
from cogs._history import read_guild
from cogs._messages import heard_of, is_readable

_PAUSES_S = (60, 300, 900)
_LONGEST_PAUSE_S = 3600
_GAPS_AT_ONCE, _LONG_ONES_AT_ONCE = 6, 2
"""Of how many servers the history is read at once: what takes an hour holds up no short gap."""

_log = structlog.get_logger()


class Listener(commands.Cog):
    """Hears every server the bot is in."""

    def __init__(
        self,
        services: Services,
        *,
        sees_words: bool,
        has_begun: Callable[[discord.Guild], bool] = lambda _: True,
    ) -> None:
        self._services = services
        self._has_begun = has_begun
        self._sees_words = sees_words
        self._is_over = False
        self._gaps, self._long_ones = FairTurns(_GAPS_AT_ONCE), FairTurns(_LONG_ONES_AT_ONCE)
        self._reading: dict[int, asyncio.Task[None]] = {}
        self._missing: dict[int, frozenset[int]] = {}
        """What each server's reading waits to try again."""

    async def cog_load(self) -> None:
        """Begin blind: until the gap is read, nothing may say that all was heard."""
        self._services.intake.end_session()

    async def cog_unload(self) -> None:
        """Stop reading history, and begin no more: an event may still be on its way."""
        self._is_over = True
        for task in self._reading.values():
            task.cancel()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Hear a message."""
        if message.guild is None:
            return
        bridge = self._services.bridges.at(message.guild.id, message.channel.id)
        intake, guild_id = self._services.intake, message.guild.id
        kept = [intake.hear(guild_id, each) for each in heard_of(message, bridge)]
        if all(kept):
            return
        # Too much waits to be written: what is not kept any more is read when that is over.
        if message.guild.id not in self._reading:
            self._read(message.guild)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take a message back."""
        if payload.guild_id is not None:
            self._services.intake.take_back(payload.guild_id, [payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Take many messages back."""
        if payload.guild_id is not None:
            self._services.intake.take_back(payload.guild_id, payload.message_ids)

    async def lose_all(self, guilds: Iterable[discord.Guild]) -> None:
        """Know that from here on messages of some servers are missed."""
        for guild in guilds:
            self._services.intake.end_session_in(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Read what a new server wrote before."""
        self._read(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Read what a server wrote while Discord could not show it.

        At the start all are read together, once it is known which they are.
        """
        if self._has_begun(guild):
            self._read(guild)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Know that messages are missed while Discord cannot show a server."""
        self._lose(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop reading a server that is gone, and know that it is not listened to any more."""
        self._lose(guild)
        self._services.bridges.forget(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Miss nothing in a channel that is gone."""
        await self._forget_place(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Miss nothing in a thread that is gone."""
        await self._forget_place(payload.guild_id, payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Read a channel's history as soon as the bot may."""
        if is_readable(after) and not is_readable(before):
            self._read(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Read what a role lets the bot read now."""
        self._read_opened(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """Read what the bot may read with the roles that it has now."""
        if after == after.guild.me:
            self._read_opened(after.guild)

    def _read_opened(self, guild: discord.Guild) -> None:
        """Read at once what waits to be tried again, if any of it can be read now."""
        missing = self._missing.get(guild.id, frozenset())
        if any(each.id in missing and is_readable(each) for each in guild.channels):
            self._read(guild, missing)

    async def _forget_place(self, guild_id: int, channel_id: int) -> None:
        clan = await self._services.clans.of_guild(guild_id)
        if clan is not None:
            gone = self._services.places.forget_deleted(clan, channel_id)
            await guarded(gone, "forgetting a channel that is gone")

    def _lose(self, guild: discord.Guild) -> None:
        self._missing.pop(guild.id, None)
        task = self._reading.pop(guild.id, None)
        if task is not None:
            task.cancel()
        self._services.intake.end_session_in(guild.id)

    async def read_all(self, guilds: Iterable[discord.Guild], *, compares: bool = True) -> None:
        """Read the gaps of servers in the background: of those listened to last first.

        After a session that was taken up again Discord has told of what was deleted meanwhile, and
        nothing has to be compared.
        """
        here = {guild.id: guild for guild in guilds}
        for guild_id in here:
            self._services.intake.end_session_in(guild_id)
        known = await self._services.clans.of_guilds(here)
        listened = {guild_id: known[guild_id].listened_at for guild_id in here if guild_id in known}
        for guild_id in sorted(here, key=lambda each: _newest_first(listened.get(each))):
            is_long = reads_long(listened.get(guild_id), self._services.clock())
            self._read(here[guild_id], compares=compares, is_long=is_long)

    def _read(
        self,
        guild: discord.Guild,
        missing: frozenset[int] | None = None,
        *,
        compares: bool = True,
        is_long: bool | None = None,
    ) -> None:
        if self._is_over:
            return
        running = self._reading.get(guild.id)
        if running is not None:
            running.cancel()
        reading = self._read_until_done(guild, missing, compares=compares, is_long=is_long)
        task = self._reading[guild.id] = asyncio.create_task(reading)
        task.add_done_callback(partial(self._end_reading, guild.id))

    def _end_reading(self, guild_id: int, task: asyncio.Task[None]) -> None:
        if self._reading.get(guild_id) is task:
            del self._reading[guild_id]

    async def _read_until_done(
        self,
        guild: discord.Guild,
        missing: frozenset[int] | None,
        *,
        compares: bool,
        is_long: bool | None,
    ) -> None:
        """Read until nothing is missing, for as long as the bot runs, with growing pauses."""
        if is_long is None:
            clan = await self._services.clans.of_guild(guild.id)
            listened_at = None if clan is None else clan.listened_at
            is_long = reads_long(listened_at, self._services.clock())
        turns = self._long_ones if is_long else self._gaps
        for pause_s in chain(_PAUSES_S, repeat(_LONGEST_PAUSE_S)):
            async with turns.of(guild.id):
                session = self._services.intake.session_of(guild.id)
                self._missing.pop(guild.id, None)
                done = await self._catch_up(guild, missing, compares=compares)
            if done is not None:
                missing = done
            if self._services.intake.session_of(guild.id) != session:
                missing = None  # there is a new gap
            if missing is not None and not missing:
                return
            _log.warning("history is not complete", guild=guild.name, tries_again_in_s=pause_s)
            self._missing[guild.id] = missing or frozenset()
            await asyncio.sleep(pause_s)

    async def _catch_up(
        self, guild: discord.Guild, missing: frozenset[int] | None, *, compares: bool
    ) -> frozenset[int] | None:
        """Read what is missing; return what still is, or None when not even that is known."""
        found: list[frozenset[int]] = []

        async def read() -> None:
            done = await read_guild(
                self._services, guild, missing, sees_words=self._sees_words, compares=compares
            )
            found.append(done.missing)

        await guarded(read(), f"history of {guild.name}")
        return found[0] if found else None


def _newest_first(at: datetime | None) -> float:
    return 0.0 if at is None else -at.timestamp()


async def setup(bot: ClanBot) -> None:
    """Add the listener; after each connection, read what its servers missed."""
    sees_words = bot.intents.message_content
    listener = Listener(bot.services, sees_words=sees_words, has_begun=bot.has_begun)
    await bot.add_cog(listener)

    async def read_all(guilds: Iterable[discord.Guild]) -> None:
        await listener.read_all(guilds)

    async def read_on(guilds: Iterable[discord.Guild]) -> None:
        await listener.read_all(guilds, compares=False)

    bot.at_session("ready", read_all)
    bot.at_session("resumed", read_on)
    bot.at_session("disconnect", listener.lose_all)

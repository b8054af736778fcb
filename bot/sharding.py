"""ShardedBot: a bot in so many servers that Discord tells of them in several sessions, shards.

Each shard begins, breaks off and goes on by itself, and what is done then is done for its servers
alone. How many sessions may begin at once, in all processes together, Discord says.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

import discord
import structlog
from discord.ext import commands

from bot.app import ClanBot, OfServers, told_of
from bot.clan.shards import Shards
from bot.services.ops import Duties
from bot.settings import Settings
from bot.wiring import Services

PAUSE_S = 5.5
"""How long after the last one a session of the same bucket may begin, and a little more."""
_BELIEVED_S = 60.0

_log = structlog.get_logger()


class StartLimits(NamedTuple):
    """What Discord says of sessions: how many shards it advises, and what may begin when."""

    advised: int
    at_once: int = 1
    remaining: int = 1000
    reset_after_s: float = 0.0


class SessionStarts:
    """Lets a session begin when Discord lets it: so many at once, and so many a day.

    A token with which too many begin, Discord takes away.
    """

    def __init__(
        self,
        asks: Callable[[], Awaitable[StartLimits]],
        shards: Shards,
        duties: Duties,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._asks = asks
        self._shards = shards
        self._duties = duties
        self._timer = timer
        self._sleep = sleep
        self._one_asks = asyncio.Lock()
        self._limits: StartLimits | None = None
        self._asked_s = 0.0
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_s: defaultdict[int, float] = defaultdict(float)

    async def turn(self, shard_id: int) -> None:
        """Wait until the session of a shard may begin."""
        limits = await self._known()
        bucket = shard_id % limits.at_once
        async with self._locks[bucket]:
            wait_s = self._free_s[bucket] - self._timer()
            if wait_s > 0:
                await self._sleep(wait_s)
            await self._duties.identify(bucket, PAUSE_S)
            self._free_s[bucket] = self._timer() + PAUSE_S

    async def _known(self) -> StartLimits:
        """Return what Discord says, once there is a session left to begin; it counts as begun."""
        async with self._one_asks:
            limits = self._limits
            while limits is None or not limits.remaining or self._is_old():
                if limits is not None and not limits.remaining:
                    _log.warning(
                        "Discord lets the bot begin no more sessions today; waiting until it does",
                        seconds=round(limits.reset_after_s),
                    )
                    await self._sleep(limits.reset_after_s + 1)
                limits, self._asked_s = await self._asked(), self._timer()
            self._limits = limits._replace(remaining=limits.remaining - 1)
            return limits

    def _is_old(self) -> bool:
        return self._timer() - self._asked_s > _BELIEVED_S

    async def _asked(self) -> StartLimits:
        try:
            found = await self._asks()
        except (OSError, discord.DiscordException) as error:
            # With one at a time we are never too fast.
            _log.debug("Discord does not say how many sessions may begin", reason=str(error))
            return StartLimits(self._shards.count)
        if found.advised > self._shards.count and self._limits is None:
            _log.warning(
                f"Discord advises {found.advised} shards, and SHARD_COUNT is {self._shards.count}: "
                "raise it in every process, at the latest with 2,500 servers a shard"
            )
        return found._replace(at_once=max(found.at_once, 1))


class ShardedBot(ClanBot, commands.AutoShardedBot):
    """The bot on some of Discord's shards; other processes may have the others."""

    def __init__(
        self,
        services: Services,
        *,
        shards: Shards,
        timer: Callable[[], float],
        **options: Any,  # noqa: ANN401 - those of ClanBot
    ) -> None:
        super().__init__(
            services,
            shards=shards,
            shard_count=shards.count,
            shard_ids=list(shards.ids),
            # Its turn may be far away; what breaks off, ends by itself.
            shard_connect_timeout=None,
            **options,
        )
        self._starts = SessionStarts(
            self._start_limits, shards, services.duties, timer, asyncio.sleep
        )
        self._begun: set[int] = set()

    async def before_identify_hook(
        self,
        shard_id: int | None,
        *,
        initial: bool = False,  # noqa: ARG002 - the library's
    ) -> None:
        """Wait until the session of a shard may begin."""
        await self._starts.turn(shard_id or 0)

    async def _start_limits(self) -> StartLimits:
        advised, _, limits = await self.http.get_bot_gateway()
        reset_after_s = limits["reset_after"] / 1000
        return StartLimits(advised, limits["max_concurrency"], limits["remaining"], reset_after_s)

    async def on_ready(self) -> None:
        """Say that every shard has begun; what that means for its servers is done by then."""
        _log.info("ready", servers=len(self.guilds), shards=str(self.our_shards))

    async def on_shard_ready(self, shard_id: int) -> None:
        """Make the clans of a shard known, and in which of its servers we are no more."""
        self._begun.add(shard_id)
        await self._settle_in(Shards(self.our_shards.count, (shard_id,)))
        _log.info("shard ready", shard=shard_id, servers=len(self._guilds_on(shard_id)))

    def at_session(self, state: str, listener: OfServers) -> None:
        """Have the servers of a shard told when their session begins, goes on or is lost."""

        async def listen(shard_id: int) -> None:
            await listener(told_of(state, self._guilds_on(shard_id)))

        self.add_listener(listen, f"on_shard_{state}")

    def has_begun(self, guild: discord.Guild) -> bool:
        """Return whether the session of a server's shard has begun, whatever the others do."""
        return guild.shard_id in self._begun

    def _guilds_on(self, shard_id: int) -> list[discord.Guild]:
        return [each for each in self.guilds if each.shard_id == shard_id]

    def can_reach(self) -> bool:
        """Return whether we are on Discord: what we are not told of, we can ask for."""
        return not self.is_closed()

    async def until_reached(self) -> None:
        """Wait for nothing: one shard that does not begin must not hold up the others."""

    async def channel_in(self, guild_id: int, channel_id: int) -> object | None:
        """Return a channel of a server, be it on another process's shard, or None."""
        if self.get_guild(guild_id) is not None:
            return await super().channel_in(guild_id, channel_id)
        return await self.channel_asked_for(guild_id, channel_id)


def bot_of(settings: Settings) -> Callable[..., ClanBot]:
    """Return what makes the bot: without SHARD_COUNT the plain one, with one session."""
    if settings.shard_count is None:
        return ClanBot
    return partial(ShardedBot, shards=settings.shards, timer=time.monotonic)

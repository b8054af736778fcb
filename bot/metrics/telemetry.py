"""Watches the services and the bot: measures what they do, and says whether all is well."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from time import perf_counter
from typing import Any, TypeVar

from bot.metrics.instruments import Instruments, Present
from bot.metrics.shards import ShardState, shards_of
from bot.services.chat import IntakeCounts
from bot.services.ops import DatabaseState
from bot.wiring import VERSION, Services

_Bot = TypeVar("_Bot")

_BEGAN = "answer_began_s"
"""Under which an interaction keeps when it was heard."""
_NOT_OPEN = DatabaseState("The database is not open yet: the bot starts.")
_NOT_ON_DISCORD = "The bot is not on Discord."
_STILL_ARRIVING = "Discord has not shown all servers yet."


class Telemetry:
    """Knows how the bot is doing, from when it is told of the services and of the bot on.

    `timer` is the clock of discord.py's heartbeats.
    """

    def __init__(self, timer: Callable[[], float] = perf_counter) -> None:
        self._timer = timer
        self._instruments = Instruments(VERSION)
        self._services: Services | None = None
        self._bot: Any = None

    def watch(self, services: Services) -> None:
        """Measure what the services do from now on."""
        self._services = services
        services.vitals.watch(self._database_took, self._wom_took)

    def leave(self) -> None:
        """Ask the services nothing any more: they are about to close."""
        self._services = None

    @asynccontextmanager
    async def watched(self, opened: AbstractAsyncContextManager[_Bot]) -> AsyncIterator[_Bot]:
        """Yield a bot that is opened, and measure what it does while it is."""
        async with opened as bot:
            self.meet(bot)
            try:
                yield bot
            finally:
                self._bot = None

    def meet(self, bot: Any) -> None:  # noqa: ANN401 - discord.py's
        """Measure what a bot does from now on."""
        self._bot = bot
        bot.add_listener(self._heard, "on_message")
        bot.add_listener(self._asked, "on_interaction")
        bot.add_listener(self._command_done, "on_app_command_completion")
        bot.add_listener(self._command_failed, "on_app_command_failure")
        bot.add_listener(self._screen_done, "on_screen_completion")
        bot.add_listener(self._session_begun, "on_connect")
        bot.add_listener(self._session_resumed, "on_resumed")

    async def keep_time(self, nap_s: float = 1.0) -> None:
        """Measure how late the event loop comes round, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + nap_s
            await asyncio.sleep(nap_s)
            self._instruments.loop_lag.observe(max(loop.time() - due_s, 0.0))

    async def faults(self) -> list[str]:
        """Return in words what keeps the bot from being ready; nothing when it is."""
        return self._faults(self._shards(), await self._database())

    async def text(self) -> bytes:
        """Return all that is measured, as Prometheus reads it."""
        shards, database = self._shards(), await self._database()
        faults = self._faults(shards, database)
        services, bot = self._services, self._bot
        vitals = None if services is None else services.vitals
        limit, left = (0, 0) if vitals is None else vitals.requests_left
        present = Present(
            is_ready=not faults,
            shards=shards,
            servers=0 if bot is None else len(bot.guilds),
            database=database,
            messages=IntakeCounts() if vitals is None else vitals.messages,
            messages_waiting=0 if vitals is None else vitals.messages_waiting,
            requests_limit=limit,
            requests_left=left,
            waited_s=0.0 if vitals is None else vitals.waited_s,
        )
        # Beside the event loop: a thousand lines take milliseconds.
        return await asyncio.to_thread(self._instruments.text, present)

    def _shards(self) -> tuple[ShardState, ...]:
        return () if self._bot is None else tuple(shards_of(self._bot, self._timer))

    async def _database(self) -> DatabaseState:
        return _NOT_OPEN if self._services is None else await self._services.vitals.look()

    def _faults(self, shards: tuple[ShardState, ...], database: DatabaseState) -> list[str]:
        found = [] if database.fault is None else [database.fault]
        if self._bot is None:
            return [*found, _NOT_ON_DISCORD]
        found += [fault for fault in (shard.fault for shard in shards) if fault is not None]
        return found if self._bot.is_ready() else [*found, _STILL_ARRIVING]

    def _database_took(self, work: str, seconds: float) -> None:
        self._instruments.database.labels(work).observe(seconds)

    def _wom_took(self, status: int | None, seconds: float) -> None:
        told = "none" if status is None else str(status)
        self._instruments.requests.labels(told).observe(seconds)

    async def _heard(self, message: Any) -> None:  # noqa: ANN401 - discord.py's
        if self._services is not None:
            lag = self._services.clock() - message.created_at
            # Less than nothing is what the two clocks differ by.
            self._instruments.gateway_lag.observe(max(lag.total_seconds(), 0.0))

    async def _asked(self, interaction: Any) -> None:  # noqa: ANN401 - discord.py's
        interaction.extras[_BEGAN] = self._timer()

    async def _command_done(self, interaction: Any, command: Any) -> None:  # noqa: ANN401 - discord.py's
        self._answered(interaction, command.qualified_name, "answered")

    async def _command_failed(self, interaction: Any, outcome: str) -> None:  # noqa: ANN401 - discord.py's
        command = interaction.command
        # What it is called then is what somebody else calls it.
        name = "unknown" if command is None else command.qualified_name
        self._answered(interaction, name, outcome)

    async def _screen_done(self, interaction: Any, name: str, outcome: str) -> None:  # noqa: ANN401 - discord.py's
        self._answered(interaction, f"screen {name}", outcome)

    def _answered(self, interaction: Any, asked: str, outcome: str) -> None:  # noqa: ANN401 - discord.py's
        began_s = interaction.extras.get(_BEGAN)
        if began_s is not None:
            self._instruments.answers.labels(asked, outcome).observe(self._timer() - began_s)

    async def _session_begun(self) -> None:
        self._instruments.sessions.labels("new").inc()

    async def _session_resumed(self) -> None:
        self._instruments.sessions.labels("resumed").inc()


@asynccontextmanager
async def keeping_time(telemetry: Telemetry) -> AsyncIterator[None]:
    """Have the event loop watched while inside."""
    task = asyncio.create_task(telemetry.keep_time())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

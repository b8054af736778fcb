"""Going round all servers behind readiness: one after the other, while everybody is answered.

With a thousand servers a round takes minutes, and nobody waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import discord

from cogs._errors import guarded

_AT_ONCE = 20
"""So many visits that wait for nothing are made between two breaths of the event loop."""


class Rounds:
    """Visits servers; a round that is begun anew takes the place of the one under way."""

    def __init__(
        self,
        visit: Callable[[discord.Guild], Awaitable[object]],
        what: str,
        *,
        pause_s: float = 0.0,
    ) -> None:
        self._visit = visit
        self._what = what
        self._pause_s = pause_s
        self._number = 0

    async def go(self, guilds: Iterable[discord.Guild]) -> None:
        """Visit each of the servers; what fails in one costs that one alone."""
        self._number += 1
        mine = self._number
        for place, guild in enumerate([*guilds]):
            if place and (self._pause_s or not place % _AT_ONCE):
                await asyncio.sleep(self._pause_s)
            if mine != self._number:
                return
            await guarded(self._visit(guild), f"{self._what} in {guild.name}")

    def stop(self) -> None:
        """Visit nobody any more."""
        self._number += 1

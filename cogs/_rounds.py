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
    """Visits servers; a server that a later round visits too is left to that one."""

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
        self._round = 0
        self._due: dict[int, int] = {}

    async def go(self, guilds: Iterable[discord.Guild]) -> None:
        """Visit each of the servers; what fails in one costs that one alone."""
        self._round += 1
        mine = self._round
        wanted = {guild.id: guild for guild in guilds}
        self._due |= dict.fromkeys(wanted, mine)
        visited = 0
        for guild_id, guild in wanted.items():
            is_mine = self._due.get(guild_id) == mine
            if is_mine and visited and (self._pause_s or not visited % _AT_ONCE):
                await asyncio.sleep(self._pause_s)
                is_mine = self._due.get(guild_id) == mine
            if is_mine:
                del self._due[guild_id]
                visited += 1
                await guarded(self._visit(guild), f"{self._what} in {guild.name}")

    def stop(self) -> None:
        """Visit nobody any more."""
        self._due.clear()

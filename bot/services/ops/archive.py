"""What is old moves to the archive while nobody waits for it, and free room goes back to the disk.

No answer changes by it: see `storage/archive`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.services.setup import Clock
from storage.archive_room import give_back
from storage.archiving import ArchiveState, Moved, move, state_of, sweep, would_move
from storage.engine import Database

_BREATH_S = 0.02
"""Between two batches, so that whoever wants to write comes in between."""


class Archive:
    """Moves what is older than `after` to the archive; None: nothing moves, what moved stays."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        after: timedelta | None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self.after = after
        self._sleep = sleep

    async def state(self) -> ArchiveState:
        """Return what is in the archive."""
        return await state_of(self._database)

    async def would_move(self) -> Moved:
        """Return what would move now; nothing is changed."""
        if self.after is None:
            return Moved()
        return await would_move(self._database, self._clock() - self.after)

    async def move(self, heard: Callable[[Moved], None] = lambda _: None) -> Moved:
        """Move what is old enough, batch by batch, and return how much that was.

        What was deleted is deleted there too. Whoever stops in between loses nothing.
        """
        if self.after is None:
            await sweep(self._database)
            return Moved()
        return await move(self._database, self._clock() - self.after, heard, self._breathe)

    async def give_back(self) -> int:
        """Give free pages of the database back to the disk; return how many."""
        return await give_back(self._database, self._breathe)

    async def _breathe(self) -> None:
        await self._sleep(_BREATH_S)

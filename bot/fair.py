"""Turns that are fair: whoever has many waiting gets one, then everybody else does, and so on."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_FRONT_IN_A_ROW = 4
"""So often those in front pass before one of those behind them does."""

_Row = OrderedDict[int, deque["asyncio.Future[None]"]]
"""Who waits, by group; the group whose turn is next stands first."""


class FairTurns:
    """Lets `at_once` pass at a time, groups in turn; those behind wait for those in front.

    Nothing is kept of a group in which nobody waits.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._front: _Row = OrderedDict()
        self._behind: _Row = OrderedDict()
        self._in_a_row = 0

    @asynccontextmanager
    async def of(self, group: int, *, is_behind: bool = False) -> AsyncIterator[None]:
        """Wait for a group's turn, and let the next one pass afterwards."""
        await self._take(group, self._behind if is_behind else self._front)
        try:
            yield
        finally:
            self._give()

    def waiting(self, group: int) -> int:
        """Return how many of a group wait in front."""
        return len(self._front.get(group, ()))

    async def _take(self, group: int, row: _Row) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        row.setdefault(group, deque()).append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():
                self._give()  # the turn had come already
            elif waiter in row.get(group, ()):
                row[group].remove(waiter)
                if not row[group]:
                    del row[group]
            raise

    def _give(self) -> None:
        while row := self._next_row():
            group, waiters = row.popitem(last=False)
            waiter = waiters.popleft()
            if waiters:
                row[group] = waiters
            # Who was cancelled a moment ago may still stand there.
            if not waiter.cancelled():
                waiter.set_result(None)
                return
        self._free += 1

    def _next_row(self) -> _Row:
        is_theirs = bool(self._behind) and self._in_a_row >= _FRONT_IN_A_ROW
        if is_theirs or not self._front:
            self._in_a_row = 0
            return self._behind
        self._in_a_row += 1
        return self._front

"""Whose work this process does: all there is on a file, and on a server what it holds locks for.

A clan's work is done by the process that holds its lock, at first the one that serves its shard.
When that is gone, the others take over after a while, and give back when it is there again. What
the lock is needed for is held only as long as the server was heard of lately, and asked for anew in
each transaction: a process that stood still does not go on with what another one does by now.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    contextmanager,
    nullcontext,
    suppress,
)
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from bot.clan.shards import MOST_SHARDS, Shards, ranges_of
from bot.services.ops.rounds import STOPPED
from bot.services.setup import Clock
from storage import clans, runs
from storage.advisory import LockKind, LockLost, LockSession, lock_session, must_hold
from storage.conflicts import begins_again
from storage.engine import Connection, Database, written_only_if
from storage.errors import StorageError

__all__ = ["THE_BOT", "Alone", "Duties", "LockLost", "Shared"]

THE_BOT = 0
"""Stands for the clan of what is done for the whole bot, once."""

BEAT = timedelta(seconds=5)
"""How often the server is told that we are there, and asked who else is."""
SURE = timedelta(seconds=15)
"""So long after the last beat that was answered nobody else can have what we hold."""
SILENCE = timedelta(seconds=20)
"""So long after it the server lets go of what we held."""
GRACE = timedelta(seconds=20)
"""How long a clan is nobody's before another process takes it: its own may be back at once."""
_ANSWERS_S = 5.0

_KILLED = {"words": "the bot was killed before it ended"}
_Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger()


class Duties(Protocol):
    """Which clans' work this process does; what is of no clan is of clan 0, THE_BOT."""

    def has(self, clan_id: int) -> bool:
        """Return whether a clan's work is done here."""

    def doing(self, clan_id: int) -> AbstractContextManager[None]:
        """Keep a clan while inside; LockLost where it writes what another process may write."""

    def newer(self, than: int) -> tuple[int, frozenset[int]]:
        """Return a number to ask with the next time, and the clans that were taken over since."""

    async def begin(self) -> None:
        """Wait until nobody else serves our shards, and take what is ours to do."""

    async def keep(self) -> None:
        """Keep what is ours for as long as nobody else serves our shards."""

    async def identify(self, bucket: int, pause_s: float) -> None:
        """Wait until no other process begins a session that counts for the same limit."""

    async def close(self) -> None:
        """Let go of everything."""


class Alone:
    """The only process of a database: everything is done here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def has(self, _clan_id: int) -> bool:
        """Return True."""
        return True

    def doing(self, _clan_id: int) -> AbstractContextManager[None]:
        """Return what keeps nothing: nobody takes it away."""
        return nullcontext()

    def newer(self, than: int) -> tuple[int, frozenset[int]]:
        """Return that nothing is taken over."""
        return than, frozenset()

    async def begin(self) -> None:
        """Record of runs that a kill left without an end that they were stopped."""
        await _close_unfinished(self._database, self._clock())

    async def keep(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    async def identify(self, bucket: int, pause_s: float) -> None:
        """Wait for nobody."""

    async def close(self) -> None:
        """Let go of nothing."""


class _Held(NamedTuple):
    """A clan that we hold: the how-manieth that we took, and on which server it is."""

    number: int
    guild_id: int


class Shared:
    """One of several processes on a server; `beat` has to be called every few seconds.

    `timer` counts seconds that only pass; `sleep` waits between beats.
    """

    def __init__(
        self,
        database: Database,
        shards: Shards,
        clock: Clock,
        *,
        timer: Callable[[], float],
        sleep: _Sleep = asyncio.sleep,
    ) -> None:
        self._database = database
        self._shards = shards
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._stack = AsyncExitStack()
        self._session: LockSession | None = None
        self._serves = False
        self._held: dict[int, _Held] = {}
        self._leaving: set[int] = set()
        self._busy: Counter[int] = Counter()
        self._free_since: dict[int, float] = {}
        self._taken = 0
        self._pauses: set[asyncio.Task[None]] = set()
        self._beaten: tuple[datetime, float] | None = None

    def has(self, clan_id: int) -> bool:
        """Return whether a clan's work is ours, and nobody else can have it."""
        return clan_id in self._held and clan_id not in self._leaving and self._is_sure()

    def newer(self, than: int) -> tuple[int, frozenset[int]]:
        """Return a number to ask with the next time, and the clans that were taken over since."""
        return self._taken, frozenset(
            clan_id for clan_id, held in self._held.items() if held.number > than
        )

    @contextmanager
    def doing(self, clan_id: int) -> Iterator[None]:
        """Keep a clan while inside; LockLost where it writes what another process may write."""
        session = self._session

        async def must_be_ours(connection: Connection) -> None:
            if session is None or not self._is_sure():
                raise LockLost
            await must_hold(connection, session.number, LockKind.CLAN, clan_id)

        self._busy[clan_id] += 1
        try:
            with written_only_if(must_be_ours):
                yield
        finally:
            self._busy[clan_id] -= 1

    async def begin(self) -> None:
        """Wait until nobody else serves our shards, and take what is ours to do."""
        told = ""
        while blocked := await self._blocked():
            if blocked != told:
                _log.warning(f"waiting until this process can serve its shards: {blocked}")
                told = blocked
            await self._sleep(BEAT.total_seconds())
        _log.info("serving shards", shards=str(self._shards))
        await self.beat()

    async def serve(self) -> bool:
        """Take our shards, all or none; return whether nobody else serves any of them.

        Nor may anybody go by another count: then one server would be on two processes.
        """
        session = await self._opened()
        keys = self._keys()
        taken = await session.take(LockKind.SHARD, keys)
        others = await session.holders(LockKind.SHARD)
        self._serves = taken == keys and {key // MOST_SHARDS for key in others} == {
            self._shards.count
        }
        if not self._serves:
            await session.leave(LockKind.SHARD, taken)
        return self._serves

    async def keep(self) -> None:
        """Keep what is ours, beat by beat, until another process serves one of our shards."""
        while self._serves:
            await self._sleep(BEAT.total_seconds())
            await self.beat()

    async def beat(self) -> None:
        """Say that we are there, and take or give back what others left or want."""
        sent = self._clock(), self._timer()
        try:
            async with asyncio.timeout(_ANSWERS_S):
                is_new = self._session is None
                if (is_new and not await self.serve()) or not self._serves:
                    await self._lose("another process serves our shards")
                    return
                session = await self._opened()
                taken = await self._share(session)
            self._beaten = sent
            await self._begin_with(session, taken)
        except (StorageError, TimeoutError) as error:
            await self._lose(str(error) or "the database does not answer")

    async def identify(self, bucket: int, pause_s: float) -> None:
        """Wait until no other process begins a session in a bucket; it is ours for the pause.

        Discord refuses who comes too early, and asks again: so without the database we go on.
        """
        async with AsyncExitStack() as stack:
            try:
                session = await stack.enter_async_context(lock_session(self._database))
                while not await session.take(LockKind.IDENTIFY, {bucket}):
                    await self._sleep(1.0)
            except StorageError as error:
                _log.debug("a session begins without asking the others", reason=str(error))
                return
            task = asyncio.create_task(self._pause(stack.pop_all(), pause_s))
            self._pauses.add(task)
            task.add_done_callback(self._pauses.discard)

    async def _pause(self, kept: AsyncExitStack, pause_s: float) -> None:
        """Keep a session, and what it holds, for a while."""
        with suppress(StorageError):
            async with kept:
                await self._sleep(pause_s)

    async def close(self) -> None:
        """Let go of everything."""
        self._serves = False
        for task in [*self._pauses]:
            task.cancel()
        await asyncio.gather(*self._pauses, return_exceptions=True)
        await self._lose(None)

    def _is_sure(self) -> bool:
        """Return whether the server was heard of lately, by both clocks: a machine may sleep."""
        if self._beaten is None:
            return False
        at, at_s = self._beaten
        return self._clock() - at < SURE and self._timer() - at_s < SURE.total_seconds()

    def _keys(self) -> set[int]:
        return {self._shards.count * MOST_SHARDS + each for each in self._shards.ids}

    async def _blocked(self) -> str:
        """Take our shards, and return why not, or an empty text."""
        try:
            return "" if await self.serve() else await self._who_serves()
        except StorageError as error:
            await self._lose(None)
            return str(error)

    async def _who_serves(self) -> str:
        session = await self._opened()
        found = [
            f"{holder.name or 'one that is not known'} serves shard {shard} of {count}"
            for key, holder in sorted((await session.holders(LockKind.SHARD)).items())
            for count, shard in [divmod(key, MOST_SHARDS)]
            if count != self._shards.count or shard in self._shards.ids
        ]
        return "; ".join(found[:3]) or "another process was there at the same moment"

    async def _opened(self) -> LockSession:
        if self._session is None:
            self._session = await self._stack.enter_async_context(
                lock_session(self._database, SILENCE)
            )
        return self._session

    async def _lose(self, why: str | None) -> None:
        """Do no work from here on; what we held is free, or will be in a moment."""
        if why is not None and self._held:
            _log.warning(f"this process does no clan's work until it is sure of it again: {why}")
        stack, self._stack = self._stack, AsyncExitStack()
        self._session, self._beaten = None, None
        self._held.clear()
        self._leaving.clear()
        self._free_since.clear()
        with suppress(StorageError, TimeoutError):
            async with asyncio.timeout(_ANSWERS_S):
                await stack.aclose()

    async def _share(self, session: LockSession) -> dict[int, int]:
        """Take and give back clans, and return those that were taken, with their servers."""
        async with self._database.reading(is_quick=True) as connection:
            ours = await clans.on_shards(connection, self._shards.count, self._shards.ids)
        served = await self._served(session)
        for clan_id, held in self._held.items():
            is_guest = clan_id not in ours and clan_id != THE_BOT
            if is_guest and self._shards.shard_of(held.guild_id) in served:
                self._leaving.add(clan_id)
        await self._give_back(session)
        orphans = await self._orphans(session, served)
        wanted = {THE_BOT: 0} | ours | orphans
        taken = await session.take(LockKind.CLAN, wanted.keys() - self._held.keys())
        if instead := taken & orphans.keys():
            shards = ranges_of({self._shards.shard_of(orphans[each]) for each in instead})
            words = "nobody serves some shards: until somebody does, their work is done here"
            _log.warning(words, shards=shards, clans=len(instead))
        return {each: wanted[each] for each in taken}

    async def _served(self, session: LockSession) -> dict[int, int]:
        """Return which session serves each shard that is served."""
        holders = await session.holders(LockKind.SHARD)
        return {
            key % MOST_SHARDS: holder.session
            for key, holder in holders.items()
            if key // MOST_SHARDS == self._shards.count
        }

    async def _give_back(self, session: LockSession) -> None:
        """Let go of what we leave, of each as soon as nothing is done for it any more."""
        idle = {each for each in self._leaving if not self._busy[each]}
        await session.leave(LockKind.CLAN, idle)
        for clan_id in idle:
            self._leaving.discard(clan_id)
            self._held.pop(clan_id, None)

    async def _orphans(self, session: LockSession, served: dict[int, int]) -> dict[int, int]:
        """Return our share of the clans whose process is gone, once that is so for a while."""
        unserved = set(range(self._shards.count)) - served.keys()
        if not unserved:
            self._free_since.clear()
            return {}
        async with self._database.reading(is_quick=True) as connection:
            found = await clans.on_shards(connection, self._shards.count, unserved)
        held, now_s = await session.holders(LockKind.CLAN), self._timer()
        free = found.keys() - held.keys()
        self._free_since = {each: self._free_since.get(each, now_s) for each in free}
        sessions = sorted({*served.values()})
        return {
            each: found[each]
            for each, since_s in self._free_since.items()
            if now_s - since_s >= GRACE.total_seconds()
            and sessions[each % len(sessions)] == session.number
        }

    async def _begin_with(self, session: LockSession, taken: dict[int, int]) -> None:
        """Do the work of clans that were taken, once nothing of before says that it goes on."""
        if not taken:
            return
        await _close_unfinished(self._database, self._clock(), taken)
        if session is self._session:
            self._taken += 1
            self._held |= {each: _Held(self._taken, where) for each, where in taken.items()}


@begins_again
async def _close_unfinished(
    database: Database, now: datetime, clan_ids: Iterable[int] | None = None
) -> None:
    """Record of runs that a kill left without an end that they were stopped: of all, or some."""
    only = None if clan_ids is None else frozenset(clan_ids)
    async with database.writing() as connection:
        closed = await runs.end_unfinished(connection, STOPPED, _KILLED, now, only)
    if closed:
        _log.info("runs that a kill left open are closed", runs=closed)

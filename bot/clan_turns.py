"""When a job is done for which clan: spread over its interval, a few at once, slow ones behind.

A clan has the same minute of every interval, by the clock on the wall, also after a restart. Clans
are read a page at a time: a thousand of them are never in memory together.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot.services.game import GAP
from bot.services.ops import Duties
from bot.services.setup import Clan, Clans, Clock, Narrows, Only, as_they_are
from bot.settings import Settings
from wom.client import behind_others

_TICK = timedelta(minutes=1)
_AT_ONCE, _SLOW_AT_ONCE = 4, 2

ForClan = Callable[[Clan], Awaitable[None]]
Chosen = Callable[[Clan], bool]


class ForClans(Protocol):
    """A job as far as it says for which clans it is, for which it is due, and how long it takes."""

    @property
    def is_for(self) -> Callable[[Settings, Clan], bool]:
        """Return what tells whether it is for a clan at all."""

    @property
    def is_due(self) -> Callable[[Settings, Clan, datetime], bool]:
        """Return what tells whether it is due for a clan at the start."""

    @property
    def is_slow(self) -> Callable[[Clan, datetime], bool]:
        """Return what tells whether it takes minutes for a clan."""


class ServedClans(Protocol):
    """What is known of the clans, and of which of them this process does the work."""

    @property
    def clans(self) -> Clans:
        """Return the clans."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def duties(self) -> Duties:
        """Return whose work is done here."""


class Slices:
    """The minutes of an interval: which of them are due, each once."""

    def __init__(self, length: timedelta) -> None:
        self.count = max(length // _TICK, 1)
        self.tick = length / self.count
        self._done: int | None = None

    @property
    def is_begun(self) -> bool:
        """Return whether it is known from when on slices are due."""
        return self._done is not None

    def begin(self, now: datetime) -> None:
        """Have slices due that begin after now."""
        self._done = self._index(now)

    def due(self, now: datetime) -> list[int]:
        """Return the slices that began since it was asked last, or begun, each once at most.

        A clock that is set back goes on from there; one that jumps ahead leaves out no slice.
        """
        last, at = self._done, self._index(now)
        self._done = at
        if last is None or at < last:
            return [at % self.count]
        first = max(last, at - self.count)
        return [index % self.count for index in range(first + 1, at + 1)]

    def _index(self, now: datetime) -> int:
        return int(now.timestamp() // self.tick.total_seconds())


class ClanTurns:
    """Does one job for clans; what is slow for one clan holds up no other.

    A clan's slow run goes on beside the turn, and meanwhile the job is not begun again for it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is done, for whom, and what guards it
        self,
        served: ServedClans,
        settings: Settings,
        job: ForClans,
        action: ForClan,
        guards: Callable[[Awaitable[None]], Awaitable[None]],
        narrows: Narrows = as_they_are,
    ) -> None:
        self._clans, self._clock, self._duties = served.clans, served.clock, served.duties
        self._settings = settings
        self._job = job
        self._action = action
        self._guards = guards
        self._narrows = narrows
        self._waiting: dict[int, None] = {}
        self._slow: dict[int, asyncio.Task[None]] = {}
        self._is_begun = False
        self._under_way: set[int] = set()

    async def next_turn(self, slices: Slices) -> None:
        """Do it for the clans whose minute has come; the first time for whom it is due."""
        now, job, settings = self._clock(), self._job, self._settings
        if not slices.is_begun:
            slices.begin(now)
            self._is_begun = True
            await self._guards(self._turn(lambda clan: job.is_due(settings, clan, now)))
            return
        for number in slices.due(now):
            await self._guards(self._turn(part=(number, slices.count)))

    async def take_over(self, clan_ids: Collection[int]) -> None:
        """Do it for those of some clans for whom it is due, if there was a first turn already."""
        now, job, settings = self._clock(), self._job, self._settings

        def is_due(clan: Clan) -> bool:
            return clan.clan_id in clan_ids and job.is_due(settings, clan, now)

        if self._is_begun:
            await self._guards(self._turn(is_due))

    async def turn(self, narrows: Narrows | None = None) -> None:
        """Do it for every clan now, or for whom they are narrowed to; wait until it is done.

        They are narrowed again when it is theirs to be done: meanwhile another process may have
        done it, and given them back.
        """
        await self._guards(self._turn(narrows=narrows))
        await self.drained()

    async def _turn(
        self,
        is_due: Chosen = lambda _: True,
        part: tuple[int, int] | None = None,
        narrows: Narrows | None = None,
    ) -> None:
        """Do it for the clans of a part (number, of); slow ones are only begun."""
        only = ONLY.get(self._job.is_for, Only.ALL)
        queue = self._quick(self._clans.each(part, only, narrows or self._narrows), is_due)
        lock = asyncio.Lock()
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._work(queue, lock, narrows))

    async def drained(self) -> None:
        """Wait until nobody's slow run goes on."""
        while self._slow:
            await asyncio.gather(*self._slow.values(), return_exceptions=True)

    def stop(self) -> None:
        """Cancel what goes on beside the turns."""
        self._waiting.clear()
        for task in self._slow.values():
            task.cancel()

    async def _quick(self, clans: AsyncIterator[Clan], is_due: Chosen) -> AsyncIterator[Clan]:
        async for clan in clans:
            if not self._job.is_for(self._settings, clan) or not is_due(clan):
                continue
            if not self._duties.has(clan.clan_id):
                continue
            if clan.guild_id in self._slow:
                continue
            if self._job.is_slow(clan, self._clock()):
                self._waiting[clan.guild_id] = None
                self._begin_slow()
            else:
                yield clan

    async def _work(
        self, queue: AsyncIterator[Clan], lock: asyncio.Lock, narrows: Narrows | None
    ) -> None:
        while True:
            async with lock:
                clan = await anext(queue, None)
            if clan is None:
                return
            await self._do(clan, narrows)

    async def _do(self, clan: Clan, narrows: Narrows | None = None) -> None:
        """Do it, if it is still ours to do and not under way, as for a clan just taken over."""
        if clan.clan_id in self._under_way or not self._duties.has(clan.clan_id):
            return
        self._under_way.add(clan.clan_id)
        try:
            with self._duties.doing(clan.clan_id):
                if narrows is None:
                    await self._action(clan)
                else:
                    await self._guards(self._do_again_narrowed(clan, narrows))
        finally:
            self._under_way.discard(clan.clan_id)

    async def _do_again_narrowed(self, clan: Clan, narrows: Narrows) -> None:
        if await narrows([clan]):
            await self._action(clan)

    def _begin_slow(self) -> None:
        """Begin with those who wait, as many as may be under way."""
        while self._waiting and len(self._slow) < _SLOW_AT_ONCE:
            guild_id = next(iter(self._waiting))
            del self._waiting[guild_id]
            task = self._slow[guild_id] = asyncio.create_task(self._do_slow(guild_id))
            task.add_done_callback(partial(self._end_slow, guild_id))

    def _end_slow(self, guild_id: int, _: object) -> None:
        del self._slow[guild_id]
        self._begin_slow()

    async def _do_slow(self, guild_id: int) -> None:
        # As it is now: it may have waited long, and the bot may have left its server.
        clan = await self._clans.of_guild(guild_id)
        if clan is not None and clan.removed_at is None:
            with behind_others():
                await self._do(clan)


def held_before(duties: Duties, number: int) -> Narrows:
    """Return what leaves out clans taken over since their number was asked for.

    Who had them before may have done the same just now, or be at it.
    """

    async def narrows(clans: Sequence[Clan]) -> Sequence[Clan]:
        _, new = duties.newer(number)
        return [each for each in clans if each.clan_id not in new]

    return narrows


def reports(settings: Settings, clan: Clan) -> bool:
    """Tell whether a report of the clan is written into a folder."""
    return settings.report_dir is not None and clan.polled_at is not None


def has_dashboard(settings: Settings, clan: Clan) -> bool:
    """Tell whether a clan that was read once has its dashboard written into a folder."""
    return settings.dashboard_dir is not None and clan.polled_at is not None


def has_group(_settings: Settings, clan: Clan) -> bool:
    """Tell whether there is a group to read."""
    return clan.wom_group_id is not None


def is_overdue(settings: Settings, clan: Clan, now: datetime) -> bool:
    """Tell whether a poll was missed; otherwise the next one comes at the clan's own minute."""
    polled_at = clan.polled_at
    # What is still to come was noted by a clock that ran ahead.
    return polled_at is None or not timedelta() <= now - polled_at < settings.poll_every


def reads_history(clan: Clan, now: datetime) -> bool:
    """Tell whether the next poll reads the past too: it takes minutes."""
    return clan.polled_at is None or now - clan.polled_at > GAP


def is_own_group(settings: Settings, clan: Clan) -> bool:
    """Tell whether the verification code belongs to this clan's group; no other may ever see it."""
    known = settings.wom_group_secret is not None and clan.wom_group_id is not None
    return known and clan.wom_group_id == settings.wom_group_id


def has_officer_channel(_settings: Settings, clan: Clan) -> bool:
    """Tell whether officers have a channel."""
    return clan.officer_channel_id is not None


def forgets(_settings: Settings, clan: Clan) -> bool:
    """Tell whether the clan forgets who left."""
    return clan.forget_after_days is not None


def posts_digests(_settings: Settings, clan: Clan) -> bool:
    """Tell whether the clan has a channel in which a digest could be posted."""
    return clan.report_channel_id is not None or clan.officer_channel_id is not None


ONLY: Mapping[Callable[[Settings, Clan], bool], Only] = {
    has_group: Only.WITH_GROUP,
    is_own_group: Only.WITH_GROUP,
    has_officer_channel: Only.WITH_OFFICERS,
    has_dashboard: Only.POLLED,
    reports: Only.POLLED,
    forgets: Only.FORGETTING,
    posts_digests: Only.WITH_DIGEST,
}
"""Which clans are read at all for a job that is for some; the others are left in the table."""

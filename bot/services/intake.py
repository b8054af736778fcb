"""Live messages become facts once: buffered, then written in one transaction with the rollups.

What was heard and not yet written is only in memory; the history of each channel is read from its
cursor on after any gap, so nothing is lost and nothing counts twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.services.answers import settle_answers
from bot.services.clans import Clan, Clans, Clock
from bot.services.facts import Heard, Spot, channel_of, put_in, take_out
from storage import authors, clans
from storage.engine import Connection, Database
from storage.messages import Fact

__all__ = ["Flushed", "Heard", "Intake", "Spot"]

_HEARTBEAT = timedelta(minutes=1)
_REMEMBERED = 50_000  # deletes of many weeks

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Flushed:
    """What a flush wrote."""

    stored: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Buffer:
    """What one server's clan said and took back since the last flush."""

    heard: dict[int, Heard] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)

    def put_back(self, older: "_Buffer") -> None:
        self.heard = older.heard | self.heard
        self.taken_back |= older.taken_back
        for message_id in self.taken_back:
            self.heard.pop(message_id, None)


class Intake:
    """Hears messages and writes them; `hear` and `take_back` never wait."""

    def __init__(self, database: Database, known_clans: Clans, clock: Clock) -> None:
        self._database = database
        self._clans = known_clans
        self._clock = clock
        self._buffers: dict[int, _Buffer] = defaultdict(_Buffer)
        self._gone: dict[int, None] = {}
        self._sight = 0
        self._caught_up: set[int] = set()
        self._seen_again: set[int] = set()
        self._one_flush = asyncio.Lock()
        self._beat_at: datetime | None = None

    def hear(self, guild_id: int, heard: Heard) -> None:
        """Keep a message for the next flush, unless it was taken back already."""
        if heard.message_id not in self._gone:
            self._buffers[guild_id].heard[heard.message_id] = heard

    def take_back(self, guild_id: int, message_ids: Iterable[int]) -> None:
        """Take deleted messages out with the next flush, whether they were written or not."""
        buffer = self._buffers[guild_id]
        for message_id in message_ids:
            buffer.heard.pop(message_id, None)
            buffer.taken_back.add(message_id)
            self._remember(message_id)

    @property
    def sight(self) -> int:
        """Return a number that is another one whenever sight was lost since."""
        return self._sight

    def lose_sight(self) -> None:
        """Forget that channels were caught up: the connection was away, and cursors must wait."""
        self._sight += 1
        self._caught_up.clear()
        self._seen_again = set()

    def lose_sight_of(self, channel_id: int) -> None:
        """Forget that one channel was caught up: its cursor must wait for its history."""
        self._caught_up.discard(channel_id)

    def regain_sight(self, guild_id: int, sight: int) -> None:
        """Note that a server's gap is read: from here its clan is listened to.

        Not if sight was lost again since it was `sight`, before the gap was read.
        """
        if sight == self._sight:
            self._seen_again.add(guild_id)
            self._beat_at = None

    async def flush(self) -> Flushed:
        """Write everything heard so far; what could not be written is kept for the next time."""
        async with self._one_flush:
            total = Flushed()
            for guild_id in list(self._buffers):
                buffer = self._buffers.pop(guild_id)
                try:
                    done = await self._write(guild_id, buffer)
                except BaseException:
                    self._buffers[guild_id].put_back(buffer)
                    raise
                total = Flushed(total.stored + done.stored, total.removed + done.removed)
            await self._beat()
            return total

    async def store(
        self, clan: Clan, heard: Sequence[Heard], taken_back: Collection[int] = ()
    ) -> Flushed:
        """Write messages, live ones or history, in one transaction with all that follows."""
        async with self._database.writing() as connection:
            clan = await _as_it_is(connection, clan)
            for message_id in taken_back:
                self._remember(message_id)
            removed = await take_out(connection, clan, taken_back)
            added = await put_in(connection, clan, heard, self._gone)
            await settle_answers(connection, clan.clan_id, clan.zone, [*added, *removed])
            await authors.move_cursors(connection, clan.clan_id, self._cursors(added))
        return Flushed(len(added), len(removed))

    async def catch_up(self, clan: Clan, spot: Spot, newest_id: int | None, sight: int) -> None:
        """Note that a channel's history is stored up to a message: from here its cursor moves.

        Not if sight was lost since it was `sight`, before the history was read: there is a new gap.
        """
        async with self._database.writing() as connection:
            channel = await channel_of(connection, clan, spot)
            if newest_id is not None:
                await authors.move_cursors(connection, clan.clan_id, {channel: newest_id})
        if sight == self._sight:
            self._caught_up.add(channel)

    async def note(self, clan: Clan, spot: Spot) -> int:
        """Note a place as it is now, and return its channel id."""
        async with self._database.writing() as connection:
            return await channel_of(connection, clan, spot)

    async def _write(self, guild_id: int, buffer: _Buffer) -> Flushed:
        clan = await self._clans.of_guild(guild_id)
        if clan is None:
            return Flushed()
        return await self.store(clan, list(buffer.heard.values()), buffer.taken_back)

    def _remember(self, gone_id: int) -> None:
        """Remember a delete: history that was fetched before it may be stored long after it."""
        self._gone[gone_id] = None
        if len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]

    def _cursors(self, added: Sequence[Fact]) -> dict[int, int]:
        cursors: dict[int, int] = {}
        for fact in added:
            channel_id, message_id = fact.message.channel_id, fact.message.message_id
            if channel_id in self._caught_up:
                cursors[channel_id] = max(cursors.get(channel_id, 0), message_id)
        return cursors

    async def _beat(self) -> None:
        """Note now and then who is listened to, so that a crash knows when it began."""
        now = self._clock()
        resting = self._beat_at is not None and now - self._beat_at < _HEARTBEAT
        if resting or not self._seen_again:
            return
        async with self._database.writing() as connection:
            for clan in await clans.every(connection):
                if clan.guild_id in self._seen_again:
                    await clans.change(connection, clan.clan_id, listened_at=now)
        self._beat_at = now


async def _as_it_is(connection: Connection, clan: Clan) -> Clan:
    """Return the clan with its zone of this moment: it may change while a history is read."""
    row = await clans.of_guild(connection, clan.guild_id)
    return clan if row is None else replace(clan, zone=ZoneInfo(row.zone))

"""Live messages become facts once: buffered, then written in one transaction with the rollups.

What was heard and not yet written is only in memory; the history of each channel is read from its
cursor on after any gap, so nothing is lost and nothing counts twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from bot.services.chat.answers import settle_answers
from bot.services.chat.consent import not_forgotten, willing
from bot.services.chat.facts import (
    LINE_STEP,
    MOST_CHANNELS,
    MOST_LINES,
    ChannelInfo,
    IncomingMessage,
    IntakeResult,
    channel_of,
    put_in,
    take_out,
)
from bot.services.chat.sessions import Sessions
from bot.services.setup import Clan, Clans, Clock, OfClans, each_as_it_is
from storage import authors, clans
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.messages import in_few

__all__ = ["ChannelInfo", "Flushed", "IncomingMessage", "Intake", "IntakeCounts"]

_HEARTBEAT = timedelta(minutes=1)
_REMEMBERED = 50_000  # deletes of many weeks
_AT_ONCE = 250  # some milliseconds of work between two breaths of the event loop
_CLANS_AT_ONCE = 50  # in one transaction, which every other writer waits for: up to 50 milliseconds
_MOST_HEARD = 20_000  # a megabyte for a thousand; what is beyond is read from the history
_MOST_WAITING = 50_000  # of all servers; who writes little is kept beyond it

_Deleted = TypeVar("_Deleted", int, tuple[int, int])


@dataclass(frozen=True, slots=True)
class Flushed:
    """What a flush wrote: messages, what was taken out, and broadcasts of the game."""

    stored: int = 0
    removed: int = 0
    told: int = 0

    def __add__(self, more: "Flushed") -> "Flushed":
        """Return both together."""
        return Flushed(
            self.stored + more.stored, self.removed + more.removed, self.told + more.told
        )


@dataclass(slots=True)
class IntakeCounts:
    """What became of messages since the start: heard live, not kept for want of room, written.

    `live` and `past` are those written that were heard, and those read from the history.
    """

    heard: int = 0
    dropped: int = 0
    live: int = 0
    past: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Buffer:
    """What one server's clan said and took back since the last flush, oldest first."""

    heard: dict[int, IncomingMessage] = field(default_factory=dict)
    taken_back: dict[int, None] = field(default_factory=dict)

    def batches(self) -> int:
        """Return how many batches there are now."""
        return -(-max(len(self.heard), len(self.taken_back)) // _AT_ONCE)

    def next_size(self) -> int:
        """Return how much is in the next batch."""
        return min(max(len(self.heard), len(self.taken_back)), _AT_ONCE)

    def batch(self) -> "_Buffer":
        """Return the next batch; it stays here until it is written."""
        return _Buffer(
            dict(islice(self.heard.items(), _AT_ONCE)),
            dict.fromkeys(islice(self.taken_back, _AT_ONCE)),
        )

    def leave(self, written: "_Buffer") -> None:
        """Let go of a batch that is written; what was taken back meanwhile is the next one's."""
        for message_id in written.heard:
            self.heard.pop(message_id, None)
        for message_id in written.taken_back:
            self.taken_back.pop(message_id, None)


class Intake:
    """Hears messages and writes them; `hear` and `take_back` never wait."""

    def __init__(
        self,
        database: Database,
        known_clans: Clans,
        clock: Clock,
        most_channels: int = MOST_CHANNELS,
    ) -> None:
        self.most_channels = most_channels
        self._database = database
        self._clans = known_clans
        self._clock = clock
        self._buffers: dict[int, _Buffer] = defaultdict(_Buffer)
        self._gone: dict[tuple[int, int], None] = {}
        self._waiting = 0
        self._sessions = Sessions()
        self._one_flush = asyncio.Lock()
        self._together = _CLANS_AT_ONCE
        self._beat_at: datetime | None = None
        self.counts = IntakeCounts()

    @property
    def waiting(self) -> int:
        """How many messages wait to be written."""
        return sum(len(each.heard) for each in self._buffers.values())

    def hear(self, guild_id: int, heard: IncomingMessage) -> bool:
        """Keep a message for the next flush, unless it was taken back already.

        Return False when too many wait to be written: then it must be read from the history.
        """
        waiting = self._buffers[guild_id].heard
        self.counts.heard += 1
        if self._is_too_much(len(waiting)):
            self.counts.dropped += 1
            self.end_session_in(guild_id)
            return False
        if (guild_id, heard.post_id) not in self._gone:
            waiting[heard.message_id] = heard
            self._waiting += 1
        return True

    def _is_too_much(self, waiting: int) -> bool:
        """Return whether a server with so many messages that wait may have no more of them.

        When all together wait with too many, those who have more than their share of them.
        """
        share = _MOST_WAITING // max(len(self._buffers), 1)
        return waiting >= _MOST_HEARD or (self._waiting >= _MOST_WAITING and waiting >= share)

    def take_back(self, guild_id: int, message_ids: Iterable[int]) -> None:
        """Take deleted messages out with the next flush, whether they were written or not."""
        buffer = self._buffers[guild_id]
        for message_id in message_ids:
            for number in range(MOST_LINES):
                self._drop_line(buffer, message_id, number)
            _remember(buffer.taken_back, message_id)
            _remember(self._gone, (guild_id, message_id))

    @staticmethod
    def _drop_line(buffer: _Buffer, post_id: int, number: int) -> None:
        waiting = buffer.heard.get(post_id + number * LINE_STEP)
        if waiting is not None and waiting.post_id == post_id:
            del buffer.heard[waiting.message_id]

    def session_of(self, guild_id: int) -> int:
        """Return a number that is another one whenever a server missed anything since."""
        return self._sessions.of(guild_id)

    def end_session(self) -> None:
        """Forget that channels were caught up: the connection was away, and cursors must wait."""
        self._sessions.end()

    def end_session_in(self, guild_id: int) -> None:
        """Forget that a server's channels were caught up: not all of it is heard, or was kept.

        Whoever reads its history begins again.
        """
        self._sessions.end_in(guild_id)

    def stop_following(self, clan: Clan, channel_id: int) -> None:
        """Forget that one channel was caught up: its cursor must wait for its history."""
        self._sessions.stop_following(clan.guild_id, channel_id)

    def listens(self, guild_id: int) -> bool:
        """Return whether a server's gap is read and nothing was missed since."""
        return guild_id in self._sessions.listened

    def resume_session(self, guild_id: int, session: int) -> None:
        """Note that a server's gap is read: from here its clan is listened to.

        Not if it missed anything since its session was `session`, before the gap was read.
        """
        if self._sessions.resume(guild_id, session):
            self._beat_at = None

    async def flush(self) -> Flushed:
        """Write everything heard so far; what could not be written is kept for the next time."""
        async with self._one_flush:
            total = Flushed()
            self._waiting = self.waiting
            # What is heard meanwhile is left to the next flush: other servers wait too.
            left = {guild_id: each.batches() for guild_id, each in self._buffers.items()}
            while left := {guild_id: count for guild_id, count in left.items() if count}:
                # In rounds, so that one who writes much does not hold up those who write little.
                for guild_ids in self._groups([*left]):
                    total += await self._write_group(guild_ids)
                left = {guild_id: count - 1 for guild_id, count in left.items()}
            self._buffers = defaultdict(
                _Buffer, {who: each for who, each in self._buffers.items() if each.batches()}
            )
            self._waiting = self.waiting
            self._together = _CLANS_AT_ONCE
            await self._beat()
            return total

    async def flush_of(self, guild_id: int) -> None:
        """Write what was heard in one server so far; what could not be written is kept."""
        async with self._one_flush:
            batches = self._buffers[guild_id].batches() if guild_id in self._buffers else 0
            for _ in range(batches):
                await self._write_group([guild_id])

    def _groups(self, guild_ids: Sequence[int]) -> Iterator[list[int]]:
        """Yield servers whose next batches are small enough together for one transaction."""
        group, messages = list[int](), 0
        for guild_id in guild_ids:
            count = self._buffers[guild_id].next_size()
            if group and (len(group) >= self._together or messages + count > _AT_ONCE):
                yield group
                group, messages = [], 0
            group.append(guild_id)
            messages += count
        yield group

    async def _write_group(self, guild_ids: Sequence[int]) -> Flushed:
        """Write the next batch of each of some servers; all of them are kept when that fails.

        Then each is written alone the next time, and these last of all: if one of them cannot be
        written, it holds up itself.
        """
        batches = {guild_id: self._buffers[guild_id].batch() for guild_id in guild_ids}
        known = await self._clans.of_guilds(guild_ids)
        try:
            done = await self._store([(known[who], batches[who]) for who in known])
        except BaseException:
            self._together = 1
            for guild_id in guild_ids:
                self._buffers[guild_id] = self._buffers.pop(guild_id)
            raise
        for guild_id, batch in batches.items():
            self._buffers[guild_id].leave(batch)
        self.counts.live += done.stored
        self.counts.removed += done.removed
        return done

    async def store(
        self, clan: Clan, heard: Sequence[IncomingMessage], taken_back: Collection[int] = ()
    ) -> Flushed:
        """Write messages, live ones or history, in one transaction with all that follows."""
        batch = _Buffer({each.message_id: each for each in heard}, dict.fromkeys(taken_back))
        done = await self._store([(clan, batch)])
        self.counts.past += done.stored
        self.counts.removed += done.removed
        return done

    async def _store(self, batches: OfClans[_Buffer]) -> Flushed:
        """Write a batch of each of a few clans, in one transaction and by the same statements.

        In the order of the clans' ids, so that two processes wait for each other in one order.
        """
        if not batches:
            return Flushed()
        ordered = sorted(batches, key=lambda each: each[0].clan_id)
        return await self._database.write(lambda connection: self._put(connection, ordered))

    async def _put(self, connection: Connection, batches: OfClans[_Buffer]) -> Flushed:
        clans = await each_as_it_is(connection, [clan for clan, _ in batches])
        heard, taken_back = [], []
        for clan, (_, batch) in zip(clans, batches, strict=True):
            heard.append((clan, [*batch.heard.values()]))
            taken_back.append((clan, batch.taken_back))
            for message_id in batch.taken_back:
                _remember(self._gone, (clan.guild_id, message_id))
        gone, removed = await take_out(connection, taken_back)
        wanted = await willing(connection, await not_forgotten(connection, heard))
        added = await put_in(connection, wanted, self._gone, self._clock(), self.most_channels)
        touched = [(clan, [*added[clan.clan_id].facts, *gone[clan.clan_id]]) for clan in clans]
        await settle_answers(connection, touched)
        cursors = {clan.clan_id: self._cursors(clan, added[clan.clan_id]) for clan in clans}
        await authors.move_cursors(connection, cursors)
        stored = sum(len(each.facts) for each in added.values())
        return Flushed(stored, removed, sum(len(each.told) for each in added.values()))

    async def catch_up(
        self, clan: Clan, channel_info: ChannelInfo, newest_id: int | None, session: int
    ) -> None:
        """Note that a channel's history is stored up to a message: from here its cursor moves.

        Not if the server missed anything since its session was `session`, before the history was
        read: there is a new gap.
        """

        async def move(connection: Connection) -> int:
            channel = await channel_of(connection, clan, channel_info)
            if newest_id is not None:
                await authors.move_cursors(connection, {clan.clan_id: {channel: newest_id}})
            return channel

        channel = await self._database.write(move)
        self._sessions.follow(clan.guild_id, channel, session)

    async def note(self, clan: Clan, channel_info: ChannelInfo) -> int:
        """Note a place as it is now, and return its channel id."""
        return await self._database.write(
            lambda connection: channel_of(connection, clan, channel_info)
        )

    def _cursors(self, clan: Clan, added: IntakeResult) -> dict[int, int]:
        followed = self._sessions.followed(clan.guild_id, added.newest_ids)
        return {each: added.newest_ids[each] for each in added.newest_ids if each in followed}

    @begins_again
    async def _beat(self) -> None:
        """Note now and then who is listened to, so that a crash knows when it began."""
        now = self._clock()
        resting = self._beat_at is not None and now - self._beat_at < _HEARTBEAT
        listened = [*self._sessions.listened]
        if resting or not listened:
            return
        for few in in_few(sorted(listened)):
            async with self._database.writing() as connection:
                await clans.note_listened(connection, few, now)
        self._beat_at = now


def _remember(gone: dict[_Deleted, None], deleted: _Deleted) -> None:
    """Remember a delete: history that was fetched before it may be stored long after it."""
    gone[deleted] = None
    if len(gone) > _REMEMBERED:
        del gone[next(iter(gone))]

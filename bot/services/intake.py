"""Live messages become facts once: buffered, then written in one transaction with the rollups.

What was heard and not yet written is only in memory; the history of each channel is read from its
cursor on after any gap, so nothing is lost and nothing counts twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bot.services.answers import drop_credits, fact_of, settle_answers
from bot.services.clans import Clan, Clans, Clock
from storage import authors, clans, messages
from storage.engine import Connection, Database
from storage.messages import Fact, Flag, Stored

_HEARTBEAT = timedelta(minutes=1)

_log = structlog.get_logger()


class Spot(NamedTuple):
    """A place on Discord where people write: text channel, thread, forum post, voice chat."""

    discord_channel_id: int
    name: str
    kind: str
    parent_id: int | None = None
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it arrived, already without its words."""

    message_id: int
    spot: Spot
    user_id: int
    name: str
    handle: str
    sent_at: datetime
    is_question: bool = False
    reply_to: int | None = None


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
        self._caught_up: set[int] = set()
        self._seen_again: set[int] | None = None
        self._one_flush = asyncio.Lock()
        self._beat_at: datetime | None = None

    def hear(self, guild_id: int, heard: Heard) -> None:
        """Keep a message for the next flush."""
        buffer = self._buffers[guild_id]
        if heard.message_id not in buffer.taken_back:
            buffer.heard[heard.message_id] = heard

    def take_back(self, guild_id: int, message_ids: Iterable[int]) -> None:
        """Take deleted messages out with the next flush, whether they were written or not."""
        buffer = self._buffers[guild_id]
        for message_id in message_ids:
            buffer.heard.pop(message_id, None)
            buffer.taken_back.add(message_id)

    def lose_sight(self) -> None:
        """Forget that channels were caught up: the connection was away, and cursors must wait."""
        self._caught_up.clear()
        self._seen_again = set()

    def regain_sight(self, guild_id: int) -> None:
        """Note that a server's gap is read: from here its clan is listened to again."""
        if self._seen_again is not None:
            self._seen_again.add(guild_id)

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
            removed = await _take_out(connection, clan, taken_back)
            added = await _put_in(connection, clan, heard, frozenset(taken_back))
            await settle_answers(connection, clan.clan_id, clan.zone, [*added, *removed])
            await authors.move_cursors(connection, clan.clan_id, self._cursors(added))
        return Flushed(len(added), len(removed))

    async def catch_up(self, clan: Clan, spot: Spot, newest_id: int | None) -> None:
        """Note that a channel's history is stored up to a message: from here its cursor moves."""
        async with self._database.writing() as connection:
            channel = await _channel(connection, clan, spot)
            if newest_id is not None:
                await authors.move_cursors(connection, clan.clan_id, {channel: newest_id})
        self._caught_up.add(channel)

    async def note(self, clan: Clan, spot: Spot) -> int:
        """Note a place as it is now, and return its channel id."""
        async with self._database.writing() as connection:
            return await _channel(connection, clan, spot)

    async def _write(self, guild_id: int, buffer: _Buffer) -> Flushed:
        clan = await self._clans.of_guild(guild_id)
        if clan is None:
            return Flushed()
        return await self.store(clan, list(buffer.heard.values()), buffer.taken_back)

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
        if self._beat_at is not None and now - self._beat_at < _HEARTBEAT:
            return
        async with self._database.writing() as connection:
            for clan in await clans.every(connection):
                if self._seen_again is None or clan.guild_id in self._seen_again:
                    await clans.change(connection, clan.clan_id, listened_at=now)
        self._beat_at = now


async def _channel(connection: Connection, clan: Clan, spot: Spot) -> int:
    await authors.note_place(
        connection,
        clan.clan_id,
        spot.discord_channel_id,
        name=spot.name,
        kind=spot.kind,
        parent_id=spot.parent_id,
        is_readable=spot.is_readable,
    )
    places = await authors.places(connection, clan.clan_id)
    return places[spot.discord_channel_id].channel_id


async def _put_in(
    connection: Connection, clan: Clan, heard: Sequence[Heard], refused: frozenset[int]
) -> list[Fact]:
    """Store what is new of counted channels and return it as facts."""
    known = await messages.known_ids(connection, [each.message_id for each in heard])
    fresh = [
        each for each in heard if each.message_id not in known and each.message_id not in refused
    ]
    channels = await _counted_channels(connection, clan, {each.spot for each in fresh})
    counted = [each for each in fresh if each.spot.discord_channel_id in channels]
    people = {each.user_id: (each.name, each.handle) for each in counted}
    author_ids = await authors.author_ids(connection, clan.clan_id, people)
    facts = [
        fact_of(
            Stored(
                each.message_id,
                author_ids[each.user_id],
                channels[each.spot.discord_channel_id],
                each.sent_at,
                Flag.QUESTION if each.is_question else 0,
                each.reply_to,
            ),
            clan.zone,
        )
        for each in counted
    ]
    await messages.add(connection, clan.clan_id, facts)
    return facts


async def _counted_channels(
    connection: Connection, clan: Clan, spots: Collection[Spot]
) -> dict[int, int]:
    """Return channel ids by Discord id of the places that count; a thread follows its parent."""
    places = await authors.places(connection, clan.clan_id)
    for spot in spots:
        if spot.discord_channel_id not in places:
            await _channel(connection, clan, spot)
    if any(spot.discord_channel_id not in places for spot in spots):
        places = await authors.places(connection, clan.clan_id)
    found = {}
    for spot in spots:
        place = places[spot.discord_channel_id]
        parent = places.get(place.parent_id) if place.parent_id else None
        if place.is_counted and (parent is None or parent.is_counted):
            found[spot.discord_channel_id] = place.channel_id
    return found


async def _take_out(connection: Connection, clan: Clan, message_ids: Collection[int]) -> list[Fact]:
    if not message_ids:
        return []
    gone = await messages.stored(connection, clan.clan_id, sorted(message_ids))
    facts = [fact_of(message, clan.zone) for message in gone]
    await drop_credits(connection, clan.clan_id, clan.zone, sorted(message_ids))
    await messages.remove(connection, clan.clan_id, facts)
    return facts

"""The replaced system's database brought over: people, names, snapshots and messages.

Each step stores what is new and nothing twice, so that a second run takes nothing, and whoever was
killed begins again and goes on. What is read and what is stored never meet in one statement.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.bridge import DEFAULT, pattern
from bot.clan.imported import LeftOut, Posts, is_relay, plain_name
from bot.clan.names import wom_key
from bot.clan.plausible import is_to_come
from bot.clan.questions import is_question
from bot.services.chat import (
    Bridge,
    Bridges,
    ChannelInfo,
    IncomingMessage,
    Posted,
    part_speakers,
)
from bot.services.imports.chat_history import ChatHistory, Post, next_batch
from bot.services.imports.counts import MEMBERS, MESSAGES, NAMES, ImportResult, ImportTally, Shows
from bot.services.imports.game_history import store_snapshots
from bot.services.imports.placing import (
    NameSeen,
    Placing,
    former_row,
    names_seen,
    placed_members,
)
from bot.services.setup import Clan
from storage import players
from storage.columns import instant_of
from storage.conflicts import begins_again
from storage.engine import Database
from storage.legacy import LegacyFile, LegacyMember, LegacyMessage
from storage.players import Sighting

_MOST_ID = 2**63 - 1
_FIRST_ID = 1 << 22


@dataclass(frozen=True, slots=True)
class LegacySource:
    """An open database of the replaced system, and the zone of its times that say none."""

    file: LegacyFile
    zone: ZoneInfo


class LegacyImport:
    """Brings one over into one clan."""

    def __init__(self, database: Database, bridges: Bridges, clan: Clan, now: datetime) -> None:
        self._database = database
        self._bridges = bridges
        self._clan = clan
        self._now = now

    async def run(self, source: LegacySource, shows: Shows) -> ImportResult:
        """Take everything that is new, and return what came of it."""
        file = source.file
        placing = await self._placing(source)
        tallies = await self._people(file, placing)
        tallies |= await store_snapshots(self._database, file, placing, self._now, shows)
        chat = ChatHistory(self._database, self._clan)
        await self._messages(file, chat, shows)
        await chat.note_seen()
        tallies[MESSAGES] = chat.tally
        linked = await chat.linked_now()
        return ImportResult(tallies, chat.here, chat.linked_before, linked)

    async def _placing(self, source: LegacySource) -> Placing:
        async with self._database.reading() as connection:
            names = await players.names(connection, self._clan.clan_id)
        known: dict[str, set[int]] = {}
        for player_id, borne in names.items():
            for name in borne:
                known.setdefault(plain_name(name), set()).add(player_id)
        placing = Placing(known, source.zone)
        await asyncio.to_thread(placing.read, source.file)
        return placing

    @begins_again
    async def _people(self, file: LegacyFile, placing: Placing) -> dict[str, ImportTally]:
        """Note who was in the clan and what they were called, in one transaction."""
        tallies = {MEMBERS: ImportTally(), NAMES: ImportTally()}
        members = placed_members(placing, file.members(), tallies[MEMBERS])
        seen = names_seen(placing, file.aliases(), self._now, tallies[NAMES])
        called = {each.player_id: each.name for each in sorted(seen, key=lambda one: one.last_at)}
        former = self._former(placing, members, called)
        async with self._database.writing() as connection:
            await players.put_in_former(connection, self._clan.clan_id, former)
            borne = await players.borne(connection, {each.player_id for each in seen})
            news = [each for each in seen if not _is_within(each, borne)]
            await players.note_sightings(
                connection,
                [
                    Sighting(each.player_id, each.name, each.key, at)
                    for each in news
                    for at in (each.first_at, each.last_at)
                ],
            )
            keys = {each.key for each in news} | {wom_key(str(each["name"])) for each in former}
            await part_speakers(connection, self._clan, keys)
        tallies[NAMES].taken = len(news)
        tallies[NAMES].leave(LeftOut.KNOWN, times=len(seen) - len(news))
        return tallies

    def _former(
        self,
        placing: Placing,
        members: dict[int, LegacyMember],
        called: dict[int, str],
    ) -> list[dict[str, object]]:
        """Return a row for everybody who was placed; whoever is known stays as they are."""
        return [
            former_row(who, placing, members.get(who), called.get(who), self._now)
            for who in sorted(placing.players.keys() | members.keys())
        ]

    async def _messages(self, file: LegacyFile, chat: ChatHistory, shows: Shows) -> None:
        reads = await self._reader(file)
        await chat.know_stand_ins()
        many = file.count("discord_messages")
        batches = file.messages()
        while batch := await asyncio.to_thread(next_batch, batches):
            posts = await asyncio.to_thread(lambda rows: [reads.post(row) for row in rows], batch)
            await chat.take(posts)
            shows(MESSAGES, chat.tally.read, many)

    async def _reader(self, file: LegacyFile) -> "_Reader":
        declared = await self._bridges.of_clan(self._clan)
        writers = await asyncio.to_thread(file.writers)
        relays = {
            each.author_id
            for each in writers
            if each.guild_id == self._clan.guild_id
            and is_relay(Posts(each.posts, each.lines, each.speakers))
        }
        relays |= {each.source_id for each in declared.values()}
        usual = Bridge("clan chat", pattern(DEFAULT), None, self._clan.name)
        return _Reader(self._clan, self._now, relays - {None}, declared, usual)


@dataclass(slots=True)
class _Reader:
    """Reads rows of messages: who wrote where and when, and of a relay's posts who spoke."""

    clan: Clan
    now: datetime
    relays: set[int | None]
    bridges: dict[int, Bridge]
    usual: Bridge

    def post(self, row: LegacyMessage) -> Post:
        """Return a message as it counts; its words end here."""
        if row.guild_id != self.clan.guild_id:
            return Post((), LeftOut.ELSEWHERE)
        message_id, author_id, channel_id = row.message_id, row.author_id, row.channel_id
        if message_id is None or not _FIRST_ID <= message_id <= _MOST_ID:
            return Post((), LeftOut.NO_ID)
        if (
            author_id is None
            or channel_id is None
            or not (0 < author_id <= _MOST_ID and 0 < channel_id <= _MOST_ID)
        ):
            return Post((), LeftOut.NO_ID)
        sent_at = instant_of(message_id)
        if is_to_come(sent_at, self.now):
            return Post((), LeftOut.TO_COME)
        place = ChannelInfo(channel_id, row.channel_name or str(channel_id), "text")
        linked = row.user_id is not None
        if author_id in self.relays:
            bridge = self.bridges.get(channel_id, self.usual)
            posted = Posted(message_id, place, sent_at, [row.content], relay_id=author_id)
            return Post(bridge.heard(posted), None, linked)
        asks = is_question(row.content)
        name = row.author_name or str(author_id)
        heard = IncomingMessage(message_id, place, author_id, name, "", sent_at, asks)
        return Post((heard,), None, linked)


def _is_within(each: NameSeen, borne: dict[tuple[int, str], tuple[datetime, datetime]]) -> bool:
    first_at, last_at = borne.get((each.player_id, each.key), (None, None))
    if first_at is None or last_at is None:
        return False
    return first_at <= each.first_at and each.last_at <= last_at

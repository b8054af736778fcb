"""Messages of an older history, a batch in one transaction each, and whose they are afterwards."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from bot.clan.imported import LeftOut, stand_in_bits, unkept
from bot.clan.names import wom_key
from bot.services.chat import NO_USER, EarlierOutcome, IncomingMessage, store_earlier
from bot.services.imports.counts import ImportTally
from bot.services.people import read_identity
from bot.services.setup import Clan
from storage import authors, blind_spots, chat, clans, imported
from storage.columns import first_snowflake
from storage.conflicts import begins_again
from storage.engine import Connection, Database

_T = TypeVar("_T")
_SAME_INSTANT = 3
"""As many messages of one author in a channel at one millisecond are told apart."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHY = {
    EarlierOutcome.KNOWN: LeftOut.KNOWN,
    EarlierOutcome.FORGOTTEN: LeftOut.FORGOTTEN,
    EarlierOutcome.OPTED_OUT: LeftOut.OPTED_OUT,
    EarlierOutcome.NOT_COUNTED: LeftOut.NOT_COUNTED,
}


class Post(NamedTuple):
    """One message of a history as it counts: nothing, itself, or the lines of a relay's.

    `was_linked` is whether the history itself knew whose it is.
    """

    heard: tuple[IncomingMessage, ...]
    why: LeftOut | None = None
    was_linked: bool = False


def stand_in_id(channel_id: int, author_id: int, sent_at: datetime, number: int) -> int:
    """Return what stands for a message's id: of its instant, and always the same."""
    return first_snowflake(sent_at) + stand_in_bits(channel_id, author_id, number)


class ChatHistory:
    """Takes posts of a clan over, and counts what becomes of them."""

    def __init__(self, database: Database, clan: Clan) -> None:
        self._database = database
        self._clan = clan
        self.tally = ImportTally()
        self.linked_before = 0
        self.channels: set[int] = set()
        self._by_author: Counter[int | str] = Counter()
        self._last: datetime | None = None
        self._stand_ins: set[int] = set()

    async def know_stand_ins(self) -> None:
        """Read what came from a history without ids: what has one may be the same message."""
        async with self._database.reading() as connection:
            self._stand_ins = await imported.stand_ins(connection, self._clan.clan_id)

    @property
    def here(self) -> int:
        """Return how many of the messages are here now."""
        return self._by_author.total()

    async def take(self, posts: Sequence[Post]) -> None:
        """Store the next posts in one transaction."""
        self.tally.read += len(posts)
        first: dict[int, Post] = {}
        for post in posts:
            if post.why is not None or not post.heard:
                self.tally.leave(post.why or LeftOut.NO_LINE)
            elif post.heard[0].message_id in first:
                self.tally.leave(LeftOut.TWICE)
            elif self._is_here_already(post.heard[0]):
                self.tally.leave(LeftOut.KNOWN)
            else:
                first[post.heard[0].message_id] = post
        heard = {each.message_id: each for post in first.values() for each in post.heard}
        done = await store_earlier(self._database, self._clan, list(heard.values()))
        for post in first.values():
            self._count(post, done)

    def _is_here_already(self, heard: IncomingMessage) -> bool:
        """Return whether a message with an id was counted by a stand-in for it before."""
        if not self._stand_ins or heard.stand_in:
            return False
        place = heard.channel_info.discord_channel_id
        for number in range(_SAME_INSTANT):
            known = stand_in_id(place, heard.user_id, heard.sent_at, number)
            if known in self._stand_ins:
                self._stand_ins.discard(known)
                return True
        return False

    def _count(self, post: Post, done: dict[int, EarlierOutcome]) -> None:
        outcomes = [done[each.message_id] for each in post.heard]
        here = {EarlierOutcome.NEW, EarlierOutcome.KNOWN}
        if EarlierOutcome.NEW in outcomes:
            self.tally.taken += 1
        else:
            self.tally.leave(_WHY[outcomes[0]])
        first = post.heard[0]
        if here.isdisjoint(outcomes):
            return
        self.channels.add(first.channel_info.discord_channel_id)
        self._last = max(self._last or first.sent_at, first.sent_at)
        if first.told is None:
            who = wom_key(first.name) if first.user_id == NO_USER else first.user_id
            self._by_author[who] += 1
            self.linked_before += post.was_linked

    async def linked_now(self) -> int:
        """Return how many of the messages that are here have a member, by who is who today."""
        async with self._database.reading() as connection:
            identity = await read_identity(connection, self._clan)
            persons = await identity.persons()
        known: dict[int | str, bool] = {}
        for each in identity.writers:
            person = persons.by_author.get(each.author_id)
            key = each.bridge_name if each.discord_user_id is None else each.discord_user_id
            if key is not None:
                found = person is not None and bool(person.players)
                known[key] = found and known.get(key, True)
        return sum(count for who, count in self._by_author.items() if known.get(who))

    @begins_again
    async def note_seen(self) -> None:
        """Note up to when chat was read, where nobody listened yet, and what was never kept."""
        if self._last is None:
            return
        async with self._database.writing() as connection:
            row = await clans.of_guild(connection, self._clan.guild_id)
            heard = row is not None and row.listened_at is not None
            if not heard:
                await clans.change(connection, self._clan.clan_id, listened_at=self._last)
            spans = await self._unkept(connection, began=self._clan.created_at if heard else None)
            await blind_spots.never_kept(connection, self._clan.clan_id, spans)

    @begins_again
    async def note_partly_seen(self, reach: timedelta) -> bool:
        """Note that the time before the bot's own is not seen if channels are missing of it.

        Return whether that is so. The bot itself has read `reach` before it came.
        """
        async with self._database.writing() as connection:
            missing = await self._missing(connection)
            if missing and self._last is not None:
                own = self._clan.created_at - reach
                other = await imported.first_outside(connection, self._clan.clan_id, self.channels)
                end = min(own, other or own)
                hours = await self._hours(connection, end)
                spans = [(hours[0], end)] if hours and hours[0] < end else []
                await blind_spots.never_kept(connection, self._clan.clan_id, spans)
        if not missing:
            await self.note_seen()
        return bool(missing)

    async def _missing(self, connection: Connection) -> Collection[int]:
        """Return the channels that count and of which nothing came; also when none is known."""
        places = await authors.channels(connection, self._clan.clan_id)
        counted = {
            each.discord_channel_id
            for each in places.values()
            if each.is_counted and each.is_readable and not each.is_gone and each.parent_id is None
        }
        if self._clan.listened_at is None:
            return counted or {0}
        return counted - self.channels

    async def _unkept(
        self, connection: Connection, began: datetime | None
    ) -> list[tuple[datetime, datetime]]:
        hours = await self._hours(connection, began or self._last or _EPOCH)
        return [(each.start, each.end) for each in unkept(hours, began)]

    async def _hours(self, connection: Connection, end: datetime) -> list[datetime]:
        found = await chat.clan_hours(connection, self._clan.clan_id, _EPOCH, end)
        return sorted(hour for hour, _ in found)


def next_batch(batches: Iterator[list[_T]]) -> list[_T]:
    """Return the next batch, an empty one at the end: what a thread is asked for."""
    return next(batches, [])

"""Reading what was written while nobody listened: each channel's history, back to its cursor.

Pages go from the newest message back, so that no cursor is needed from Discord; the channel's own
cursor moves only when its whole gap is stored. A place that cannot be read costs only itself: it
is noted as blind, with what it lacks, until it is read after all.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.services.chat.compared import delete_gone, stored_since
from bot.services.chat.counted import settle_channels
from bot.services.chat.facts import posts_of
from bot.services.chat.history import (
    NO_ACCESS,
    NO_WORDS,
    ChannelList,
    Gone,
    History,
    Unavailable,
    Unreadable,
    Wordless,
    each_of,
    with_threads,
)
from bot.services.chat.intake import ChannelInfo, Intake
from bot.services.setup import Clan, Clock
from storage import authors, blind_spots, clans, privacy
from storage.columns import instant_of
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.messages import in_few

COMPARE_DAYS = 3
"""How far back is looked, usually, for what was deleted while nobody listened."""

MOMENT = timedelta(minutes=10)
"""So long nobody may have listened without its being an absence."""

NO_THREADS = "its archived threads cannot be listed"
_BROKEN = "something went wrong while it was read, as the log says"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What catching up read: channels, new messages, and the names of unreadable channels.

    `missing` are the Discord ids of all places to be read later; of the server itself when not even
    its active threads could be listed. `failed` says of each readable place why it was not read.
    """

    channels: int
    messages: int
    unreadable: tuple[str, ...] = ()
    missing: frozenset[int] = frozenset()
    failed: tuple[tuple[str, str], ...] = field(default=(), compare=False)


class Backfill:
    """Reads every channel's gap and hands it to the intake."""

    def __init__(
        self,
        database: Database,
        intake: Intake,
        clock: Clock,
        history_days: int,
        compare_days: int = COMPARE_DAYS,
    ) -> None:
        self._database = database
        self._intake = intake
        self._clock = clock
        self._reach = timedelta(days=history_days)
        self._compared = timedelta(days=compare_days)

    async def catch_up(
        self,
        clan: Clan,
        history: History,
        only: AbstractSet[int] | None = None,
        *,
        compares: bool = True,
        hears: bool = True,
    ) -> CaughtUp:
        """Store what every readable channel holds beyond its cursor; note what is not readable.

        With `only`, what an earlier call found missing. Unless Discord has told of all deletions
        meanwhile, what is stored of the last days is compared with what there still is. Who only
        reads, and `hears` nothing meanwhile, knows of nothing that is written from here on.
        """
        session, began_at = self._intake.session_of(clan.guild_id), self._clock()
        await self._note_absence(clan, MOMENT if hears else timedelta())
        compares = compares and bool(self._compared)
        since = self._clock() - self._compared
        lately = await stored_since(self._database, clan, since) if compares else {}
        listed = await history.channel_infos()
        channel_infos, parents = _wanted(clan, listed, only)
        archived = await self._archived(clan, history, parents, compares=compares)
        closed = {each for each, found in archived.items() if isinstance(found, Exception)}
        places = with_threads(channel_infos, archived)[: self._intake.most_channels]
        read = await each_of(
            [
                partial(
                    self._read,
                    clan,
                    history,
                    channel_info,
                    is_whole=channel_info not in closed,
                    lately=lately.get(channel_info.discord_channel_id, frozenset()),
                )
                for channel_info in places
            ]
        )
        stored = dict(zip(places, read, strict=True))
        await self._note_failures(clan, stored)
        await self._see_again(
            clan,
            [channel_info for channel_info in parents if channel_info not in closed | {*places}],
        )
        if compares and only is None:
            here = {each.discord_channel_id for each in (*places, *parents)}
            await delete_gone(self._database, clan, history, here, lately.keys())
        await settle_channels(self._database, clan)
        is_whole = listed.is_complete and (only is None or clan.guild_id in only)
        await self._note(clan, is_whole=is_whole, listened_at=None if hears else began_at)
        if hears:
            self._intake.resume_session(clan.guild_id, session)
        done = _caught_up(stored, closed)
        _log.info("caught up", channels=done.channels, messages=done.messages)
        return done if listed.is_complete else replace(done, missing=done.missing | {clan.guild_id})

    async def read(self, clan: Clan, history: History, channel_info: ChannelInfo) -> int | None:
        """Store what one channel holds beyond its cursor.

        Return how many messages and broadcasts were new, or None when it cannot be read. Raises
        Unavailable when Discord fails.
        """
        return await self._read(clan, history, channel_info, is_whole=False, lately=frozenset())

    async def miss(self, clan: Clan, channel_info: ChannelInfo) -> None:
        """Note that from now on the words of a bridge are missed, for want of the intent."""
        error = Wordless(NO_WORDS)
        await self._go_blind(clan, channel_info, self._clock(), str(error), error)

    @begins_again
    async def _note(self, clan: Clan, *, is_whole: bool, listened_at: datetime | None) -> None:
        async with self._database.writing() as connection:
            if is_whole:
                await blind_spots.read_since(connection, clan.clan_id)
            if listened_at is not None:
                await clans.change(connection, clan.clan_id, listened_at=listened_at)

    @begins_again
    async def _note_absence(self, clan: Clan, moment: timedelta) -> None:
        """Note that nobody listened from last heard until now, unless that is a moment only.

        Until its history was read nobody knows what was written; what people did without writing
        has none.
        """
        now = self._clock()
        if clan.listened_at is None or self._intake.listens(clan.guild_id):
            return
        if now - clan.listened_at > moment:
            async with self._database.writing() as connection:
                await blind_spots.be_away(
                    connection, clan.clan_id, clan.listened_at, now, "the bot was away"
                )

    async def _archived(
        self, clan: Clan, history: History, parents: Sequence[ChannelInfo], *, compares: bool
    ) -> dict[ChannelInfo, Sequence[ChannelInfo] | Exception]:
        """Return each channel's archived threads, or why they could not be listed."""
        usual = self._since(clan)
        async with self._database.reading() as connection:
            blind = await blind_spots.blind_since(connection, clan.clan_id)
            # Threads that could not be listed then may have been archived since.
            usual = min(usual, await blind_spots.unread_from(connection, clan.clan_id) or usual)
        compared = min(usual, self._clock() - self._compared) if compares else usual
        found = await each_of(
            [
                partial(
                    history.archived,
                    channel_info,
                    min(compared, blind.get(channel_info.discord_channel_id, usual)),
                )
                for channel_info in parents
            ]
        )
        for channel_info, threads in zip(parents, found, strict=True):
            if isinstance(threads, Exception) and channel_info.is_readable:
                reason = f"{NO_THREADS}: {_reason(threads)}"
                await self._go_blind(clan, channel_info, usual, reason, threads)
            elif isinstance(threads, Exception):
                await self._go_blind(clan, channel_info, self._clock(), _reason(threads), threads)
        return dict(zip(parents, found, strict=True))

    async def _note_failures(
        self, clan: Clan, stored: Mapping[ChannelInfo, int | Exception | None]
    ) -> None:
        for channel_info, error in stored.items():
            if isinstance(error, Exception):
                await self._go_blind(clan, channel_info, self._since(clan), _reason(error), error)

    async def _see_again(self, clan: Clan, forums: Sequence[ChannelInfo]) -> None:
        """Note that forums, in which nobody writes but in their posts, could be seen after all.

        Only when their posts are read: until then these are looked for since it was noted.
        """
        blind = await self._blind_since(clan)
        for channel_info in forums:
            since = blind.get(channel_info.discord_channel_id)
            if since is not None:
                channel_id = await self._intake.note(clan, channel_info)
                await self._fill(clan, channel_id, since)

    async def _blind_since(self, clan: Clan) -> dict[int, datetime]:
        async with self._database.reading() as connection:
            return await blind_spots.blind_since(connection, clan.clan_id)

    async def _read(
        self,
        clan: Clan,
        history: History,
        channel_info: ChannelInfo,
        *,
        is_whole: bool,
        lately: AbstractSet[int],
    ) -> int | None:
        """Store what one channel holds; with its threads, that is the whole of it.

        What is stored of it `lately` and is not there any more is taken out.
        """
        session = self._intake.session_of(clan.guild_id)
        async with self._database.reading() as connection:
            place = (await authors.channels(connection, clan.clan_id)).get(
                channel_info.discord_channel_id
            )
            blind = await blind_spots.blind_since(connection, clan.clan_id)
        until = place.cursor_id if place is not None else None
        if place is not None and place.is_gone:
            await self._intake.note(clan, channel_info)  # it is there after all, and counts
        try:
            stored, newest_id = await self._gap(clan, history, channel_info, until, lately)
        except Gone:
            old = channel_info.discord_channel_id
            await self._database.write(lambda on: blind_spots.forget_channel(on, clan.clan_id, old))
            return 0
        except Unreadable as error:
            hidden = channel_info._replace(is_readable=False)
            # What was written there since anybody listened last is lost with it.
            since = clan.listened_at or self._clock()
            await self._go_blind(clan, hidden, since, str(error), error)
            return None
        began_at = blind.get(channel_info.discord_channel_id)
        if place is not None and began_at is not None and (is_whole or not place.is_readable):
            # First of all: once the place is noted as readable, nobody would look for this again.
            reached = self._clock() - self._reach
            since = reached if until is None else min(instant_of(until), began_at)
            await self._fill(clan, place.channel_id, since)
        if place is not None and not place.is_readable:
            seen = place.channel_id
            await self._database.write(
                lambda on: blind_spots.set_viewers(on, clan.clan_id, seen, ())
            )
        await self._intake.catch_up(clan, channel_info, newest_id, session)
        return stored

    async def _fill(self, clan: Clan, channel_id: int, since: datetime) -> None:
        await self._database.write(
            lambda connection: blind_spots.fill(connection, clan.clan_id, channel_id, since)
        )

    def _since(self, clan: Clan) -> datetime:
        """Return when the bot listened last or, if it never did, how far back history goes."""
        return clan.listened_at or self._clock() - self._reach

    async def _gap(
        self,
        clan: Clan,
        history: History,
        channel_info: ChannelInfo,
        until: int | None,
        lately: AbstractSet[int],
    ) -> tuple[int, int | None]:
        """Store pages until the cursor or, without one, as far back as history goes for us.

        And further back as long as there is something to compare with.
        """
        # A history that was brought over ends when it was listened last, be it long ago.
        oldest_wanted = min(self._clock() - self._reach, self._since(clan))

        def known(message_id: int, sent_at: datetime) -> bool:
            return sent_at < oldest_wanted if until is None else message_id <= until

        stored, newest_id, before = 0, None, None
        there: set[int] = set()
        oldest_stored = min(posts_of(min(lately, default=0)))
        while True:
            page = await history.page_before(channel_info, before)
            newest_id = newest_id or page.newest_id
            there |= page.ids
            fresh = [heard for heard in page.heard if not known(heard.message_id, heard.sent_at)]
            written = await self._intake.store(clan, fresh)
            stored += written.stored + written.told
            before = page.oldest_id
            if before is None or page.oldest_at is None:
                break
            if known(before, page.oldest_at) and (not lately or before <= oldest_stored):
                break
        gone = [each for each in sorted(lately) if there.isdisjoint(posts_of(each))]
        for few in in_few(gone):
            await self._intake.store(clan, (), few)
        return stored, newest_id

    async def _go_blind(
        self, clan: Clan, channel_info: ChannelInfo, since: datetime, reason: str, error: Exception
    ) -> None:
        """Note that a place was not seen from an instant on; its cursor stays where it is."""
        known = isinstance(error, Unreadable | Unavailable)
        _log.warning(
            "channel not readable",
            channel=channel_info.name,
            reason=reason,
            exc_info=None if known else error,
        )
        channel_id = await self._intake.note(clan, channel_info)
        self._intake.stop_following(clan, channel_id)

        async def go(on: Connection) -> None:
            await blind_spots.go_blind(on, clan.clan_id, channel_id, since, reason)
            if viewers := channel_info.viewers:
                viewers -= (await privacy.opted_out(on, {clan.clan_id: viewers}))[clan.clan_id]
            await blind_spots.set_viewers(on, clan.clan_id, channel_id, viewers)

        await self._database.write(go)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Unreadable | Unavailable) else _BROKEN


def _wanted(
    clan: Clan, listed: ChannelList, only: AbstractSet[int] | None
) -> tuple[list[ChannelInfo], list[ChannelInfo]]:
    """Return the places to read, and those whose archived threads are to be listed."""
    channel_infos, parents = list(listed.channel_infos), list(listed.parents)
    if only is not None:
        threads_too = clan.guild_id in only
        channel_infos = [
            channel_info
            for channel_info in channel_infos
            if channel_info.discord_channel_id in only
            or channel_info.parent_id in only
            or (threads_too and channel_info.parent_id is not None)
        ]
        parents = [
            channel_info for channel_info in parents if channel_info.discord_channel_id in only
        ]
    # What is hidden and read itself is noted when that is tried.
    return channel_infos, [
        channel_info
        for channel_info in parents
        if channel_info.is_readable or channel_info not in listed.channel_infos
    ]


def _caught_up(
    stored: Mapping[ChannelInfo, int | Exception | None], closed: AbstractSet[ChannelInfo]
) -> CaughtUp:
    counts = [count for count in stored.values() if isinstance(count, int)]
    failed = _failed(stored) | {each: NO_THREADS for each in closed if each.is_readable}
    missing = {
        channel_info
        for channel_info, count in stored.items()
        # Trying again does not help where a setting is missing.
        if not isinstance(count, int | Wordless)
    } | closed
    return CaughtUp(
        len(counts),
        sum(counts),
        tuple(channel_info.name for channel_info, count in stored.items() if count is None),
        frozenset(channel_info.discord_channel_id for channel_info in missing),
        tuple(sorted((each.name, why) for each, why in failed.items())),
    )


def _failed(stored: Mapping[ChannelInfo, int | Exception | None]) -> dict[ChannelInfo, str]:
    """Return why places were not read that the bot is let into."""
    return {
        each: NO_ACCESS if found is None else _reason(found)
        for each, found in stored.items()
        if each.is_readable and not isinstance(found, int | Wordless)
    }

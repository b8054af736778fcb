"""Reading what was written while nobody listened: each channel's history, back to its cursor.

Pages go from the newest message back, so that no cursor is needed from Discord; the channel's own
cursor moves only when its whole gap is stored.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.services.clans import Clan, Clock
from bot.services.intake import Heard, Intake, Spot
from storage import authors, runs
from storage.columns import instant_of
from storage.engine import Database

_CHANNELS_AT_ONCE = 3

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a channel's history: what counts of it, and the ids between which it lies.

    `oldest_id` is None when there is nothing further back.
    """

    heard: tuple[Heard, ...]
    newest_id: int | None
    oldest_id: int | None
    oldest_at: datetime | None


class Unreadable(Exception):
    """Discord does not let the bot read a channel's history."""


class History(Protocol):
    """Whoever can read Discord's past."""

    async def spots(self, since: datetime) -> Sequence[Spot]:
        """Return the server's places; of archived threads those archived after `since`."""

    async def page_before(self, spot: Spot, before_id: int | None) -> Page:
        """Return the newest page before a message; Unreadable when Discord refuses."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What catching up read: channels, new messages, and the names of unreadable channels."""

    channels: int
    messages: int
    unreadable: tuple[str, ...] = ()


class Backfill:
    """Reads every channel's gap and hands it to the intake."""

    def __init__(self, database: Database, intake: Intake, clock: Clock, history_days: int) -> None:
        self._database = database
        self._intake = intake
        self._clock = clock
        self._reach = timedelta(days=history_days)

    async def catch_up(self, clan: Clan, history: History) -> CaughtUp:
        """Store what every readable channel holds beyond its cursor; note what is unreadable."""
        sight = self._intake.sight
        spots = await history.spots(clan.listened_at or self._clock() - self._reach)
        few = asyncio.Semaphore(_CHANNELS_AT_ONCE)

        async def one(spot: Spot) -> int | None:
            async with few:
                return await self.read(clan, history, spot)

        stored = await asyncio.gather(*(one(spot) for spot in spots))
        unreadable = tuple(
            spot.name for spot, count in zip(spots, stored, strict=True) if count is None
        )
        done = CaughtUp(
            len(spots) - len(unreadable), sum(count or 0 for count in stored), unreadable
        )
        self._intake.regain_sight(clan.guild_id, sight)
        _log.info("caught up", channels=done.channels, messages=done.messages)
        return done

    async def read(self, clan: Clan, history: History, spot: Spot) -> int | None:
        """Store what one channel holds beyond its cursor.

        Return how many messages and broadcasts were new, or None when it cannot be read.
        """
        sight = self._intake.sight
        async with self._database.reading() as connection:
            place = (await authors.places(connection, clan.clan_id)).get(spot.discord_channel_id)
        until = place.cursor_id if place is not None else None
        try:
            stored, newest_id = await self._gap(clan, history, spot, until)
        except Unreadable as error:
            await self._go_blind(clan, spot._replace(is_readable=False), str(error))
            return None
        if place is not None and not place.is_readable:
            # First of all: once the place is noted as readable, nobody would look for this again.
            since = self._clock() - self._reach if until is None else instant_of(until)
            async with self._database.writing() as connection:
                await runs.fill(connection, clan.clan_id, place.channel_id, since)
        await self._intake.catch_up(clan, spot, newest_id, sight)
        return stored

    async def _gap(
        self, clan: Clan, history: History, spot: Spot, until: int | None
    ) -> tuple[int, int | None]:
        """Store pages until the cursor or, without one, as far back as history goes for us."""
        oldest_wanted = self._clock() - self._reach

        def known(message_id: int, sent_at: datetime) -> bool:
            return sent_at < oldest_wanted if until is None else message_id <= until

        stored, newest_id, before = 0, None, None
        while True:
            page = await history.page_before(spot, before)
            newest_id = newest_id or page.newest_id
            fresh = [heard for heard in page.heard if not known(heard.message_id, heard.sent_at)]
            written = await self._intake.store(clan, fresh)
            stored += written.stored + written.told
            before = page.oldest_id
            if before is None or page.oldest_at is None or known(before, page.oldest_at):
                return stored, newest_id

    async def _go_blind(self, clan: Clan, spot: Spot, reason: str) -> None:
        """Note since when this channel cannot be seen; its cursor stays where it is."""
        _log.warning("channel not readable", channel=spot.name, reason=reason)
        channel_id = await self._intake.note(clan, spot)
        self._intake.lose_sight_of(channel_id)
        # What was written there since anybody listened last is lost with it.
        since = clan.listened_at or self._clock()
        async with self._database.writing() as connection:
            await runs.go_blind(connection, clan.clan_id, channel_id, since, reason)

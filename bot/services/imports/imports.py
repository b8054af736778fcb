"""The two ways in which a clan brings its past: the old bot's database, and exported channels."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.services.chat import Bridges
from bot.services.imports.chat_history import ChatHistory, next_batch
from bot.services.imports.counts import MESSAGES, ImportResult, Shows
from bot.services.imports.exports import ExportReading, in_batches, posts_of
from bot.services.imports.legacy import LegacyImport, LegacySource
from bot.services.setup import Clan, Clock
from storage import authors, imported
from storage.columns import instant_of
from storage.engine import Database

_AT_ONCE = 1_000


class Imports:
    """Takes over what is new, and nothing twice."""

    def __init__(
        self, database: Database, bridges: Bridges, clock: Clock, history_days: int
    ) -> None:
        self._database = database
        self._bridges = bridges
        self._clock = clock
        self._reach = timedelta(days=history_days)

    async def legacy(self, clan: Clan, source: LegacySource, shows: Shows) -> ImportResult:
        """Take over the replaced system's database."""
        importing = LegacyImport(self._database, self._bridges, clan, self._clock())
        return await importing.run(source, shows)

    async def exports(self, clan: Clan, files: Sequence[Path], shows: Shows) -> ImportResult:
        """Take over exported channels, those with ids of messages first."""
        chat = ChatHistory(self._database, clan)
        await chat.know_stand_ins()
        for number, file in enumerate(files, start=1):
            how = await self._reading(clan)
            batches = in_batches(posts_of(file, how), _AT_ONCE)
            while batch := await asyncio.to_thread(next_batch, batches):
                await chat.take(batch)
            shows("files", number, len(files))
        is_partial = await chat.note_partly_seen(self._reach)
        linked = await chat.linked_now()
        return ImportResult({MESSAGES: chat.tally}, chat.here, None, linked, is_partial)

    async def _reading(self, clan: Clan) -> ExportReading:
        bridges = await self._bridges.of_clan(clan)
        began: dict[int, datetime] = {}
        async with self._database.reading() as connection:
            places = await authors.channels(connection, clan.clan_id)
            first = await imported.first_by_channel(connection, clan.clan_id)
        for discord_id, place in places.items():
            if place.cursor_id is not None and (oldest := first.get(place.channel_id)):
                began[discord_id] = instant_of(oldest)
        return ExportReading(clan.guild_id, self._clock(), bridges, began)

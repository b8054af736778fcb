"""What was written in one server while nobody listened, page by page, newest first.

Pages go back by `before` only: how far is decided by whoever asks.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import discord

from bot.services.backfill import Page, Unreadable
from bot.services.bridges import Bridges
from bot.services.intake import Spot
from cogs._messages import Place, heard_of, is_readable, places_of, spot_of

_PAGE = 100


class DiscordHistory:
    """Reads the past of one server's channels, threads and forum posts."""

    def __init__(self, guild: discord.Guild, bridges: Bridges) -> None:
        self._guild = guild
        self._bridges = bridges
        self._places: dict[int, Place] = {}

    async def spots(self, since: datetime) -> Sequence[Spot]:
        """Return the server's places; of archived threads those archived after `since`."""
        found: list[Place] = [*places_of(self._guild), *await self._guild.active_threads()]
        found += [thread async for thread in self._archived(since)]
        self._places = {place.id: place for place in found}
        return [spot_of(place) for place in self._places.values()]

    async def page_before(self, spot: Spot, before_id: int | None) -> Page:
        """Return the newest page before a message; Unreadable when Discord refuses."""
        if not spot.is_readable:
            raise Unreadable("View Channel or Read Message History is missing")
        place = self._places.get(spot.discord_channel_id) or self._channel(spot)
        before = None if before_id is None else discord.Object(before_id)
        try:
            page = [message async for message in place.history(limit=_PAGE, before=before)]
        except (discord.Forbidden, discord.NotFound) as error:
            raise Unreadable(error.text or "Discord refused") from error
        bridge = self._bridges.at(self._guild.id, place.id)
        counted = (heard_of(message, bridge) for message in page)
        heard = tuple(each for each in counted if each is not None)
        oldest = page[-1] if page else None
        return Page(
            heard,
            newest_id=page[0].id if page else None,
            oldest_id=oldest.id if oldest and len(page) == _PAGE else None,
            oldest_at=oldest.created_at if oldest else None,
        )

    def _channel(self, spot: Spot) -> Place:
        """Return a channel that is read on its own; Unreadable when it is gone."""
        found = self._guild.get_channel(spot.discord_channel_id)
        if not isinstance(found, Place):
            raise Unreadable("the channel is gone")
        return found

    async def _archived(self, since: datetime) -> AsyncIterator[discord.Thread]:
        """Yield the public threads and posts that were archived after `since`."""
        parents: list[discord.TextChannel | discord.ForumChannel] = [
            *self._guild.text_channels,
            *self._guild.forums,
        ]
        for parent in parents:
            if not is_readable(parent):
                continue
            async for thread in parent.archived_threads(limit=None):
                if thread.archive_timestamp <= since:
                    break
                yield thread

"""What was written in one server while nobody listened, page by page, newest first.

Pages go back by `before` only: how far is decided by whoever asks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import discord
import structlog

from bot.gateway import CUT
from bot.services.chat import (
    NO_ACCESS,
    NO_WORDS,
    Bridges,
    CaughtUp,
    ChannelInfo,
    ChannelList,
    Gone,
    HistoryPage,
    Unavailable,
    Unreadable,
    Wordless,
    missing_words,
)
from bot.wiring import Services
from cogs._errors import failure_of
from cogs._guild_members import knows_members
from cogs._messages import (
    Place,
    channel_info_of,
    heard_of,
    lacking,
    needs_members,
    places_of,
    viewers_of,
)
from cogs._permissions import clan_in

_PAGE = 100
_TOO_MANY_REQUESTS = 429
_UNKNOWN_CHANNEL = 10003

_log = structlog.get_logger()


async def read_guild(  # noqa: PLR0913 - what is read, and how
    services: Services,
    guild: discord.Guild,
    missing: frozenset[int] | None = None,
    *,
    sees_words: bool,
    compares: bool = True,
    hears: bool = True,
) -> CaughtUp:
    """Read what was written in a server since its cursors, or only what was missing before.

    Channels that are gone are missed no more afterwards.
    """
    clan = await clan_in(guild, services.clans)
    if clan.listened_at is None:
        # Of a clan that was forgotten itself, who asked to be forgotten is known outside.
        await services.privacy.forget_again(clan)
    # First of all: what bridges say before they are known is read with the gap.
    await services.bridges.of_clan(clan)
    officers = clan.permissions.discord_officers | clan.permissions.discord_leadership
    history = DiscordHistory(guild, services.bridges, officers, sees_words=sees_words)
    with services.bridges.reading(clan):
        done = await services.backfill.catch_up(
            clan, history, missing, compares=compares, hears=hears
        )
    await services.places.forget_gone(clan, [each.id for each in guild.channels])
    return done


class DiscordHistory:
    """Reads the past of one server's channels, threads and forum posts.

    Unless it `sees_words`, bridges wait: nothing but words is in them.
    """

    def __init__(
        self,
        guild: discord.Guild,
        bridges: Bridges,
        officer_roles: frozenset[int] = frozenset(),
        *,
        sees_words: bool = True,
    ) -> None:
        self._sees_words = sees_words
        self._guild = guild
        self._bridges = bridges
        self._officer_roles = officer_roles
        self._places: dict[int, Place] = {}
        self._lacks: dict[int, str] = {}
        self._knows_members: bool | None = None

    async def channel_infos(self) -> ChannelList:
        """Return the server's places but for archived threads.

        Where Discord does not list the active threads, those that it told of at the connecting.
        """
        guild = self._guild
        active: list[discord.Thread] = []

        async def list_threads() -> None:
            active.extend(await guild.active_threads())

        error = await failure_of(list_threads())
        if error is not None:
            _log.warning("active threads not listed", guild=guild.name, reason=str(error))
        places: list[Place] = [*places_of(guild), *(active if error is None else guild.threads)]
        parents: list[discord.TextChannel | discord.ForumChannel] = [
            *guild.text_channels,
            *guild.forums,
        ]
        above = await self._spots(parents)
        return ChannelList(await self._spots(places), above, error is None)

    async def archived(self, parent: ChannelInfo, since: datetime) -> Sequence[ChannelInfo]:
        """Return the public threads and posts that were archived after `since`.

        Unreadable when Discord refuses, Unavailable when it fails.
        """
        channel = self._guild.get_channel(parent.discord_channel_id)
        if not parent.is_readable:
            raise Unreadable(self._lacks.get(parent.discord_channel_id, NO_ACCESS))
        if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
            return ()
        found: list[Place] = []
        with _plainly():
            async for thread in channel.archived_threads(limit=None):
                if thread.archive_timestamp <= since:
                    break
                found.append(thread)
        return await self._spots(found)

    async def page_before(self, channel_info: ChannelInfo, before_id: int | None) -> HistoryPage:
        """Return the newest page before a message; Unreadable or Unavailable likewise."""
        if not channel_info.is_readable:
            raise Unreadable(self._lacks.get(channel_info.discord_channel_id, NO_ACCESS))
        place = self._places.get(channel_info.discord_channel_id) or self._channel(channel_info)
        bridge = self._bridges.at(self._guild.id, place.id)
        if bridge is not None and not self._sees_words:
            raise Wordless(NO_WORDS)
        before = None if before_id is None else discord.Object(before_id)
        with _plainly():
            page = [message async for message in place.history(limit=_PAGE, before=before)]
        heard = tuple(each for message in page for each in heard_of(message, bridge))
        oldest = page[-1] if page else None
        return HistoryPage(
            heard,
            newest_id=page[0].id if page else None,
            oldest_id=oldest.id if oldest and len(page) == _PAGE else None,
            oldest_at=oldest.created_at if oldest else None,
            ids=frozenset(message.id for message in page),
        )

    async def is_gone(self, discord_channel_id: int) -> bool:
        """Return whether Discord says that there is no such channel or thread any more."""
        with _plainly():
            try:
                await self._guild.fetch_channel(discord_channel_id)
            except discord.NotFound as error:
                return error.code == _UNKNOWN_CHANNEL
        return False

    def _channel(self, channel_info: ChannelInfo) -> Place:
        """Return a channel that is read on its own; Gone when it is not there."""
        found = self._guild.get_channel(channel_info.discord_channel_id)
        if not isinstance(found, Place):
            raise Gone("the channel is gone")
        return found

    async def _spots(
        self, places: Sequence[Place | discord.ForumChannel]
    ) -> tuple[ChannelInfo, ...]:
        """Return places by their facts, and know them again when they are read.

        One that cannot be told is tried all the same: what is wrong with it costs it alone.
        """
        found: dict[int, ChannelInfo] = {}
        for place in places:
            if not isinstance(place, discord.ForumChannel):
                self._places[place.id] = place
            error = await failure_of(self._tell(place, found))
            if error is not None:
                _log.warning("a channel cannot be told", channel=place.name, exc_info=error)
                parent_id = getattr(place, "parent_id", None)
                found[place.id] = ChannelInfo(place.id, place.name, place.type.name, parent_id)
        return tuple(found.values())

    async def _tell(
        self, place: Place | discord.ForumChannel, found: dict[int, ChannelInfo]
    ) -> None:
        told = channel_info_of(place)
        if not told.is_readable:
            self._lacks[place.id] = missing_words(lacking(place))
            roles = self._officer_roles
            if self._knows_members is None and needs_members(place, roles):
                self._knows_members = await knows_members(self._guild)
            knows = self._knows_members is not False
            told = told._replace(viewers=viewers_of(place, roles, knows_members=knows))
        found[place.id] = told


@contextmanager
def _plainly() -> Iterator[None]:
    """Raise what Discord says as Unreadable or Unavailable, in words that an officer understands.

    discord.py has waited out rate limits and tried again by itself before it says so.
    """
    try:
        yield
    except discord.Forbidden as error:
        raise Unreadable(NO_ACCESS) from error
    except discord.NotFound as error:
        raise Gone("the channel is gone") from error
    except discord.RateLimited as error:
        raise Unavailable("Discord asked the bot to slow down") from error
    except discord.HTTPException as error:
        slow = error.status == _TOO_MANY_REQUESTS
        words = "asked the bot to slow down" if slow else f"did not answer ({error.status})"
        raise Unavailable(f"Discord {words}") from error
    except CUT as error:
        raise Unavailable("Discord could not be reached") from error

"""What was written in one server while nobody listened, page by page, newest first.

Pages go back by `before` only: how far is decided by whoever asks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import discord
import structlog

from bot.services.chat import (
    NO_ACCESS,
    NO_WORDS,
    Bridges,
    ChannelInfo,
    ChannelList,
    Gone,
    HistoryPage,
    Unavailable,
    Unreadable,
    Wordless,
)
from cogs._errors import failure_of
from cogs._guild_members import knows_members
from cogs._messages import (
    Place,
    channel_info_of,
    heard_of,
    is_readable,
    places_of,
    viewers_of,
)

_PAGE = 100
_TOO_MANY_REQUESTS = 429

_log = structlog.get_logger()


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
        self._knows_members = False

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
        shut = (each for each in (*places_of(guild), *guild.forums) if not is_readable(each))
        if any(shut):
            self._knows_members = await knows_members(guild)
        places: list[Place] = [*places_of(guild), *(active if error is None else guild.threads)]
        parents: list[discord.TextChannel | discord.ForumChannel] = [
            *guild.text_channels,
            *guild.forums,
        ]
        return ChannelList(self._spots(places), tuple(map(self._spot, parents)), error is None)

    async def archived(self, parent: ChannelInfo, since: datetime) -> Sequence[ChannelInfo]:
        """Return the public threads and posts that were archived after `since`.

        Unreadable when Discord refuses, Unavailable when it fails.
        """
        channel = self._guild.get_channel(parent.discord_channel_id)
        if not parent.is_readable:
            raise Unreadable(NO_ACCESS)
        if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
            return ()
        found: list[Place] = []
        with _plainly():
            async for thread in channel.archived_threads(limit=None):
                if thread.archive_timestamp <= since:
                    break
                found.append(thread)
        return self._spots(found)

    async def page_before(self, channel_info: ChannelInfo, before_id: int | None) -> HistoryPage:
        """Return the newest page before a message; Unreadable or Unavailable likewise."""
        if not channel_info.is_readable:
            raise Unreadable(NO_ACCESS)
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
        )

    def _channel(self, channel_info: ChannelInfo) -> Place:
        """Return a channel that is read on its own; Gone when it is not there."""
        found = self._guild.get_channel(channel_info.discord_channel_id)
        if not isinstance(found, Place):
            raise Gone("the channel is gone")
        return found

    def _spots(self, places: Sequence[Place]) -> tuple[ChannelInfo, ...]:
        """Return places by their facts, and know them again when they are read."""
        self._places |= {place.id: place for place in places}
        return tuple({place.id: self._spot(place) for place in places}.values())

    def _spot(self, place: Place | discord.ForumChannel) -> ChannelInfo:
        found = channel_info_of(place)
        if found.is_readable:
            return found
        viewers = viewers_of(place, self._officer_roles, knows_members=self._knows_members)
        return found._replace(viewers=viewers)


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
    except (OSError, TimeoutError) as error:
        raise Unavailable("Discord could not be reached") from error

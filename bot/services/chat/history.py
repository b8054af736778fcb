"""Discord's past as it can be read: which places there are, their pages, and why not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.services.chat.facts import ChannelInfo, IncomingMessage

_CHANNELS_AT_ONCE = 3
_LONG = timedelta(days=2)
_T = TypeVar("_T")

NO_ACCESS = "View Channel or Read Message History is missing"
"""What a place lacks that Discord does not let the bot read, where nobody knows more of it."""

NO_WORDS = "Discord does not tell the bot what is written, so the clan chat is not read there"
"""What a bridge lacks without the intent for it."""


def reads_long(listened_at: datetime | None, now: datetime) -> bool:
    """Return whether so much is to be read of a clan that it may take an hour."""
    return listened_at is None or now - listened_at > _LONG


def missing_words(permissions: Sequence[str]) -> str:
    """Return what a place lacks, by the names of permissions as Discord shows them."""
    return f"{' and '.join(permissions)} {'is' if len(permissions) == 1 else 'are'} missing"


@dataclass(frozen=True, slots=True)
class ChannelList:
    """A server's channels and active threads, and the channels that may have archived threads.

    `is_complete` tells whether Discord named every active thread.
    """

    channel_infos: tuple[ChannelInfo, ...]
    parents: tuple[ChannelInfo, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Part of a channel's history: what counts of it, and the ids between which it lies.

    `oldest_id` is None when there is nothing further back. `ids` are those of all messages, also of
    those that do not count.
    """

    heard: tuple[IncomingMessage, ...]
    newest_id: int | None
    oldest_id: int | None
    oldest_at: datetime | None
    ids: frozenset[int] = frozenset()


class Unreadable(Exception):
    """Discord does not let the bot read a channel's history or list its threads."""


class Gone(Unreadable):
    """The channel is not there any more: nobody can write in it, and nothing is missed."""


class Unavailable(Exception):
    """Discord could not be asked just now, or did not answer."""


class Wordless(Unavailable):
    """A bridge whose words Discord does not tell: it is read once the intent is granted."""


class History(Protocol):
    """Whoever can read Discord's past."""

    async def channel_infos(self) -> ChannelList:
        """Return the server's places but for archived threads."""

    async def archived(self, parent: ChannelInfo, since: datetime) -> Sequence[ChannelInfo]:
        """Return a channel's threads that were archived after `since`.

        Unreadable when Discord refuses, Unavailable when it fails.
        """

    async def page_before(self, channel_info: ChannelInfo, before_id: int | None) -> HistoryPage:
        """Return the newest page before a message; Unreadable or Unavailable likewise."""

    async def is_gone(self, discord_channel_id: int) -> bool:
        """Return whether Discord says that there is no such channel or thread any more."""


async def each_of(actions: Sequence[Callable[[], Awaitable[_T]]]) -> list[_T | Exception]:
    """Do a few things at once; return what came of each, or what went wrong with it."""
    few = asyncio.Semaphore(_CHANNELS_AT_ONCE)

    async def one(action: Callable[[], Awaitable[_T]]) -> _T:
        async with few:
            return await action()

    found: list[_T | Exception] = []
    for each in await asyncio.gather(*map(one, actions), return_exceptions=True):
        if isinstance(each, BaseException) and not isinstance(each, Exception):
            raise each
        found.append(each)
    return found


def with_threads(
    channel_infos: Sequence[ChannelInfo],
    archived: Mapping[ChannelInfo, Sequence[ChannelInfo] | Exception],
) -> list[ChannelInfo]:
    """Return places and the archived threads that could be listed, each once."""
    found = {each.discord_channel_id: each for each in channel_infos}
    for threads in archived.values():
        if not isinstance(threads, Exception):
            found |= {each.discord_channel_id: each for each in threads}
    return list(found.values())

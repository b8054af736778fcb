"""A Discord past to read: channels with messages, in pages from the newest back."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.services.chat import (
    NO_WORDS,
    ChannelInfo,
    ChannelList,
    Gone,
    HistoryPage,
    IncomingMessage,
    Unavailable,
    Unreadable,
    Wordless,
)


async def _nothing() -> None:
    """Do nothing between two pages."""


class Past:
    """A History over a list of messages, which may grow while it is read.

    `between` is awaited before each page; `closed` are the Discord ids of unreadable channels,
    `gone` those deleted since they were listed, `away` those whose pages, and `hidden` those whose
    archived threads Discord does not give now. Of the `wordless` it does not tell what is written.
    """

    def __init__(self, *channel_infos: ChannelInfo, page: int = 100) -> None:
        self._spots = channel_infos
        self._page = page
        self.messages: list[IncomingMessage] = []
        self.closed: set[int] = set()
        self.gone: set[int] = set()
        self.away: set[int] = set()
        self.wordless: set[int] = set()
        self.hidden: dict[int, Exception] = {}
        self.archive: list[ChannelInfo] = []
        self.parents: list[ChannelInfo] = []
        self.knows_threads = True
        self.between: Callable[[], Awaitable[None]] = _nothing
        self.asked: list[tuple[int, int | None]] = []
        self.since: list[datetime] = []
        self.asked_gone: list[int] = []

    def without(self, channel_info: ChannelInfo) -> tuple[ChannelInfo, ...]:
        """List a channel no more, and return what was listed."""
        before = self._spots
        self._spots = tuple(each for each in before if each != channel_info)
        return before

    def put(self, channel_infos: tuple[ChannelInfo, ...]) -> None:
        """List these channels."""
        self._spots = channel_infos

    async def channel_infos(self) -> ChannelList:
        channels = tuple(
            channel_info for channel_info in self._spots if channel_info.parent_id is None
        )
        known = self._spots if self.knows_threads else channels
        return ChannelList(known, (*channels, *self.parents), self.knows_threads)

    async def archived(self, parent: ChannelInfo, since: datetime) -> Sequence[ChannelInfo]:
        if parent.discord_channel_id in self.hidden:
            raise self.hidden[parent.discord_channel_id]
        self.since.append(since)
        return [each for each in self.archive if each.parent_id == parent.discord_channel_id]

    async def page_before(self, channel_info: ChannelInfo, before_id: int | None) -> HistoryPage:
        if channel_info.discord_channel_id in self.gone:
            raise Gone("the channel is gone")
        if channel_info.discord_channel_id in self.closed:
            raise Unreadable("Missing Access")
        if channel_info.discord_channel_id in self.away:
            raise Unavailable("Discord did not answer (503)")
        if channel_info.discord_channel_id in self.wordless:
            raise Wordless(NO_WORDS)
        await self.between()
        self.asked.append((channel_info.discord_channel_id, before_id))
        here = sorted(
            (
                each
                for each in self.messages
                if each.channel_info.discord_channel_id == channel_info.discord_channel_id
                and (before_id is None or each.message_id < before_id)
            ),
            key=lambda each: each.message_id,
        )
        page = here[-self._page :]
        if not page:
            return HistoryPage((), None, None, None)
        rest = len(here) > len(page)
        return HistoryPage(
            tuple(page),
            page[-1].message_id,
            page[0].message_id if rest else None,
            page[0].sent_at if rest else None,
            frozenset(each.post_id for each in page),
        )

    async def is_gone(self, discord_channel_id: int) -> bool:
        self.asked_gone.append(discord_channel_id)
        if discord_channel_id in self.away:
            raise Unavailable("Discord did not answer (503)")
        return discord_channel_id in self.gone

"""A Discord past to read: channels with messages, in pages from the newest back."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.services.backfill import Listed, Page, Unavailable, Unreadable
from bot.services.intake import Heard, Spot


async def _nothing() -> None:
    """Do nothing between two pages."""


class Past:
    """A History over a list of messages, which may grow while it is read.

    `between` is awaited before each page; `closed` are the Discord ids of unreadable channels,
    `away` those whose pages, and `hidden` those whose archived threads Discord does not give now.
    """

    def __init__(self, *spots: Spot, page: int = 100) -> None:
        self._spots = spots
        self._page = page
        self.messages: list[Heard] = []
        self.closed: set[int] = set()
        self.away: set[int] = set()
        self.hidden: dict[int, Exception] = {}
        self.archive: list[Spot] = []
        self.parents: list[Spot] = []
        self.knows_threads = True
        self.between: Callable[[], Awaitable[None]] = _nothing
        self.asked: list[tuple[int, int | None]] = []
        self.since: list[datetime] = []

    async def spots(self) -> Listed:
        channels = tuple(spot for spot in self._spots if spot.parent_id is None)
        known = self._spots if self.knows_threads else channels
        return Listed(known, (*channels, *self.parents), self.knows_threads)

    async def archived(self, parent: Spot, since: datetime) -> Sequence[Spot]:
        if parent.discord_channel_id in self.hidden:
            raise self.hidden[parent.discord_channel_id]
        self.since.append(since)
        return [each for each in self.archive if each.parent_id == parent.discord_channel_id]

    async def page_before(self, spot: Spot, before_id: int | None) -> Page:
        if spot.discord_channel_id in self.closed:
            raise Unreadable("Missing Access")
        if spot.discord_channel_id in self.away:
            raise Unavailable("Discord did not answer (503)")
        await self.between()
        self.asked.append((spot.discord_channel_id, before_id))
        here = sorted(
            (
                each
                for each in self.messages
                if each.spot.discord_channel_id == spot.discord_channel_id
                and (before_id is None or each.message_id < before_id)
            ),
            key=lambda each: each.message_id,
        )
        page = here[-self._page :]
        if not page:
            return Page((), None, None, None)
        rest = len(here) > len(page)
        return Page(
            tuple(page),
            page[-1].message_id,
            page[0].message_id if rest else None,
            page[0].sent_at if rest else None,
        )

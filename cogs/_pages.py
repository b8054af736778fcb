"""Turning the pages of an answer: the page stands in the message, in a button nobody can press.

So a press after a restart turns from the page that is on the screen.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

import discord

from cogs._permissions import Interaction

Turn = Callable[[Interaction, int], Awaitable[None]]
"""Shows the page so many steps on; it acknowledges as well."""

_LEFT = "\N{BLACK LEFT-POINTING TRIANGLE}"
_RIGHT = "\N{BLACK RIGHT-POINTING TRIANGLE}"


def pages_of(lines: Iterable[str], room: int) -> list[list[str]]:
    """Return the lines on as few pages as take them, in their order; at least one page."""
    pages: list[list[str]] = [[]]
    left = room
    for line in lines:
        if len(line) >= left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(line)
        left -= len(line) + 1
    return pages


def turning(
    kind: str, turn: Turn, page: int | None = None, pages: int = 1, where: str = ""
) -> discord.ui.ActionRow[Any]:
    """Return two arrows with the counter between them; without a page, what only listens.

    `where` is kept in the message as well, such as the list that the page is of.
    """
    listens = page is None
    here = page or 0
    counter: discord.ui.Button[Any] = discord.ui.Button(
        label=f"{here + 1} of {pages}", custom_id=f"{kind}:at:{here}:{where}", disabled=True
    )
    back = _PageTurn(kind, turn, -1, disabled=here == 0 and not listens)
    on = _PageTurn(kind, turn, 1, disabled=here + 1 >= pages and not listens)
    return discord.ui.ActionRow(back, counter, on)


def page_of(kind: str, message: discord.Message | None) -> int:
    """Return the page that a message shows; the first one when it does not say."""
    return int(_told(kind, message)[0])


def where_in(kind: str, message: discord.Message | None) -> str:
    """Return what else a message says about where it is, or nothing."""
    return _told(kind, message)[1]


def marked(message: discord.Message | None, mark: str) -> str | None:
    """Return what a message keeps behind a mark and a colon in one of its ids, or None."""
    ids = () if message is None else _custom_ids(message.components)
    begin = f"{mark}:"
    return next((each.removeprefix(begin) for each in ids if each.startswith(begin)), None)


def _told(kind: str, message: discord.Message | None) -> tuple[str, str]:
    page, _, where = (marked(message, f"{kind}:at") or "0").partition(":")
    return page, where


def _custom_ids(components: Sequence[object]) -> Iterator[str]:
    for part in components:
        custom_id = getattr(part, "custom_id", None)
        if custom_id:
            yield custom_id
        yield from _custom_ids(getattr(part, "children", ()))


class _PageTurn(discord.ui.Button[Any]):
    def __init__(self, kind: str, turn: Turn, step: int, *, disabled: bool) -> None:
        label = _LEFT if step < 0 else _RIGHT
        super().__init__(label=label, custom_id=f"{kind}:turn:{step}", disabled=disabled)
        self._turn = turn
        self._step = step

    async def callback(self, interaction: Interaction) -> None:
        """Turn."""
        await self._turn(interaction, self._step)

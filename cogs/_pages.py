"""Turning the pages of an answer: the page stands in the message, in a button nobody can press.

So a press after a restart turns from the page that is on the screen.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from cogs._gates import Interaction

Turn = Callable[[Interaction, int], Awaitable[None]]
"""Shows the page so many steps on; it acknowledges as well."""

_LEFT = "\N{BLACK LEFT-POINTING TRIANGLE}"
_RIGHT = "\N{BLACK RIGHT-POINTING TRIANGLE}"


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
    back = _Turn(kind, turn, -1, disabled=here == 0 and not listens)
    on = _Turn(kind, turn, 1, disabled=here + 1 >= pages and not listens)
    return discord.ui.ActionRow(back, counter, on)


def page_of(kind: str, message: discord.Message | None) -> int:
    """Return the page that a message shows; the first one when it does not say."""
    return int(_told(kind, message)[0])


def where_in(kind: str, message: discord.Message | None) -> str:
    """Return what else a message says about where it is, or nothing."""
    return _told(kind, message)[1]


def _told(kind: str, message: discord.Message | None) -> tuple[str, str]:
    mark = f"{kind}:at:"
    if message is not None:
        for item in discord.ui.LayoutView.from_message(message).walk_children():
            custom_id = str(getattr(item, "custom_id", ""))
            if custom_id.startswith(mark):
                page, _, where = custom_id.removeprefix(mark).partition(":")
                return page, where
    return "0", ""


class _Turn(discord.ui.Button[Any]):
    def __init__(self, kind: str, turn: Turn, step: int, *, disabled: bool) -> None:
        label = _LEFT if step < 0 else _RIGHT
        super().__init__(label=label, custom_id=f"{kind}:turn:{step}", disabled=disabled)
        self._turn = turn
        self._step = step

    async def callback(self, interaction: Interaction) -> None:
        """Turn."""
        await self._turn(interaction, self._step)

"""Private answers that can be shared: the button that posts what was shown, once.

What is posted is what was shown; after a restart, when that is forgotten, it is drawn afresh.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

import discord

from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.reports.documents import Document
from bot.wiring import Services
from cogs._panels import Panel
from cogs._permissions import Interaction, caller_may, refuse
from cogs._replies import Box, files, tell


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with its files; the box is built anew each time it is shown."""

    box: Callable[[], Box]
    documents: tuple[Document, ...]


async def show(interaction: Interaction, shown: Shown, view: discord.ui.LayoutView) -> None:
    """Send an answer after the bot has acknowledged."""
    await interaction.followup.send(view=view, files=files(*shown.documents))


async def show_plain(interaction: Interaction, shown: Shown) -> None:
    """Send an answer without controls."""
    await show(interaction, shown, discord.ui.LayoutView().add_item(shown.box()))


async def post(interaction: Interaction, shown: Shown) -> None:
    """Show an answer to everybody; the private acknowledgement becomes a short note."""
    await interaction.edit_original_response(content="Here it is, for everybody.")
    await show_plain(interaction, shown)


class PostPanel(Panel):
    """An answer for whoever asked, with the button that posts it for everybody.

    Without an answer it is the lasting twin, which knows a button for each period.
    """

    kind: ClassVar[str]
    posting: ClassVar[Permission] = Permission.SEE_OWN

    def __init__(
        self,
        services: Services,
        permission: Permission,
        periods: Iterable[Period],
        shown: Shown | None = None,
        owner_id: int | None = None,
    ) -> None:
        super().__init__(services, permission, lasting=shown is None)
        self.shown = shown
        self.owner_id = owner_id
        self._documents = () if shown is None else shown.documents
        if shown is not None:
            self.add_item(shown.box())
        row: discord.ui.ActionRow[PostPanel] = discord.ui.ActionRow()
        for period in periods:
            row.add_item(_Post(self.kind, period))
        self.add_item(row)

    async def to_post(self, interaction: Interaction, period: Period) -> Shown | None:
        """Return what everybody will see: what was shown or, when that is forgotten, afresh."""
        return self.shown or await self.afresh(interaction, period)

    def files(self) -> list[discord.File]:
        """Return what the private answer names as files to send: it is nothing without them."""
        return files(*self._documents)

    async def afresh(self, interaction: Interaction, period: Period) -> Shown | None:
        """Return the answer as it is now, for whoever pressed; None when there is none."""
        raise NotImplementedError


class _Post(discord.ui.Button[PostPanel]):
    def __init__(self, kind: str, period: Period) -> None:
        super().__init__(label="Post here", custom_id=f"{kind}:post:{period.value}")
        self._period = period
        self._pressed = False

    async def callback(self, interaction: Interaction) -> None:
        """Post the answer; what was shown is posted only once."""
        panel = self.view
        if panel is None or (panel.owner_id or interaction.user.id) != interaction.user.id:
            await tell(interaction, "Only the one whose card this is can post it.")
            return
        if not caller_may(interaction, panel.posting):
            await refuse(interaction, panel.posting)
            return
        if self._pressed:
            return
        self._pressed = panel.shown is not None
        try:
            async with panel.services.turns.of(interaction.user.id):
                shown = await panel.to_post(interaction, self._period)
            if shown is None:
                await tell(interaction, "There is nothing to post any more: ask for it again.")
                return
            await show_plain(interaction, shown)
        except BaseException:
            self._pressed = False
            raise
        if panel.shown is not None:
            await self._retire(interaction, panel)

    async def _retire(self, interaction: Interaction, panel: PostPanel) -> None:
        """Show that this button has done its work; it has, even if Discord will not show it."""
        self.label, self.disabled = "Posted", True
        with suppress(discord.HTTPException):
            await interaction.edit_original_response(view=panel, attachments=panel.files())

"""How answers are built: Components V2 that always fit Discord's limits and ping nobody.

Every name goes through names.escaped, every number through wording; small print says how good
the numbers are.
"""

import io
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Self

import discord
from discord import app_commands

from bot.clan.spans import Period
from bot.gateway import CUT
from bot.reports.documents import Document

Interaction = discord.Interaction[discord.Client]

ACCENT = discord.Colour(0xE69F00)
"""The amber of the charts."""

PERIODS = [app_commands.Choice(name=each.words, value=each.value) for each in Period]
"""What can be chosen as a period."""

_TEXT_LIMIT = 3_900  # Discord takes 4,000 in all; controls of the same answer need a few
_MORE = "\N{HORIZONTAL ELLIPSIS}"
_ALREADY_ACKNOWLEDGED = 40060
_TRIES = 2
_CUT = "first answer cut off"
"""Marks an interaction whose first answer Discord may have although nobody told us so."""


async def tell(interaction: Interaction, text: str) -> None:
    """Say something to whoever asked and to nobody else, however far the answer has got."""
    if is_acknowledged(interaction):
        await interaction.followup.send(text, ephemeral=True)
        return

    async def say() -> None:
        await interaction.response.send_message(text, ephemeral=True)

    if not await _answered(interaction, say):
        # Whether it was heard nobody knows; said twice in the same place it stands there once.
        with suppress(discord.NotFound):
            await interaction.edit_original_response(content=text)


async def think(interaction: Interaction) -> None:
    """Acknowledge at once, if nobody did; the answer follows, for the asker alone."""

    async def defer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)

    if not is_acknowledged(interaction):
        await _answered(interaction, defer)


async def acknowledge(interaction: Interaction) -> None:
    """Acknowledge a press at once, if nobody did; what was pressed on is drawn anew later."""
    if not is_acknowledged(interaction):
        await _answered(interaction, interaction.response.defer)


async def open_form(interaction: Interaction, form: discord.ui.Modal) -> None:
    """Open a form; it answers also where the connection was cut as it opened."""

    async def open_it() -> None:
        await interaction.response.send_modal(form)

    await _answered(interaction, open_it)


def is_acknowledged(interaction: Interaction) -> bool:
    """Return whether Discord has, or may have, the first answer: there can be no second."""
    return interaction.response.is_done() or _CUT in interaction.extras


async def _answered(interaction: Interaction, answer: Callable[[], Awaitable[object]]) -> bool:
    """Give the first answer; return False where Discord may have it and we were not told.

    A connection that is cut leaves it open, so it is given once more: "already acknowledged" then
    means that it was heard the first time. Whatever came of it, what follows can only be a
    follow-up, for which Discord says itself whether there is anything to follow.
    """
    for _ in range(_TRIES):
        try:
            await answer()
        except CUT:
            continue
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:
                raise
            break
        return True
    interaction.extras[_CUT] = True
    return False


class Box(discord.ui.Container[discord.ui.LayoutView]):
    """A framed answer that takes no more text than Discord does: what is beyond is cut off."""

    def __init__(self, *heading: str, colour: discord.Colour = ACCENT) -> None:
        super().__init__(accent_colour=colour)
        self._room = _TEXT_LIMIT
        self.say(*heading)

    def say(self, *lines: str) -> Self:
        """Add lines of text, whole lines only."""
        kept: list[str] = []
        for line in lines:
            if len(line) >= self._room:
                kept.append(_MORE)
                self._room = 0
                break
            kept.append(line)
            self._room -= len(line) + 1
        return self.add_item(discord.ui.TextDisplay("\n".join(kept))) if any(kept) else self

    def beside(self, line: str, control: discord.ui.Button[Any]) -> Self:
        """Add text with a button to its right."""
        self._room -= len(line)
        return self.add_item(discord.ui.Section(line, accessory=control))

    def control(self, item: discord.ui.Item[Any]) -> Self:
        """Add a control in a row of its own."""
        return self.add_item(discord.ui.ActionRow(item))

    def rule(self) -> Self:
        """Add a thin line."""
        return self.add_item(discord.ui.Separator())


def small(*facts: str) -> str:
    """Return facts as one line of small print."""
    return f"-# {' · '.join(facts)}"


def picture(document: Document) -> discord.ui.MediaGallery[discord.ui.LayoutView]:
    """Return a picture that is sent along as a file."""
    item = discord.MediaGalleryItem(
        f"attachment://{document.name}", description=document.alt[:1024] or None
    )
    return discord.ui.MediaGallery(item)


def attached(document: Document) -> discord.ui.File[discord.ui.LayoutView]:
    """Return a card for a file that is sent along."""
    return discord.ui.File(f"attachment://{document.name}")


def files(*documents: Document) -> list[discord.File]:
    """Return documents as files to send; each can be sent once."""
    return [
        discord.File(io.BytesIO(each.content), each.name, description=each.alt[:1024] or None)
        for each in documents
    ]


def when(instant: datetime | None, style: discord.utils.TimestampStyle = "R") -> str:
    """Return an instant in the reader's own time, or "never"."""
    return "never" if instant is None else discord.utils.format_dt(instant, style)


def listed(heading: str, entries: Sequence[str], nothing: str) -> str:
    """Return a bold heading and entries on one line, or what is said when there are none."""
    return f"**{heading}**  {' · '.join(entries) if entries else nothing}"

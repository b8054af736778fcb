"""How answers are built: Components V2 that always fit Discord's limits and ping nobody.

Every name goes through names.escaped, every number through wording; small print says how good
the numbers are.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

import discord
from discord import app_commands

from bot.clan.spans import Period
from bot.reports.documents import Document

Interaction = discord.Interaction[discord.Client]

ACCENT = discord.Colour(0xE69F00)
"""The amber of the charts."""

PERIODS = [app_commands.Choice(name=each.words, value=each.value) for each in Period]
"""What can be chosen as a period."""

_TEXT_LIMIT = 3_900  # Discord takes 4,000 in all; controls of the same answer need a few
_CUT = "\N{HORIZONTAL ELLIPSIS}"


async def tell(interaction: Interaction, text: str) -> None:
    """Say something to whoever asked and to nobody else, however far the answer has got."""
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True)
        return
    await interaction.followup.send(text, ephemeral=True)


async def think(interaction: Interaction) -> None:
    """Acknowledge at once; the answer follows, for the asker alone."""
    await interaction.response.defer(ephemeral=True, thinking=True)


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
                kept.append(_CUT)
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

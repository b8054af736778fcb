"""Setup's second page: the channel that repeats the in-game clan chat, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.clan.bridge import PRESETS
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.chat import Bridge
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small
from cogs._setup_bridge_picks import (
    Back,
    BackButton,
    BridgeChannelPick,
    BridgeView,
    EndButton,
    PatternButton,
    PresetPick,
    ReadAgainButton,
    as_read,
)


@dataclass(frozen=True, slots=True)
class BridgePage:
    """The server's bridges, the channel that the page is about, and a note."""

    bridges: Mapping[int, Bridge]
    chosen: int | None = None
    sees_words: bool = True
    note: str = ""

    @property
    def bridge(self) -> Bridge | None:
        """Return what the chosen channel is declared as."""
        return None if self.chosen is None else self.bridges.get(self.chosen)


class BridgePanel(BridgeView):
    """The page; without one, the lasting twin that only listens."""

    def __init__(self, services: Services, back: Back, page: BridgePage | None = None) -> None:
        super().__init__(services, Permission.SET_UP, lasting=page is None)
        self.back = back
        self.add_item(_box(page) if page else _twin())

    async def show(
        self, interaction: Interaction, chosen: int | None = None, note: str = ""
    ) -> None:
        """Show the page about a channel, or about the first bridge there is."""
        guild = interaction.guild
        known = await self.services.bridges.of_clan(clan_of(interaction))
        here = {each: known[each] for each in known if guild and guild.get_channel(each)}
        sees_words = interaction.client.intents.message_content
        page = BridgePage(here, chosen or next(iter(here), None), sees_words, note)
        panel = BridgePanel(self.services, self.back, page)
        await interaction.edit_original_response(view=panel)


def _box(page: BridgePage) -> Box:
    box = Box(
        "## Clan-chat bridge",
        small("A channel in which a webhook or bot repeats the in-game clan chat"),
    )
    if page.note:
        box.say(page.note)
    if not page.sees_words:
        box.say("\u26a0\ufe0f Without Message Content Intent nothing can be read there.")
    box.rule().control(BridgeChannelPick(page.chosen))
    if page.chosen is None:
        return box.control(BackButton())
    box.say(_state(page.chosen, page.bridge)).control(PresetPick(page.bridge))
    buttons: list[discord.ui.Button[Any]] = [PatternButton()]
    if page.bridge is not None:
        box.say(small("People's own messages there count as theirs; no text is kept"))
        buttons += [ReadAgainButton(), EndButton()]
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(*buttons, BackButton())
    return box.add_item(row)


def _state(channel_id: int, bridge: Bridge | None) -> str:
    if bridge is None:
        return f"<#{channel_id}> is not read as a bridge. Choose how it writes."
    preset = PRESETS.get(bridge.how.source)
    how = preset.title if preset else f"an own pattern, {escaped(bridge.how.source)}"
    who = (
        f"only by number {bridge.source_id}" if bridge.source_id else "by webhooks that people made"
    )
    says = f"\u2705 <#{channel_id}> is read as a bridge, {who}: {how}"
    if preset is None:
        return says
    example = bridge.line(preset.example)
    read = f" \N{RIGHTWARDS ARROW} {as_read(example)}" if example else ""
    return f"{says}\n{small(escaped(preset.example) + read)}"


def _twin() -> discord.ui.Container[Any]:
    rows: list[list[discord.ui.Item[Any]]] = [
        [BridgeChannelPick()],
        [PresetPick()],
        [PatternButton(), ReadAgainButton(), EndButton(), BackButton()],
    ]
    return discord.ui.Container(*(discord.ui.ActionRow(*row) for row in rows))

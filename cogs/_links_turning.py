"""What turns the queue of links to another list, page or pair; none of it changes anything."""

from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.clan.linking import LinkPair
from bot.services.people import QueueEntry
from cogs._links_state import LinksState, LinksTab, pair_of, pair_value
from cogs._links_words import TITLES, pairs_on
from cogs._panels import Panel
from cogs._permissions import Interaction

_MOST_OPTIONS, _LONGEST_LABEL = 25, 100


class RedrawnQueue(Panel):
    """The queue, which shows what was decided on it."""

    async def redraw(self, interaction: Interaction, at: LinksState, note: str = "") -> None:
        """Show the queue as it is now."""
        raise NotImplementedError


class PairPick(discord.ui.Select[RedrawnQueue]):
    """Picks the pair that the buttons below are about."""

    def __init__(self, tab: LinksTab, entries: Iterable[QueueEntry], picked: LinkPair) -> None:
        options = [
            discord.SelectOption(
                label=label[:_LONGEST_LABEL],
                value=pair_value(pair),
                description=why[:_LONGEST_LABEL],
                default=pair == picked,
            )
            for pair, label, why in pairs_on(tab, entries)
        ]
        super().__init__(
            custom_id="links:pick",
            placeholder="Which pair?",
            options=options[:_MOST_OPTIONS] or [discord.SelectOption(label="-", value="0:0")],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Turn to another pair."""
        if self.view is not None:
            await interaction.response.defer()
            at = LinksState.read(interaction.message)
            await self.view.redraw(interaction, replace(at, picked=pair_of(self.values[0])))


class TabButton(discord.ui.Button[RedrawnQueue]):
    """Turns to another list."""

    def __init__(self, tab: LinksTab, count: int = 0, *, current: bool = False) -> None:
        super().__init__(
            label=f"{TITLES[tab]} {count}",
            custom_id=f"links:tab:{tab}",
            style=discord.ButtonStyle.primary if current else discord.ButtonStyle.secondary,
        )
        self._tab = tab

    async def callback(self, interaction: Interaction) -> None:
        """Show the list from its beginning."""
        if self.view is not None:
            await interaction.response.defer()
            await self.view.redraw(interaction, LinksState(self._tab))


class TurnButton(discord.ui.Button[RedrawnQueue]):
    """Turns the page, by one."""

    def __init__(self, step: int, *, disabled: bool = False) -> None:
        super().__init__(
            label="\N{BLACK LEFT-POINTING TRIANGLE}"
            if step < 0
            else "\N{BLACK RIGHT-POINTING TRIANGLE}",
            custom_id=f"links:turn:{step}",
            disabled=disabled,
        )
        self._step = step

    async def callback(self, interaction: Interaction) -> None:
        """Show the page before or after."""
        if self.view is not None:
            await interaction.response.defer()
            at = LinksState.read(interaction.message)
            turned = replace(at, page=max(0, at.page + self._step), picked=LinkPair(0, 0))
            await self.view.redraw(interaction, turned)

"""What turns the queue of links to another list, page or pair; and what marks many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import discord

from bot.clan.linking import LinkPair
from bot.services.people import QueueEntry
from cogs._guild_members import officer_in
from cogs._links_state import LinksState, LinksTab, pair_of, pair_value
from cogs._links_words import TITLES, marked_words, pairs_on
from cogs._panels import Panel
from cogs._permissions import Interaction, clan_of

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
            at = LinksState.read(interaction.message)
            await self.view.redraw(interaction, replace(at, picked=pair_of(self.values[0])))


class NoDiscordPick(discord.ui.Select[RedrawnQueue]):
    """Marks several members as having no Discord, as one action."""

    def __init__(self, entries: Sequence[QueueEntry]) -> None:
        options = [
            discord.SelectOption(label=each.name[:_LONGEST_LABEL], value=str(each.key))
            for each in entries[:_MOST_OPTIONS]
        ]
        super().__init__(
            custom_id="links:no-discord",
            placeholder="Mark several as having no Discord",
            max_values=max(1, len(options)),
            options=options or [discord.SelectOption(label="-", value="0")],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Mark those who are picked, and say how many were."""
        if self.view is None:
            return
        at, links = LinksState.read(interaction.message), self.view.services.links
        picked = [int(each) for each in self.values]
        done = await links.mark_without_discord(
            clan_of(interaction), picked, officer_in(interaction)
        )
        note = marked_words(done, len(picked) - done)
        await self.view.redraw(interaction, replace(at, picked=LinkPair(0, 0)), note)


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
            at = LinksState.read(interaction.message)
            turned = replace(at, page=max(0, at.page + self._step), picked=LinkPair(0, 0))
            await self.view.redraw(interaction, turned)

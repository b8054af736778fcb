"""Setup's word on the WOM ranks: shown with how many hold each, before any of them gives rights."""

from collections.abc import Sequence

import discord

from bot.clan.rank_table import RankHolders, fingerprint
from cogs._permissions import Interaction, clan_of
from cogs._setup_group import RedrawnSetup

_NO = "no"
_CHANGED = "The ranks changed since they were shown. Look at them again."


class RanksPick(discord.ui.Select[RedrawnSetup]):
    """Decides whether WOM ranks give rights; what is confirmed is the table that was shown."""

    def __init__(self, table: Sequence[RankHolders], *, confirmed: bool = False) -> None:
        super().__init__(
            custom_id="setup:ranks",
            options=[
                discord.SelectOption(
                    label="These ranks give rights",
                    description="For accounts that an officer confirmed",
                    value=fingerprint(table),
                    default=confirmed,
                ),
                discord.SelectOption(
                    label="Only Discord roles and Manage Server do",
                    description="Whatever rank somebody holds in the game",
                    value=_NO,
                    default=not confirmed,
                ),
            ],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Let the ranks that were shown give rights, or none."""
        if self.view is None:
            return
        clan, clans = clan_of(interaction), self.view.services.clans
        if self.values[0] == _NO:
            await clans.take_back_ranks(clan)
            await self.view.redraw(interaction)
        else:
            is_same = await clans.confirm_ranks(clan, self.values[0])
            await self.view.redraw(interaction, "" if is_same else _CHANGED)

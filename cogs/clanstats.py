"""/clanstats: what officers ask about their clan, and how the bot is set up."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Deed
from bot.clan.spans import Period
from bot.services.faults import unready
from bot.wiring import Services
from cogs._gates import Interaction, clan_of, gated
from cogs._posting import post, show
from cogs._replies import PERIODS, tell, think
from cogs._report import ReportPanel, report_shown
from cogs._setup import SetupPanel, setting_of
from cogs._status import status_box

_ONLY_ME, _EVERYBODY = "me", "everybody"
_VISIBILITY = [
    app_commands.Choice(name="only me", value=_ONLY_ME),
    app_commands.Choice(name="everybody", value=_EVERYBODY),
]


class ClanStats(commands.GroupCog, group_name="clanstats"):
    """Your clan in numbers, and the bot itself."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.describe(
        period="How far back (7 days if you do not say)", visibility="Who sees it (only you)"
    )
    @app_commands.choices(period=PERIODS)
    @app_commands.choices(visibility=_VISIBILITY)
    @gated(Deed.SEE_REPORTS)
    async def report(
        self, interaction: Interaction, period: int = Period.WEEK, visibility: str = _ONLY_ME
    ) -> None:
        """Show how the clan did: totals, top lists, a chart and an Excel file."""
        clan = clan_of(interaction)
        if words := unready(clan):
            await tell(interaction, words)
            return
        await think(interaction)
        shown = report_shown(await self.services.publish.report_files(clan, Period(period)))
        if visibility == _EVERYBODY:
            await post(interaction, shown)
        else:
            await show(interaction, shown, ReportPanel(self.services, [Period(period)], shown))

    @app_commands.command()
    @gated(Deed.SEE_REPORTS)
    async def status(self, interaction: Interaction) -> None:
        """Show how the bot is doing: last runs, coverage, what is wrong and how to mend it."""
        await think(interaction)
        clan = clan_of(interaction)
        status = await self.services.upkeep.status(clan)
        view = discord.ui.LayoutView().add_item(status_box(clan.name, status))
        await interaction.followup.send(view=view)

    @app_commands.command()
    @gated(Deed.SET_UP)
    async def setup(self, interaction: Interaction) -> None:
        """Join the Wise Old Man group, choose roles and channels, see what is missing."""
        await think(interaction)
        setting = await setting_of(self.services, interaction)
        await interaction.followup.send(view=SetupPanel(self.services, setting))


async def setup(bot: ClanBot) -> None:
    """Add the group, and the lasting twins of its panels."""
    await bot.add_cog(ClanStats(bot.services))
    bot.add_view(ReportPanel(bot.services, Period))
    bot.add_view(SetupPanel(bot.services))

"""/promotions and /inactive: what the bot suggests to leadership, for whoever asked alone."""

from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.cases import CaseKind
from bot.clan.ranks import Permission
from bot.services.game import unready
from bot.wiring import Services
from cogs._deciding import listener
from cogs._deciding_keys import ReviewState, ReviewTab, sheet
from cogs._deciding_lists import send_list
from cogs._inactive import inactive_box, is_long
from cogs._permissions import Interaction, clan_of, requires
from cogs._promotions import promotions_view
from cogs._replies import tell


class Decisions(commands.Cog):
    """Suggestions, and what is decided about them."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @requires(Permission.PROMOTE)
    async def promotions(self, interaction: Interaction) -> None:
        """Show who is suggested for the next rank, why, and why not yet."""
        clan = clan_of(interaction)
        if words := unready(clan):
            await tell(interaction, words)
            return
        at = ReviewState(CaseKind.PROMOTION, ReviewTab.SUGGESTED)
        await interaction.followup.send(view=await promotions_view(self.services, clan, at))

    @app_commands.command()
    @app_commands.describe(days="Silent for so many days, instead of each rank's own limit")
    @requires(Permission.CALL_INACTIVE)
    async def inactive(
        self, interaction: Interaction, days: app_commands.Range[int, 1, 365] | None = None
    ) -> None:
        """Show who is inactive in game and chat, who cannot be judged yet, and who is excluded."""
        clan = clan_of(interaction)
        if words := unready(clan):
            await tell(interaction, words)
            return
        review = await self.services.review.inactive(clan, days)
        box = inactive_box(review, ReviewState(CaseKind.INACTIVITY, ReviewTab.SURE, days=days))
        await interaction.followup.send(view=sheet(box))
        if is_long(review):
            await send_list(interaction, review)


async def setup(bot: ClanBot) -> None:
    """Add the commands, and listen for presses on what they showed."""
    await bot.add_cog(Decisions(bot.services))
    bot.add_dynamic_items(listener(bot.services))

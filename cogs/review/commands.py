"""/promotions and /inactive: what the bot suggests to leadership, for whoever asked alone."""

from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.wiring import Services
from cogs._deciding_lists import send_list
from cogs._permissions import Interaction, requires
from cogs.review.inactive import InactiveScreen, InactiveState, is_long
from cogs.review.promotions import PromotionsScreen, PromotionsState
from cogs.review.promotions_details import PromotionScreen
from cogs.screens import add_screens


class Decisions(commands.Cog):
    """Suggestions, and what is decided about them."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @requires(Permission.PROMOTE, needs_numbers=True)
    async def promotions(self, interaction: Interaction) -> None:
        """Show who is suggested for the next rank, and why."""
        await PromotionsScreen(self.services).show(interaction, PromotionsState())

    @app_commands.command()
    @app_commands.describe(days="Silent for so many days, instead of each rank's own limit")
    @requires(Permission.CALL_INACTIVE, needs_numbers=True)
    async def inactive(
        self, interaction: Interaction, days: app_commands.Range[int, 1, 365] | None = None
    ) -> None:
        """Show who is inactive in game and chat, who cannot be judged yet, and who is excluded."""
        screen, state = InactiveScreen(self.services), InactiveState(days=days)
        review = await screen.read(interaction, state)
        await screen.send(interaction, state, review)
        if is_long(review):
            await send_list(interaction, review)


async def setup(bot: ClanBot) -> None:
    """Add the commands, and listen for presses on what they showed."""
    await bot.add_cog(Decisions(bot.services))
    services = bot.services
    add_screens(
        bot, PromotionsScreen(services), PromotionScreen(services), InactiveScreen(services)
    )

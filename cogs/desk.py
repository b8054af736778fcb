"""The front desk: whatever goes wrong with any command is explained in one place."""

from discord import app_commands
from discord.ext import commands

from cogs._errors import explain
from cogs._permissions import Interaction


async def setup(bot: commands.Bot) -> None:
    """Explain the errors of all commands."""

    @bot.tree.error
    async def on_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
        await explain(interaction, error)

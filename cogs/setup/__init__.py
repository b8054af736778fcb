"""The setup of a clan: a checklist on pages, to be worked through again at any time."""

from bot.app import ClanBot
from cogs.screens import add_screens
from cogs.setup.screen import SetupScreen


async def setup(bot: ClanBot) -> None:
    """Listen to what the screen of the setup can show."""
    add_screens(bot, SetupScreen(bot.services))

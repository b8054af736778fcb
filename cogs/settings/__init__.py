"""The settings in Discord: pages, forms, a draft of what is changed, what if, saving it."""

from bot.app import ClanBot
from cogs.screens import add_screens
from cogs.settings.commands import settings_answer
from cogs.settings.screen import SettingsScreen

__all__ = ["settings_answer"]


async def setup(bot: ClanBot) -> None:
    """Listen to the settings that are shown."""
    add_screens(bot, SettingsScreen(bot.services))

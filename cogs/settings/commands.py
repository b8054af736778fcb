"""`/clanstats settings`: the settings as they are, or with what a file would change as a draft."""

import discord

from bot.app import ClanBot
from bot.clan.clan_settings import ClanSettings, Draft
from bot.services.setup import LARGEST_FILE, imported
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._replies import tell
from cogs.screens import add_screens
from cogs.settings.screen import SettingsScreen
from cogs.settings.state import SettingsState, whose_draft
from cogs.settings.words import file_faults_said

_RESUMED = "Your changes from before are still here: save them, or discard them to begin again."
_FROM_FILE = "This is what the file would change: look at it, then save it or discard it."
_REPLACED = "It stands in place of your changes from before."
_SAME_FILE = "The file says the same as what holds now: there is nothing to change."


async def settings_answer(
    services: Services, interaction: Interaction, file: discord.Attachment | None
) -> None:
    """Show the settings; with a file, its changes as a draft that nobody has saved yet."""
    drafts, whose = services.drafts, whose_draft(interaction)
    note = ""
    if file is not None:
        now = await services.policies.clan_settings(clan_of(interaction))
        try:
            draft = await _read_in(file, now)
        except ValueError as error:
            await tell(interaction, file_faults_said(str(error).splitlines()))
            return
        note = _SAME_FILE
        if draft.changes:
            note = _FROM_FILE if drafts.shown(whose) == 0 else f"{_FROM_FILE} {_REPLACED}"
            drafts.begin(whose, draft)
    number = drafts.shown(whose)
    note = note or (_RESUMED if number else "")
    state = SettingsState(draft=number)
    await SettingsScreen(services).show(interaction, state, note)


async def _read_in(file: discord.Attachment, base: ClanSettings) -> Draft:
    # What is too large is not even fetched.
    content = await file.read() if file.size <= LARGEST_FILE else bytes(LARGEST_FILE + 1)
    return imported(content, base)


async def setup(bot: ClanBot) -> None:
    """Listen to the settings that are shown."""
    add_screens(bot, SettingsScreen(bot.services))

"""`/clanstats settings`: the panel as it is, or with what a file would change as its draft."""

import discord

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.names import escaped
from bot.services.setup import LARGEST_FILE, imported
from bot.wiring import Services
from cogs._permissions import Interaction
from cogs._replies import tell
from cogs._settings import SettingsPanel
from cogs._settings_state import session_of

_SHOWN = 15


async def settings_answer(
    services: Services, interaction: Interaction, file: discord.Attachment | None
) -> None:
    """Show the settings; with a file, its changes as a draft that nobody has saved yet."""
    session = await session_of(services, interaction)
    note = ""
    if file is not None:
        try:
            session.draft = await _read(file, session.clan_settings)
        except ValueError as error:
            await tell(interaction, _faults(str(error).splitlines()))
            return
        note = "This is what the file would change: look at it, then save it or discard it."
        if not session.draft.changes:
            note = "The file says the same as what holds now: there is nothing to change."
    await interaction.followup.send(view=SettingsPanel(services, session, note))


async def _read(file: discord.Attachment, base: ClanSettings) -> Draft:
    # What is too large is not even fetched.
    content = await file.read() if file.size <= LARGEST_FILE else bytes(LARGEST_FILE + 1)
    return imported(content, base)


def _faults(faults: list[str]) -> str:
    lines = [f"\N{BULLET} {escaped(fault)}" for fault in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        lines.append(f"\N{BULLET} and {len(faults) - _SHOWN} more")
    head = "The file cannot be used, and nothing was changed:"
    return "\n".join([head, *lines])[:2_000]

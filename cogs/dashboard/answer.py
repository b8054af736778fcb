"""/clanstats dashboard: the pages as a file for the officer who asked, and where they stand."""

from http import HTTPStatus

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.reports.dashboard.facts import DashboardOptions
from bot.reports.documents import Document
from bot.services.game import unready
from bot.services.publish import WrittenDashboard
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._permissions import Interaction, caller_may, clan_of, refuse
from cogs._replies import Box, attached, small, tell
from cogs.screens import Rendered

ONE_FILE, FOLDER = "file", "folder"
"""As what it can be asked for."""

_MEGABYTE = 1024 * 1024
_TOO_LARGE = 40005
"""What Discord calls a file that is larger than it takes, whatever it said before."""
_NEEDED = {"inactive": Permission.CALL_INACTIVE, "officers": Permission.PROMOTE}
_PRIVATE = (
    "It has pages that not every member may see: send it only to people who may. It was neither "
    "written nor copied on the bot's machine."
)
_OPEN = {
    ONE_FILE: "Download it and open it in any browser; it needs no network.",
    FOLDER: "Download it, unpack it, and open `index.html` in any browser; it needs no network.",
}


async def dashboard_answer(
    services: Services, interaction: Interaction, form: str, options: DashboardOptions
) -> None:
    """Send the dashboard to whoever asked and to nobody else; refuse pages that they may not see.

    What every member may see is also written and copied where the settings say.
    """
    clan = clan_of(interaction)
    for name, permission in _NEEDED.items():
        if getattr(options, name) and not caller_may(interaction, permission):
            await refuse(interaction, permission)
            return
    if words := unready(clan):
        await tell(interaction, words)
        return
    draw = services.dashboards.page if form == ONE_FILE else services.dashboards.folder
    made = await draw(clan, options)
    told = _PRIVATE if options.is_private else await _written(services, clan, made)
    limit = interaction.guild.filesize_limit if interaction.guild else 0
    if len(made.content) > limit or not await _attached(interaction, made, form, told):
        box = _box(clan).say(too_large_words(made, form, options)).say(small(told))
        await Rendered(box).send(interaction)


def too_large_words(made: Document, form: str, options: DashboardOptions) -> str:
    """Return how large a file is that Discord does not take, and what to do about it."""
    told = f"It is too large for this server: {len(made.content) / _MEGABYTE:.1f} MB."
    if form == ONE_FILE:
        told += " Ask for the folder instead (`as: the folder, zipped`): it is smaller."
    else:
        told += " A server with more boosts takes larger files."
    if options.is_private:
        flags = "".join(f" --{name}" for name in _NEEDED if getattr(options, name))
        return f"{told} Or have whoever runs the bot run `clanstats dashboard{flags}`."
    return f"{told} Or have whoever runs the bot send you the file below."


def written_words(put: WrittenDashboard) -> str:
    """Return where a dashboard stands on the bot's machine, and what became of its copy."""
    told = f"On the bot's machine it is `{put.path}`."
    if put.copy is not None:
        told += f" A copy is `{put.copy}`."
    if put.fault is not None:
        told += (
            f" It was not copied to `LOCAL_DRIVE_PATH`: {put.fault}. Have whoever runs the bot "
            "look at that folder, then run this again."
        )
    return told


async def _written(services: Services, clan: Clan, made: Document) -> str:
    try:
        put = await services.dashboards.put(made, clan, await services.clans.every())
    except OSError as error:
        return (
            f"It was not written on the bot's machine: {error.strerror or error}. Have whoever "
            "runs the bot look at `DASHBOARD_DIR`, or `DATA_DIR` where that is not set."
        )
    return written_words(put)


async def _attached(interaction: Interaction, made: Document, form: str, told: str) -> bool:
    """Send the file; return False where Discord does not take one so large after all."""
    box = _box(clan_of(interaction)).say(_OPEN[form]).add_item(attached(made)).say(small(told))
    try:
        await Rendered(box, (made,)).send(interaction)
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE and error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        return False
    return True


def _box(clan: Clan) -> Box:
    return Box(f"## {escaped(clan.name)}", "**Dashboard**  7, 30, 90 and 365 days")

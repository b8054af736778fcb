"""`clanstats forget-clan`: everything that is kept of a clan is deleted, after a question."""

import typer

from bot.clan.wording import plural
from bot.cli.choosing import one_clan
from bot.cli.context import CannotDo, CliContext, journal
from bot.cli.terminal import screen
from bot.services.setup import Clan
from bot.wiring import Services

_BACKUPS = (
    "Backups hold it for up to half a year longer: delete older ones by hand when it matters."
)


async def forget_clan(context: CliContext, wanted: str, *, is_sure: bool) -> int:
    """Delete a clan with everything of it; CannotDo when whoever is asked does not want to."""
    settings = context.settings()
    with journal(settings, verbose=False):
        async with context.open_services(settings) as services:
            clan = await one_clan(services, wanted)
            if not is_sure and not typer.confirm(await _question(services, clan)):
                raise CannotDo("Nothing was deleted", "answer y, or add --yes, to delete it")
            await services.privacy.forget_clan(clan)
    told = f"{clan.name} is forgotten. {_BACKUPS}"
    screen().print(told, soft_wrap=True)
    return 0


async def _question(services: Services, clan: Clan) -> str:
    """Return what is asked before, with how much would be lost."""
    kept = await services.upkeep.status(clan)
    here = (
        ""
        if clan.removed_at
        else " The bot is in its server, as far as we know, and would begin anew."
    )
    return (
        f"Delete everything that is kept of {clan.name} (server {clan.guild_id}): "
        f"{plural(kept.members, 'member')}, the counts of {plural(kept.messages, 'message')}, "
        f"links, decisions and settings?{here} "
        "This cannot be taken back"
    )

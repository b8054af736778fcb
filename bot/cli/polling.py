"""`clanstats poll`: what the timetable does every hour, now and before your eyes."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import track

from bot.cli.choosing import adopt_group, clans_meant, one_clan
from bot.cli.context import CliContext, founded, journal
from bot.cli.exit_codes import words_for
from bot.cli.screens import show_poll
from bot.cli.terminal import margin, screen
from bot.job_runs import recorded
from bot.journal import short_id, traced
from bot.services.game import NoGroup, PollResult, PollUnderWay
from bot.services.ops import poll_clan
from bot.services.setup import Clan
from bot.wiring import Services
from wom.errors import WomError


async def poll(context: CliContext, wanted: str | None, *, believe: bool, verbose: bool) -> int:
    """Poll every clan or the one that is wanted; 1 when a poll failed or was refused.

    `believe` takes one clan's roster as it is, however many are missing from it.
    """
    settings = context.settings("wom_contact")
    beside = margin()
    with journal(settings, verbose=verbose):
        async with context.open_services(settings) as services:
            if new := founded(settings, services):
                beside.print(new, soft_wrap=True)
            await adopt_group(services, settings)
            chosen = (
                (await one_clan(services, wanted),)
                if believe
                else await clans_meant(services, wanted)
            )
            shown = track(
                chosen, "polling", console=beside, transient=True, disable=not beside.is_terminal
            )
            polled = [await _polled(services, clan, beside, believe=believe) for clan in shown]
    return 0 if all(polled) else 1


async def polled(
    services: Services,
    clan: Clan,
    *,
    believe: bool = False,
    new_id: Callable[[], str] = short_id,
) -> PollResult | str:
    """Poll a clan, and return what came of it or, in words, why it could not be."""
    try:
        with traced(new_id) as trace:
            async with recorded(services.upkeep, "poll", trace, clan) as outcome:
                return await poll_clan(
                    services.poll, services.cases, clan, outcome, believe=believe
                )
    except (WomError, NoGroup, PollUnderWay) as error:
        return words_for(error)


async def _polled(services: Services, clan: Clan, beside: Console, *, believe: bool) -> bool:
    """Poll a clan, show what came of it, and return whether it went well."""
    result = await polled(services, clan, believe=believe)
    if isinstance(result, str):
        beside.print(f"{clan.name}: {result}", style="red", soft_wrap=True)
        return False
    show_poll(screen(), clan.name, result, await services.privacy.hidden(clan))
    return result.doubt is None and result.overtaken is None

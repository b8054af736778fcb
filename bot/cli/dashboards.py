"""`clanstats dashboard`: the clan's pages as files, without Discord."""
# ruff: noqa: PLC0415 - what is slow to import is imported when it runs

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.cli.context import CannotDo, CliContext, clock_at, journal
from bot.reports.dashboard.facts import DashboardOptions
from bot.services.publish import report_folder

if TYPE_CHECKING:
    from bot.services.publish import WrittenDashboard
    from bot.settings import Settings


class DashboardRequest(NamedTuple):
    """Which dashboard is wanted, of which clan, as of when, and where to."""

    out: Path | None
    clan: str | None
    now: datetime | None
    single: bool
    options: DashboardOptions


async def dashboard(context: CliContext, wanted: DashboardRequest, *, verbose: bool) -> int:
    """Write one clan's dashboard, and say where; 1 when the copy could not be made."""
    from bot.cli.choosing import one_clan
    from bot.cli.terminal import screen

    pictures = wanted.options.pictures
    if pictures is not None and not pictures.is_dir():
        raise CannotDo(f"There is no folder {pictures}", "name the one that has the pictures")
    settings = context.settings()
    context.must_have_database(settings)
    # What is private never takes the place of what is shown to all.
    home = None if wanted.options.is_private else settings.dashboard_dir
    out = wanted.out or home or settings.data_dir
    with journal(settings, verbose=verbose):
        async with context.open_services(settings, **clock_at(wanted.now)) as services:
            clan = await one_clan(services, wanted.clan)
            made = await services.dashboards.write(
                clan, out, wanted.options, clans=await services.clans.every(), single=wanted.single
            )
    said = written_words(made)
    if wanted.options.is_private and settings.local_drive_path is not None:
        said += ". It is private, so it was not copied to LOCAL_DRIVE_PATH"
    screen().print(said, soft_wrap=True, markup=False)
    return 0 if made.fault is None else 1


def written_words(made: "WrittenDashboard") -> str:
    """Return where a dashboard stands, and what became of its copy."""
    said = f"Written to {made.path}"
    if made.copy is not None:
        said += f", copied to {made.copy}"
    if made.fault is not None:
        said += f". It was not copied to LOCAL_DRIVE_PATH: {made.fault}"
    return said


async def write_dashboards(context: CliContext, settings: "Settings") -> str:
    """Write the dashboard of every clan that is served, and return where to.

    CannotDo while nothing is known of any.
    """
    context.must_have_database(settings)
    folder = settings.dashboard_dir or settings.data_dir
    async with context.open_services(settings) as services:
        clans = await services.clans.every()
        known = [each for each in clans if each.polled_at is not None]
        if not known:
            raise CannotDo("Nothing is known of any clan yet", "run `clanstats poll`")
        made = [
            await services.dashboards.write(each, report_folder(folder, each, clans), clans=clans)
            for each in known
        ]
    said = "; ".join(written_words(each) for each in made)
    if any(each.fault for each in made):
        raise CannotDo(said, "look at that folder; the dashboard itself is whole")
    return said.removeprefix("Written to ")

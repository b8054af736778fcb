"""`clanstats report`: the clan's report as files and in the terminal, without Discord.

Somebody waits: charts are drawn by a process that starts first and imports while we do.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.clan.spans import Period
from bot.cli.context import CannotDo, CliContext, clock_at, journal
from bot.reports.documents import CHART, write_report, write_whole
from bot.reports.worker import Aside, uncollected

if TYPE_CHECKING:
    from bot.services.publish import ReportFiles
    from bot.services.setup import Clan
    from bot.settings import Settings
    from bot.wiring import Services


class Wanted(NamedTuple):
    """Which report is wanted, of which clan, as of when, and where to."""

    out: Path
    period: Period
    clan: str | None
    now: datetime | None
    leadership: bool


async def report(context: CliContext, wanted: Wanted, *, verbose: bool) -> int:
    """Write chart and workbook of one clan into a folder, and show what they say."""
    with uncollected():
        files = await _files(context, wanted, verbose=verbose)
        write_report(wanted.out, files)
        _show(wanted.out, files)
    return 0


async def _files(context: CliContext, wanted: Wanted, *, verbose: bool) -> "ReportFiles":
    draws = Aside()
    try:
        settings = context.settings()
        context.must_have_database(settings)
        from bot.cli.choosing import one_clan

        present = clock_at(wanted.now)
        with journal(settings, verbose=verbose):
            async with context.open_services(settings, draws=lambda: draws, **present) as services:
                clan = await one_clan(services, wanted.clan)
                return await services.publish.report_files(
                    clan, wanted.period, leadership=wanted.leadership
                )
    finally:
        draws.close()


def _show(out: Path, files: "ReportFiles") -> None:
    from bot.cli.screens import show_report
    from bot.cli.terminal import screen

    console = screen()
    show_report(console, files.report)
    console.print(f"Written to {out}: {CHART} and {files.workbook.name}", soft_wrap=True)


async def write_reports(context: CliContext, settings: "Settings", folder: Path) -> str:
    """Write the week's report of every clan that is served, and return where to.

    CannotDo while nothing is known of any.
    """
    async with _known_clans(context, settings, folder) as (services, places):
        for clan, place in places:
            write_report(place, await services.publish.report_files(clan, Period.WEEK))
        return ", ".join(str(place) for _, place in places)


async def write_exports(context: CliContext, settings: "Settings", folder: Path) -> str:
    """Write the week's numbers of every clan that is served as JSON, and return where to.

    CannotDo while nothing is known of any.
    """
    from bot.reports.export import export_json

    written = []
    async with _known_clans(context, settings, folder) as (services, places):
        for clan, place in places:
            document = export_json(await services.publish.clan_report(clan, Period.WEEK))
            place.mkdir(parents=True, exist_ok=True)
            write_whole(place / document.name, document.content)
            written.append(str(place / document.name))
    return ", ".join(written)


@asynccontextmanager
async def _known_clans(
    context: CliContext, settings: "Settings", folder: Path
) -> AsyncIterator[tuple["Services", list[tuple["Clan", Path]]]]:
    """Yield the services, and the clans that were read at least once with where theirs goes."""
    from bot.services.publish import report_folder

    context.must_have_database(settings)
    async with context.open_services(settings) as services:
        clans = await services.clans.every()
        known = [each for each in clans if each.polled_at is not None]
        if not known:
            raise CannotDo("Nothing is known of any clan yet", "run `clanstats poll`")
        yield services, [(each, report_folder(folder, each, known)) for each in known]

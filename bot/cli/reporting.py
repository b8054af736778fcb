"""`clanstats report`: the clan's report as files and in the terminal, without Discord.

Somebody waits: charts are drawn by a process that starts first and imports while we do.
"""
# ruff: noqa: PLC0415 - see above

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.clan.spans import Period
from bot.cli.context import CliContext, clock_at, journal
from bot.reports.documents import write_whole
from bot.reports.worker import Aside, uncollected

if TYPE_CHECKING:
    from bot.services.publish import ReportFiles

_CHART = "report.png"


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
        _write(wanted.out, files)
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


def _write(out: Path, files: "ReportFiles") -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / _CHART, files.chart.content)
    write_whole(out / files.workbook.name, files.workbook.content)


def _show(out: Path, files: "ReportFiles") -> None:
    from bot.cli.screens import show_report
    from bot.cli.terminal import screen

    console = screen()
    show_report(console, files.report)
    console.print(f"Written to {out}: {_CHART} and {files.workbook.name}", soft_wrap=True)

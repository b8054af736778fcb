"""`clanstats report`: the clan's report as files and in the terminal, without Discord."""

from datetime import datetime
from pathlib import Path

from bot.clan.spans import Period
from bot.cli.choosing import one_clan
from bot.cli.given import Given, journal
from bot.cli.screens import show_report
from bot.cli.terminal import screen
from bot.reports.documents import write_whole
from bot.services.publish import ReportFiles

_CHART = "report.png"


async def report(  # noqa: PLR0913 - each is an option of the command
    given: Given,
    out: Path,
    period: Period,
    wanted: str | None,
    now: datetime | None,
    *,
    verbose: bool,
) -> int:
    """Write chart and workbook of one clan into a folder, and show what they say."""
    settings = given.settings()
    present = {} if now is None else {"clock": lambda: now}
    with journal(settings, verbose=verbose):
        async with given.open_services(settings, **present) as services:
            clan = await one_clan(services, wanted)
            files = await services.publish.report_files(clan, period)
    _write(out, files)
    console = screen()
    show_report(console, files.report)
    console.print(f"Written to {out}: {_CHART} and {files.workbook.name}", soft_wrap=True)
    return 0


def _write(out: Path, files: ReportFiles) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / _CHART, files.chart.content)
    write_whole(out / files.workbook.name, files.workbook.content)

"""`clanstats export`: the clan's numbers as a file for other programs, without Discord."""
# ruff: noqa: PLC0415 - asking for help costs nothing

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.clan.spans import Period
from bot.cli.context import CliContext, clock_at, journal
from bot.reports.documents import Document, ExportFormat, write_whole
from bot.reports.export import export_csv, export_json

if TYPE_CHECKING:
    from bot.reports.clan_report import ClanReport


class ExportWanted(NamedTuple):
    """Which numbers are wanted, of which clan, as of when, as what, and in which folder."""

    out: Path
    form: ExportFormat
    period: Period
    clan: str | None
    now: datetime | None


async def export(context: CliContext, wanted: ExportWanted, *, verbose: bool) -> int:
    """Write one clan's numbers into a folder, which is made, and say where."""
    settings = context.settings()
    context.must_have_database(settings)
    from bot.cli.choosing import one_clan
    from bot.cli.terminal import screen

    with journal(settings, verbose=verbose):
        async with context.open_services(settings, **clock_at(wanted.now)) as services:
            clan = await one_clan(services, wanted.clan)
            report = await services.publish.clan_report(clan, wanted.period)
    document = exported(report, wanted.form)
    wanted.out.mkdir(parents=True, exist_ok=True)
    write_whole(wanted.out / document.name, document.content)
    screen().print(f"Written to {wanted.out / document.name}", soft_wrap=True)
    return 0


def exported(report: "ClanReport", form: ExportFormat) -> Document:
    """Return a report's numbers in a format; xlsx is the workbook of `clanstats report`."""
    if form is ExportFormat.XLSX:
        from bot.reports.worker import Drawing, drawn

        return drawn(Drawing.CLAN_WORKBOOK, report)
    return export_json(report) if form is ExportFormat.JSON else export_csv(report)

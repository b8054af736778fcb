"""The clan's report as a workbook: which sheets it has and in which order."""

from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.workbook.activity import write_activity
from bot.reports.workbook.bosses import write_bosses
from bot.reports.workbook.changes import write_changes
from bot.reports.workbook.people import write_inactive, write_promotions
from bot.reports.workbook.roster import write_roster
from bot.reports.workbook.sheets import StyledWorkbook
from bot.reports.workbook.skills import write_skills
from bot.reports.workbook.source import Source, write_source
from bot.reports.workbook.summary import write_summary


def clan_workbook(report: ClanReport) -> Document:
    """Write the whole report; the same report always gives the same bytes."""
    workbook = StyledWorkbook(f"{report.clan}: clan report", report.roster.as_of, report.zone)
    source = Source(report)
    write_summary(workbook, report, source)
    write_roster(workbook, report, source)
    write_skills(workbook, report)
    write_bosses(workbook, report)
    write_activity(workbook, report)
    write_changes(workbook, report)
    if report.suggestions is not None:
        write_promotions(workbook, report.clan, report.suggestions)
        write_inactive(workbook, report.clan, report.suggestions)
    write_source(workbook, report)
    return Document("clan_report.xlsx", workbook.finish(), _described(report))


def _described(report: ClanReport) -> str:
    members = len(report.roster.members)
    return f"Workbook of {report.clan}: {members:,} members over {report.period.words}."

"""The clan's report as a workbook: which sheets it has and in which order."""

from bot.reports import style
from bot.reports.clan_report import ClanReport, change_rows
from bot.reports.documents import Document
from bot.reports.workbook.activity import write_activity
from bot.reports.workbook.bosses import write_bosses
from bot.reports.workbook.people import write_inactive, write_promotions
from bot.reports.workbook.questions import write_questions
from bot.reports.workbook.roster import write_roster
from bot.reports.workbook.sheets import Column, StyledWorkbook
from bot.reports.workbook.skills import write_skills
from bot.reports.workbook.source import Source, write_source
from bot.reports.workbook.summary import write_summary

_HEAD, _FIRST = 2, 3
_COLUMNS = (
    Column("When", 20),
    Column("What", 14),
    Column("Member", 20),
    Column("Before", 22),
    Column("After", 22),
)


def clan_workbook(report: ClanReport) -> Document:
    """Write the whole report; the same report always gives the same bytes."""
    workbook = StyledWorkbook(report.clan, report.roster.as_of, report.zone)
    source = Source(report)
    write_summary(workbook, report, source)
    write_roster(workbook, report, source)
    write_skills(workbook, report)
    write_bosses(workbook, report)
    write_activity(workbook, report)
    write_questions(workbook, report)
    _write_changes(workbook, report)
    if report.suggestions is not None:
        write_promotions(workbook, report.clan, report.suggestions)
        write_inactive(workbook, report.clan, report.suggestions)
    write_source(workbook, report)
    return Document("clan_report.xlsx", workbook.finish(), _described(report))


def _write_changes(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write who joined, left, rose or took another name, newest first."""
    sheet = workbook.sheet("Changes")
    sheet.title(f"{report.clan} · Changes", style.span_words(report.shown_span, report.zone))
    sheet.head(_HEAD, _COLUMNS)
    rows = change_rows(report)
    for line, row in enumerate(rows, start=_FIRST):
        sheet.instant(line, 0, row.happened_at)
        sheet.text(line, 1, row.kind.capitalize(), "strong")
        sheet.text(line, 2, row.name)
        sheet.text(line, 3, row.before or "")
        sheet.text(line, 4, row.after or "")
    if not rows:
        sheet.text(_FIRST, 0, "No changes in this period", "soft")
    sheet.table(_HEAD, len(rows), len(_COLUMNS))
    sheet.prints(_HEAD + max(len(rows), 1), len(_COLUMNS) - 1)


def _described(report: ClanReport) -> str:
    members = len(report.roster.members)
    return f"Workbook of {report.clan}: {members:,} members over {report.period.words}."

"""The sheet Changes: who joined, left, rose or took another name, newest first."""

from bot.reports import style
from bot.reports.clan_report import ClanReport, change_rows
from bot.reports.workbook.sheets import Column, StyledWorkbook

_HEAD, _FIRST = 2, 3
_COLUMNS = (
    Column("When", 20),
    Column("What", 14),
    Column("Member", 20),
    Column("Before", 22),
    Column("After", 22),
)


def write_changes(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write the roster's changes of the span."""
    sheet = workbook.sheet("Changes")
    sheet.title(f"{report.clan} · Changes", style.span_words(report.span, report.zone))
    sheet.head(_HEAD, _COLUMNS)
    rows = change_rows(report)
    for line, row in enumerate(rows, start=_FIRST):
        sheet.instant(line, 0, row.happened_at)
        sheet.text(line, 1, row.kind.capitalize(), "strong")
        sheet.text(line, 2, row.name)
        sheet.text(line, 3, row.before or "")
        sheet.text(line, 4, row.after or "")
    if not rows:
        sheet.text(_FIRST, 0, "No changes in this span.", "soft")
    sheet.table(_HEAD, len(rows), len(_COLUMNS))

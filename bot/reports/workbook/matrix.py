"""The tables of members by metrics, which Skills and Bosses share."""

from bot.clan.wording import DASH
from bot.reports.metric_tables import GainRow
from bot.reports.workbook.sheets import Column, Sheet

COUNTED = (Column("Counted from", 18), Column("Counted to", 18))
"""The columns behind the total that name the two snapshots."""

_FIXED = 3 + len(COUNTED)


def write_matrix(sheet: Sheet, head_row: int, rows: tuple[GainRow, ...], colour: str) -> None:
    """Write name, role, total, from when to when, and one cell for each metric below a head."""
    first = head_row + 1
    write, write_words = sheet.page.put_number, sheet.page.put_words
    dash = sheet.workbook.look("dash")
    looks = {False: sheet.workbook.look("integer"), True: sheet.workbook.look("doubtful")}
    for line, row in enumerate(rows, start=first):
        sheet.text(line, 0, row.name)
        sheet.text(line, 1, row.role)
        sheet.number(line, 2, row.total.value, "doubtful" if row.total.doubtful else "integer")
        sheet.instant(line, 3, row.since)
        sheet.instant(line, 4, row.until)
        for column, cell in enumerate(row.cells, start=_FIXED):
            if cell.value is None:
                write_words(line, column, DASH, dash)
            else:
                write(line, column, cell.value, looks[cell.doubtful])
    metrics = len(rows[0].cells) if rows else 0
    sheet.table(head_row, len(rows), _FIXED + metrics)
    last = head_row + len(rows)
    sheet.shade((first, _FIXED, last, _FIXED + metrics - 1), colour, "faint zero")

"""The tables of members by metrics, which Skills and Bosses share."""

from bot.clan.wording import DASH
from bot.reports.metric_tables import GainRow
from bot.reports.workbook.sheets import Column, Sheet

FIXED = (Column("Name", 19), Column("Role", 14), Column("Total", 14))
"""The columns before the metrics."""
COUNTED = (Column("Counted from", 18), Column("Counted to", 18))
"""The columns behind the metrics that name the two snapshots; they are not printed."""


def write_matrix(sheet: Sheet, head_row: int, rows: tuple[GainRow, ...], colour: str) -> None:
    """Write name, role, total, one cell for each metric, and from when to when, below a head."""
    first, metrics = head_row + 1, len(rows[0].cells) if rows else 0
    write, write_words = sheet.page.put_number, sheet.page.put_words
    dash = sheet.workbook.look("dash")
    looks = {False: sheet.workbook.look("integer"), True: sheet.workbook.look("doubtful")}
    for line, row in enumerate(rows, start=first):
        sheet.text(line, 0, row.name)
        sheet.text(line, 1, row.role)
        sheet.number(line, 2, row.total.value, "doubtful" if row.total.doubtful else "integer")
        for column, instant in enumerate((row.since, row.until), start=len(FIXED) + metrics):
            sheet.instant(line, column, instant)
        for column, cell in enumerate(row.cells, start=len(FIXED)):
            if cell.value is None:
                write_words(line, column, DASH, dash)
            else:
                write(line, column, cell.value, looks[cell.doubtful])
    last, end = head_row + len(rows), len(FIXED) + metrics
    sheet.table(head_row, len(rows), end + len(COUNTED))
    sheet.shade((first, len(FIXED), last, end - 1), colour, "faint zero")
    sheet.prints(last, end - 1)

"""The sheets Bosses and Boss kills: each boss of the clan, and who killed which how often."""

from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.clan_report import ClanReport, Mover
from bot.reports.metric_tables import BossRow, boss_gains, boss_rows
from bot.reports.workbook.matrix import COUNTED, FIXED, write_matrix
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_HEAD, _FIRST = 2, 3
_COLUMNS = (
    Column("Boss", 28),
    Column("Kills", 12),
    Column("Killers", 11),
    Column("Top killer", 18),
    Column("Their kills", 13),
    Column("Kills, all time", 16),
    Column("Most, all time", 18),
    Column("Their kills", 13),
    Column("New on the hiscores (not counted)", 46),
)
_ENTERED = 8


def write_bosses(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write both sheets: the clan's bosses, and members by the bosses killed in the span."""
    rows = boss_rows(report)
    _write_clan(workbook, report, rows)
    _write_kills(workbook, report, [row for row in rows if row.kills])


def _write_clan(workbook: StyledWorkbook, report: ClanReport, rows: tuple[BossRow, ...]) -> None:
    sheet = workbook.sheet("Bosses")
    sheet.title(
        f"{report.clan} · Bosses",
        f"Kills by members of today, {style.span_words(report.shown_span, report.zone)} · "
        f"{DASH} unknown",
    )
    sheet.head(_HEAD, _COLUMNS)
    for line, row in enumerate(rows, start=_FIRST):
        _write_boss(sheet, line, row)
    sheet.table(_HEAD, len(rows), len(_COLUMNS))
    last, has_entered = _HEAD + len(rows), any(row.entered for row in rows)
    if not has_entered:
        sheet.page.set_column(_ENTERED, _ENTERED, None, None, {"hidden": True})
    sheet.prints(last, _ENTERED if has_entered else _ENTERED - 1)
    for column in (1, 5):
        sheet.shade((_FIRST, column, last, column), style.SHEET_SCALES["kills"], "faint zero")


def _write_kills(workbook: StyledWorkbook, report: ClanReport, killed: list[BossRow]) -> None:
    sheet = workbook.sheet("Boss kills")
    sheet.title(
        f"{report.clan} · Boss kills",
        f"Kills, {style.span_words(report.shown_span, report.zone)} · {DASH} unknown · "
        "italic: not counted from the start",
    )
    columns = (*FIXED, *(Column(row.name, 6.5) for row in killed), *COUNTED)
    if killed:
        sheet.page.set_row(_HEAD, 150)
    sheet.head(_HEAD, columns, "upright head")
    sheet.head(_HEAD, FIXED)
    rows = boss_gains(report, tuple(row.metric for row in killed))
    write_matrix(sheet, _HEAD, rows, style.SHEET_SCALES["kills"])


def _write_boss(sheet: Sheet, line: int, row: BossRow) -> None:
    sheet.text(line, 0, row.name, "strong")
    sheet.number(line, 1, row.kills)
    sheet.number(line, 2, row.killers)
    _write_mover(sheet, line, 3, row.top)
    sheet.number(line, 5, row.all_time)
    _write_mover(sheet, line, 6, row.record)
    words = ", ".join(f"{mover.name} ({mover.value:,.0f})" for mover in row.entered)
    sheet.text(line, _ENTERED, words, "soft")


def _write_mover(sheet: Sheet, line: int, column: int, mover: Mover | None) -> None:
    sheet.text(line, column, mover and mover.name)
    sheet.number(line, column + 1, mover and mover.value)

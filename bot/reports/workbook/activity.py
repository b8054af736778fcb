"""The sheet Activity: both sides day by day, and the week's messages by hour as a heatmap."""

from bot.clan.activity import best_hours
from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_HEAD, _FIRST = 2, 3
_TREND = (
    Column("Day", 14),
    Column("Weekday", 11),
    Column("Messages", 12),
    Column("XP", 16),
    Column("Boss kills", 12),
)
_WEEK = len(_TREND) + 1
_SUM = _WEEK + 25


def write_activity(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write the trend at the left and the heatmap of the report's span at the right."""
    sheet = workbook.sheet("Activity")
    sheet.title(
        f"{report.clan} · Activity",
        f"Left: day by day. Right: messages by weekday and hour, "
        f"{style.span_words(report.span, report.zone)} · {DASH} unknown · "
        "italic: XP or kills of somebody fell that day",
    )
    _write_trend(sheet, report)
    _write_week(sheet, report)
    sheet.table(_HEAD, len(report.trend), len(_TREND))


def _write_trend(sheet: Sheet, report: ClanReport) -> None:
    sheet.head(_HEAD, _TREND)
    for line, day in enumerate(reversed(report.trend), start=_FIRST):
        sheet.day(line, 0, day.day)
        sheet.text(line, 1, style.WEEKDAYS[day.day.weekday()], "centred")
        sheet.number(line, 2, day.messages)
        for column, value in enumerate((day.xp, day.kills), start=3):
            sheet.number(line, column, value, "doubtful" if day.fell else "integer")
    last = _HEAD + len(report.trend)
    for column, kind in ((2, "messages"), (3, "xp"), (4, "kills")):
        sheet.shade((_FIRST, column, last, column), style.SHEET_SCALES[kind])


def _write_week(sheet: Sheet, report: ClanReport) -> None:
    sheet.page.set_column(_WEEK - 1, _WEEK - 1, 3)
    sheet.page.set_column(_WEEK, _SUM - 1, 6.5)
    sheet.page.set_column(_SUM, _SUM, 10)
    for column, words in enumerate(("", *(f"{hour:02d}" for hour in range(24)), "Sum"), _WEEK):
        sheet.text(_HEAD, column, words, "head")
    for weekday, hours in enumerate(report.heatmap):
        line = _FIRST + weekday
        sheet.text(line, _WEEK, style.WEEKDAYS[weekday], "head")
        for column, messages in enumerate(hours, start=_WEEK + 1):
            sheet.number(line, column, messages)
        sheet.number(line, _SUM, sum(hours), "strong number")
    area = (_FIRST, _WEEK + 1, _HEAD + len(report.heatmap), _SUM - 1)
    sheet.shade(area, style.SHEET_SCALES["messages"], "faint zero")
    _write_best(sheet, report, _FIRST + 8)


def _write_best(sheet: Sheet, report: ClanReport, row: int) -> None:
    slots = best_hours(report.heatmap)
    if slots:
        words = ", ".join(f"{style.slot_words(slot)} ({slot[2]:,})" for slot in slots)
        sheet.text(row, _WEEK, f"Busiest hours: {words}", "strong")

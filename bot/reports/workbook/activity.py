"""The sheet Activity: both sides step by step, and the week's messages by hour as a heatmap."""

from bot.clan.activity import TrendStep, best_hours, step_of
from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_HEAD, _FIRST = 2, 3
_STEPS = {
    TrendStep.HOUR: ("Hour", "hour by hour"),
    TrendStep.DAY: ("Day", "day by day"),
    TrendStep.WEEK: ("Week from", "week by week"),
}
_TREND = (
    Column("Day", 18),
    Column("Weekday", 10),
    Column("Messages", 11),
    Column("XP", 15),
    Column("Boss kills", 11),
)
_WEEK = len(_TREND) + 1
_SUM = _WEEK + 25


def write_activity(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write the trend at the left and the heatmap of the report's span at the right."""
    sheet = workbook.sheet("Activity")
    sheet.title(
        f"{report.clan} · Activity",
        f"Left: {_STEPS[step_of(report.period)][1]}. Right: messages by weekday and hour. "
        f"{style.span_words(report.shown_span, report.zone)} · {DASH} unknown · "
        "italic: somebody lost XP or kills then",
    )
    _write_trend(sheet, report)
    _write_week(sheet, report)
    sheet.table(_HEAD, len(report.trend), len(_TREND))
    sheet.prints(max(_HEAD + len(report.trend), _FIRST + 9), _SUM)


def _write_trend(sheet: Sheet, report: ClanReport) -> None:
    named = _STEPS[step_of(report.period)][0]
    sheet.head(_HEAD, (_TREND[0]._replace(heading=named), *_TREND[1:]))
    for line, day in enumerate(reversed(report.trend), start=_FIRST):
        sheet.step(line, 0, day)
        sheet.text(line, 1, style.WEEKDAYS[day.day.weekday()], "centred")
        sheet.number(line, 2, day.messages)
        for column, value in enumerate((day.xp, day.kills), start=3):
            sheet.number(line, column, value, "doubtful" if day.fell else "integer")
    last = _HEAD + len(report.trend)
    for column, kind in ((2, "messages"), (3, "xp"), (4, "kills")):
        sheet.shade((_FIRST, column, last, column), style.SHEET_SCALES[kind])


def _write_week(sheet: Sheet, report: ClanReport) -> None:
    sheet.width(_WEEK - 1, _WEEK - 1, 2)
    sheet.width(_WEEK, _SUM - 1, 5.5)
    sheet.width(_SUM, _SUM, 9)
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

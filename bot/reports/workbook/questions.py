"""The sheet Questions: who helps and who asks, how long answers take, and at which hours."""

from datetime import timedelta

from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.question_tables import PersonQuestions, QuestionTables
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_WORDS, _HEAD, _FIRST = 2, 6, 7
_PEOPLE = (
    Column("Name", 20),
    Column("Place as helper", 10),
    Column("Answered for others", 12),
    Column("Half of it within, minutes", 14),
    Column("Asked", 9),
    Column("Got an answer", 10),
    Column("Still open", 9),
    Column("Half answered within, minutes", 15),
)
_HOURS = (
    Column("Hour", 14),
    Column("Asked", 9),
    Column("Still open", 9),
    Column("Half wait this or more, minutes", 16),
)
_GAP = len(_PEOPLE)
_HOUR = _GAP + 1
_LAST = _GAP + len(_HOURS)
_MINUTE = timedelta(minutes=1)
_NOT_HEARD = (("Asked", "No channel was heard yet, so nothing is known of questions."),)


def write_questions(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write people at the left, helpers first, and at the right the hours with long waits."""
    sheet, tables = workbook.sheet("Questions"), report.questions
    sheet.title(
        f"{report.clan} · Questions",
        f"Asked {style.span_words(report.shown_span, report.zone)} and answered by now · "
        f"hours in {report.zone} · {DASH} unknown or none",
    )
    sheet.page.set_row(_HEAD, 48)
    sheet.head(_HEAD, _PEOPLE)
    sheet.width(_GAP, _GAP, 2)
    _write_hours(sheet, tables)
    sheet.define(_WORDS, tables.words() if tables else _NOT_HEARD, _LAST)
    people = tables.people if tables else ()
    for line, row in enumerate(people, start=_FIRST):
        _write_person(sheet, line, row)
    if not people:
        sheet.text(_FIRST, 0, "Nobody" if tables else None, "soft")
    sheet.table(_HEAD, len(people), len(_PEOPLE))
    rows = max(len(people), len(tables.hours) if tables else 0, 1)
    sheet.prints(_HEAD + rows, _LAST)
    for column, kind in ((2, "messages"), (4, "kills")):
        area = (_FIRST, column, _HEAD + len(people), column)
        sheet.shade(area, style.SHEET_SCALES[kind], "faint zero")


def _write_person(sheet: Sheet, line: int, row: PersonQuestions) -> None:
    sheet.text(line, 0, row.name, "strong")
    sheet.number(line, 1, row.place, "place")
    sheet.number(line, 2, row.answers)
    sheet.number(line, 3, _minutes(row.helped_within), "decimal")
    for column, count in enumerate((row.asked, row.answered, row.open), start=4):
        sheet.number(line, column, count)
    sheet.number(line, 7, _minutes(row.waited), "decimal")


def _write_hours(sheet: Sheet, tables: QuestionTables | None) -> None:
    for column, each in enumerate(_HOURS, start=_HOUR):
        sheet.width(column, column, each.width)
        sheet.text(_HEAD, column, each.heading, "head")
    hours = tables.hours if tables else ()
    for line, hour in enumerate(hours, start=_FIRST):
        sheet.text(line, _HOUR, f"{hour.key:02}:00 to {(hour.key + 1) % 24:02}:00", "centred")
        sheet.number(line, _HOUR + 1, hour.asked)
        sheet.number(line, _HOUR + 2, hour.open)
        sheet.number(line, _HOUR + 3, _minutes(hour.median), "decimal")
    if not hours:
        sheet.dash(_FIRST, _HOUR)


def _minutes(length: timedelta | None) -> float | None:
    return None if length is None else length / _MINUTE

"""The sheet Roster: one row for each member, both sides beside each other."""

from datetime import date
from itertools import count

from xlsxwriter.utility import xl_rowcol_to_cell

from bot.clan.spans import WINDOWS
from bot.clan.wording import DASH, plural
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.roster_rows import RosterRow, roster_rows
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook
from bot.reports.workbook.source import Source

_GROUPS, _HEAD, _FIRST = 2, 3, 4
_DAYS = tuple(f"{period.value} d" for period in WINDOWS)
_COLUMNS = (
    Column("#", 5),
    Column("Name", 15),
    Column("Joined", 12),
    Column("Role", 14),
    Column("Person", 18),
    *(Column(days, 8.5) for days in _DAYS[:3]),
    *(Column(days, width) for days, width in zip(_DAYS, (11, 12, 12.5, 13.5), strict=True)),
    *(Column(days, 8) for days in _DAYS),
    Column("EHP", 8),
    Column("EHB", 8),
    Column("In game", 12),
    Column("In chat", 12),
    Column("Messages", 11),
    Column("XP", 15),
    Column("Kills", 10),
    Column("13 weeks", 20),
    Column("Notes", 46),
    *(Column(days, 18) for days in _DAYS),
    Column("All", 18),
)
_SPANS = (
    ("Member", 0, 4),
    ("Messages", 5, 7),
    ("XP gained", 8, 11),
    ("Boss kills", 12, 15),
    ("30 days", 16, 17),
    ("Last seen", 18, 19),
    ("Total", 20, 22),
    ("XP and kills counted from", 25, 28),
)
_SHADED = (
    *((column, "messages") for column in range(5, 8)),
    *((column, "xp") for column in range(8, 12)),
    *((column, "kills") for column in range(12, 16)),
    *((column, "ehp") for column in range(16, 18)),
)
_WEEKS, _NOTES, _FROM, _TO = 23, 24, 25, 29
_PRINTED = 19
"""The last column that is printed: the rest is for the screen."""
_LEGEND = (
    f"{DASH} unknown · red 0: seen, and did nothing · italic: only a part of the time was seen, "
    "see Notes and Summary · times in "
)


def write_roster(workbook: StyledWorkbook, report: ClanReport, source: Source) -> None:
    """Write the roster in the house's order."""
    sheet = workbook.sheet("Roster")
    counted = _counted_since(report.heard_from)
    legend = f"{_LEGEND}{report.zone}{counted}{_left_out(report.left_out)}"
    sheet.title(f"{report.clan} · Roster", legend)
    rows = roster_rows(report)
    _write_head(sheet, len(rows))
    for line, row in enumerate(rows, start=_FIRST):
        _write_row(sheet, line, row)
    last = _FIRST + len(rows) - 1
    for column, kind in _SHADED:
        sheet.shade((_FIRST, column, last, column), style.SHEET_SCALES[kind])
    _draw_weeks(sheet, rows, source)


def _counted_since(day: date | None) -> str:
    return "" if day is None else f" · total messages since {style.date_words(day)}"


def _left_out(people: int) -> str:
    if not people:
        return ""
    return f" · {plural(people, 'member')} opted out: counted in the totals, not listed"


def _write_head(sheet: Sheet, rows: int) -> None:
    look = sheet.workbook.look("head")
    for words, first, last in _SPANS:
        sheet.page.merge_range(_GROUPS, first, _GROUPS, last, words, look)
    sheet.text(_GROUPS, _WEEKS, "Messages", "head")
    sheet.text(_GROUPS, _NOTES, "", "head")
    sheet.text(_GROUPS, _TO, "Counted to", "head")
    sheet.head(_HEAD, _COLUMNS)
    sheet.table(_HEAD, rows, len(_COLUMNS), frozen_columns=2)
    sheet.page.repeat_rows(_GROUPS, _HEAD)
    sheet.prints(_HEAD + rows, _PRINTED)


def _write_row(sheet: Sheet, line: int, row: RosterRow) -> None:
    sheet.number(line, 0, row.place, "place")
    sheet.text(line, 1, row.name)
    sheet.day(line, 2, row.joined_on)
    sheet.text(line, 3, row.role)
    sheet.text(line, 4, row.person)
    numbers = (
        *((messages, _look(messages)) for messages in row.messages),
        *((xp, _look(xp, doubt)) for xp, doubt in zip(row.xp, row.doubtful, strict=True)),
        *(
            (kills, _look(kills, doubt))
            for kills, doubt in zip(row.kills, row.doubtful, strict=True)
        ),
        (row.ehp, "doubtful decimal" if row.doubtful[1] else "decimal"),
        (row.ehb, "doubtful decimal" if row.doubtful[1] else "decimal"),
    )
    totals = (row.total_messages, row.total_xp, row.total_kills)
    for column, (value, look) in zip(count(5), numbers, strict=False):
        sheet.number(line, column, value, look)
    sheet.instant(line, 18, row.seen_in_game_at, "date")
    sheet.instant(line, 19, row.seen_in_chat_at, "date")
    for column, total in enumerate(totals, start=20):
        sheet.number(line, column, total)
    if not row.weeks:
        sheet.dash(line, _WEEKS)
    sheet.text(line, _NOTES, row.notes, "soft")
    for column, instant in enumerate((*row.counted_from, row.counted_to), start=_FROM):
        sheet.instant(line, column, instant)


def _look(value: float | None, doubtful: bool = False) -> str:  # noqa: FBT001, FBT002 - one column
    """Return how a gain looks: a zero that is certain stands out."""
    return "doubtful" if doubtful else "zero number" if value == 0 else "integer"


def _draw_weeks(sheet: Sheet, rows: tuple[RosterRow, ...], source: Source) -> None:
    """Draw the weekly messages of everybody whose Discord side is known, each to its own scale."""
    drawn = [place for place, row in enumerate(rows) if row.weeks]
    if not drawn:
        return
    lines = {
        "location": [xl_rowcol_to_cell(_FIRST + place, _WEEKS) for place in drawn],
        "range": [source.weeks(place) for place in drawn],
        "type": "column",
        "series_color": style.MESSAGES,
        "min": 0,
    }
    sheet.page.add_sparkline(_FIRST + drawn[0], _WEEKS, lines)

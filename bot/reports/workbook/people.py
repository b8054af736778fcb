"""The sheets Promotions and Inactive: whom the rules suggest, why, and what speaks against it.

Only leadership's copy of the report has them; the order is that of the rules.
"""

from bot.clan.wording import DASH, role_words
from bot.reports import style
from bot.reports.definitions import help_words
from bot.reports.lists import InactiveRow, Listing, PromotionRow, Row, Suggestions
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_WORDS, _HEAD, _FIRST = 2, 6, 7
_PERSON = (Column("List", 15), Column("Name", 16), Column("Role", 14))
_SEEN = (Column("Last in game", 13), Column("Last in chat", 13))
_COUNTED = (Column("XP counted from", 18), Column("XP counted to", 18))
_RISING = (
    *_PERSON,
    Column("Next role", 14),
    Column("Days there of 56", 10),
    Column("Of these on the weaker side", 10),
    Column("Why", 56),
    Column("Not yet because", 46),
    Column("Also considered", 46),
    *_SEEN,
    Column("Messages, 30 days", 12),
    Column("Of these counted", 12),
    Column("XP, 30 days", 14),
    Column("Evidence", 10),
    Column("Why not better", 30),
    Column("All accounts", 19),
    *_COUNTED,
)
_SILENT = (
    *_PERSON,
    Column("Days over the limit", 12),
    Column("Limit in days", 10),
    Column("Why", 56),
    Column("Excluded", 26),
    Column("What would help", 20),
    *_SEEN,
    Column("Messages in the limit", 12),
    Column("XP in the limit", 14),
    Column("All accounts", 19),
    *_COUNTED,
)


def write_promotions(workbook: StyledWorkbook, clan: str, told: Suggestions) -> None:
    """Write who is suggested for the next rank, who else qualifies, and who is just under."""
    sheet = _sheet(workbook, "Promotions", clan, told.promotions)
    sheet.define(_WORDS, told.promotion_words)
    _write_head(sheet, _RISING)
    for line, row in enumerate(told.promotions.rows, start=_FIRST):
        _write_rising(sheet, line, row)
    _finish(sheet, told.promotions, len(_RISING))


def write_inactive(workbook: StyledWorkbook, clan: str, told: Suggestions) -> None:
    """Write who is inactive, who may be, and who is left in peace."""
    sheet = _sheet(workbook, "Inactive", clan, told.inactive)
    sheet.define(_WORDS, told.inactive_words)
    _write_head(sheet, _SILENT)
    for line, row in enumerate(told.inactive.rows, start=_FIRST):
        _write_silent(sheet, line, row)
    _finish(sheet, told.inactive, len(_SILENT))


def _sheet(workbook: StyledWorkbook, name: str, clan: str, listing: Listing[Row]) -> Sheet:
    sheet = workbook.sheet(name, tall_rows=True)
    zone = str(workbook.zone)
    sheet.title(
        f"{clan} · {name}",
        f"{style.clock_words(listing.as_of, zone)} {zone} · settings version "
        f"{listing.policy_version} · {DASH} unknown · suggested by the rules, decided by people",
    )
    return sheet


def _write_head(sheet: Sheet, columns: tuple[Column, ...]) -> None:
    sheet.page.set_row(_HEAD, 32)
    sheet.head(_HEAD, columns)


def _finish(sheet: Sheet, listing: Listing[Row], columns: int) -> None:
    if not listing.rows:
        sheet.text(_FIRST, 0, "Nobody.", "soft")
    sheet.table(_HEAD, len(listing.rows), columns, frozen_columns=2)


def _write_person(sheet: Sheet, line: int, row: InactiveRow | PromotionRow) -> None:
    sheet.text(line, 0, row.part.capitalize(), "soft")
    sheet.text(line, 1, row.name, "strong")
    sheet.text(line, 2, role_words(row.role))


def _write_rising(sheet: Sheet, line: int, row: PromotionRow) -> None:
    _write_person(sheet, line, row)
    sheet.text(line, 3, role_words(row.next_role))
    sheet.number(line, 4, row.days_there)
    sheet.number(line, 5, row.weaker_side_days)
    sheet.instant(line, 9, row.last_seen_in_game_at, "date")
    sheet.instant(line, 10, row.last_seen_in_chat_at, "date")
    for column, value in enumerate((row.messages, row.counted_messages, row.xp), start=11):
        sheet.number(line, column, value)
    sheet.text(line, 14, row.evidence, "centred")
    sheet.instant(line, 17, row.xp_from)
    sheet.instant(line, 18, row.xp_to)
    told = {6: row.reasons, 7: row.not_yet, 8: row.considered, 15: row.doubts, 16: row.accounts}
    sheet.sentences(line, _RISING, told)


def _write_silent(sheet: Sheet, line: int, row: InactiveRow) -> None:
    _write_person(sheet, line, row)
    sheet.number(line, 3, row.over_days)
    sheet.number(line, 4, row.limit_days)
    sheet.instant(line, 8, row.last_seen_in_game_at, "date")
    sheet.instant(line, 9, row.last_seen_in_chat_at, "date")
    sheet.number(line, 10, row.messages)
    sheet.number(line, 11, row.xp)
    sheet.instant(line, 13, row.xp_from)
    sheet.instant(line, 14, row.xp_to)
    apart = () if row.apart is None else (row.apart,)
    told = {5: row.reasons, 6: apart, 7: help_words(row.needs), 12: row.accounts}
    sheet.sentences(line, _SILENT, told)

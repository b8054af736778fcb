"""The sheets Promotions and Inactive: whom the rules suggest, why, and what speaks against it.

Only leadership's copy of the report has them; the order is that of the rules.
"""

from bot.clan.wording import DASH, role_words
from bot.reports import style
from bot.reports.definitions import help_words
from bot.reports.lists import InactiveRow, Listing, PromotionRow, Row, Suggestions
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_WORDS, _HEAD, _FIRST = 2, 6, 7
_PERSON = (Column("List", 15), Column("Name", 15), Column("Role", 13))
_SEEN = (Column("Last in game", 12), Column("Last in chat", 12))
_COUNTED = (Column("XP counted from", 18), Column("XP counted to", 18))
_RISING = (
    *_PERSON,
    Column("Next role", 13),
    Column("Days seen of 56", 9),
    Column("Days on the weaker side", 11),
    Column("Why", 46),
    Column("Still missing", 36),
    *_SEEN,
    Column("Messages, 30 days", 10),
    Column("XP, 30 days", 12),
    Column("Also considered", 90),
    Column("Messages counted", 12),
    Column("Evidence", 10),
    Column("What was not seen", 60),
    Column("All accounts", 19),
    *_COUNTED,
)
_SILENT = (
    *_PERSON,
    Column("Days over the limit", 10),
    Column("Limit in days", 8),
    Column("Why", 46),
    Column("Excluded because", 22),
    Column("What would help", 20),
    *_SEEN,
    Column("Messages in the limit", 11),
    Column("XP in the limit", 12),
    Column("All accounts", 19),
    *_COUNTED,
)
_PRINTED = 11
"""The last column that is printed of both; the rest is for the screen."""


def write_promotions(workbook: StyledWorkbook, clan: str, told: Suggestions) -> None:
    """Write who is suggested for the next rank, who else qualifies, and who is just under."""
    sheet = _sheet(workbook, "Promotions", clan, told.promotions)
    _write_head(sheet, _RISING)
    sheet.define(_WORDS, told.promotion_words, _PRINTED)
    for line, row in enumerate(told.promotions.rows, start=_FIRST):
        _write_rising(sheet, line, row)
    _finish(sheet, told.promotions, len(_RISING))


def write_inactive(workbook: StyledWorkbook, clan: str, told: Suggestions) -> None:
    """Write who is inactive, who may be, and who is excluded."""
    sheet = _sheet(workbook, "Inactive", clan, told.inactive)
    _write_head(sheet, _SILENT)
    sheet.define(_WORDS, told.inactive_words, _PRINTED)
    for line, row in enumerate(told.inactive.rows, start=_FIRST):
        _write_silent(sheet, line, row)
    _finish(sheet, told.inactive, len(_SILENT))


def _sheet(workbook: StyledWorkbook, name: str, clan: str, listing: Listing[Row]) -> Sheet:
    sheet = workbook.sheet(name, tall_rows=True)
    zone = str(workbook.zone)
    sheet.title(
        f"{clan} · {name}",
        f"{style.clock_words(listing.as_of, zone)} {zone} · suggested by the clan's settings "
        f"(version {listing.policy_version}), officers decide · {DASH} unknown",
    )
    return sheet


def _write_head(sheet: Sheet, columns: tuple[Column, ...]) -> None:
    sheet.page.set_row(_HEAD, 32)
    sheet.head(_HEAD, columns)


def _finish(sheet: Sheet, listing: Listing[Row], columns: int) -> None:
    if not listing.rows:
        sheet.text(_FIRST, 0, "Nobody", "soft")
    sheet.table(_HEAD, len(listing.rows), columns, frozen_columns=2)
    sheet.prints(_HEAD + max(len(listing.rows), 1), _PRINTED)


def _write_person(sheet: Sheet, line: int, row: InactiveRow | PromotionRow) -> None:
    sheet.text(line, 0, row.part.capitalize(), "soft")
    sheet.text(line, 1, row.name, "strong")
    sheet.text(line, 2, role_words(row.role))


def _write_rising(sheet: Sheet, line: int, row: PromotionRow) -> None:
    _write_person(sheet, line, row)
    sheet.text(line, 3, role_words(row.next_role))
    sheet.number(line, 4, row.days_there)
    sheet.number(line, 5, row.weaker_side_days)
    sheet.instant(line, 8, row.last_seen_in_game_at, "date")
    sheet.instant(line, 9, row.last_seen_in_chat_at, "date")
    sheet.number(line, 10, row.messages)
    sheet.number(line, 11, row.xp)
    sheet.number(line, 13, row.counted_messages)
    sheet.text(line, 14, row.evidence, "centred")
    sheet.instant(line, 17, row.xp_from)
    sheet.instant(line, 18, row.xp_to)
    told = {6: row.reasons, 7: row.not_yet, 12: row.considered, 15: row.doubts, 16: row.accounts}
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

"""The lists of people as files: CSV for spreadsheets, JSON for programs.

A spreadsheet must not run what somebody calls themselves: in CSV, text that begins like a formula
gets an apostrophe before it (https://owasp.org/www-community/attacks/CSV_Injection). JSON has it
as it is. Unknown is an empty cell or null, never 0.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from io import StringIO

from bot.reports.documents import Document
from bot.reports.lists import InactiveRow, Listing, PromotionRow, Row

Cell = str | int | float | datetime | tuple[str, ...] | None

_FORMULA = re.compile(r"(?:^|(?<=[;,\t\r\n]))(?=[\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
"""Where a cell begins like a formula, wide forms too, or would if it were split at a separator."""


def as_csv(listing: Listing[Row]) -> Document:
    """Return the list for a spreadsheet, marked as UTF-8 so that Excel reads every name."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(_columns(listing.of))
    rows.writerows([_csv_cell(cell) for _, cell in _cells(row)] for row in listing.rows)
    return Document(f"{listing.of.FILE}.csv", text.getvalue().encode("utf-8-sig"))


def as_json(listing: Listing[Row]) -> Document:
    """Return the list for programs: when, by which policy, and the people."""
    told = {
        "list": listing.of.FILE,
        "as_of": _instant(listing.as_of),
        "policy_version": listing.policy_version,
        "people": [{key: _json_cell(cell) for key, cell in _cells(row)} for row in listing.rows],
    }
    words = json.dumps(told, ensure_ascii=False, indent=1)
    return Document(f"{listing.of.FILE}.json", f"{words}\n".encode())


def _columns(of: type[InactiveRow | PromotionRow]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))


def _cells(row: InactiveRow | PromotionRow) -> Iterator[tuple[str, Cell]]:
    for name in _columns(type(row)):
        yield name, getattr(row, name)


def _json_cell(cell: Cell) -> object:
    return _instant(cell) if isinstance(cell, datetime) else cell


def _csv_cell(cell: Cell) -> str | int | float | None:
    if isinstance(cell, datetime):
        return _instant(cell)
    words = "; ".join(cell) if isinstance(cell, tuple) else cell
    return without_formulas(words) if isinstance(words, str) else words


def without_formulas(words: str) -> str:
    """Return a text of which a spreadsheet computes nothing, wherever it splits it into cells."""
    return _FORMULA.sub("'", words)


def _instant(at: datetime) -> str:
    """Return an instant in ISO 8601, in UTC, to the second."""
    return f"{at.astimezone(UTC).replace(tzinfo=None):%Y-%m-%dT%H:%M:%SZ}"

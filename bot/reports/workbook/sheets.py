"""A workbook in memory, and how its cells are written: text as text, unknown as a dash.

No cell is ever a formula, and the same cells always give the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from math import ceil
from textwrap import wrap
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

from bot.clan.activity import TrendLine
from bot.clan.wording import DASH
from bot.reports import style

_letters = cache(xl_col_to_name)
_OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_LANDSCAPE_A4: Final = 9
_FOOTER_LETTERS, _HEADER_LETTERS, _TITLE_ROWS = 100, 200, 2
_PAGE_LETTERS: Final = 125
"""How many letters a landscape A4 page holds between its margins at full size."""
_READABLE_LETTERS: Final = 225
"""How many it holds when they are as small as can be read."""
_LINE_HEIGHT: Final = 15
_LETTERS_PER_WIDTH: Final = 1.2  # a width is that of a 0, and most letters are narrower
_TEXT: Final = {"quote_prefix": True}
_INDENTED: Final = {**_TEXT, "align": "left", "indent": 1}
_DOUBT: Final = {"italic": True, "font_color": style.SHEET_DOUBT}
_HEAD: Final = {
    **_TEXT,
    "bold": True,
    "font_color": style.INK,
    "bg_color": style.SHEET_HEAD,
    "border": 1,
    "border_color": style.SHEET_LINE,
    "align": "center",
}
_LINED: Final = {"bottom": 1, "bottom_color": style.SHEET_BAND}
_CELLS: Final[dict[str, dict[str, Any]]] = {
    "text": {**_INDENTED},
    "strong": {**_INDENTED, "bold": True},
    "soft": {**_INDENTED, "font_color": style.SHEET_SOFT},
    "centred": {**_TEXT, "align": "center"},
    "sentences": {**_INDENTED, "text_wrap": True},
    "shrunk": {**_TEXT, "align": "center", "shrink": True},
    "millions": {"num_format": style.MILLIONS, "align": "right"},
    "dash": {"font_color": style.SHEET_SOFT, "align": "center"},
    "integer": {"num_format": style.INTEGER},
    "decimal": {"num_format": style.DECIMAL},
    "place": {"num_format": style.INTEGER, "align": "center", "font_color": style.SHEET_SOFT},
    "strong number": {"num_format": style.INTEGER, "bold": True},
    "zero number": {"num_format": style.INTEGER, "bold": True, "font_color": style.SHEET_ALARM},
    "doubtful": {**_DOUBT, "num_format": style.INTEGER},
    "doubtful decimal": {**_DOUBT, "num_format": style.DECIMAL},
    "signed": {"num_format": style.SIGNED},
    "signed decimal": {"num_format": style.SIGNED_DECIMAL},
    "percent": {"num_format": style.PERCENT},
    "date": {"num_format": style.DATE, "align": "center"},
    "date and time": {"num_format": style.DATE_TIME, "align": "center"},
}
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    **{look: {**_LINED, **facts} for look, facts in _CELLS.items()},
    **{f"top {look}": {**_LINED, **facts, "valign": "top"} for look, facts in _CELLS.items()},
    "title": {**_TEXT, "bold": True, "font_size": 16},
    "word": {**_TEXT, "bold": True, "valign": "top"},
    "note": {**_TEXT, "font_color": style.SHEET_SOFT},
    "sentence": {**_TEXT, "font_color": style.SHEET_SOFT, "text_wrap": True, "valign": "top"},
    "head": {**_HEAD, "valign": "vcenter", "text_wrap": True},
    "upright head": {**_HEAD, "valign": "bottom", "rotation": 90},
    "zero": {"bg_color": style.SHEET_ZERO},
    "faint zero": {"font_color": style.SHEET_SOFT},
}


class Column(NamedTuple):
    """One column of a table: its heading and how many letters wide it is."""

    heading: str
    width: float


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that is quick with the only cells of which there are tens of thousands.

    The bytes are those of XlsxWriter's own worksheet, which takes twice as long over words and
    numbers. Rows and columns count from 0.
    """

    # Without asking of each cell whether its row is perhaps a name like "A1".
    put_number = Worksheet._write_number  # noqa: SLF001 - see above
    put_words = Worksheet._write_string  # noqa: SLF001 - likewise

    def _write_cell(self, row: int, col: int, cell: Any) -> None:  # noqa: ANN401 - XlsxWriter's own
        """Write one cell as XML; leave to XlsxWriter what has no look of its own yet."""
        look = None if cell.format is None else cell.format.xf_index
        kind = type(cell)
        if look is None:
            super()._write_cell(row, col, cell)
        elif kind is CellNumberTuple:
            self.fh.write(
                f'<c r="{_letters(col)}{row + 1}" s="{look}"><v>{cell.number:.16G}</v></c>'
            )
        elif kind is CellStringTuple and not self.constant_memory:
            self.fh.write(
                f'<c r="{_letters(col)}{row + 1}" s="{look}" t="s"><v>{cell.string}</v></c>'
            )
        else:
            super()._write_cell(row, col, cell)


class StyledWorkbook:
    """A workbook in memory whose formats are named once."""

    def __init__(self, clan: str, made_at: datetime, zone: str) -> None:
        self.clan = clan
        self._file = BytesIO()
        self.workbook = Workbook(self._file, _OPTIONS)
        self.zone = ZoneInfo(zone)
        created = made_at.astimezone(UTC).replace(tzinfo=None)
        title = f"{clan}: clan report"
        facts = {"title": title, "author": "ClanStats", "company": "", "created": created}
        self.workbook.set_properties(facts)
        self._formats = {look: self._format(facts) for look, facts in _LOOKS.items()}

    def look(self, name: str) -> Format:
        """Return the named format."""
        return self._formats[name]

    def top_look(self, name: str) -> Format:
        """Return the named format at the top of its cell, where cells have such a form."""
        return self._formats.get(f"top {name}", self._formats[name])

    def sheet(self, name: str, *, tall_rows: bool = False) -> "Sheet":
        """Add a sheet that prints in landscape on A4.

        In `tall_rows` cells stand at the top, beside sentences that take more than one line.
        """
        return Sheet(self, self.workbook.add_worksheet(name, FastWorksheet), tall_rows=tall_rows)

    def finish(self) -> bytes:
        """Return the finished workbook."""
        self.workbook.close()
        return self._file.getvalue()

    def _format(self, facts: dict[str, Any]) -> Format:
        return self.workbook.add_format({"font_name": style.SHEET_FONT, "font_size": 11, **facts})


def _printable(words: str, most: int = _FOOTER_LETTERS) -> str:
    """Return words for the edge of a printed page, in which & begins a command."""
    return words[:most].replace("&", "&&")


class Sheet:
    """One sheet of a workbook; rows and columns count from 0."""

    def __init__(
        self, workbook: StyledWorkbook, page: FastWorksheet, *, tall_rows: bool = False
    ) -> None:
        self.workbook, self.page = workbook, page
        self._look = workbook.top_look if tall_rows else workbook.look
        self._dash = self._look("dash")
        page.set_landscape()
        page.set_paper(_LANDSCAPE_A4)
        page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self._widths: dict[int, float] = {}
        self._head = ""
        page.hide_gridlines(2)
        page.ignore_errors({"number_stored_as_text": "A1:ZZ9999"})
        page.set_footer(f"&L&A&C{_printable(workbook.clan)}&RPage &P of &N")

    def title(self, words: str, below: str) -> None:
        """Write the sheet's title and one line below it, in the first two rows."""
        self.page.set_row(0, 24)
        self._head = f"{words} · {below}"
        self.text(0, 0, words, "title")
        self.text(1, 0, below, "note")

    def width(self, first: int, last: int, letters: float) -> None:
        """Set how many letters wide some columns are."""
        self.page.set_column(first, last, letters)
        self._widths |= dict.fromkeys(range(first, last + 1), letters)

    def define(self, row: int, words: Iterable[tuple[str, str]], last_column: int) -> None:
        """Write words with the sentences that define them, one in each row.

        A sentence has the columns up to the last, whose widths are set already, and its own height.
        """
        room = int(sum(self._widths[each] for each in range(1, last_column + 1)))
        look = self._look("sentence")
        for line, (word, sentence) in enumerate(words, start=row):
            self.text(line, 0, word, "word")
            self.page.merge_range(line, 1, line, last_column, sentence, look)
            self.page.set_row(line, max(len(wrap(sentence, room)), 1) * _LINE_HEIGHT + 1)

    def dash(self, row: int, column: int) -> None:
        """Write what stands for unknown."""
        self.page.put_words(row, column, DASH, self._dash)

    def text(self, row: int, column: int, words: str | None, look: str = "text") -> None:
        """Write words as text, whatever they begin with; None is a dash."""
        if words is None:
            self.dash(row, column)
        else:
            self.page.put_words(row, column, words, self._look(look))

    def sentences(
        self, row: int, columns: Sequence[Column], cells: Mapping[int, Sequence[str]]
    ) -> None:
        """Write sentences below each other in cells by column, and make the row high enough.

        Not every spreadsheet fits the height of a row when it opens a file.
        """
        most = 1
        for column, told in cells.items():
            self.text(row, column, "\n".join(told), "sentences")
            room = int(columns[column].width * _LETTERS_PER_WIDTH)
            most = max(most, sum(len(wrap(each, room)) for each in told))
        self.page.set_row(row, most * _LINE_HEIGHT)

    def number(self, row: int, column: int, value: float | None, look: str = "integer") -> None:
        """Write a number; None is a dash."""
        if value is None:
            self.dash(row, column)
        else:
            self.page.put_number(row, column, value, self._look(look))

    def day(self, row: int, column: int, day: date | None) -> None:
        """Write a date as a date; None is a dash."""
        if day is None:
            self.dash(row, column)
        else:
            self.page.write_datetime(row, column, day, self._look("date"))

    def step(self, row: int, column: int, line: TrendLine) -> None:
        """Write the day of a step of a trend, with its hour where it has one."""
        if line.hour is None:
            self.day(row, column, line.day)
        else:
            local = datetime.combine(line.day, time(line.hour))
            self.page.write_datetime(row, column, local, self._look("date and time"))

    def instant(
        self, row: int, column: int, instant: datetime | None, look: str = "date and time"
    ) -> None:
        """Write an instant by the clan's clock; None is a dash."""
        if instant is None:
            self.dash(row, column)
        else:
            local = instant.astimezone(self.workbook.zone).replace(tzinfo=None, microsecond=0)
            self.page.write_datetime(row, column, local, self._look(look))

    def head(self, row: int, columns: Sequence[Column], look: str = "head") -> None:
        """Write a table's headings and set the widths of its columns."""
        for place, column in enumerate(columns):
            self.width(place, place, column.width)
            self.page.write_string(row, place, column.heading, self._look(look))

    def table(self, head_row: int, rows: int, columns: int, frozen_columns: int = 1) -> None:
        """Make the table usable: its head stays in view and on every printed page, and filters."""
        self.page.freeze_panes(head_row + 1, frozen_columns)
        self.page.autofilter(head_row, 0, head_row + rows, columns - 1)
        self.page.repeat_rows(head_row)

    def prints(self, last_row: int, last_column: int) -> None:
        """Print the columns up to one as large as pages hold them, and no rows below the last.

        They stand on as few pages beside each other as can be read. Of several, each has the first
        column and the sheet's title, which does not fit into that column, above itself.
        """
        letters = sum(self._widths[each] for each in range(last_column + 1))
        beside = self._widths[0]
        pages = max(ceil((letters - beside) / (_READABLE_LETTERS - beside)), 1)
        self.page.print_area(_TITLE_ROWS if pages > 1 else 0, 0, last_row, last_column)
        # Some spreadsheets would blow up what is narrower than a page.
        if letters > _PAGE_LETTERS:
            self.page.fit_to_pages(pages, 0)
        if pages > 1:
            self.page.repeat_columns(0)
            self.page.set_header(f"&L{_printable(self._head, _HEADER_LETTERS)}")

    def shade(self, area: tuple[int, int, int, int], colour: str, zero: str = "zero") -> None:
        """Colour numbers by size, and zeros apart, in (first row, column, last row, column).

        The scale ends at the 95th percentile, so that one giant does not pale all others.
        """
        if area[2] < area[0] or area[3] < area[1]:
            return
        first_row, first_column, last_row, last_column = area
        zeros = {
            "type": "cell",
            "criteria": "==",
            "value": 0,
            "format": self._look(zero),
            "stop_if_true": True,
        }
        scale = {
            "type": "2_color_scale",
            "min_color": style.SHEET_LOW,
            "max_color": colour,
            "min_type": "num",
            "min_value": 0,
            "max_type": "percentile",
            "max_value": 95,
        }
        for rule in (zeros, scale):
            self.page.conditional_format(first_row, first_column, last_row, last_column, rule)

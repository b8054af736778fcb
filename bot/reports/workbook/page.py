"""A worksheet that is quick with the only cells there are tens of thousands of: words and numbers.

The bytes are those of XlsxWriter's own worksheet, which takes twice as long over them.
"""

from functools import cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

_letters = cache(xl_col_to_name)


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet; rows and columns count from 0."""

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

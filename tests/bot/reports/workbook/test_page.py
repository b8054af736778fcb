"""What is written quickly is what XlsxWriter itself writes, byte for byte."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bot.reports.workbook.sheets import FastWorksheet

WORDS = ("Zezima", "=1+1", " two  spaces ", "<b> & 'c'", "", "\N{FIRE}")
NUMBERS = (0, -1, 7.25, 1 / 3, 13_034_431, 2**53, 1e21)


def written(kind: type[Worksheet], *, in_memory: bool) -> bytes:
    file = BytesIO()
    options = {"in_memory": True} if in_memory else {"constant_memory": True, "in_memory": True}
    workbook = Workbook(file, options)
    workbook.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    bold, dated = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "d mmm"})
    page = workbook.add_worksheet("FastWorksheet", kind)
    for row, (words, number) in enumerate(zip(WORDS, NUMBERS, strict=False)):
        for column, look in ((0, None), (2, bold), (30, dated)):
            page.write_string(row, column, words, look)
            page.write_number(row, column + 1, number, look)
        page.write_datetime(row, 40, datetime(2026, 5, row + 1), dated)  # noqa: DTZ001 - Excel has no zones
        page.write_blank(row, 41, None, bold)
        page.write_formula(row, 42, "=1+1", bold, 2)
        page.write_boolean(row, 43, boolean=True, cell_format=bold)
    workbook.close()
    return file.getvalue()


@pytest.mark.parametrize("in_memory", [True, False])
def test_the_bytes_are_those_of_xlsxwriters_own_worksheet(*, in_memory: bool) -> None:
    assert written(FastWorksheet, in_memory=in_memory) == written(Worksheet, in_memory=in_memory)


def test_the_short_ways_in_write_the_same_cells() -> None:
    files = []
    for words, number in (("write_string", "write_number"), ("put_words", "put_number")):
        workbook = Workbook(file := BytesIO(), {"in_memory": True})
        workbook.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        page = workbook.add_worksheet("FastWorksheet", FastWorksheet)
        getattr(page, words)(1, 2, "=1+1", workbook.add_format({"bold": True}))
        getattr(page, number)(3, 4, 1.5)
        workbook.close()
        files.append(file.getvalue())
    assert files[0] == files[1]

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.clan.waiting import PlaceWaits, Waits
from bot.clan.wording import DASH
from bot.reports.question_tables import PersonQuestions, QuestionTables
from bot.reports.workbook.clan_workbook import clan_workbook
from tests.builders import clan_report, member

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparkline Group extension:UserWarning",  # openpyxl reads past what it cannot keep
    "ignore:Conditional Formatting extension:UserWarning",
)
MINUTE = timedelta(minutes=1)
FIRST = 8
"""The first row of people, as Excel counts."""


def sheet(tables: QuestionTables | None) -> Worksheet:
    report = replace(clan_report(member()), questions=tables)
    return load_workbook(BytesIO(clan_workbook(report).content))["Questions"]


def test_people_stand_at_the_left_and_slow_hours_at_the_right() -> None:
    found = sheet(
        QuestionTables(
            Waits(4, 3, 1, 3 * MINUTE, None),
            (
                PersonQuestions("=1+1", 1, 3, 3 * MINUTE / 2, 0, 0, 0, None),
                PersonQuestions("Ann", None, 0, None, 4, 3, 1, 3 * MINUTE),
            ),
            (PlaceWaits(23, 4, 1, 6 * MINUTE),),
        )
    )
    rows = [[cell.value for cell in row] for row in found.iter_rows(FIRST, FIRST + 1)]
    assert rows[0] == ["=1+1", 1, 3, 1.5, 0, 0, 0, DASH, None, "23:00 to 00:00", 4, 1, 6]
    assert rows[1] == ["Ann", DASH, 0, DASH, 4, 3, 1, 3, *[None] * 5]
    assert found.cell(FIRST, 1).data_type == "s"
    assert found["B3"].value == "4 questions: 3 answered (75%), 1 open."
    assert found.auto_filter.ref == "A7:H9"


def test_what_is_not_known_is_a_dash_and_what_was_not_asked_is_said() -> None:
    unheard = sheet(None)
    assert "nothing is known" in unheard["B3"].value
    assert (unheard.cell(FIRST, 1).value, unheard.cell(FIRST, 10).value) == (DASH, DASH)
    silent = sheet(QuestionTables(Waits(0, 0, 0, None, None)))
    assert "Nobody asked" in silent["B3"].value
    assert silent.cell(FIRST, 1).value == "Nobody"

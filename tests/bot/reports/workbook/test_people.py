from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.clan.leave import Exemption
from bot.clan.wording import DASH
from bot.reports.lists import InactiveList, Suggestions
from bot.reports.workbook.clan_workbook import clan_workbook
from bot.reports.workbook.inactive_workbook import inactive_workbook
from tests.bot.clan.portraits import silent
from tests.bot.reports.people import SURE, crowd, everybody, named, suggested
from tests.bot.reports.workbook.test_clan_workbook import NASTY, SHEETS
from tests.builders import clan_report, full_clan, member

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparkline Group extension:UserWarning",  # openpyxl reads past what it cannot keep
    "ignore:Conditional Formatting extension:UserWarning",
)

HEAD, FIRST = 7, 8
"""The rows of the headings and of the first person, as Excel counts."""


def opened(told: Suggestions) -> Workbook:
    report = replace(clan_report(member()), suggestions=told)
    return load_workbook(BytesIO(clan_workbook(report).content))


def row(sheet: Worksheet, line: int) -> dict[object, object]:
    heads = [cell.value for cell in sheet[HEAD]]
    return dict(zip(heads, (cell.value for cell in sheet[line]), strict=True))


def test_only_leaderships_copy_has_the_two_sheets() -> None:
    assert opened(everybody()).sheetnames == [*SHEETS, "Promotions", "Inactive", "Chart source"]


def test_the_inactive_by_themselves_are_a_book_of_one_sheet() -> None:
    told = everybody()
    alone = InactiveList(
        "Amber Lanterns", clan_report(member()).zone, told.inactive, told.inactive_words
    )
    made = inactive_workbook(alone)
    book = load_workbook(BytesIO(made.content))

    assert (made.name, made.alt) == ("inactive.xlsx", "Inactive in Amber Lanterns: 3 people.")
    assert book.sheetnames == ["Inactive"]
    assert row(book["Inactive"], FIRST) == row(opened(told)["Inactive"], FIRST)
    assert inactive_workbook(alone) == made


def test_without_them_the_book_has_the_same_parts_and_styles_as_ever() -> None:
    plain, full = full_clan(5), replace(full_clan(5), suggestions=everybody())
    without, withs = (ZipFile(BytesIO(clan_workbook(each).content)) for each in (plain, full))

    assert clan_workbook(full.without_tables()) == clan_workbook(plain.without_tables())
    assert len(withs.namelist()) == len(without.namelist()) + 2
    # Looks that only the two sheets use are not in a book without them.
    assert b'vertical="top" indent' not in without.read("xl/styles.xml")
    assert b'vertical="top" indent' in withs.read("xl/styles.xml")


def test_the_inactive_stand_with_all_that_is_known_of_them() -> None:
    sheet = opened(everybody())["Inactive"]

    assert row(sheet, FIRST) == {
        "List": "Sure",
        "Name": "Ann",
        "Role": "Member",
        "Days over the limit": 10,
        "Limit in days": 30,
        "Why": (
            "no message in 30 days, the last one 45 days ago\n"
            "0 XP in 30 days, under 10,000, the last gain 40 days ago"
        ),
        "Excluded because": "",
        "What would help": "",
        "Last in game": datetime(2026, 4, 5, 13),  # noqa: DTZ001 - Excel has no zones
        "Last in chat": datetime(2026, 3, 31, 13),  # noqa: DTZ001 - likewise
        "Messages in the limit": 0,
        "XP in the limit": 0,
        "All accounts": "Ann\nAnn Alt",
        "XP counted from": DASH,
        "XP counted to": DASH,
    }
    bob, cat = row(sheet, FIRST + 1), row(sheet, FIRST + 2)
    helps = "a confirmed link to a Discord user"
    assert (bob["List"], bob["What would help"]) == ("Can't tell", helps)
    assert (bob["Messages in the limit"], bob["Days over the limit"]) == (DASH, DASH)
    assert (cat["List"], cat["Excluded because"]) == ("Away or exempt", "away until 3 June")


def test_the_suggested_stand_with_their_reasons_and_what_is_missing() -> None:
    sheet = opened(everybody())["Promotions"]
    dan, eve = row(sheet, FIRST), row(sheet, FIRST + 1)

    assert [dan[head] for head in ("List", "Name", "Role", "Next role", "Days seen of 56")] == [
        "Suggested", "Dan", "Member", "Captain", 40,
    ]  # fmt: skip
    assert dan["Days on the weaker side"] == 32
    assert str(dan["Why"]).startswith("Social pillar: 110 messages")
    assert dan["Also considered"] == "Carry potential: 4 raids in 90 days (20 needed), 10 in all"
    assert [dan[head] for head in ("Messages, 30 days", "Messages counted", "XP, 30 days")] == [
        130, 110, 4_000_000,
    ]  # fmt: skip
    assert (dan["Evidence"], dan["All accounts"]) == ("good", "Dan\nDan Alt")
    assert (eve["List"], eve["Why"]) == ("Just under", "")


@pytest.mark.parametrize("name", ["Promotions", "Inactive"])
def test_the_sheets_say_when_and_by_which_words_and_are_usable(name: str) -> None:
    sheet = opened(everybody())[name]

    assert sheet["A1"].value == f"Iron Cabbage · {name}"
    assert sheet["A2"].value == (
        "15 May 2026 13:00 Europe/London · suggested by the clan's settings (version 2), "
        f"officers decide · {DASH} unknown"
    )
    words = {"Promotions": "At least one signal", "Inactive": "In the clan for 30 days"}
    assert str(sheet["B3"].value).startswith(words[name])
    assert sheet.freeze_panes == f"C{FIRST}"
    assert sheet.auto_filter.ref.startswith(f"A{HEAD}:")
    assert sheet.print_title_rows == f"${HEAD}:${HEAD}"


@pytest.mark.parametrize("name", ["Promotions", "Inactive"])
def test_an_empty_list_says_nobody(name: str) -> None:
    sheet = opened(suggested())[name]
    assert [cell.value for cell in sheet[FIRST]][:2] == ["Nobody", None]


def test_names_and_reasons_are_text_whatever_they_begin_with() -> None:
    odd = silent(77, exemption=Exemption(None, "member", "=1+1"))
    workbook = opened(suggested(named(SURE, *NASTY), named(odd, "=cmd", "\u5168\u6f22\u5b57")))

    sheet = workbook["Inactive"]
    cells = [cell for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert row(sheet, FIRST)["All accounts"] == "\n".join(NASTY)
    assert row(sheet, FIRST + 1)["Name"] == "=cmd"
    assert not any(cell.hyperlink for cell in cells)


def test_rows_are_high_enough_for_their_sentences() -> None:
    sheet = opened(everybody())["Promotions"]

    heights = [sheet.row_dimensions[line].height for line in (FIRST, FIRST + 1)]
    assert heights == [15 * 6, 15 * 2]
    assert sheet.cell(FIRST, 7).alignment.wrap_text
    assert sheet.cell(FIRST, 2).alignment.vertical == "top"


def test_a_large_clan_has_every_row_in_the_rules_order() -> None:
    told = crowd(500)
    sheet = opened(told)["Inactive"]

    names = [sheet.cell(line, 2).value for line in range(FIRST, sheet.max_row + 1)]
    assert names == [each.name for each in told.inactive.rows]
    assert len(names) == 300

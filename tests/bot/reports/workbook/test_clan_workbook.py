from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.clan.activity import Change, ChangeKind
from bot.clan.gains import MetricGain
from bot.clan.wording import DASH
from bot.reports.clan_report import ClanReport
from bot.reports.workbook.clan_workbook import clan_workbook
from tests.builders import NOW, UNSEEN, Week, clan_report, full_clan, member, newcomer

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparkline Group extension:UserWarning",  # openpyxl reads past what it cannot keep
    "ignore:Conditional Formatting extension:UserWarning",
)

SHEETS = ["Summary", "Roster", "Skills", "Bosses", "Boss kills", "Activity", "Changes"]
NASTY = ("=1+1", "@everyone", "<b>x</b>", "-Dash", "+44", "\N{FIRE} Fox", "http://x.y", "a&b", "7")
FIRST = 5
"""The roster's first row of members, as Excel counts."""


def opened(report: ClanReport) -> Workbook:
    return load_workbook(BytesIO(clan_workbook(report).content))


def values(sheet: Worksheet, row: int) -> list[object]:
    return [cell.value for cell in sheet[row]]


def test_the_book_has_the_houses_sheets_and_hides_what_only_charts_read() -> None:
    workbook = opened(full_clan(12))

    assert workbook.sheetnames == [*SHEETS, "Chart source"]
    assert workbook["Chart source"].sheet_state == "hidden"
    assert clan_workbook(full_clan(12)).name == "clan_report.xlsx"


def test_names_are_text_whatever_they_begin_with() -> None:
    members = tuple(member(place, name) for place, name in enumerate(NASTY, start=1))
    report = replace(
        clan_report(*members, clan="=SUM(A1)"),
        bosses={place: {"zulrah": MetricGain(place)} for place in range(1, len(NASTY) + 1)},
        changes=(Change(ChangeKind.RENAMED, 1, "=1+1", NOW, "@old", "=1+1"),),
        evidence=("=2+2",),
    )
    workbook = opened(report)

    cells = [cell for sheet in workbook for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert {workbook["Roster"].cell(row, 2).value for row in range(FIRST, 14)} == set(NASTY)
    assert workbook["Summary"]["A1"].value == "=SUM(A1)"
    assert not any(cell.hyperlink for cell in cells)


def test_unknown_is_a_dash_and_zero_is_a_number() -> None:
    silent = member(1, "Silent", week=Week(xp=0, kills=0, messages=0))
    unseen = member(2, "Unseen", week=UNSEEN)
    roster = opened(clan_report(silent, unseen))["Roster"]

    assert values(roster, FIRST)[5:18] == [0] * 13
    assert values(roster, FIRST + 1)[4:21] == [DASH] * 17
    assert roster.cell(FIRST + 1, 6).alignment.horizontal == "center"


def test_doubtful_gains_are_italic_and_their_note_says_why() -> None:
    roster = opened(clan_report(newcomer(member())))["Roster"]

    assert [roster.cell(FIRST, column).font.italic for column in (9, 10)] == [False, True]
    assert roster.cell(FIRST, 25).value == "30, 90, 365 d: counted from 18 Jun 2025"


def test_dates_are_dates_by_the_clans_clock() -> None:
    roster = opened(clan_report(member(), clan="x"))["Roster"]

    assert roster.cell(FIRST, 3).value == datetime(2024, 5, 25)  # noqa: DTZ001 - Excel has no zones
    assert roster.cell(FIRST, 22).value == datetime(2025, 6, 29, 17, 20)  # noqa: DTZ001 - likewise


@pytest.mark.parametrize(
    ("name", "panes", "filtered"),
    [
        ("Roster", "C5", "A4:AD16"),
        ("Skills", "B10", "A9:AC21"),
        ("Bosses", "B4", None),
        ("Boss kills", "B4", None),
        ("Activity", "B4", "A3:E33"),
        ("Changes", "B4", "A3:E15"),
    ],
)
def test_heads_stay_in_view_and_filter(name: str, panes: str, filtered: str | None) -> None:
    sheet = opened(full_clan(12))[name]

    assert sheet.freeze_panes == panes
    assert sheet.auto_filter.ref
    assert filtered in {None, sheet.auto_filter.ref}
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows


def test_the_summary_defines_its_words_and_draws_two_charts() -> None:
    summary = opened(full_clan(12))["Summary"]
    words = {cell.value for cell in summary["A"]}

    assert {"Gain", "Messages", "Active", "Unknown"} <= words
    assert summary["A7"].value == "XP gained (10 of 12 members)"
    assert summary["B7"].value == full_clan(12).totals.xp
    parts = ZipFile(BytesIO(clan_workbook(full_clan(12)).content)).namelist()
    assert len([part for part in parts if part.startswith("xl/charts/chart")]) == 2


def test_days_that_nobody_saw_are_empty_for_the_charts_and_a_dash_to_the_eye() -> None:
    report = full_clan(3)
    gap = next(place for place, line in enumerate(report.trend) if line.xp is None)
    workbook = opened(report)

    assert workbook["Chart source"].cell(gap + 2, 2).value is None
    assert workbook["Activity"].cell(3 + len(report.trend) - gap, 4).value == DASH


def test_bosses_that_nobody_killed_have_no_column() -> None:
    report = replace(
        clan_report(member(1, "Ann"), member(2, "Bob", week=UNSEEN)),
        bosses={1: {"zulrah": MetricGain(3), "nex": MetricGain(0)}},
        present_bosses={1: {"zulrah": 10, "nex": 7}},
    )
    workbook = opened(report)

    assert values(workbook["Boss kills"], 3) == [
        *("Name", "Role", "All kills", "Counted from", "Counted to", "Zulrah")
    ]
    assert values(workbook["Boss kills"], 4)[5] == 3
    assert values(workbook["Boss kills"], 5)[5] == DASH
    assert [workbook["Bosses"].cell(row, 1).value for row in (4, 5)] == ["Zulrah", "Nex"]


def test_who_entered_the_hiscores_is_named_beside_the_boss() -> None:
    report = replace(
        clan_report(member(1, "Ann")), bosses={1: {"nex": MetricGain(0, entered_at=1_250)}}
    )

    assert opened(report)["Bosses"].cell(4, 9).value == "Ann (1,250)"


@pytest.mark.parametrize(
    "report",
    [
        replace(clan_report(clan=""), trend=(), heatmap=(), evidence=()),
        clan_report(member()),
        clan_report(member(week=UNSEEN)),
    ],
    ids=["empty", "one member", "nobody seen"],
)
def test_small_clans_have_every_sheet(report: ClanReport) -> None:
    assert opened(report).sheetnames == [*SHEETS, "Chart source"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert clan_workbook(full_clan(20)) == clan_workbook(full_clan(20))


def test_the_book_says_who_made_it_and_when() -> None:
    properties = opened(full_clan(3)).properties

    assert properties.creator == "ClanStats"
    assert properties.title == "Iron Cabbage: clan report"
    assert properties.created == NOW.replace(tzinfo=None)

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.clan.activity import Change, ChangeKind
from bot.clan.gains import MetricGain
from bot.clan.spans import Period, last
from bot.clan.wording import DASH
from bot.reports.clan_report import ClanReport
from bot.reports.workbook.clan_workbook import clan_workbook
from tests.bot.reports.people import crowd
from tests.builders import NOW, UNSEEN, Week, clan_report, full_clan, member, newcomer

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparkline Group extension:UserWarning",  # openpyxl reads past what it cannot keep
    "ignore:Conditional Formatting extension:UserWarning",
)

SHEETS = ["Summary", "Roster", "Skills", "Bosses", "Boss kills", "Activity", "Questions", "Changes"]
NASTY = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "<script>",
    "\u0645\u0631\u062d\u0628",
    "W" * 12,
    "@everyone",
    "<b>x</b>",
    "-Dash",
    "+44",
    "\N{FIRE} Fox",
    "http://x.y",
    "a&b",
    "7",
)
UTC_ZONE = ZoneInfo("UTC")
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
    assert {workbook["Roster"].cell(FIRST + n, 2).value for n in range(len(NASTY))} == set(NASTY)
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
    assert roster.cell(FIRST, 25).value == "30, 90, 365 days counted from 18 Jun 2025"


def test_dates_are_dates_by_the_clans_clock() -> None:
    roster = opened(clan_report(member(), clan="x"))["Roster"]

    assert roster.cell(FIRST, 3).value == datetime(2024, 5, 25)  # noqa: DTZ001 - Excel has no zones
    assert roster.cell(FIRST, 19).value == datetime(2025, 6, 29, 17, 20)  # noqa: DTZ001 - likewise


@pytest.mark.parametrize(
    ("name", "panes", "filtered"),
    [
        ("Roster", "C5", "A4:AD16"),
        ("Skills", "B10", "A9:AC21"),
        ("Bosses", "B4", None),
        ("Boss kills", "B4", None),
        ("Activity", "B4", "A3:E33"),
        ("Questions", "B8", None),
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


@pytest.mark.parametrize(
    ("name", "area", "pages"),
    [
        ("Summary", "$A$1:$K$42", 1),
        ("Roster", "$A$1:$T$309", 1),
        ("Skills", "$A$3:$AA$314", 2),
        ("Boss kills", "$A$3:$AX$308", 2),
        ("Activity", "$A$1:$AF$33", 1),
        ("Inactive", "$A$1:$L$190", 1),
    ],
)
def test_sheets_print_on_few_a4_pages_beside_each_other(name: str, area: str, pages: int) -> None:
    report = replace(full_clan(305), suggestions=crowd(305))
    sheet = opened(report)[name]

    assert sheet.print_area == f"'{name}'!{area}"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth or 1) == pages
    assert (sheet.print_title_cols == "$A:$A") is (pages > 1)
    assert ("Iron Cabbage" in str(sheet.oddHeader)) is (pages > 1)
    assert str(sheet.oddFooter) == "&L&A&CIron Cabbage&RPage &P of &N"


def test_a_clans_name_is_no_command_of_the_printed_page() -> None:
    sheet = opened(clan_report(member(), clan="Black & White &D"))["Roster"]
    assert "&CBlack && White &&D&R" in str(sheet.oddFooter)


def test_what_nobody_did_has_no_column_on_paper() -> None:
    killed = {1: {"zulrah": MetricGain(3)}}
    plain = opened(replace(clan_report(member(1, "Ann")), bosses=killed))["Bosses"]
    new = {1: {"nex": MetricGain(0, entered_at=1_250)}}
    entered = opened(replace(clan_report(member(1, "Ann")), bosses=new))["Bosses"]
    assert plain.column_dimensions["I"].hidden
    assert plain.print_area.endswith("$H$4")
    assert not entered.column_dimensions["I"].hidden
    assert entered.print_area.endswith("$I$4")


@pytest.mark.parametrize(
    ("period", "head", "first"),
    [
        (Period.DAY, "Hour", datetime(2025, 6, 30, 19)),  # noqa: DTZ001 - Excel has no zones
        (Period.WEEK, "Day", datetime(2025, 6, 30)),  # noqa: DTZ001 - likewise
        (Period.YEAR, "Week from", datetime(2025, 6, 30)),  # noqa: DTZ001 - likewise
    ],
)
def test_activity_has_the_steps_of_the_period(period: Period, head: str, first: datetime) -> None:
    sheet = opened(clan_report(member(), period=period))["Activity"]
    assert (sheet["A3"].value, sheet["A4"].value) == (head, first)


def test_what_holds_for_every_row_is_said_once_on_summary() -> None:
    began = datetime(2025, 5, 7).date()  # noqa: DTZ001 - a day
    old, late = (
        newcomer(member(number), since=NOW - timedelta(days=days))
        for number, days in ((1, 52), (2, 12))
    )
    report = replace(clan_report(old, late), seen_from=began, heard_from=began)
    workbook = opened(report)
    assert workbook["Summary"]["A6"].value == (
        "90 and 365 days on Roster: the data begins on 7 May 2025, "
        "so they count from each member's first snapshot"
    )
    notes = {row[1].value: row[24].value for row in workbook["Roster"].iter_rows(min_row=FIRST)}
    assert notes == {
        "Player 1": "30 days counted from 9 May 2025",
        "Player 2": "30, 90, 365 days counted from 18 Jun 2025",
    }
    year = opened(replace(report, period=Period.YEAR, span=last(Period.YEAR, NOW, UTC_ZONE)))
    assert "data since 7 May 2025" in str(year["Summary"]["A5"].value)


def test_the_summary_defines_its_words_and_draws_two_charts() -> None:
    summary = opened(full_clan(12))["Summary"]
    words = {cell.value for cell in summary["A"]}

    assert {"Gain", "Messages", "Active", "Unknown"} <= words
    assert summary["A8"].value == "XP gained (10 of 12 members)"
    assert summary["B8"].value == full_clan(12).totals.xp
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
        *("Name", "Role", "Total", "Zulrah", "Counted from", "Counted to")
    ]
    assert values(workbook["Boss kills"], 4)[3] == 3
    assert values(workbook["Boss kills"], 5)[3] == DASH
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

"""The sheet Summary: the clan on one page, with the words defined that it uses."""

from typing import Any

from bot.clan.activity import TrendStep, step_of
from bot.reports import style
from bot.reports.clan_report import (
    ClanReport,
    Mover,
    TotalRow,
    doubts,
    top_movers,
    total_rows,
)
from bot.reports.definitions import DEFINITIONS
from bot.reports.roster_rows import roster_notes
from bot.reports.workbook.sheets import Sheet, StyledWorkbook
from bot.reports.workbook.source import Source

_TABLE, _CHARTS, _WORDS = 6, 20, 36
_WIDTHS = (33, 15, 15, 15, 11, 3, 26, 13, 3, 26, 13)
_CHART_HEIGHT = 300
_SOFT_FONT = {"color": style.SHEET_SOFT}


def write_summary(workbook: StyledWorkbook, report: ClanReport, source: Source) -> None:
    """Write totals, top lists, two charts and the definitions."""
    sheet = workbook.sheet("Summary")
    sheet.page.fit_to_pages(1, 1)
    for column, width in enumerate(_WIDTHS):
        sheet.width(column, column, width)
    sheet.title(report.clan, f"Clan report · last {report.period.words}")
    sheet.text(2, 0, style.span_words(report.shown_span, report.zone), "note")
    sheet.text(3, 0, style.evidence_words(report.evidence), "note")
    sheet.text(4, 0, style.evidence_words(doubts(report)), "note")
    sheet.text(5, 0, style.evidence_words(roster_notes(report)), "note")
    _write_totals(sheet, report)
    _write_lists(sheet, report)
    _draw_charts(sheet, source, report)
    sheet.define(_WORDS, DEFINITIONS, len(_WIDTHS) - 1)
    sheet.page.print_area(0, 0, _WORDS + len(DEFINITIONS) - 1, len(_WIDTHS) - 1)


def _write_totals(sheet: Sheet, report: ClanReport) -> None:
    heads = ("Totals", "This period", "Before", "Change", "Change %")
    for column, words in enumerate(heads):
        sheet.text(_TABLE, column, words, "head")
    for line, row in enumerate(total_rows(report), start=_TABLE + 1):
        _write_total(sheet, line, row)


def _write_total(sheet: Sheet, line: int, row: TotalRow) -> None:
    look = "decimal" if row.decimal else "integer"
    sheet.text(line, 0, f"{row.label} ({row.seen})" if row.seen else row.label, "strong")
    sheet.number(line, 1, row.now, look)
    sheet.number(line, 2, row.before, look)
    sheet.number(line, 3, row.change, f"signed {look}".removesuffix(" integer"))
    sheet.number(line, 4, row.share, "percent")


def _write_lists(sheet: Sheet, report: ClanReport) -> None:
    movers = top_movers(report)
    days = report.period.words
    _write_list(sheet, (_TABLE, 6), f"Most XP, {days}", movers.xp)
    _write_list(sheet, (_TABLE, 9), f"Most boss kills, {days}", movers.kills)
    _write_list(sheet, (_TABLE + 7, 6), f"Most messages, {days}", movers.messages)
    _write_list(sheet, (_TABLE + 7, 9), "Most active on both sides, %", movers.active)


def _write_list(
    sheet: Sheet, corner: tuple[int, int], heading: str, movers: tuple[Mover, ...]
) -> None:
    row, column = corner
    sheet.page.merge_range(row, column, row, column + 1, heading, sheet.workbook.look("head"))
    for line, mover in enumerate(movers, start=row + 1):
        since = f", since {style.day_words(mover.since)}" if mover.since else ""
        sheet.text(line, column, f"{mover.name}{since}")
        sheet.number(line, column + 1, mover.value, "doubtful" if since else "integer")
    if not movers:
        sheet.text(row + 1, column, "nobody", "soft")


def _draw_charts(sheet: Sheet, source: Source, report: ClanReport) -> None:
    if not source.steps:
        sheet.text(_CHARTS, 0, "Nothing was seen yet", "note")
        return
    fell = [{"fill": {"color": style.DOWN}} if line.fell else None for line in report.trend]
    step = step_of(report.period)
    _draw_chart(sheet, source, step, (0, 650), 1, fell)
    _draw_chart(sheet, source, step, (6, 592), 2, [])


def _draw_chart(  # noqa: PLR0913, PLR0917 - which part of what, and where
    sheet: Sheet,
    source: Source,
    step: TrendStep,
    place: tuple[int, int],
    column: int,
    points: list[Any],
) -> None:
    """Draw one column of the trend at (column, width in pixels); what is unknown stays a gap.

    `points` are the steps that look other than the rest.
    """
    name, colour, form = (
        (f"XP per {step.value}", style.XP, '[>=1000000]0.#,,"M";[>=1000]0,"k";0'),
        (f"Messages per {step.value}", style.MESSAGES, "#,##0"),
    )[column - 1]
    chart: Any = sheet.workbook.workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": name,
            "categories": source.trend(0),
            "values": source.trend(column),
            "fill": {"color": colour},
            "gap": 25,
            **({"points": points} if any(points) else {}),
        }
    )
    chart.set_title({"name": name, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {
            **_axis(step, max(source.steps // 6, 1)),
            "num_font": _SOFT_FONT,
        }
    )
    grid = {"visible": True, "line": {"color": style.SHEET_LINE, "width": 0.75}}
    axis = {"num_format": form, "num_font": _SOFT_FONT, "major_gridlines": grid, "min": 0}
    chart.set_y_axis({**axis, "line": {"none": True}})
    chart.set_chartarea({"border": {"color": style.SHEET_LINE}})
    chart.set_size({"width": place[1], "height": _CHART_HEIGHT})
    sheet.page.insert_chart(_CHARTS, place[0], chart, {"description": name})


def _axis(step: TrendStep, every: int) -> dict[str, Any]:
    """Return how the steps are named; only an axis of days leaves room for days alone."""
    if step is TrendStep.DAY:
        days = {"date_axis": True, "major_unit": every, "major_unit_type": "days"}
        return {**days, "num_format": "d mmm"}
    form = "hh:mm" if step is TrendStep.HOUR else "d mmm"
    return {"text_axis": True, "num_format": form, "interval_unit": every, "interval_tick": every}

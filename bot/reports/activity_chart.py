"""The clan's week in three panels: chat, game and voice by weekday and hour. Values in, PNG out.

An hour that nobody saw is hatched, never empty. A side of which nothing is known is one line: an
empty grid would say no more, and costs as much as a full one.
"""

from itertools import accumulate

from bot.clan.activity import best_hours
from bot.clan.week_hours import is_unknown, known_of
from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.activity_report import ActivityReport, WeekPanel
from bot.reports.documents import Document
from bot.reports.paper import Paper, Rect, width_of
from bot.reports.plots import (
    HEADING,
    SMALL,
    SOFT,
    draw_hatched,
    draw_header,
    draw_heat_key,
    draw_week,
    hour_cell,
)

_TOP, _SHUT, _FOOT = 112, 52, 46
_PANEL, _GRID = 292, 246
"""A panel with its title, and its grid: rows no higher than the names of the days need."""
_NAME = "activity.png"


def activity_chart(report: ActivityReport) -> Document:
    """Draw when the clan writes, plays and talks."""
    tall = [_SHUT if is_unknown(each.week) else _PANEL for each in report.panels]
    *tops, end = accumulate(tall, initial=_TOP)
    paper = Paper(style.WIDTH, end + _FOOT)
    span = style.span_words(report.shown_span, report.zone)
    draw_header(paper, report.clan, span, f"last {report.period.words}")
    for top, panel in zip(tops, report.panels, strict=True):
        _draw_panel(paper, panel, top)
    paper.text(
        (style.MARGIN, end + _FOOT - 18), f"Hours of {report.zone}{_hatching(report)}", SMALL
    )
    return Document(_NAME, paper.png(), _alt(report, span))


def _hatching(report: ActivityReport) -> str:
    """Return what hatched hours mean, where there are any."""
    weeks = [each.week for each in report.panels if not is_unknown(each.week)]
    has_unseen = any(number is None for week in weeks for row in week for number in row)
    return "; hatched: not seen" if has_unseen else ""


def _draw_panel(paper: Paper, panel: WeekPanel, top: float) -> None:
    """Draw a week with its title; of one of which nothing is known why, in one line."""
    right = style.WIDTH - style.MARGIN
    paper.text((style.MARGIN, top + 30), panel.title, HEADING)
    left = style.MARGIN + width_of(panel.title, HEADING) + 18
    if is_unknown(panel.week):
        words = f"{DASH} {panel.note or 'not seen'}"
        paper.text((left, top + 30), words, SOFT, room=right - left)
        return
    rect: Rect = (style.MARGIN, top + 42, right - style.MARGIN, _GRID)
    week = known_of(panel.week)
    draw_week(paper, week, rect)
    unseen = [
        (x + 1, y + 1, across - 2, down - 2)
        for weekday, row in enumerate(panel.week)
        for hour, number in enumerate(row)
        if number is None
        for x, y, across, down in [hour_cell(rect, weekday, hour)]
    ]
    draw_hatched(paper, unseen)
    draw_heat_key(paper, week, right, top + 30, panel.unit, each=24)
    room = right - left - 24 * len(style.HEAT) - width_of(f"{panel.unit} 0", SMALL) - 96
    # What stands first is said whole; the message below the picture has all of it.
    fits = [
        each for each in (panel.note, panel.note.split("; ")[0]) if width_of(each, SMALL) < room
    ]
    if panel.note and fits:
        paper.text((left, top + 30), fits[0], SMALL)


def _alt(report: ActivityReport, span: str) -> str:
    told = " ".join(f"{_told(panel)}." for panel in report.panels)
    return f"{report.clan} by weekday and hour over {report.period.words}, {span}. {told}"


def _told(panel: WeekPanel) -> str:
    note = f" ({panel.note})" if panel.note else ""
    if is_unknown(panel.week):
        return f"{panel.title}: unknown{note}"
    best = ", ".join(style.slot_words(slot) for slot in best_hours(known_of(panel.week)))
    return f"{panel.title}, busiest {best or 'at no hour'}{note}"

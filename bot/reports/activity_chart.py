"""The clan's week in three panels: chat, game and voice by weekday and hour. Values in, PNG out.

An hour that nobody saw is hatched, never empty.
"""

from bot.clan.activity import best_hours
from bot.clan.week_hours import is_unknown, known_of
from bot.reports import style
from bot.reports.activity_report import ActivityReport, WeekPanel
from bot.reports.documents import Document
from bot.reports.paper import Paper, Rect, width_of
from bot.reports.plots import (
    BODY,
    HEADING,
    SMALL,
    draw_hatched,
    draw_header,
    draw_heat_key,
    draw_week,
    hour_cell,
)

_TOP, _PANEL, _HEIGHT = 118, 404, 1350
_NAME = "activity.png"


def activity_chart(report: ActivityReport) -> Document:
    """Draw when the clan writes, plays and talks."""
    paper = Paper(style.WIDTH, _HEIGHT)
    span = style.span_words(report.shown_span, report.zone)
    draw_header(paper, report.clan, span, f"last {report.period.words}")
    for place, panel in enumerate(report.panels):
        _draw_panel(paper, panel, _TOP + place * _PANEL)
    paper.text((style.MARGIN, _HEIGHT - 18), f"Hours of {report.zone}; hatched: not seen", SMALL)
    return Document(_NAME, paper.png(), _alt(report, span))


def _draw_panel(paper: Paper, panel: WeekPanel, top: float) -> None:
    wide = style.WIDTH - 2 * style.MARGIN
    rect: Rect = (style.MARGIN, top + 40, wide, _PANEL - 76)
    week, right = known_of(panel.week), style.WIDTH - style.MARGIN
    paper.text((style.MARGIN, top + 26), panel.title, HEADING)
    left = style.MARGIN + width_of(panel.title, HEADING) + 18
    draw_week(paper, week, rect)
    unseen = [
        (x + 1, y + 1, across - 2, down - 2)
        for weekday, row in enumerate(panel.week)
        for hour, number in enumerate(row)
        if number is None
        for x, y, across, down in [hour_cell(rect, weekday, hour)]
    ]
    draw_hatched(paper, unseen)
    if is_unknown(panel.week):
        middle = (rect[0] + rect[2] / 2, rect[1] + rect[3] / 2)
        words = panel.note or "not seen"
        box = width_of(words, BODY) + 36
        paper.box((middle[0] - box / 2, middle[1] - 38, box, 56), style.CARD, corner=8)
        paper.text(middle, words, BODY, align="center")
        return
    draw_heat_key(paper, week, right, top + 26, panel.unit, each=24)
    room = right - left - 24 * len(style.HEAT) - width_of(f"{panel.unit} 0", SMALL) - 96
    # What stands first is said whole; the message below the picture has all of it.
    fits = [
        each for each in (panel.note, panel.note.split("; ")[0]) if width_of(each, SMALL) < room
    ]
    if panel.note and fits:
        paper.text((left, top + 26), fits[0], SMALL)


def _alt(report: ActivityReport, span: str) -> str:
    told = " ".join(f"{_told(panel)}." for panel in report.panels)
    return f"{report.clan} by weekday and hour over {report.period.words}, {span}. {told}"


def _told(panel: WeekPanel) -> str:
    note = f" ({panel.note})" if panel.note else ""
    if is_unknown(panel.week):
        return f"{panel.title}: unknown{note}"
    best = ", ".join(style.slot_words(slot) for slot in best_hours(known_of(panel.week)))
    return f"{panel.title}, busiest {best or 'at no hour'}{note}"

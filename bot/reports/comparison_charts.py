"""The chart of two members: what both did over the period as lines, and their numbers as bars."""

from bot.clan.comparing import Contest, Lead
from bot.clan.wording import DASH, short
from bot.reports import style
from bot.reports.comparisons import MemberComparison, Race, number_words
from bot.reports.documents import Document
from bot.reports.paper import Paper, TextStyle, drawable, width_of
from bot.reports.plots import (
    SMALL,
    DrawnLine,
    draw_header,
    draw_lines,
    draw_small_print,
    draw_ticks,
)
from bot.reports.trends import ticks_of

_FIRST, _SECOND = style.XP, style.MESSAGES
"""One colour for each person; the second's line is dashed too."""
_TOP, _KEY, _DATES = 164.0, 136.0, 34.0
_BOTTOM = 676.0
_LINES_WIDTH = 600.0
_BARS = 672.0
_VALUE = TextStyle(style.BODY, bold=True)


def comparison_chart(told: MemberComparison) -> Document:
    """Draw two members side by side; whose number is the higher one is written in bold."""
    paper = Paper()
    title = f"{_named(told.first.name)} and {_named(told.second.name)}"
    when = style.span_words(told.span, told.zone)
    draw_header(paper, title, f"{told.clan} \N{MIDDLE DOT} {when}", f"last {told.period.words}")
    _draw_names(paper, told)
    tall = (_BOTTOM - _TOP - _DATES) / 2
    for number, race in enumerate(told.races):
        rect = (style.MARGIN, _TOP + number * tall, _LINES_WIDTH, tall - 22)
        field = draw_lines(paper, race.label, _lines(race), rect)
    draw_ticks(paper, ticks_of(told.lines[0]), len(told.lines[0]), field)
    each = (_BOTTOM - _TOP) / len(told.contests)
    for number, contest in enumerate(told.contests):
        _draw_contest(paper, contest, _TOP + number * each)
    draw_small_print(paper, told.told)
    return Document("comparison.png", paper.png(), _alt(told))


def _named(name: str) -> str:
    return drawable(name, DASH)


def _lines(race: Race) -> tuple[DrawnLine, DrawnLine]:
    return DrawnLine(race.first, _FIRST), DrawnLine(race.second, _SECOND, is_dashed=True)


def _draw_names(paper: Paper, told: MemberComparison) -> None:
    """Draw whose line and bars are which."""
    half = (paper.width - 2 * style.MARGIN) / 2 - 60
    left = float(style.MARGIN)
    for side, colour in zip(told.sides, (_FIRST, _SECOND), strict=True):
        name = _named(side.name)
        points = [(left, _KEY - 9), (left + 34, _KEY - 9)]
        paper.line(points, colour, 4, dashed=colour == _SECOND)
        paper.text((left + 44, _KEY), name, TextStyle(style.BODY, colour, bold=True), room=half)
        left += 44 + min(width_of(name, _VALUE), half) + 36


def _draw_contest(paper: Paper, contest: Contest, top: float) -> None:
    """Draw both numbers towards each other, with bars that share the width by their size."""
    width = paper.width - style.MARGIN - _BARS
    baseline, bar = top + 28, top + 38
    middle = _BARS + width / 2
    paper.text((middle, baseline), contest.title, SMALL, align="center")
    numbers = (contest.first, contest.second)
    leading = (Lead.FIRST, Lead.SECOND)
    most = max((each or 0 for each in numbers), default=0) or 1
    for is_second, value in enumerate(numbers):
        colour = _SECOND if is_second else _FIRST
        bold = contest.lead is leading[is_second]
        text = TextStyle(style.BODY, style.INK if bold else style.INK_SOFT, bold=bold)
        at = (_BARS + width if is_second else _BARS, baseline)
        paper.text(at, short(value), text, align="right" if is_second else "left")
        half = width / 2 - 3
        start = middle + 3 if is_second else _BARS
        paper.rects([(start, bar, half, 18)], style.PANEL)
        if value:
            long = max(half * value / most, 4)
            paper.rects([(start if is_second else middle - 3 - long, bar, long, 18)], colour, 0.85)


def _alt(told: MemberComparison) -> str:
    told_numbers = "; ".join(
        f"{each.title} {first} and {second}"
        for each in told.contests
        for first, second in [number_words(each)]
    )
    notes = "".join(f" {each}." for each in told.told)
    return (
        f"{told.first.name} and {told.second.name} of {told.clan}, last {told.period.words}, "
        f"{style.span_words(told.span, told.zone)}. {' '.join(told.leads())} {told_numbers}.{notes}"
    )

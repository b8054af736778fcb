"""The pieces that charts are made of: tiles, lines over days, bars, the week's heatmap.

A day that was not observed is a gap in a line, and an unknown number is a dash: never zero.
"""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from math import ceil, log10
from typing import NamedTuple

from bot.clan.activity import Heatmap
from bot.clan.wording import DASH, short
from bot.reports import style
from bot.reports.clan_report import Mover
from bot.reports.paper import Align, Paper, Point, Rect, TextStyle, drawable, width_of

HEADING = TextStyle(style.HEADING, bold=True)
BODY = TextStyle()
STRONG = TextStyle(bold=True)
SOFT = TextStyle(colour=style.INK_SOFT)
SMALL = TextStyle(style.SMALL, style.INK_SOFT)

_FEW = (2, 4, 6, 8, 10)
_STEPS = (1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
"""Ends of an axis whose half is as round as they are: small ones, the rest by powers of ten."""
_AXIS = 58
"""Pixels left of a plot for the numbers of its axis."""


class Tile(NamedTuple):
    """One number with its name and what stands below it."""

    label: str
    value: str
    below: str
    colour: str
    below_colour: str = style.INK_SOFT


class Days(NamedTuple):
    """One line over days; None is a gap.

    `lit` is how many of the last days the report itself is about; `unfinished` says that the last
    day is still running. `falls` are the places of the days on which something was lost.
    """

    label: str
    note: str
    days: tuple[date, ...]
    values: tuple[float | None, ...]
    colour: str
    lit: int = 0
    unfinished: bool = False
    falls: tuple[int, ...] = ()


class TopList(NamedTuple):
    """A top list to draw in `places` rows of equal height."""

    heading: str
    movers: tuple[Mover, ...]
    colour: str
    places: int = 3


def ceiling(values: Sequence[float | None]) -> float:
    """Return the round, even number that an axis over these values ends with."""
    most = max((value for value in values if value is not None), default=0)
    if most <= _FEW[-1]:
        return next(float(end) for end in _FEW if end >= most)
    size = 10 ** int(log10(most))
    return next(float(step * size) for step in _STEPS if step * size >= most)


def runs(values: Sequence[float | None]) -> tuple[tuple[int, ...], ...]:
    """Return the stretches of neighbouring places whose values are known."""
    stretches = groupby(range(len(values)), key=lambda place: values[place] is not None)
    return tuple(tuple(places) for known, places in stretches if known)


def heat_level(messages: int, most: int) -> int:
    """Return the colour's place: 0 for no message, the last for the busiest hour."""
    return ceil(messages / most * (len(style.HEAT) - 1)) if messages and most else 0


def draw_header(paper: Paper, name: str, line: str, note: str) -> None:
    """Draw whom the card is about, one line below it, and the span in few words at the right."""
    right = paper.width - style.MARGIN
    paper.text(
        (style.MARGIN, 58), drawable(name, DASH), TextStyle(style.TITLE, bold=True), room=780
    )
    paper.text((style.MARGIN, 86), line, SOFT, room=1028)
    paper.text((right, 58), note, TextStyle(style.HEADING, style.XP, bold=True), align="right")


def draw_small_print(paper: Paper, parts: tuple[str, ...]) -> None:
    """Draw as many of the parts as the line holds, the first ones; none is cut in the middle."""
    room = paper.width - 2 * style.MARGIN
    holds = len(parts)
    while holds > 1 and width_of(style.evidence_words(parts[:holds]), SMALL) > room:
        holds -= 1
    at = (style.MARGIN, paper.height - 24)
    paper.text(at, style.evidence_words(parts[:holds]), SMALL, room=room)


def draw_tiles(paper: Paper, tiles: Sequence[Tile], top: float, height: float = 104) -> None:
    """Draw a row of tiles from margin to margin."""
    gap = 12.0
    width = (paper.width - 2 * style.MARGIN - gap * (len(tiles) - 1)) / len(tiles)
    for place, tile in enumerate(tiles):
        left = style.MARGIN + place * (width + gap)
        paper.box((left, top, width, height), style.PANEL)
        paper.box((left, top + 14, 5, height - 28), tile.colour, corner=2)
        lines = (
            (29, tile.label, SOFT),
            (65, tile.value, TextStyle(style.FIGURE, bold=True)),
            (90, tile.below, TextStyle(style.SMALL, tile.below_colour)),
        )
        for down, words, text_style in lines:
            paper.text((left + 20, top + down), words, text_style, room=width - 34)


def draw_days(paper: Paper, plot: Days, rect: Rect, *, dates: bool) -> None:
    """Draw values over days as a filled area with its heading above and, if asked, its dates."""
    left, top, width, height = rect
    paper.text((left, top + 14), plot.label, HEADING)
    paper.text((left + width, top + 14), plot.note, SMALL, align="right")
    field = (left + _AXIS, top + 32, width - _AXIS, height - 32 - (26 if dates else 0))
    most = ceiling(plot.values)
    if 0 < plot.lit < len(plot.days):
        start = _across(len(plot.days) - plot.lit, len(plot.days), field)
        paper.rects([(start, field[1], field[0] + field[2] - start, field[3])], style.PANEL)
    _draw_scale(paper, field, most)
    if dates:
        _draw_dates(paper, plot.days, field)
    if runs(plot.values):
        _draw_area(paper, plot, field, most)
    else:
        middle = (field[0] + field[2] / 2, field[1] + field[3] / 4 + 6)
        paper.text(middle, f"{DASH} nothing observed", SOFT, align="center")
    fallen = [_point(plot, place, field, most) for place in plot.falls]
    paper.dots(fallen, style.INK)


def _draw_scale(paper: Paper, field: Rect, most: float) -> None:
    left, top, width, height = field
    for share in (0.0, 0.5, 1.0):
        level = top + height * (1 - share)
        paper.line([(left, level), (left + width, level)], style.GRID, 1)
        paper.text((left - 8, level + 5), short(most * share), SMALL, align="right")


def _draw_dates(paper: Paper, days: tuple[date, ...], field: Rect) -> None:
    baseline = field[1] + field[3] + 23
    ticks = min(5, len(days))
    for tick in range(ticks):
        place = round((len(days) - 1) * tick / (ticks - 1)) if ticks > 1 else 0
        edge: Align = "left" if tick == 0 else "right" if tick == ticks - 1 else "center"
        align: Align = edge if ticks > 1 else "center"
        at = (_across(place, len(days), field), baseline)
        paper.text(at, style.day_words(days[place]), SMALL, align=align)


def _across(place: int, how_many: int, field: Rect) -> float:
    return field[0] + (field[2] * place / (how_many - 1) if how_many > 1 else field[2] / 2)


def _draw_area(paper: Paper, plot: Days, field: Rect, most: float) -> None:
    floor = field[1] + field[3]
    lines = [[_point(plot, place, field, most) for place in run] for run in runs(plot.values)]
    under = [[(line[0][0], floor), *line, (line[-1][0], floor)] for line in lines]
    paper.polygons(under, plot.colour, 0.28)
    running = plot.unfinished and plot.values[-1] is not None
    for line in lines:
        done = line[:-1] if running and line is lines[-1] else line
        if len(done) > 1:
            paper.line(done, plot.colour)
    if running:
        paper.line(lines[-1][-2:], plot.colour, dashed=True)
    paper.dots([line[0] for line in lines if len(line) == 1], plot.colour)


def _point(plot: Days, place: int, field: Rect, most: float) -> Point:
    """Return where a known value stands in the field."""
    share = (plot.values[place] or 0) / most
    return _across(place, len(plot.values), field), field[1] + field[3] * (1 - share)


def draw_movers(paper: Paper, top_list: TopList, rect: Rect) -> None:
    """Draw a top list as bars with the names in them."""
    left, top, width, height = rect
    paper.text((left, top + 14), top_list.heading, HEADING)
    each = (height - 26) / top_list.places
    if not top_list.movers:
        paper.text((left, top + 26 + each * 0.72), f"{DASH} nobody", SOFT)
    most = max((mover.value for mover in top_list.movers), default=1)
    for place, mover in enumerate(top_list.movers[: top_list.places]):
        y, tall = top + 27 + place * each, each - 4
        bar = max(width * mover.value / most, 6)
        paper.box((left, y, width, tall), style.PANEL, corner=4)
        paper.rects([(left, y, bar, tall)], top_list.colour, 0.38)
        paper.rects([(left, y, 5, tall)], top_list.colour)
        since = f" since {style.day_words(mover.since)}" if mover.since else ""
        value, baseline = f"{short(mover.value)}{since}", y + tall / 2 + 6
        paper.text((left + width - 10, baseline), value, STRONG, align="right")
        room = width - 34 - width_of(value, STRONG)
        paper.text((left + 14, baseline), drawable(mover.name), BODY, room=room)


def draw_week(
    paper: Paper, hours: Heatmap, rect: Rect, *, every: int = 2, text_style: TextStyle = SMALL
) -> None:
    """Draw messages by weekday and hour; the scale is relative to the busiest hour."""
    left, _, _, height = rect
    start, top, across, down = hour_cell(rect, text_style, 0, 0)
    most = max((messages for row in hours for messages in row), default=0)
    levels: list[list[Rect]] = [[] for _ in style.HEAT]
    for weekday in range(7):
        y = top + weekday * down
        paper.text(
            (left, y + down / 2 + text_style.size * 0.36), style.WEEKDAYS[weekday], text_style
        )
        for hour in range(24):
            level = heat_level(hours[weekday][hour] if hours else 0, most)
            levels[level].append((start + hour * across + 1, y + 1, across - 2, down - 2))
    for rects, colour in zip(levels, style.HEAT, strict=True):
        paper.rects(rects, colour)
    for hour in range(0, 24, every):
        at = (start + (hour + 0.5) * across, top + height)
        paper.text(at, f"{hour:02d}", text_style, align="center")


def hour_cell(rect: Rect, text_style: TextStyle, weekday: int, hour: int) -> Rect:
    """Return where an hour of the week stands in what draw_week draws."""
    left, top, width, height = rect
    start, tall = left + 3 * text_style.size, height - 1.8 * text_style.size
    across, down = (width - 3 * text_style.size) / 24, tall / 7
    return start + hour * across, top + weekday * down, across, down


def draw_heat_key(paper: Paper, hours: Heatmap, top: float, least: str = "none") -> None:
    """Draw the colours of the week at the right, from `least` to the busiest hour."""
    most = max((messages for row in hours for messages in row), default=0)
    words = f"{most:,} in the busiest hour"
    right = paper.width - style.MARGIN - width_of(words, SMALL) - 10
    paper.text((right + 10, top + 16), words, SMALL)
    start = right - 34 * len(style.HEAT)
    paper.text((start - 8, top + 16), least, SMALL, align="right")
    for level, colour in enumerate(style.HEAT):
        paper.rects([(start + level * 34, top, 32, 20)], colour)

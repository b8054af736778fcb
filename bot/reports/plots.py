"""The pieces that charts are made of: tiles, bars over a period, top lists, the week's heatmap.

A step that was not observed is hatched, and an unknown number is a dash: never zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil, log10
from typing import NamedTuple

from bot.clan.activity import Heatmap
from bot.clan.wording import DASH, short
from bot.reports import style
from bot.reports.clan_report import Mover
from bot.reports.paper import Align, Paper, Point, Rect, TextStyle, drawable, width_of
from bot.reports.trends import Mark, Plot, Trend

HEADING = TextStyle(style.HEADING, bold=True)
BODY = TextStyle()
STRONG = TextStyle(bold=True)
SOFT = TextStyle(colour=style.INK_SOFT)
SMALL = TextStyle(style.SMALL, style.INK_SOFT)

_FEW = (2, 4, 6, 8, 10)
_STEPS = (1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
"""Ends of an axis whose half is as round as they are: small ones, the rest by powers of ten."""
_AXIS = 74
"""Pixels left of a plot for the numbers of its axis."""
_SWATCH = 34
_BAR_ALPHA, _SO_FAR_ALPHA = 0.62, 0.3
_Key = Sequence[tuple[Mark, str]]


class Tile(NamedTuple):
    """One number with its name and what stands below it."""

    label: str
    value: str
    below: str
    colour: str
    below_colour: str = style.INK_SOFT


class TopList(NamedTuple):
    """A top list to draw in `places` rows of equal height."""

    heading: str
    movers: tuple[Mover, ...]
    colour: str
    places: int = 3


class DrawnLine(NamedTuple):
    """What one line goes through, from step to step; None is unknown."""

    values: tuple[float | None, ...]
    colour: str
    is_dashed: bool = False


def ceiling(values: Iterable[float | None]) -> float:
    """Return the round, even number that an axis over these values ends with."""
    most = max((value for value in values if value is not None), default=0)
    if most <= _FEW[-1]:
        return next(float(end) for end in _FEW if end >= most)
    size = 10 ** int(log10(most))
    return next(float(step * size) for step in _STEPS if step * size >= most)


def runs(values: Sequence[float | None], *, known: bool = True) -> tuple[tuple[int, ...], ...]:
    """Return the stretches of neighbouring places whose values are known, or those that are not."""
    stretches = groupby(range(len(values)), key=lambda place: values[place] is not None)
    return tuple(tuple(places) for is_known, places in stretches if is_known is known)


def heat_level(messages: int, most: int) -> int:
    """Return the colour's place: 0 for no message, the last for the busiest hour."""
    return ceil(messages / most * (len(style.HEAT) - 1)) if messages and most else 0


def draw_header(paper: Paper, name: str, line: str, note: str) -> None:
    """Draw whom the card is about, one line below it, and the span in few words at the right."""
    right = paper.width - style.MARGIN
    beside = TextStyle(style.HEADING, style.XP, bold=True)
    room = right - style.MARGIN - width_of(note, beside) - 24
    title = TextStyle(style.TITLE, bold=True)
    paper.text((style.MARGIN, 58), drawable(name, DASH), title, room=room)
    paper.text((style.MARGIN, 97), line, SMALL, room=right - style.MARGIN)
    paper.text((right, 56), note, beside, align="right")


def draw_small_print(paper: Paper, parts: tuple[str, ...]) -> None:
    """Draw as many of the parts as the line holds, the first ones; none is cut in the middle."""
    room = paper.width - 2 * style.MARGIN
    holds = len(parts)
    while holds > 1 and width_of(style.evidence_words(parts[:holds]), SMALL) > room:
        holds -= 1
    at = (style.MARGIN, paper.height - 18)
    paper.text(at, style.evidence_words(parts[:holds]), SMALL, room=room)


def draw_tiles(paper: Paper, tiles: Sequence[Tile], top: float, height: float = 122) -> None:
    """Draw a row of tiles from margin to margin."""
    gap = 10.0
    width = (paper.width - 2 * style.MARGIN - gap * (len(tiles) - 1)) / len(tiles)
    for place, tile in enumerate(tiles):
        left = style.MARGIN + place * (width + gap)
        paper.box((left, top, width, height), style.PANEL)
        paper.box((left, top + 14, 6, height - 28), tile.colour, corner=2)
        lines = (
            (32, tile.label, SMALL),
            (76, tile.value, TextStyle(style.FIGURE, bold=True)),
            (109, tile.below, TextStyle(style.SMALL, tile.below_colour)),
        )
        for down, words, text_style in lines:
            paper.text((left + 18, top + down), words, text_style, room=width - 24)


def draw_trend(paper: Paper, trend: Trend, rect: Rect) -> None:
    """Draw both sides of a period below each other, with the dates that they share."""
    left, top, width, height = rect
    dates, gap = 34.0, 12.0
    each = (height - dates - gap) / 2
    draw_plot(paper, trend.xp, style.XP, (left, top, width, each), is_running=trend.is_running)
    below = (left, top + each + gap, width, each)
    field = draw_plot(paper, trend.messages, style.MESSAGES, below, is_running=trend.is_running)
    draw_ticks(paper, trend.ticks, len(trend.messages.values), field)


def draw_plot(paper: Paper, plot: Plot, colour: str, rect: Rect, *, is_running: bool) -> Rect:
    """Draw one side as bars with its heading above; return where the bars stand."""
    left, top, width, height = rect
    paper.text((left, top + 22), plot.label, HEADING)
    field = (left + _AXIS, top + 42, width - _AXIS, height - 42)
    most = ceiling((*plot.values, *plot.before))
    _draw_scale(paper, field, most)
    _draw_bars(paper, plot, field, most, colour, is_running=is_running)
    _draw_line(paper, plot.before, field, most, mark=Mark.BEFORE)
    _draw_line(paper, plot.mean, field, most, mark=Mark.MEAN)
    tops = [_point(plot.values, place, field, most) for place in plot.falls]
    paper.dots([(x, y - 8) for x, y in tops], style.INK, 6)
    if not any(value is not None for value in plot.values):
        _draw_not_seen(paper, field)
    return field


def draw_lines(paper: Paper, label: str, lines: Sequence[DrawnLine], rect: Rect) -> Rect:
    """Draw lines with their heading above, through what is known; return where they stand."""
    left, top, width, height = rect
    paper.text((left, top + 22), label, HEADING, room=width)
    field = (left + _AXIS, top + 42, width - _AXIS, height - 42)
    most = ceiling(value for line in lines for value in line.values)
    _draw_scale(paper, field, most)
    for line in lines:
        known = [place for place, value in enumerate(line.values) if value is not None]
        points = [_point(line.values, place, field, most) for place in known]
        if len(points) > 1:
            paper.line(points, line.colour, 3.2, dashed=line.is_dashed)
        paper.dots(points[-1:], line.colour, 9)
    if all(value is None for line in lines for value in line.values):
        _draw_not_seen(paper, field)
    return field


def _draw_not_seen(paper: Paper, field: Rect) -> None:
    middle = (field[0] + field[2] / 2, field[1] + field[3] / 2 + 9)
    wide = width_of("not seen", BODY) + 28
    paper.box((middle[0] - wide / 2, middle[1] - 30, wide, 42), style.CARD, corner=6)
    paper.text(middle, "not seen", BODY, align="center")


def draw_key(paper: Paper, key: _Key, baseline: float, colour: str = style.XP) -> None:
    """Draw what the marks of a trend mean, in one line from the left margin on."""
    left = float(style.MARGIN)
    for mark, words in key:
        _draw_swatch(paper, mark, (left, baseline - 18, _SWATCH, 18), colour)
        paper.text((left + _SWATCH + 8, baseline), words, SMALL)
        left += _SWATCH + 8 + width_of(words, SMALL) + 22


def _draw_swatch(paper: Paper, mark: Mark, rect: Rect, colour: str) -> None:
    left, top, width, height = rect
    middle = top + height / 2 + 1
    if mark in {Mark.MEAN, Mark.BEFORE}:
        _draw_points(paper, [(left, middle), (left + width, middle)], mark)
    elif mark is Mark.SO_FAR:
        paper.rects([rect], colour, _SO_FAR_ALPHA)
    elif mark is Mark.UNSEEN:
        draw_hatched(paper, [rect])
    else:
        paper.dots([(left + width / 2, middle)], style.INK, 6)


def _draw_points(paper: Paper, points: Sequence[Point], mark: Mark) -> None:
    if mark is Mark.MEAN:
        paper.line(points, style.INK, 2.4)
    else:
        paper.line(points, style.INK_SOFT, 1.5, dashed=True)


def _draw_line(
    paper: Paper, values: Sequence[float | None], field: Rect, most: float, *, mark: Mark
) -> None:
    for run in runs(values):
        if len(run) > 1:
            _draw_points(paper, [_point(values, place, field, most) for place in run], mark)


def _draw_bars(  # noqa: PLR0913 - where, how high, and how
    paper: Paper, plot: Plot, field: Rect, most: float, colour: str, *, is_running: bool
) -> None:
    left, top, width, height = field
    values = plot.values
    each = width / max(len(values), 1)
    gap = min(each * 0.22, 6)
    bars: list[Rect] = []
    for place, value in enumerate(values):
        if value is not None:
            tall = max(height * value / most, 2)
            bars.append((left + place * each + gap / 2, top + height - tall, each - gap, tall))
    if is_running and bars and values[-1] is not None:
        paper.rects([bars.pop()], colour, _SO_FAR_ALPHA)
    paper.rects(bars, colour, _BAR_ALPHA)
    draw_hatched(
        paper,
        [(left + run[0] * each, top, each * len(run), height) for run in runs(values, known=False)],
    )


def draw_hatched(paper: Paper, rects: Sequence[Rect]) -> None:
    """Fill rectangles with slanting stripes that stay inside of them: nobody looked there."""
    paper.rects(rects, style.PANEL)
    paper.polygons((stripe for rect in rects for stripe in _stripes(rect)), style.HATCH)


def _stripes(rect: Rect) -> Iterator[list[Point]]:
    left, top, width, height = rect
    right, rise, thick = left + width, min(10, int(height) - 6), 3
    for down in range(rise, int(height) - thick + 1, 11):
        low, high = top + down, top + down - rise
        yield [(left, low), (right, high), (right, high + thick), (left, low + thick)]


def _draw_scale(paper: Paper, field: Rect, most: float) -> None:
    left, top, width, height = field
    levels = [(share, top + height * (1 - share)) for share in (0.0, 0.5, 1.0)]
    # Not as lines, which would lie above the bars.
    paper.rects([(left, level - 0.5, width, 1) for _, level in levels], style.GRID)
    for share, level in levels:
        paper.text((left - 8, level + 9), short(most * share), SMALL, align="right")


def draw_ticks(paper: Paper, ticks: Iterable[tuple[int, str]], how_many: int, field: Rect) -> None:
    """Name some of the steps below where they stand."""
    baseline = field[1] + field[3] + 28
    for place, words in ticks:
        at = _across(place, how_many, field)
        half = width_of(words, SMALL) / 2
        is_last = at + half > field[0] + field[2]
        align: Align = "right" if is_last else "left" if at - half < field[0] else "center"
        edge = {"right": field[0] + field[2], "left": field[0], "center": at}[align]
        paper.text((edge, baseline), words, SMALL, align=align)


def _across(place: int, how_many: int, field: Rect) -> float:
    """Return the middle of a step."""
    return field[0] + field[2] * (place + 0.5) / how_many


def _point(values: Sequence[float | None], place: int, field: Rect, most: float) -> Point:
    """Return where a value stands in the field."""
    share = (values[place] or 0) / most
    return _across(place, len(values), field), field[1] + field[3] * (1 - share)


def draw_movers(paper: Paper, top_list: TopList, rect: Rect) -> None:
    """Draw a top list as bars with the names in them; a star is for who counts from later on."""
    left, top, width, height = rect
    paper.text((left, top + 22), top_list.heading, HEADING)
    each = (height - 34) / top_list.places
    if not top_list.movers:
        paper.text((left, top + 34 + each * 0.75), f"{DASH} nobody", SOFT)
    most = max((mover.value for mover in top_list.movers), default=1)
    for place, mover in enumerate(top_list.movers[: top_list.places]):
        y, tall = top + 34 + place * each, each - 3
        bar = max(width * mover.value / most, 6)
        paper.box((left, y, width, tall), style.PANEL, corner=4)
        paper.rects([(left, y, bar, tall)], top_list.colour, 0.38)
        paper.rects([(left, y, 6, tall)], top_list.colour)
        value = f"{short(mover.value)}{'*' if mover.since else ''}"
        baseline = y + tall / 2 + 10
        paper.text((left + width - 10, baseline), value, STRONG, align="right")
        room = width - 36 - width_of(value, STRONG)
        paper.text((left + 16, baseline), drawable(mover.name), BODY, room=room)


def draw_week(paper: Paper, hours: Heatmap, rect: Rect, *, every: int = 3) -> None:
    """Draw messages by weekday and hour; the scale is relative to the busiest hour."""
    left, top, _, height = rect
    start, _, across, down = hour_cell(rect, 0, 0)
    most = max((messages for row in hours for messages in row), default=0)
    levels: list[list[Rect]] = [[] for _ in style.HEAT]
    for weekday in range(7):
        y = top + weekday * down
        paper.text((left, y + down / 2 + SMALL.size * 0.36), style.WEEKDAYS[weekday], SMALL)
        for hour in range(24):
            level = heat_level(hours[weekday][hour] if hours else 0, most)
            levels[level].append((start + hour * across + 1, y + 1, across - 2, down - 2))
    for rects, colour in zip(levels, style.HEAT, strict=True):
        paper.rects(rects, colour)
    for hour in range(0, 24, every):
        at = (start + (hour + 0.5) * across, top + height - 4)
        paper.text(at, f"{hour:02d}", SMALL, align="center")


def hour_cell(rect: Rect, weekday: int, hour: int) -> Rect:
    """Return where an hour of the week stands in what draw_week draws."""
    left, top, width, height = rect
    start, tall = left + 2.6 * SMALL.size, height - 1.5 * SMALL.size
    across, down = (width - 2.6 * SMALL.size) / 24, tall / 7
    return start + hour * across, top + weekday * down, across, down


def draw_heat_key(  # noqa: PLR0913, PLR0917 - where, of what, and how large
    paper: Paper,
    hours: Heatmap,
    right: float,
    baseline: float,
    label: str = "",
    each: float = 32,
) -> None:
    """Draw the colours of the week up to `right`, from no message to those of the busiest hour."""
    most = max((messages for row in hours for messages in row), default=0)
    words = f"{most:,}"
    start = right - width_of(words, SMALL) - 8 - each * len(style.HEAT)
    paper.text((right, baseline), words, SMALL, align="right")
    paper.text((start - 8, baseline), f"{label} 0".strip(), SMALL, align="right")
    for level, colour in enumerate(style.HEAT):
        paper.rects([(start + level * each, baseline - 19, each - 2, 20)], colour)

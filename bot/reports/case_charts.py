"""The charts behind a decision: a person's last eight weeks, and the hours without an officer.

A week that nobody saw is hatched from end to end: it may have been any number of days, never zero.
"""

from collections.abc import Iterable, Iterator

from bot.clan.wording import DASH, plural
from bot.reports import style
from bot.reports.case_pictures import (
    SideTotal,
    UncoveredWeek,
    WeekLine,
    WeeksPicture,
    gap_words,
    side_totals,
)
from bot.reports.documents import Document
from bot.reports.paper import Paper, Point, Rect
from bot.reports.plots import (
    BODY,
    HEADING,
    SMALL,
    SOFT,
    STRONG,
    Tile,
    draw_header,
    draw_heat_key,
    draw_small_print,
    draw_tiles,
    draw_week,
    hour_cell,
)

_FIELD: Rect = (style.MARGIN + 40, 284, 988, 300)
"""Where the bars of the weeks stand."""
_HOURS: Rect = (style.MARGIN, 108, 1028, 456)
"""Where the hours of the week stand."""
_BAR = 44.0
_SIDES = (("In the game", style.XP), ("In chat", style.MESSAGES))


def weeks_chart(picture: WeeksPicture) -> Document:
    """Draw on how many days of each week a person was active in the game and in chat."""
    paper = Paper()
    note = f"last {plural(len(picture.weeks), 'week')}"
    draw_header(paper, picture.name, style.evidence_words(_about(picture)), note)
    draw_small_print(paper, (picture.span_words,))
    evidence = style.evidence_words(picture.evidence)
    paper.text((style.MARGIN, 646), evidence, SMALL, room=1028)
    totals = side_totals(picture.weeks)
    tiles = [
        Tile(label, total.words, total.doubt, colour)
        for (label, colour), total in zip(_SIDES, totals, strict=True)
    ]
    draw_tiles(paper, tiles, 104)
    _draw_key(paper, 244)
    _draw_scale(paper)
    for place, week in enumerate(picture.weeks):
        _draw_pair(paper, week, place, len(picture.weeks))
    return Document("weeks.png", paper.png(), _weeks_alt(picture, totals))


def uncovered_chart(week: UncoveredWeek) -> Document:
    """Draw the messages of those hours of the week in which no officer wrote."""
    paper = Paper()
    line = f"{week.clan} · {style.span_words(week.span, week.zone)}"
    draw_header(paper, _uncovered_title(week), line, f"last {plural(week.span.length.days, 'day')}")
    draw_small_print(paper, (_rule(week), *week.evidence))
    draw_week(paper, week.hours, _HOURS, text_style=SOFT)
    _underline(paper, week)
    paper.text((style.MARGIN, 610), _uncovered_line(week), HEADING, room=1028)
    if week.gap is not None:
        draw_heat_key(paper, week.hours, 624, "quiet or covered")
    return Document("uncovered_hours.png", paper.png(), _uncovered_alt(week))


def _about(picture: WeeksPicture) -> Iterator[str]:
    yield picture.role
    yield picture.clan
    if picture.joined_on is not None:
        yield f"since {style.date_words(picture.joined_on)}"
    if picture.others:
        yield f"also plays {', '.join(picture.others)}"


def _draw_key(paper: Paper, top: float) -> None:
    paper.text((style.MARGIN, top), "Active days of each week", HEADING)
    right = paper.width - style.MARGIN
    paper.text((right, top), "unknown", SMALL, align="right")
    _draw_hatched(paper, (right - 112, top - 15, 34, 18))


def _draw_scale(paper: Paper) -> None:
    left, top, width, height = _FIELD
    levels = [top + height * (1 - days / 7) for days in range(8)]
    # Not as lines, which would lie above the bars.
    paper.rects([(left, level - 0.5, width, 1) for level in levels], style.GRID)
    for days, level in enumerate(levels):
        paper.text((left - 12, level + 5), str(days), SMALL, align="right")


def _draw_pair(paper: Paper, week: WeekLine, place: int, how_many: int) -> None:
    """Draw both sides of one week beside each other with its dates below."""
    left, top, width, height = _FIELD
    middle = left + width * (place + 0.5) / how_many
    for days, start, (_, colour) in zip(
        (week.game_days, week.chat_days), (middle - _BAR - 3, middle + 3), _SIDES, strict=True
    ):
        if days is None:
            _draw_unknown(paper, (start, top, _BAR, height))
            continue
        tall = max(height * days / 7, 3)
        paper.rects([(start, top + height - tall, _BAR, tall)], colour)
        label = (start + _BAR / 2, top + height - tall - 7)
        paper.text(label, str(days), STRONG, align="center")
    paper.text((middle, top + height + 25), _dates(week), SMALL, align="center")


def _dates(week: WeekLine) -> str:
    same_month = week.first_on.month == week.last_on.month
    first = str(week.first_on.day) if same_month else style.day_words(week.first_on)
    return f"{first}{DASH}{style.day_words(week.last_on)}"


def _draw_unknown(paper: Paper, rect: Rect) -> None:
    left, top, width, height = rect
    _draw_hatched(paper, rect)
    middle = left + width / 2, top + height / 2
    paper.box((middle[0] - 14, middle[1] - 16, 28, 32), style.CARD, corner=6)
    paper.text((middle[0], middle[1] + 7), "?", BODY, align="center")


def _draw_hatched(paper: Paper, rect: Rect) -> None:
    """Fill a rectangle with slanting stripes that stay inside of it."""
    paper.rects([rect], style.PANEL)
    paper.polygons(_stripes(rect), style.CARD_EDGE)


def _stripes(rect: Rect) -> Iterator[list[Point]]:
    left, top, width, height = rect
    right, rise, thick = left + width, 10, 3
    for down in range(rise, int(height) - thick, 9):
        low, high = top + down, top + down - rise
        yield [(left, low), (right, high), (right, high + thick), (left, low + thick)]


def _underline(paper: Paper, week: UncoveredWeek) -> None:
    """Underline the hours of the longest gap."""
    weekday, hour, hours = week.gap or (0, 0, 0)
    start = 24 * weekday + hour
    cells = (
        hour_cell(_HOURS, SOFT, number // 24 % 7, number % 24)
        for number in range(start, start + hours)
    )
    lines = [(left, top + height - 5, width, 4) for left, top, width, height in cells]
    paper.rects(lines, style.INK)


def _uncovered_title(week: UncoveredWeek) -> str:
    if week.gap is not None:
        return f"No officer: {gap_words(week.gap)}"
    return "No busy hour without an officer" if week.hours else f"Hours without an officer: {DASH}"


def _uncovered_line(week: UncoveredWeek) -> str:
    if week.gap is None:
        least = plural(week.least_messages, "message")
        words = f"An officer wrote in every hour of the week with at least {least}"
        return words if week.hours else "Nothing was observed"
    longest, all_hours = plural(week.gap[2], "hour"), plural(week.how_many, "hour")
    return f"Longest {longest}, in all {all_hours} of the week"


def _rule(week: UncoveredWeek) -> str:
    least = plural(week.least_messages, "message")
    return f"Hours of the week with at least {least} and none by an officer"


def _weeks_alt(picture: WeeksPicture, totals: tuple[SideTotal, SideTotal]) -> str:
    game, chat = totals
    return (
        f"Active days of {picture.name} in {picture.clan} over {len(picture.weeks)} weeks, "
        f"{picture.span_words}. In the game {game.words} ({game.doubt}), by week "
        f"{_by_week(week.game_days for week in picture.weeks)}; in chat {chat.words} "
        f"({chat.doubt}), by week {_by_week(week.chat_days for week in picture.weeks)}."
    )


def _by_week(days: Iterable[int | None]) -> str:
    return ", ".join("unknown" if each is None else str(each) for each in days)


def _uncovered_alt(week: UncoveredWeek) -> str:
    return (
        f"{_uncovered_title(week)}. Messages of {week.clan} by weekday and hour, "
        f"{style.span_words(week.span, week.zone)}. {_rule(week)}. {_uncovered_line(week)}."
    )

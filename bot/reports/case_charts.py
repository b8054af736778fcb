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
from bot.reports.paper import Paper, Rect
from bot.reports.plots import (
    BODY,
    HEADING,
    SMALL,
    STRONG,
    Tile,
    draw_hatched,
    draw_header,
    draw_heat_key,
    draw_small_print,
    draw_tiles,
    draw_week,
    hour_cell,
)

_FIELD: Rect = (style.MARGIN + 34, 314, 1002, 310)
"""Where the bars of the weeks stand."""
_HOURS: Rect = (style.MARGIN, 112, 1036, 456)
"""Where the hours of the week stand."""
_BAR = 46.0
_DOTS = (8, 13, 20)
"""Sizes of the dots of an hour in which officers wrote little, more, and much."""
_SIDES = (("In the game", style.XP), ("In chat", style.MESSAGES))


def weeks_chart(picture: WeeksPicture) -> Document:
    """Draw on how many days of each week a person was active in the game and in chat."""
    paper = Paper()
    note = f"last {plural(len(picture.weeks), 'week')}"
    draw_header(paper, picture.name, picture.span_words, note)
    draw_small_print(paper, (*_about(picture), *picture.evidence))
    totals = side_totals(picture.weeks)
    tiles = [
        Tile(label, total.words, total.doubt, colour)
        for (label, colour), total in zip(_SIDES, totals, strict=True)
    ]
    draw_tiles(paper, tiles, 112)
    _draw_key(paper, 272)
    _draw_scale(paper)
    for place, week in enumerate(picture.weeks):
        _draw_pair(paper, week, place, len(picture.weeks))
    return Document("weeks.png", paper.png(), _weeks_alt(picture, totals))


def uncovered_chart(week: UncoveredWeek) -> Document:
    """Draw when the clan talks, in which of these hours an officer wrote, and in which none did."""
    paper = Paper()
    line = f"{week.clan} \N{MIDDLE DOT} {style.span_words(week.span, week.zone)}"
    title, told = _uncovered_title(week), _uncovered_line(week)
    draw_header(paper, title, line, "")
    draw_week(paper, week.talk, _HOURS)
    for size, hours in zip(_DOTS, week.covered_levels, strict=True):
        cells = [hour_cell(_HOURS, *each) for each in hours]
        dots = [(left + width / 2, top + height / 2) for left, top, width, height in cells]
        # The dark rim makes them plain on bright hours too.
        paper.dots(dots, style.INK, size, style.CARD)
    _draw_frames(paper, [hour_cell(_HOURS, *each) for each in week.uncovered])
    _draw_hours_key(paper, week)
    words = (told, *([week.since_words] if week.since_words else []))
    draw_small_print(paper, words)
    return Document("uncovered_hours.png", paper.png(), _uncovered_alt(week, title, told))


def _about(picture: WeeksPicture) -> Iterator[str]:
    yield picture.role
    yield picture.clan
    if picture.joined_on is not None:
        yield f"since {style.date_words(picture.joined_on)}"
    if picture.others:
        yield f"also plays {', '.join(picture.others)}"


def _draw_frames(paper: Paper, cells: list[Rect]) -> None:
    """Frame the busy hours without an officer."""
    thick = 5
    paper.rects(
        (
            part
            for left, top, width, height in cells
            for part in (
                (left + 1, top + 1, width - 2, thick),
                (left + 1, top + height - 1 - thick, width - 2, thick),
                (left + 1, top + 1, thick, height - 2),
                (left + width - 1 - thick, top + 1, thick, height - 2),
            )
        ),
        style.DOWN,
    )


def _draw_hours_key(paper: Paper, week: UncoveredWeek) -> None:
    """Explain dots, frames and colours in two lines."""
    left, baseline = float(style.MARGIN), 612.0
    for size, at in zip(_DOTS, (6, 24, 50), strict=True):
        paper.dots([(left + at, baseline - 9)], style.INK, size, style.CARD)
    paper.text((left + 74, baseline), "by officers, few to many", SMALL)
    right = paper.width - style.MARGIN
    draw_heat_key(paper, week.talk, right, baseline, "messages in the hour:")
    _draw_frames(paper, [(left, baseline + 20, 34, 28)])
    paper.text((left + 42, baseline + 43), _rule(week), SMALL)


def _draw_key(paper: Paper, baseline: float) -> None:
    paper.text((style.MARGIN, baseline), "Active days, by the week's first day", HEADING)
    right = paper.width - style.MARGIN
    paper.text((right, baseline), "not seen", SMALL, align="right")
    draw_hatched(paper, [(right - 156, baseline - 20, 34, 20)])


def _draw_scale(paper: Paper) -> None:
    left, top, width, height = _FIELD
    levels = [top + height * (1 - days / 7) for days in range(8)]
    # Not as lines, which would lie above the bars.
    paper.rects([(left, level - 0.5, width, 1) for level in levels], style.GRID)
    for days, level in enumerate(levels):
        paper.text((left - 10, level + 9), str(days), SMALL, align="right")


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
    named = style.day_words(week.first_on)
    paper.text((middle, top + height + 32), named, SMALL, align="center")


def _draw_unknown(paper: Paper, rect: Rect) -> None:
    left, top, width, height = rect
    draw_hatched(paper, [rect])
    middle = left + width / 2, top + height / 2
    paper.box((middle[0] - 15, middle[1] - 19, 30, 38), style.CARD, corner=6)
    paper.text((middle[0], middle[1] + 10), "?", BODY, align="center")


def _uncovered_title(week: UncoveredWeek) -> str:
    if (gap := week.gap) is not None:
        return f"No officer {gap_words(gap)}"
    return "An officer in every busy hour" if week.hours else f"Hours without an officer: {DASH}"


def _uncovered_line(week: UncoveredWeek) -> str:
    if (gap := week.gap) is None:
        return f"No hour without one ({_busy(week)})" if week.hours else "Nothing was seen"
    longest, all_hours = plural(gap[2], "hour"), plural(week.how_many, "hour")
    return f"Longest gap {longest}; {all_hours} of the week without one"


def _rule(week: UncoveredWeek) -> str:
    return f"no officer wrote, and the clan did ({_busy(week)})"


def _busy(week: UncoveredWeek) -> str:
    return f"{plural(week.least_messages, 'message')} or more"


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


def _uncovered_alt(week: UncoveredWeek, title: str, told: str) -> str:
    covered = f"An officer wrote in {plural(len(week.covered), 'hour')} of the week"
    since = f" {week.since_words[:1].upper()}{week.since_words[1:]}." if week.since_words else ""
    return (
        f"{title}. Messages of {week.clan} by weekday and hour, "
        f"{style.span_words(week.span, week.zone)}. {covered}. {told}.{since}"
    )

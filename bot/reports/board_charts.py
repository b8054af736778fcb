"""The chart of a leaderboard: the first ten as bars, and whoever looks at it below them."""

from bot.clan.leaderboards import ACTIVE_DAYS, ANSWERS, CHAT, KILLS, Placed
from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.boards import Board
from bot.reports.documents import Document
from bot.reports.paper import Paper, TextStyle, drawable, width_of
from bot.reports.plots import BODY, SOFT, STRONG, draw_header, draw_small_print

_TOP, _ROW, _SHOWN = 116.0, 51.0, 10
_PLACE_ROOM = 70.0


def board_chart(board: Board) -> Document:
    """Draw who stands first; one's own bar is framed, and stands last where it is further down."""
    paper = Paper()
    draw_header(
        paper, board.title, f"{board.clan} \N{MIDDLE DOT} {_when(board)}", board.period_words
    )
    rows = _rows(board)
    most = max((each.score.value or 0 for each in rows), default=1) or 1
    for number, placed in enumerate(rows):
        _draw_row(paper, board, placed, _TOP + number * _ROW, most)
    if not rows:
        paper.text((style.MARGIN, _TOP + 36), f"{DASH} nobody has any yet", SOFT)
    later = ["* not from the start"] if any(each.score.since for each in rows) else []
    draw_small_print(
        paper, (*later, *board.notes, *board.ranking.left_out_words(board.nothing_words))
    )
    return Document("leaderboard.png", paper.png(), _alt(board, rows))


def _rows(board: Board) -> tuple[Placed, ...]:
    """Return the first ten; of those further down only oneself, in the last row."""
    first, own = board.ranking.placed[:_SHOWN], board.own_places
    if own and own[0] not in first:
        return (*first, own[0])
    return first


def _draw_row(paper: Paper, board: Board, placed: Placed, top: float, most: float) -> None:
    left, tall = style.MARGIN + _PLACE_ROOM, _ROW - 6
    width = paper.width - style.MARGIN - left
    score, colour = placed.score, _colour(board.metric)
    is_own = score.player_id in board.own
    bar = max(width * (score.value or 0) / most, 6)
    if is_own:
        paper.box((left - 3, top - 3, width + 6, tall + 6), style.INK, corner=6)
    paper.box((left, top, width, tall), style.PANEL, corner=4)
    paper.rects([(left, top, bar, tall)], colour, 0.38)
    paper.rects([(left, top, 6, tall)], colour)
    baseline = top + tall / 2 + 10
    paper.text((left - 14, baseline), str(placed.place), STRONG if is_own else SOFT, align="right")
    value = f"{board.number(score.value)}{'*' if score.since else ''}"
    paper.text((left + width - 12, baseline), value, STRONG, align="right")
    room = width - 44 - width_of(value, STRONG)
    name = TextStyle(bold=True) if is_own else BODY
    paper.text((left + 18, baseline), drawable(score.name), name, room=room)


def _colour(metric: str) -> str:
    if metric in CHAT:
        return style.ACTIVE if metric in {ACTIVE_DAYS, ANSWERS} else style.MESSAGES
    return style.KILLS if metric == KILLS else style.XP


def _when(board: Board) -> str:
    if not board.period:
        return f"as of {style.clock_words(board.span.end, board.zone)} {board.zone}"
    return style.span_words(board.span, board.zone)


def _alt(board: Board, rows: tuple[Placed, ...]) -> str:
    told = "; ".join(
        f"{each.place} {each.score.name} {board.number(each.score.value)}" for each in rows
    )
    left_out = ", ".join((*board.notes, *board.ranking.left_out_words(board.nothing_words)))
    return (
        f"{board.title} of {board.clan}, {board.period_words}, {_when(board)}. "
        f"{told or 'Nobody has any yet'}.{f' {left_out}.' if left_out else ''}"
    )

"""A leaderboard as text: a line for each place, what is left out, and one's own place."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.leaderboards import Placed, Score
from bot.clan.names import escaped
from bot.reports.boards import Board
from bot.reports.style import day_words
from cogs._replies import small

_OWN, _NO_PLACE = 3, "none, for the reasons below"


def board_line(board: Board, placed: Placed) -> str:
    """Return one line: the place, who it is, the number, and the total beside it."""
    score = placed.score
    name = escaped(score.name)
    number = f"**{board.number(score.value)}**"
    parts = [f"{placed.place}\\. {name} {number}"]
    if score.total is not None:
        parts.append(f"of {board.number(score.total)}")
    if score.since is not None:
        parts.append(f"since {_day(score.since, board.zone)}")
    line = " ".join(parts)
    return (
        f"\N{BLACK RIGHT-POINTING TRIANGLE} {line} (you)" if score.player_id in board.own else line
    )


def totals_lines(board: Board) -> list[str]:
    """Return what the two numbers of a place are; nothing where there is only one."""
    if not any(each.score.total is not None for each in board.ranking.placed):
        return []
    return [small(f"in the {board.period_words}, of what they have in all")]


def own_lines(board: Board) -> list[str]:
    """Return where whoever asks stands, on whatever page that is; nothing where nobody asks."""
    if not board.own:
        return []
    lines = [
        *(_place_line(board, each) for each in board.own_places),
        *(f"none yet: {_with_number(board, each)}" for each in board.own_zeros),
    ]
    return [f"**Your place**  {each}" for each in lines[:_OWN] or [_NO_PLACE]]


def _place_line(board: Board, own: Placed) -> str:
    shared = ", shared" if board.ranking.is_shared(own.place) else ""
    of = f"{own.place} of {len(board.ranking.placed)}{shared}"
    return f"{of}: {_with_number(board, own.score)}"


def _with_number(board: Board, score: Score) -> str:
    return f"{escaped(score.name)} with {board.number(score.value)}"


def left_out_line(board: Board) -> str:
    """Return how many have no line, and why; nothing where everybody has one."""
    told = (*board.notes, *board.ranking.left_out_words(board.nothing_words))
    return " \N{MIDDLE DOT} ".join(told)


def _day(instant: datetime, zone: str) -> str:
    return day_words(instant.astimezone(ZoneInfo(zone)).date())

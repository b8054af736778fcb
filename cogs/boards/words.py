"""A leaderboard as text: a line for each place, what is left out, and one's own place."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.leaderboards import Placed
from bot.clan.names import escaped
from bot.reports.boards import Board, shares_place
from bot.reports.style import day_words


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


def own_lines(board: Board) -> list[str]:
    """Return where whoever asks stands, on whatever page that is; nothing where nobody asks."""
    if not board.own:
        return []
    found = board.own_places
    if not found:
        return ["**Your place**  none, for the reasons below"]
    return [_own_line(board, each) for each in found[:3]]


def _own_line(board: Board, own: Placed) -> str:
    """Return one's place; who has none of it is on no list, and so has none."""
    name, number = escaped(own.score.name), board.number(own.score.value)
    if not own.score.value:
        return f"**Your place**  none yet: {name} with {number}"
    shared = ", shared" if shares_place(board, own) else ""
    return (
        f"**Your place**  {own.place} of {len(board.ranking.placed)}{shared}: {name} with {number}"
    )


def left_out_line(board: Board) -> str:
    """Return how many have no line, and why; nothing where everybody has one."""
    told = (*board.notes, *board.ranking.left_out_words(board.nothing_words))
    return " \N{MIDDLE DOT} ".join(told)


def _day(instant: datetime, zone: str) -> str:
    return day_words(instant.astimezone(ZoneInfo(zone)).date())

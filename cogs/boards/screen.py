"""The leaderboard's screen: its chart, a table in pages, the period, and "Post here"."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from bot.clan.leaderboards import ALL_TIME, OVERALL
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.publish import BoardFiles
from bot.services.view import Visitor
from cogs._heads import period_labels, span_line
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, picture, small, when
from cogs.boards.words import board_line, left_out_line, own_lines, totals_lines
from cogs.me import visitor
from cogs.screens import Controls, PostedScreen, Rendered, page_shown

PAGE_SIZE = 15
PERIOD_LABELS = period_labels() | {str(ALL_TIME): "All time"}


@dataclass(frozen=True, slots=True)
class BoardState:
    """What is ranked, over which period, and which page of it is shown."""

    metric: str = OVERALL
    period: int = Period.MONTH
    page: int = 0


class BoardFound(NamedTuple):
    """A leaderboard with its chart, and whether whoever asks may post it."""

    made: BoardFiles
    may_post: bool


_CONTROLS = Controls("board", BoardState)


class BoardScreen(PostedScreen[BoardState, BoardFound]):
    """A leaderboard for whoever asked; what is posted marks nobody."""

    controls = _CONTROLS
    permission = Permission.SEE_OWN
    posting = Permission.POST_REPORTS
    is_heavy = True
    parts: ClassVar[dict[str, str]] = {"board": "Post the leaderboard"}
    question = (
        "Everybody in this channel will see the chart and this page, with the names. Nobody is "
        "pinged, and who opted out is not on it."
    )

    async def read(self, interaction: Interaction, state: BoardState) -> BoardFound:
        """Return the leaderboard as it is now."""
        made = await self._made(interaction, state, visitor(interaction.user))
        return BoardFound(made, caller_may(interaction, self.posting))

    def render(self, state: BoardState, answer: BoardFound, _note: str = "") -> Rendered:
        """Return the leaderboard with its controls."""
        made = answer.made
        rows = made.board.ranking.placed
        state, pages = page_shown(state, len(rows), PAGE_SIZE)
        box = board_box(state, made)
        box.control(_CONTROLS.choice("period", state, "Period", PERIOD_LABELS))
        if pages > 1:
            box.add_item(_CONTROLS.pages(state, pages))
        if answer.may_post:
            box.control(self.post_button(state))
        return Rendered(box, (made.chart,))

    async def for_everybody(
        self, interaction: Interaction, state: BoardState, _part: str
    ) -> Rendered:
        """Return the page as everybody may see it: nobody is marked."""
        made = await self._made(interaction, state, None)
        state, _ = page_shown(state, len(made.board.ranking.placed), PAGE_SIZE)
        return Rendered(board_box(state, made), (made.chart,))

    async def _made(
        self, interaction: Interaction, state: BoardState, asker: Visitor | None
    ) -> BoardFiles:
        known = state.period == ALL_TIME or state.period in {each.value for each in Period}
        period = state.period if known else Period.MONTH
        return await self.services.leaderboards.files(
            clan_of(interaction), state.metric, period, asker
        )


def board_box(state: BoardState, made: BoardFiles) -> Box:
    """Return one page of a leaderboard, with its chart and one's own place."""
    board = made.board
    rows = board.ranking.placed[state.page * PAGE_SIZE : (state.page + 1) * PAGE_SIZE]
    lines = [board_line(board, each) for each in rows]
    box = Box(
        f"## {escaped(board.title)}",
        f"**Leaderboard**  {escaped(board.clan)}, {board.period_words}",
        span_line(board.span.start, board.span.end)
        if board.period
        else small(f"as of {when(board.span.end, 'f')}"),
    )
    box.add_item(picture(made.chart))
    box.say(*(lines or ["Nobody has any yet."]), *totals_lines(board), *own_lines(board))
    notes = [small(left_out)] if (left_out := left_out_line(board)) else []
    return box.say(*notes, small(*board.evidence))

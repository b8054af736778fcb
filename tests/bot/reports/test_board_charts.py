from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clan.leaderboards import Score, Unplaced, ranked
from bot.clan.spans import Span
from bot.reports.board_charts import board_chart
from bot.reports.boards import Board
from tests.bot.reports.test_charts import NASTY
from tests.builders import ZONE
from tests.storage.rows import NOW

SCORES = [Score(who, f"Member {who}", 1_000 - 10 * who, 5_000) for who in range(1, 15)]
UNSEEN = Score(99, "Ghost", None, why=Unplaced.NOT_ON_HISCORES)
BOARD = Board(
    "Iron Cabbage",
    ZONE,
    "zulrah",
    30,
    Span(NOW - timedelta(days=30), NOW),
    ranked([*SCORES, UNSEEN]),
    frozenset({13}),
)


def test_the_alt_text_has_the_first_ten_oneself_and_who_is_left_out() -> None:
    alt = board_chart(BOARD).alt
    assert alt.startswith("Zulrah of Iron Cabbage, last 30 days, ")
    assert "10 Member 10 900; 13 Member 13 870. 1 not on the hiscores." in alt
    assert "Member 12" not in alt
    assert "Ghost" not in alt


@pytest.mark.parametrize("name", NASTY)
def test_any_name_can_stand_on_it_and_an_empty_one_says_so(name: str) -> None:
    named = replace(BOARD, clan=name, ranking=ranked([Score(1, name, 2, since=NOW)]))
    assert board_chart(named).content.startswith(b"\x89PNG")
    assert "Nobody has any yet" in board_chart(replace(BOARD, ranking=ranked([]))).alt

"""Of several who bore a name, each line finds the one who bore it then."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.bearers import Bearing, bearer_at

START = datetime(2026, 5, 1, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


FIRST, SECOND = Bearing(1, at(10), at(20)), Bearing(2, at(30), at(40), is_current=True)
BORROWED = Bearing(3, at(50), at(60))


@pytest.mark.parametrize(
    ("day", "who"),
    [(0, 1), (10, 1), (20, 1), (25, 1), (30, 2), (45, 2), (55, 3), (61, 2)],
)
def test_a_line_is_of_whoever_bore_the_name_then(day: float, who: int) -> None:
    assert bearer_at((SECOND, BORROWED, FIRST), at(day)) == who


def test_a_name_that_one_player_bore_needs_no_time() -> None:
    assert bearer_at((), START) is None
    assert bearer_at((SECOND,), START) is None


def test_who_is_called_so_today_is_meant_from_the_instant_of_the_change() -> None:
    gone = Bearing(1, at(30), at(30))
    assert bearer_at((gone, SECOND), at(30)) == 2
    assert bearer_at((gone, SECOND), at(29)) == 1


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30)), min_size=2, max_size=5))
def test_somebody_bore_it_whatever_is_known_and_in_whatever_order(
    times: list[tuple[int, int]],
) -> None:
    borne = [
        Bearing(who, at(first), at(first + length))
        for who, (first, length) in enumerate(times, start=1)
    ]
    for day in range(0, 130, 7):
        found = bearer_at(borne, at(day))
        assert found in {each.player_id for each in borne}

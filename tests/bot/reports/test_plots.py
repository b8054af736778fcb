import pytest

from bot.reports.plots import ceiling, heat_level, runs
from bot.reports.style import HEAT


@pytest.mark.parametrize(
    ("values", "end"),
    [
        ((), 2),
        ((None,), 2),
        ((0, 0), 2),
        ((1,), 2),
        ((3, None, 9), 10),
        ((25,), 30),
        ((100,), 120),
        ((755,), 800),
        ((76_478_809, 12), 80_000_000),
    ],
)
def test_an_axis_ends_with_an_even_round_number(
    values: tuple[float | None, ...], end: float
) -> None:
    assert ceiling(values) == end


def test_unknown_days_part_a_line() -> None:
    assert runs((None, 1, 0, None, 4)) == ((1, 2), (4,))
    assert runs((None, None)) == ()
    assert runs((None, 1, 0, None, 4), known=False) == ((0,), (3,))


def test_no_message_has_the_first_colour_and_any_message_another() -> None:
    assert heat_level(0, 700) == 0
    assert heat_level(1, 700) == 1
    assert heat_level(700, 700) == len(HEAT) - 1
    assert heat_level(0, 0) == 0

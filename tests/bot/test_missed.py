"""What may have been missed is made up for once, a while later, and never instead of its turn."""

from datetime import timedelta

import pytest

from bot.missed import EVERYBODY, Missed, Owed
from bot.rhythm import LONGEST_NAP_S, Daily, Every, Monthly, Rhythm, Weekly
from tests.bot.demo.conftest import Clock
from tests.storage.rows import DAY, HOUR, NOW

MINUTE = timedelta(minutes=1)
NOBODY: frozenset[int] = frozenset()


class Day:
    """A day on which time passes, and what of one job may have been missed."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.clock, self.seconds = Clock(NOW), 0.0
        self.missed = Missed(rhythm, self.clock, lambda: self.seconds)

    def passes(self, length: timedelta) -> None:
        self.clock.forward(length)
        self.seconds += length.total_seconds()


def test_of_what_nothing_is_noted_nothing_is_made_up_for() -> None:
    missed = Day(Daily(hour=2)).missed
    assert missed.nap_s() == LONGEST_NAP_S
    assert missed.begin() == Owed(NOBODY, NOW.replace(hour=2))


@pytest.mark.parametrize(
    ("rhythm", "minutes"),
    [(Daily(hour=2), 12), (Weekly(weekday=6, hour=12), 22), (Monthly(day=28, hour=4), 14)],
)
def test_it_is_made_up_for_ten_minutes_later_in_the_order_of_the_hours(
    rhythm: Rhythm, minutes: int
) -> None:
    day = Day(rhythm)
    day.missed.note(EVERYBODY)
    day.passes(minutes * MINUTE - timedelta(seconds=1))
    assert day.missed.nap_s() == 1
    day.passes(timedelta(seconds=1))
    assert day.missed.nap_s() == 0
    assert day.missed.begin().clan_ids is EVERYBODY
    assert day.missed.nap_s() == LONGEST_NAP_S
    assert day.missed.begin().clan_ids == NOBODY


def test_what_is_due_before_that_is_left_to_its_turn() -> None:
    day = Day(Daily(hour=13))
    day.passes(37 * MINUTE)
    day.missed.note({1})
    assert day.missed.begin().clan_ids == NOBODY
    day.passes(-MINUTE)
    day.missed.note({1})
    assert day.missed.begin().clan_ids == frozenset({1})


def test_what_is_done_again_and_again_is_never_missed() -> None:
    day = Day(Every(HOUR))
    day.missed.note(EVERYBODY)
    day.passes(DAY)
    assert day.missed.nap_s() == LONGEST_NAP_S
    assert day.missed.begin() == Owed(NOBODY, NOW + DAY)


def test_who_comes_later_is_made_up_for_with_those_who_wait() -> None:
    day = Day(Daily(hour=2))
    day.missed.note({1, 2})
    day.passes(11 * MINUTE)
    day.missed.note({3})
    day.passes(MINUTE)
    assert day.missed.nap_s() == 0
    assert day.missed.begin().clan_ids == frozenset({1, 2, 3})


@pytest.mark.parametrize("order", [1, -1])
def test_everybody_is_everybody_whoever_else_is_noted(order: int) -> None:
    day = Day(Daily(hour=2))
    for clan_ids in [EVERYBODY, {1}][::order]:
        day.missed.note(clan_ids)
    assert day.missed.begin().clan_ids is EVERYBODY


def test_it_is_owed_since_it_was_due_last_and_only_to_those_who_are_named() -> None:
    day = Day(Daily(hour=2))
    day.missed.note({0, 4})
    owed = day.missed.begin()
    assert owed.since == NOW.replace(hour=2)
    assert [each for each in range(6) if owed.is_to(each)] == [0, 4]
    assert Owed(EVERYBODY, NOW).is_to(77)

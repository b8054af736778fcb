"""Which copies are kept: values in, places out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.rotation import USUAL, Rotation, kept

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def days_kept(made_at: list[datetime], rule: Rotation = USUAL) -> list[int]:
    return [(NOW - made_at[place]).days for place in sorted(kept(made_at, rule))]


def test_of_daily_copies_the_last_of_days_weeks_and_months_are_kept() -> None:
    year = [NOW - days * DAY for days in range(365)]
    # The 20th is a Friday: weeks end on the 15th, 8th and 1st, months on the 31st, 30th and so on.
    assert days_kept(year) == [0, 1, 2, 3, 4, 5, 6, 12, 19, 20, 51, 81, 112, 143]


def test_what_is_kept_once_stays_until_its_turn_whoever_looks_when() -> None:
    copies: list[datetime] = []
    for day in range(365):
        copies.insert(0, NOW + day * DAY)
        keeps = kept(copies)
        copies = [each for place, each in enumerate(copies) if place in keeps]
    assert len(copies) <= 7 + 4 + 6
    every = kept([NOW + day * DAY for day in reversed(range(365))])
    assert copies == [NOW + (364 - place) * DAY for place in sorted(every)]


def test_many_copies_of_a_day_leave_the_newest_three_and_the_last_of_each_day() -> None:
    made = [NOW - hours * HOUR for hours in range(48)]
    assert sorted(kept(made)) == [0, 1, 2, 5, 29]


def test_a_year_without_a_copy_costs_none() -> None:
    made = [NOW, *(NOW - (365 + day) * DAY for day in range(6))]
    assert kept(made) == frozenset(range(7))


def test_a_clock_that_ran_ahead_for_a_day_takes_one_place_and_no_more() -> None:
    made = [NOW, NOW + 9000 * DAY, *(NOW - day * DAY for day in range(1, 6))]
    assert kept(made) == frozenset(range(7))


@given(
    st.lists(st.datetimes(timezones=st.just(UTC)), max_size=60),
    st.builds(Rotation, *[st.integers(-1, 9)] * 4),
)
def test_the_newest_always_stays_and_no_more_than_the_rule_says(
    made_at: list[datetime], rule: Rotation
) -> None:
    found = kept(made_at, rule)
    assert (0 in found) is bool(made_at)
    counts = (rule.newest, rule.days, rule.weeks, rule.months)
    assert len(found) <= max(1, sum(max(each, 0) for each in counts))

"""When something is due again, by two clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rhythm import LONGEST_NAP_S, Alarm, Daily, Every, Monthly, Weekly
from tests.builders import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0, minute=0)


def test_the_first_time_is_after_one_length_unless_it_is_said() -> None:
    assert Every(HOUR).first_wait(NOW) == HOUR
    assert Every(HOUR, timedelta(0)).first_wait(NOW) == timedelta(0)


@pytest.mark.parametrize(("took", "minutes"), [(0, 60), (1, 59), (59, 1), (60, 60), (150, 30)])
def test_what_takes_long_is_due_with_its_next_turn(took: int, minutes: int) -> None:
    wait = Every(HOUR).next_wait(NOW, timedelta(minutes=took))
    assert wait == timedelta(minutes=minutes)


@pytest.mark.parametrize(("hour", "hours"), [(0, 4), (3, 1), (4, 24), (5, 23), (23, 5)])
def test_daily_is_at_the_next_such_hour(hour: int, hours: int) -> None:
    assert Daily(4).first_wait(MIDNIGHT + hour * HOUR) == hours * HOUR


@pytest.mark.parametrize(("hour", "hours"), [(4, 24), (5, 23), (15, 13), (16, 12), (3, 25)])
def test_daily_is_never_done_twice_in_half_a_day(hour: int, hours: int) -> None:
    assert Daily(4).next_wait(MIDNIGHT + hour * HOUR, HOUR) == hours * HOUR


@pytest.mark.parametrize(
    ("wall", "passed_s", "nap_s"),
    [
        (HOUR, 3_600, 0),
        (timedelta(0), 3_600, 0),
        (-30 * DAY, 3_600, 0),
        (HOUR, 5, 0),
        (180 * DAY, 5, 0),
        (HOUR - timedelta(seconds=7), 3_593, 7),
        (-HOUR, 3_595, 5),
        (timedelta(0), 0, LONGEST_NAP_S),
    ],
)
def test_it_is_due_as_soon_as_one_of_the_clocks_says_so(
    wall: timedelta, passed_s: float, nap_s: float
) -> None:
    alarm = Alarm.after(HOUR, NOW, 1_000)
    assert alarm.nap_s(NOW + wall, 1_000 + passed_s) == nap_s


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-23T06:29", "2026-11-16T06:30", "2026-11-23T06:30"),
        ("2026-11-23T06:30", "2026-11-23T06:30", "2026-11-30T06:30"),
        ("2026-11-29T23:59", "2026-11-23T06:30", "2026-11-30T06:30"),
    ],
)
def test_weekly_is_on_its_day_at_its_time(now: str, last: str, following: str) -> None:
    rhythm = Weekly(weekday=0, hour=6, minute=30)
    assert rhythm.last_due(at(now)) == at(last)
    assert at(now) + rhythm.first_wait(at(now)) == at(following)


@pytest.mark.parametrize(
    ("day", "now", "last", "following"),
    [
        (1, "2026-12-01T03:59", "2026-11-01T04:00", "2026-12-01T04:00"),
        (1, "2026-12-01T04:00", "2026-12-01T04:00", "2027-01-01T04:00"),
        (31, "2026-02-10T00:00", "2026-01-31T04:00", "2026-02-28T04:00"),
        (31, "2028-02-29T05:00", "2028-02-29T04:00", "2028-03-31T04:00"),
        (30, "2026-03-01T00:00", "2026-02-28T04:00", "2026-03-30T04:00"),
    ],
)
def test_monthly_is_on_its_day_or_the_last_of_a_shorter_month(
    day: int, now: str, last: str, following: str
) -> None:
    rhythm = Monthly(day, hour=4)
    assert rhythm.last_due(at(now)) == at(last)
    assert at(now) + rhythm.first_wait(at(now)) == at(following)


def test_a_clock_that_is_set_back_makes_nothing_due_twice() -> None:
    weekly, monthly = Weekly(0, 6), Monthly(1, 4)
    just_before = at("2026-11-23T05:00")
    assert just_before + weekly.next_wait(just_before, HOUR) == at("2026-11-30T06:00")
    just_before = at("2026-12-01T03:00")
    assert just_before + monthly.next_wait(just_before, HOUR) == at("2027-01-01T04:00")
    assert str(weekly) == "Mon at 06:00"
    assert str(monthly) == "day 1 at 04:00"

"""Written days mean one date or are refused with the words that would be right."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.days import FURTHEST_BACK, parse_day, parse_past

TODAY = date(2026, 11, 18)  # a Wednesday


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-24",
        "24 Dec",
        "24 dec.",
        "24th of December",
        "Dec 24",
        "December 24th, 2026",
        "24. December 2026",
        "24.12.",
        "24.12",
        "24. 12. 2026",
        "  24   DEC ",
        "24dec",
        "in 36 days",
        "36 days from now",
    ],
)
def test_a_date_may_be_written_in_many_ways(text: str) -> None:
    assert parse_day(text, TODAY) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("yesterday", -1),
        ("today", 0),
        ("Tomorrow", 1),
        ("in 3 days", 3),
        ("in a day", 1),
        ("2 weeks", 14),
        ("one week", 7),
        ("10d", 10),
        ("2w", 14),
        ("in 2 months", 61),
        ("a year", 365),
        ("thursday", 1),
        ("fri", 2),
        ("on friday", 2),
        ("this friday", 2),
        ("wednesday", 7),
        ("next monday", 5),
        ("next friday", 9),
    ],
)
def test_a_day_may_be_told_from_today(text: str, days: int) -> None:
    assert parse_day(text, TODAY) == TODAY + timedelta(days=days)


def test_a_month_after_the_last_day_of_a_long_month_is_the_last_of_the_short_one() -> None:
    assert parse_day("in a month", date(2027, 1, 31)) == date(2027, 2, 28)
    assert parse_day("1 month", date(2026, 12, 31)) == date(2027, 1, 31)


def test_a_date_without_a_year_is_the_next_one_or_at_most_a_month_past() -> None:
    assert parse_day("17 Nov", TODAY) == date(2026, 11, 17)
    assert parse_day("19 Oct", TODAY) == date(2026, 10, 19)
    assert parse_day("18 Oct", TODAY) == date(2027, 10, 18)
    assert parse_day("20 Dec", date(2027, 1, 2)) == date(2026, 12, 20)
    assert parse_day("29.2.", TODAY) == date(2028, 2, 29)
    assert parse_day("29.2.", date(2096, 6, 1)) == date(2104, 2, 29)


def test_an_end_counts_from_the_beginning_unless_it_says_from_now() -> None:
    start = date(2026, 12, 1)
    assert parse_day("2 weeks", TODAY, after=start) == date(2026, 12, 15)
    assert parse_day("in 2 weeks", TODAY, after=start) == date(2026, 12, 2)
    assert parse_day("friday", TODAY, after=start) == date(2026, 12, 4)
    assert parse_day("tomorrow", TODAY, after=start) == date(2026, 11, 19)
    assert parse_day("friday", TODAY, after=date(2026, 11, 10)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("12/24", "write 24 Dec"),
        ("3/4", "write 3 Apr or 4 Mar"),
        ("4/4/2026", "write 4 Apr"),
        ("99/99", "write 24 Dec"),
        ("31 Feb", "there is no 31 February"),
        ("29.2.2027", "there is no 29 February 2027"),
        ("12.24.", "the day comes first"),
        ("soon", "is not a day; write 2026-12-24, 24 Dec"),
        ("next week", "next monday"),
        ("24 foo", "is not a day"),
        ("", "is not a day"),
        ("9999 years", "is too far away"),
    ],
)
def test_what_is_no_day_is_refused_with_what_would_be_right(text: str, right: str) -> None:
    with pytest.raises(ValueError, match=right):
        parse_day(text, TODAY)


def test_a_refusal_repeats_no_essay() -> None:
    with pytest.raises(ValueError, match="is not a day") as refused:
        parse_day("x" * 3000, TODAY)
    assert len(str(refused.value)) < 200


@given(st.dates())
def test_an_iso_date_is_itself(day: date) -> None:
    assert parse_day(day.isoformat(), TODAY) == day


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(-30, 330))
def test_a_date_without_a_year_is_found_around_today(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    found = parse_day(f"{day.day}.{day.month}.", today)
    assert (found.day, found.month) == (day.day, day.month)
    assert found >= today - FURTHEST_BACK
    assert found == day


@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(
                ["in", "3", "9999", "days", "years", "next", "friday", "dec", "31", ".", "/", "-"]
            ),
            max_size=4,
        ).map(" ".join),
    ),
    st.dates(),
    st.none() | st.dates(),
)
def test_every_text_is_a_day_or_is_refused_in_words(
    text: str, today: date, after: date | None
) -> None:
    try:
        assert isinstance(parse_day(text, today, after), date)
    except ValueError as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right


NOW_PAST = datetime(2026, 11, 27, 12, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("sat 20:00", 21, 20),
        ("fri 11:00", 27, 11),
        ("friday 8pm", 20, 20),
        ("yesterday at 8 pm", 26, 20),
        ("2026-11-21T12am", 21, 0),
        ("21 Nov 20:00", 21, 20),
        ("9:00", 27, 9),
    ],
)
def test_an_event_was_at_the_last_such_time(text: str, day: int, hour: int) -> None:
    at = parse_past(text, NOW_PAST, ZoneInfo("UTC"))
    assert at == datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("text", ["sat", "25:00", "13pm", "2 weeks 20:00", "tomorrow 20:00", "x"])
def test_a_time_that_is_none_or_still_to_come_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"has no time|still to come"):
        parse_past(text, NOW_PAST, ZoneInfo("UTC"))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "text", ["0001-01-01 00:00", "9999-12-31 23:59", "2012-12-31 20:00", "2028-01-01 0:00"]
)
def test_a_time_out_of_all_reason_is_refused_in_words(text: str, zone: str) -> None:
    with pytest.raises(ValueError, match="is too far away"):
        parse_past(text, NOW_PAST, ZoneInfo(zone))


def test_the_last_saturday_is_saturday() -> None:
    zone = ZoneInfo("UTC")
    assert parse_past("last sat 20:00", NOW_PAST, zone) == parse_past("sat 20:00", NOW_PAST, zone)

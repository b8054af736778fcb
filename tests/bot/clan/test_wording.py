"""Numbers read as players write them; unknown is a dash and nothing claims more than it is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.wording import (
    DASH,
    ago,
    day_words,
    exact,
    first_few,
    lasting,
    percent_change,
    plural,
    role_words,
    share,
    short,
)

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
UNITS = {"k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, DASH),
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1k"),
        (1_234, "1.2k"),
        (12_345, "12.3k"),
        (99_999, "99.9k"),
        (123_456, "123k"),
        (999_999, "999k"),
        (1_234_567, "1.2M"),
        (12_345_678, "12.3M"),
        (123_456_789, "123M"),
        (1_234_567_890, "1.2B"),
        (4_600_000_000_000, "4.6T"),
        (-1_234, "-1.2k"),
        (-5, "-5"),
        (12.34, "12.3"),
        (12.0, "12"),
        (0.0, "0"),
        (-0.04, "0"),
        (999.96, "1k"),
        (-1500.5, "-1.5k"),
    ],
)
def test_a_short_number_has_the_house_form(value: float | None, text: str) -> None:
    assert short(value) == text


@given(st.integers(-(10**15), 10**15))
def test_a_short_number_never_claims_more_than_it_is(value: int) -> None:
    text = short(value)
    unit = UNITS.get(text[-1], 1)
    shown = float(text.rstrip("kMBT")) * unit
    assert abs(shown) <= abs(value) * (1 + 1e-12)
    assert abs(value) - abs(shown) < unit
    assert len(text) <= 6


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, DASH), (1_200_000, "1,200,000"), (-5, "-5"), (1234.56, "1,234.6"), (12.0, "12")],
)
def test_an_exact_number_is_written_in_full(value: float | None, text: str) -> None:
    assert exact(value) == text


@pytest.mark.parametrize(
    ("after", "before", "text"),
    [
        (112, 100, "+12%"),
        (50, 100, "-50%"),
        (100, 100, "0%"),
        (1001, 1000, "0%"),
        (5, 0, "new"),
        (0, 0, "0%"),
        (None, 100, DASH),
        (100, None, DASH),
        (2000, 100, "+1,900%"),
    ],
)
def test_a_change_is_told_in_percent(after: float | None, before: float | None, text: str) -> None:
    assert percent_change(after, before) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, DASH),
        (0, 9, "0%"),
        (1, 999, "1%"),
        (96, 100, "96%"),
        (998, 999, "99%"),
        (9, 9, "100%"),
    ],
)
def test_a_share_is_all_or_nothing_only_when_it_is(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=-5), "under a minute"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=2, minutes=59), "2 h"),
        (timedelta(hours=23), "23 h"),
        (timedelta(hours=25), "1 day"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=1200), "1,200 days"),
    ],
)
def test_a_time_is_told_in_its_largest_unit(length: timedelta, text: str) -> None:
    assert lasting(length) == text
    assert ago(NOW - length, NOW) == text


def test_an_unknown_instant_is_a_dash() -> None:
    assert ago(None, NOW) == DASH


def test_a_day_is_named_within_the_week_and_dated_before() -> None:
    utc = ZoneInfo("UTC")
    assert day_words(NOW - timedelta(days=3), NOW, utc) == "Tuesday"
    assert day_words(NOW - timedelta(days=7), NOW, utc) == "8 May"


def test_a_count_takes_its_noun() -> None:
    assert [plural(count, "member") for count in (0, 1, 3)] == [
        "0 members",
        "1 member",
        "3 members",
    ]
    assert plural(1200, "boss", "bosses") == "1,200 bosses"
    assert [plural(2.5, "hour"), plural(None, "hour")] == ["2.5 hours", f"{DASH} hours"]


def test_roles_are_written_as_people_read_them() -> None:
    assert role_words("deputy_owner") == "Deputy Owner"
    assert role_words("onyx") == "Onyx"


def test_of_many_names_the_first_few_are_told_and_how_many_more_there_are() -> None:
    assert first_few([], 2) == ""
    assert first_few(["a", "b"], 2) == "a, b"
    assert first_few(["a", "b", "c", "d"], 2) == "a, b and 2 more"

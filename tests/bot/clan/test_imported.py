"""What an older history says, and when it says nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.imported import Posts, is_relay, plain_name, read_instant, stand_in_bits, unkept
from bot.clan.spans import DAY, HOUR, Span

NOON = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
LONDON, UTC_ZONE = ZoneInfo("Europe/London"), ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-07-01 12:00:00", UTC_ZONE, NOON),
        ("2025-07-01 12:00:00.123456", UTC_ZONE, NOON + timedelta(milliseconds=123)),
        ("2025-07-01 13:00:00", LONDON, NOON),
        ("2025-07-01T12:00:00Z", LONDON, NOON),
        ("2025-07-01 14:00:00+02:00", LONDON, NOON),
        (" 2025-07-01 12:00 ", UTC_ZONE, NOON),
    ],
)
def test_a_time_is_read_on_its_own_clock_or_on_the_one_that_is_told(
    text: str, zone: ZoneInfo, expected: datetime
) -> None:
    assert read_instant(text, zone) == expected


@pytest.mark.parametrize("text", [None, 12, "", "yesterday", "0001-01-01 00:00:00+14:00"])
def test_what_tells_no_time_is_none(text: object) -> None:
    assert read_instant(text, LONDON) is None


def test_a_name_is_compared_without_case_spaces_and_lines() -> None:
    assert {plain_name(each) for each in ("No ob", "no_ob", "NO-OB", "Noob")} == {"noob"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Posts(10, 9, 2), True),
        (Posts(12, 5, 2), False),
        (Posts(4, 4, 4), False),
        (Posts(100, 100, 1), False),
    ],
)
def test_a_relay_posts_lines_of_several_people(found: Posts, *, expected: bool) -> None:
    assert is_relay(found) is expected


def test_a_long_silence_in_a_busy_history_was_not_kept() -> None:
    hours = [NOON + n * HOUR for n in range(50)] + [NOON + 10 * DAY + n * HOUR for n in range(50)]
    assert unkept(hours) == (Span(NOON + 50 * HOUR, NOON + 10 * DAY),)


def test_a_quiet_history_may_be_silent_for_days() -> None:
    assert unkept([NOON + n * 2 * DAY for n in range(10)]) == ()


def test_between_the_end_and_the_bot_nothing_was_kept() -> None:
    hours = [NOON, NOON + HOUR]
    assert unkept(hours, NOON + 3 * DAY) == (Span(NOON + 2 * HOUR, NOON + 3 * DAY),)
    assert unkept(hours, NOON + 12 * HOUR) == ()
    assert unkept([NOON], NOON) == ()
    assert unkept([], NOON) == ()


def test_a_stand_in_is_always_the_same_and_fits_behind_an_instant() -> None:
    found = {stand_in_bits(1, author, number) for author in range(100) for number in range(3)}
    assert len(found) == 300
    assert all(0 <= each < 1 << 22 for each in found)
    assert stand_in_bits(1, 2, 0) == stand_in_bits(1, 2, 0)

"""When the watchdog speaks: silence, failures, a full disk; once each, and once all is well."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clan.diagnosis import Finding
from bot.clan.watching import (
    ROOM_TO_LIVE,
    FailingPolls,
    LifeSigns,
    Memory,
    WatchAnswer,
    all_well,
    answer,
    troubles,
)
from tests.words import faults

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def about(signs: LifeSigns, after: timedelta = DAY, told: frozenset[str] = frozenset()) -> str:
    return " ".join(each.about for each in troubles(signs, after, NOW, told))


@pytest.mark.parametrize(
    ("listened", "written", "said"),
    [
        (MINUTE, MINUTE, ""),
        (DAY, 5 * DAY, ""),
        (DAY + MINUTE, DAY + MINUTE, "bot"),
        (9 * DAY, DAY + MINUTE, "bot"),
        (DAY + MINUTE, DAY, "discord"),
        (None, 26 * HOUR, ""),
        (None, 26 * HOUR + MINUTE, "bot"),
        (None, None, ""),
        (2 * DAY, None, "bot"),
    ],
)
def test_silence_is_neither_hearing_nor_writing_for_long(
    listened: timedelta | None, written: timedelta | None, said: str
) -> None:
    signs = LifeSigns(
        None if listened is None else NOW - listened, None if written is None else NOW - written
    )
    assert about(signs) == said


def test_who_was_never_on_a_server_is_given_the_time_of_a_backup() -> None:
    signs = LifeSigns(None, NOW - 2 * HOUR)
    assert about(signs, after=10 * MINUTE) == ""
    assert about(LifeSigns(None, NOW - 40 * HOUR), after=2 * DAY) == ""


def test_what_a_clock_that_ran_ahead_wrote_tells_nothing() -> None:
    assert about(LifeSigns(NOW + DAY, NOW + 9 * DAY)) == ""
    assert about(LifeSigns(NOW + DAY, NOW - 3 * DAY)) == "bot"
    assert about(LifeSigns(NOW - 3 * DAY, NOW + DAY)) == "bot"


def test_polls_have_to_fail_for_long_and_not_only_to_be_long_ago() -> None:
    lately = FailingPolls("Amber Lanterns", NOW - DAY, 3, "")
    assert about(LifeSigns(NOW, NOW, (lately,))) == ""
    (found,) = troubles(
        LifeSigns(
            NOW,
            NOW,
            (
                lately,
                FailingPolls("*Iron*", NOW - 2 * DAY, 1, ""),
                FailingPolls("B", NOW - 3 * DAY, 40, "Wise Old Man cannot be reached"),
            ),
        ),
        DAY,
        NOW,
    )
    assert found.about == "poll"
    assert "for \\*Iron\\*, B since <t:1795521600:f>, in 41 tries" in found.words
    assert found.words.endswith(": Wise Old Man cannot be reached")
    assert list(faults(found.words)) == []


def test_a_disk_that_was_too_full_has_to_have_some_more_room_to_be_well() -> None:
    needed = ROOM_TO_LIVE + 10_000_000
    full, enough, well = (
        LifeSigns(NOW, NOW, free_bytes=free, database_bytes=10_000_000)
        for free in (needed - 1, needed, needed * 2)
    )
    disk = frozenset({"disk"})
    assert [about(each) for each in (full, enough, well)] == ["disk", "", ""]
    assert [about(each, told=disk) for each in (full, enough, well)] == ["disk", "disk", ""]


def test_a_database_that_cannot_be_read_is_told_beside_what_else_is_known() -> None:
    signs = LifeSigns(None, NOW - 9 * DAY, unreadable="is damaged")
    assert about(signs) == "database bot"


DISK, SILENT, DISCORD = (
    Finding(*troubles(signs, DAY, NOW)[0])
    for signs in (
        LifeSigns(NOW, NOW, free_bytes=1),
        LifeSigns(NOW - 2 * DAY, NOW - 2 * DAY),
        LifeSigns(NOW - 2 * DAY, NOW),
    )
)


def test_each_trouble_is_told_once_and_once_that_all_is_well_again() -> None:
    memory, posts = Memory(), []
    for number, found in enumerate([(), (DISK,), (DISK,), (DISK, SILENT), (SILENT,), (), ()]):
        post, memory = answer(found, memory, NOW + number * HOUR)
        posts.append(post)
    assert [post is not None for post in posts] == [False, True, False, True, False, True, False]
    assert posts[1] is not None
    assert posts[1].startswith("**ClanStats needs a look**\n- Only 0 MB are free")
    assert posts[3] is not None
    assert "no sign of life" in posts[3]
    assert "MB" not in posts[3]
    assert posts[5] == "**ClanStats is well again**, after 4 h."
    assert memory == Memory(looked_at=NOW + 6 * HOUR)
    assert all(list(faults(post)) == [] for post in posts if post)


def test_a_bot_that_comes_back_and_still_reads_what_it_missed_is_no_news() -> None:
    _, memory = answer([SILENT], Memory(), NOW)
    assert answer([DISCORD], memory, NOW + HOUR).post is None
    _, memory = answer([DISCORD], Memory(), NOW)
    assert "no sign of life" in str(answer([SILENT], memory, NOW + HOUR).post)


def test_how_long_it_was_is_left_out_where_the_clock_was_set_back() -> None:
    for told_at in (None, NOW + DAY):
        before = Memory(frozenset({"disk"}), told_at)
        said = "**ClanStats is well again**."
        assert answer([], before, NOW) == WatchAnswer(said, Memory(looked_at=NOW))


def test_that_all_is_well_is_said_with_what_it_rests_on() -> None:
    said = all_well(LifeSigns(NOW - MINUTE, NOW - HOUR), NOW)
    assert said == "All is well: on Discord 1 min ago, database written 1 h ago."
    assert all_well(LifeSigns(NOW + DAY), NOW) == "All is well, as far as is known."

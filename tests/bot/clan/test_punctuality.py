from datetime import UTC, datetime, timedelta

import pytest

from bot.clan.punctuality import Job, Late, late_jobs, late_words

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - 1_000 * HOUR
POLL, BACKUP = Job("poll", HOUR), Job("backup", 24 * HOUR)


@pytest.mark.parametrize(("ago", "late"), [(HOUR, False), (2 * HOUR, False), (2.01 * HOUR, True)])
def test_a_job_is_late_after_twice_its_own_rhythm(ago: timedelta, *, late: bool) -> None:
    found = late_jobs([POLL], {"poll": NOW - ago}, LONG_AGO, NOW)
    assert found == ((Late(POLL, NOW - ago),) if late else ())


def test_a_job_that_never_succeeded_counts_from_the_start() -> None:
    assert late_jobs([POLL], {}, NOW - 2 * HOUR, NOW) == ()
    assert late_jobs([POLL], {}, NOW - 3 * HOUR, NOW) == (Late(POLL, None),)


def test_a_bot_that_was_off_is_not_late_before_it_had_its_time() -> None:
    done = {"poll": NOW - 90 * HOUR}
    assert late_jobs([POLL], done, NOW - HOUR, NOW) == ()
    assert late_jobs([POLL], done, NOW - 3 * HOUR, NOW) == (Late(POLL, done["poll"]),)


def test_each_job_has_its_own_rhythm() -> None:
    done = {"poll": NOW - 3 * HOUR, "backup": NOW - 3 * HOUR}
    assert late_jobs([POLL, BACKUP], done, LONG_AGO, NOW) == (Late(POLL, done["poll"]),)


def test_a_success_that_is_still_to_come_makes_no_job_punctual() -> None:
    succeeded_at = {"poll": NOW + timedelta(days=30)}
    late = late_jobs([POLL], succeeded_at, NOW - 3 * HOUR, NOW)
    assert late == (Late(POLL, None),)


def test_what_is_late_is_said_with_when_it_was_done() -> None:
    assert late_words({"poll": NOW - 3 * HOUR, "backup": None}, NOW) == [
        "poll was last done 3 h ago",
        "backup was never done",
    ]

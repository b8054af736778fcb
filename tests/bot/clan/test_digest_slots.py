"""When a digest is due: by the clan's own clock, once, and never long after its time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clan.diagnosis import Severity
from bot.clan.digest_slots import (
    LAST_DAY,
    DigestInterval,
    DigestPlan,
    DigestPost,
    digest_finding,
    due_slot,
    newest_slot,
    next_slot,
    post_trouble,
)
from bot.clan.spans import Period
from tests.storage.rows import DAY, HOUR

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 11, 23, 18, tzinfo=UTC)
WEEKLY = DigestPlan(day=0, hour=18, on_since=MONDAY - 30 * DAY)
MONTHLY = WEEKLY._replace(interval=DigestInterval.MONTHLY, day=LAST_DAY)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "newest", "following"),
    [
        (MONDAY - MINUTE, MONDAY - 7 * DAY, MONDAY),
        (MONDAY, MONDAY, MONDAY + 7 * DAY),
        (MONDAY + 3 * DAY, MONDAY, MONDAY + 7 * DAY),
    ],
)
def test_a_week_s_slot_is_the_day_and_hour_of_the_clan(
    now: datetime, newest: datetime, following: datetime
) -> None:
    assert newest_slot(WEEKLY, now, LONDON) == newest
    assert next_slot(WEEKLY, now, LONDON) == following


def test_a_month_without_the_day_has_its_last() -> None:
    assert newest_slot(MONTHLY, at(2026, 3, 1), LONDON) == at(2026, 2, 28, 18)
    assert next_slot(MONTHLY, at(2026, 2, 28, 18), LONDON) == at(2026, 3, 31, 17)
    assert newest_slot(MONTHLY, at(2026, 4, 30, 17), LONDON) == at(2026, 4, 30, 17)


def test_the_hour_is_the_clan_s_own_on_both_sides_of_a_change_of_the_clocks() -> None:
    sunday = WEEKLY._replace(day=6, hour=2)
    # On 8 March 2026 there is no two o'clock in New York, and on 1 November one o'clock twice.
    assert newest_slot(sunday, at(2026, 3, 8, 12), NEW_YORK) == at(2026, 3, 8, 7)
    assert newest_slot(sunday, at(2026, 3, 15, 12), NEW_YORK) == at(2026, 3, 15, 6)
    twice = sunday._replace(hour=1)
    assert newest_slot(twice, at(2026, 11, 1, 5), NEW_YORK) == at(2026, 11, 1, 5)
    assert newest_slot(twice, at(2026, 11, 1, 6), NEW_YORK) == at(2026, 11, 1, 5)


def test_what_is_off_is_never_due_and_neither_is_what_was_before_it_was_switched_on() -> None:
    assert due_slot(WEEKLY._replace(on_since=None), None, MONDAY, LONDON) is None
    assert due_slot(WEEKLY._replace(on_since=MONDAY + MINUTE), None, MONDAY + HOUR, LONDON) is None
    assert due_slot(WEEKLY._replace(on_since=MONDAY), None, MONDAY, LONDON) == MONDAY


def test_a_bot_that_was_away_posts_late_within_a_day_and_else_not_at_all() -> None:
    assert due_slot(WEEKLY, None, MONDAY + DAY - MINUTE, LONDON) == MONDAY
    assert due_slot(WEEKLY, None, MONDAY + DAY, LONDON) is None


def test_no_slot_that_was_begun_is_due_again_even_after_the_day_or_the_clock_was_moved() -> None:
    begun = DigestPost(MONDAY, MONDAY)
    assert due_slot(WEEKLY, begun, MONDAY + HOUR, LONDON) is None
    assert due_slot(WEEKLY._replace(hour=20), begun, MONDAY + 3 * HOUR, LONDON) is None
    assert due_slot(WEEKLY._replace(day=2), begun, MONDAY + 2 * DAY, LONDON) is None
    assert due_slot(WEEKLY, begun, MONDAY - 7 * DAY, LONDON) is None
    assert due_slot(WEEKLY, begun, MONDAY + 7 * DAY, LONDON) == MONDAY + 7 * DAY


def test_what_was_refused_is_tried_again_every_hour_until_a_day_is_over() -> None:
    refused = DigestPost(MONDAY, MONDAY, refusal="no")
    assert due_slot(WEEKLY, refused, MONDAY + 59 * MINUTE, LONDON) is None
    assert due_slot(WEEKLY, refused, MONDAY + HOUR, LONDON) == MONDAY
    assert due_slot(WEEKLY, refused, MONDAY + DAY, LONDON) is None
    assert due_slot(WEEKLY, refused, MONDAY + 7 * DAY, LONDON) == MONDAY + 7 * DAY


def test_the_checklist_says_when_it_is_posted_and_why_it_was_not() -> None:
    def found(plan: DigestPlan, post: DigestPost | None = None, *, has_channel: bool = True) -> str:
        finding = digest_finding(plan, post, MONDAY + HOUR, LONDON, has_channel=has_channel)
        return f"{finding.severity.value}: {finding.words}"

    assert found(WEEKLY._replace(on_since=None), has_channel=False) == "ok: off: nothing is posted"
    assert found(WEEKLY) == "ok: every Monday at 18:00 in the report channel"
    assert found(MONTHLY).startswith("ok: on the last day of every month at 18:00")
    assert found(MONTHLY._replace(day=3)).startswith("ok: on day 3 of every month at 18:00")
    assert found(WEEKLY, has_channel=False) == "fault: on, but there is no report channel"
    posted = DigestPost(MONDAY, MONDAY, MONDAY + MINUTE)
    assert found(WEEKLY, posted).startswith("ok")
    assert found(WEEKLY, posted._replace(posted_at=None)) == (
        "warning: the one of 23 November may not have been posted: the bot was stopped meanwhile"
    )
    refused = DigestPost(MONDAY, MONDAY, refusal="the channel is gone")
    assert found(WEEKLY, refused) == (
        "fault: the one of 23 November was not posted: the channel is gone"
    )


def test_what_is_on_its_way_is_no_trouble_yet() -> None:
    begun = DigestPost(MONDAY, MONDAY + MINUTE)
    assert post_trouble(begun, MONDAY + 2 * MINUTE, LONDON, "Digest") is None
    found = post_trouble(begun, MONDAY + HOUR, LONDON, "Digest")
    assert found is not None
    assert found.severity is Severity.WARNING


def test_a_digest_tells_of_as_long_as_lies_between_two() -> None:
    assert DigestInterval.WEEKLY.period is Period.WEEK
    assert DigestInterval.MONTHLY.period is Period.MONTH

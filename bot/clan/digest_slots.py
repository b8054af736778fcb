"""When a clan's digest is due, and how it went: pure dates of the clan's own calendar.

A slot is the instant at which a digest should be posted. It is posted up to a day late, and after
that not at all: an old week is no news.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.diagnosis import Finding, Severity, fault, warning, well
from bot.clan.spans import DAY, HOUR, Period

LAST_DAY = 31
"""The day of a month that stands for its last one, however long it is."""

_LATEST = DAY
_AGAIN = HOUR
_LONGEST_WAIT = 32
"""In so many days every plan is due at least once."""
_LABEL = "Digest"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNDER_WAY = timedelta(minutes=10)
"""So long a post that was begun may still be on its way."""


class DigestInterval(StrEnum):
    """How often a digest is posted."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def period(self) -> Period:
        """Return the period that it tells of."""
        return Period.WEEK if self is DigestInterval.WEEKLY else Period.MONTH


class DigestAudience(StrEnum):
    """For whom a digest is."""

    MEMBERS = "members"
    OFFICERS = "officers"


class Delivery(StrEnum):
    """What became of a post: it stands there, it surely does not, or nobody knows."""

    POSTED = "posted"
    REFUSED = "refused"
    UNSURE = "unsure"


class DigestPlan(NamedTuple):
    """When a clan wants its digest, by its own clock; off before `on_since`.

    `day` is a weekday (0 is Monday), or a day of the month, of which a shorter one has its last.
    """

    interval: DigestInterval = DigestInterval.WEEKLY
    day: int = 0
    hour: int = 18
    link: str | None = None
    on_since: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Return whether it is posted at all."""
        return self.on_since is not None

    @property
    def words(self) -> str:
        """Return such as "every Monday at 18:00"."""
        if self.interval is DigestInterval.WEEKLY:
            return f"every {WEEKDAYS[self.day]} at {self.hour:02}:00"
        day = "the last day" if self.day == LAST_DAY else f"day {self.day}"
        return f"on {day} of every month at {self.hour:02}:00"


class DigestPost(NamedTuple):
    """The newest slot that was begun for an audience, when, and what became of it.

    Without `posted_at` and `refusal` nobody knows: the bot was stopped in between.
    """

    slot_at: datetime
    claimed_at: datetime
    posted_at: datetime | None = None
    refusal: str | None = None


def newest_slot(plan: DigestPlan, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the newest slot that is not after now."""
    day = _day_by(plan, now.astimezone(zone).date())
    slot = _slot(plan, day, zone)
    return slot if slot <= now else _slot(plan, _day_by(plan, day - DAY), zone)


def next_slot(plan: DigestPlan, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first slot after now."""
    today = now.astimezone(zone).date()
    days = (_day_by(plan, today + number * DAY) for number in range(_LONGEST_WAIT + 1))
    return min(slot for day in days if (slot := _slot(plan, day, zone)) > now)


def due_slot(
    plan: DigestPlan, post: DigestPost | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return the slot that has to be posted now, or None.

    Never one from before it was switched on, never one that was begun, and never one less than
    half an interval after another: whoever moves the day gets no week twice. What Discord surely
    refused is tried again every hour.
    """
    if plan.on_since is None:
        return None
    slot = newest_slot(plan, now, zone)
    if slot < plan.on_since or now - slot >= _LATEST:
        return None
    if post is None:
        return slot
    if post.refusal is not None:
        return slot if now - post.claimed_at >= _AGAIN or slot > post.slot_at else None
    half = timedelta(days=plan.interval.period) / 2
    return slot if slot - post.slot_at >= half else None


def digest_finding(
    plan: DigestPlan, post: DigestPost | None, now: datetime, zone: ZoneInfo, *, has_channel: bool
) -> Finding:
    """Return how it is with the digest of members, and what to do where it does not arrive."""
    if not plan.is_on:
        return well(_LABEL, "off: nothing is posted")
    if not has_channel:
        return fault(_LABEL, "on, but there is no report channel", "Choose a report channel.")
    trouble = post_trouble(post, now, zone, _LABEL)
    return trouble or well(_LABEL, f"{plan.words} in the report channel")


def post_trouble(
    post: DigestPost | None, now: datetime, zone: ZoneInfo, about: str
) -> Finding | None:
    """Return why the newest digest did not arrive, or may not have; None where all is well."""
    if post is None or post.posted_at is not None:
        return None
    local = post.slot_at.astimezone(zone)
    which = f"the one of {local.day} {local:%B}"
    if post.refusal is not None:
        step = "Mend that; within a day of its time it is tried again by itself."
        return Finding(Severity.FAULT, about, f"{which} was not posted: {post.refusal}", step)
    if now - post.claimed_at < _UNDER_WAY:
        return None
    step = "Look in the channel. It is not posted again, so that nobody gets it twice."
    return warning(about, f"{which} may not have been posted: the bot was stopped meanwhile", step)


def _day_by(plan: DigestPlan, day: date) -> date:
    """Return the newest day of the plan that is not after a day."""
    if plan.interval is DigestInterval.WEEKLY:
        return day - timedelta(days=(day.weekday() - plan.day) % 7)
    found = _in_month(day, plan.day)
    return found if found <= day else _in_month(day.replace(day=1) - DAY, plan.day)


def _in_month(month: date, day: int) -> date:
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def _slot(plan: DigestPlan, day: date, zone: ZoneInfo) -> datetime:
    """Return the instant of an hour of a day; one that the clocks leave out comes right after."""
    return datetime.combine(day, time(plan.hour), zone).astimezone(UTC)

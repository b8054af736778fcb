"""Which jobs are late: a job that did not succeed for twice its own rhythm is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clan.wording import ago


@dataclass(frozen=True, slots=True)
class Job:
    """Something that has to happen every so often."""

    name: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class Late:
    """A job that is overdue; `since` is when it last succeeded, None when it never did."""

    job: Job
    since: datetime | None


def late_words(late: Mapping[str, datetime | None], now: datetime) -> list[str]:
    """Return when each of some late jobs was last done, in words."""
    return [
        f"{name} was last done {ago(since, now)} ago" if since else f"{name} was never done"
        for name, since in late.items()
    ]


def late_jobs(
    jobs: Iterable[Job],
    succeeded_at: Mapping[str, datetime],
    started_at: datetime,
    now: datetime,
) -> tuple[Late, ...]:
    """Return the jobs that are late; before its first success a job counts from `started_at`.

    What is still to come was noted by a clock that ran ahead, and tells nothing.
    """
    found = []
    for job in jobs:
        last = succeeded_at.get(job.name)
        last = None if last is not None and last > now else last
        if now - max(last or started_at, started_at) > 2 * job.every:
            found.append(Late(job, last))
    return tuple(found)

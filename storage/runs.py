"""Runs of jobs: what was begun when, and how it ended."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import CLANS, JOB_RUNS


class Run(NamedTuple):
    """One run of a job; `ended_at` and `outcome` are None while it goes on, or if it was killed."""

    job: str
    clan_id: int | None
    trace: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    detail: Mapping[str, Any]


async def begin(
    connection: AsyncConnection, job: str, clan_id: int | None, trace: str, now: datetime
) -> int:
    """Note that a job began, and return the run's id."""
    made = await connection.execute(
        insert(JOB_RUNS)
        .values(job=job, clan_id=clan_id, trace=trace, started_at=now, detail={})
        .returning(JOB_RUNS.c.id)
    )
    return int(made.scalar_one())


async def end(
    connection: AsyncConnection,
    run_id: int,
    outcome: str,
    detail: Mapping[str, Any],
    now: datetime,
) -> None:
    """Note how a run ended."""
    await connection.execute(
        update(JOB_RUNS)
        .where(JOB_RUNS.c.id == run_id)
        .values(outcome=outcome, detail=dict(detail), ended_at=now)
    )


async def end_unfinished(
    connection: AsyncConnection,
    outcome: str,
    detail: Mapping[str, Any],
    now: datetime,
    clan_ids: Collection[int] | None = None,
) -> int:
    """Note of every run that has no end how it ended, and return how many those were.

    Or of the runs of some clans; of the whole bot are those of clan 0.
    """
    run = JOB_RUNS.c
    unfinished = [run.outcome.is_(None)]
    if clan_ids is not None:
        unfinished.append(func.coalesce(run.clan_id, 0).in_(sorted(clan_ids)))
    closed = await connection.execute(
        update(JOB_RUNS)
        .where(*unfinished)
        .values(outcome=outcome, detail=dict(detail), ended_at=now)
    )
    return closed.rowcount


async def last_runs(
    connection: AsyncConnection, clan_id: int | None, outcome: str | None = None
) -> dict[str, Run]:
    """Return the newest run of each job of a clan and of the whole bot, by the job's name.

    Without a clan only of the whole bot.
    """
    run, jobs = JOB_RUNS.c, _jobs()

    def newest(whose: ColumnElement[bool]) -> Select[tuple[int | None]]:
        ran = select(func.max(run.id)).where(run.job == jobs.c.job, whose)
        if outcome is not None:
            ran = ran.where(run.outcome == outcome)
        return select(ran.correlate(jobs).scalar_subquery().label("id")).select_from(jobs)

    of_bot, of_clan = newest(run.clan_id.is_(None)), newest(run.clan_id == clan_id)
    last = (of_bot if clan_id is None else of_bot.union_all(of_clan)).subquery()
    found = select(
        run.job, run.clan_id, run.trace, run.started_at, run.ended_at, run.outcome, run.detail
    )
    rows = await connection.execute(found.where(run.id.in_(select(last.c.id))).order_by(run.id))
    return {row.job: Run(*row) for row in rows}


def _jobs() -> CTE:
    """Return every job that ever ran, each found by one step in the index, and one that is NULL."""
    run, next_run = JOB_RUNS.c, JOB_RUNS.alias("next_run").c
    jobs = select(func.min(run.job).label("job")).cte("jobs", recursive=True)
    following = select(func.min(next_run.job)).where(next_run.job > jobs.c.job)
    step = select(following.correlate(jobs).scalar_subquery()).where(jobs.c.job.is_not(None))
    return jobs.union_all(step)


async def last_ended(
    connection: AsyncConnection,
    clan_ids: Collection[int],
    jobs: Collection[str],
    outcome: str,
    now: datetime,
) -> dict[tuple[int | None, str], datetime]:
    """Return when each job ended so last, by clan and, with None and any clan, for the whole bot.

    By one look into the index for each; what is still to come was noted by a wrong clock.
    """
    run, names = JOB_RUNS.c, sorted(jobs)

    def newest(job: str, of: ColumnElement[bool]) -> ScalarSelect[datetime | None]:
        ended = select(run.ended_at).where(run.job == job, of, run.outcome == outcome)
        ended = ended.where(run.started_at <= now).order_by(run.started_at.desc()).limit(1)
        return ended.correlate(CLANS).scalar_subquery()

    of_bot = [newest(job, run.clan_id.is_(None)) for job in names]
    of_clan = [newest(job, run.clan_id == CLANS.c.id) for job in names]
    clans = select(CLANS.c.id, *of_bot, *of_clan).where(CLANS.c.id.in_(sorted(clan_ids)))
    found: dict[tuple[int | None, str], datetime] = {}
    for row in await connection.execute(clans):
        keys = [*((None, job) for job in names), *((row[0], job) for job in names)]
        found |= {key: at for key, at in zip(keys, row[1:], strict=True) if at is not None}
    return found


async def forget_before(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete records of runs that began before an instant, and return how many those were.

    Not the newest of a job and clan with each outcome: when something was last done stays known.
    """
    run, later = JOB_RUNS.c, JOB_RUNS.alias("later").c
    same = (later.job == run.job) & (later.outcome == run.outcome)
    of_clan = func.coalesce(later.clan_id, 0) == func.coalesce(run.clan_id, 0)
    is_not_newest = exists().where(same, of_clan, later.id > run.id)
    old = select(run.id).where(run.started_at < before, is_not_newest).limit(limit)
    return (await connection.execute(delete(JOB_RUNS).where(run.id.in_(old)))).rowcount


async def last_done_at(
    connection: AsyncConnection, job: str, outcome: str, now: datetime
) -> datetime | None:
    """Return when the newest run of a job began that ended so, of whatever clan.

    What is still to come was noted by a wrong clock.
    """
    run = JOB_RUNS.c
    ended = (run.job == job, run.outcome == outcome, run.started_at <= now)
    found: datetime | None = await connection.scalar(select(func.max(run.started_at)).where(*ended))
    return found

"""Runs of jobs: what was begun when, and how it ended."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import JOB_RUNS


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
    run = JOB_RUNS.c
    mine = or_(run.clan_id == clan_id, run.clan_id.is_(None))
    newest = select(run.job, func.max(run.id).label("id")).where(mine).group_by(run.job)
    if outcome is not None:
        newest = newest.where(run.outcome == outcome)
    last = newest.subquery()
    rows = await connection.execute(
        select(
            run.job,
            run.clan_id,
            run.trace,
            run.started_at,
            run.ended_at,
            run.outcome,
            run.detail,
        ).join(last, last.c.id == run.id)
    )
    return {row.job: Run(*row) for row in rows}


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


async def last_done_at(connection: AsyncConnection, job: str, outcome: str) -> datetime | None:
    """Return when the newest run of a job began that ended so, of whatever clan."""
    run = JOB_RUNS.c
    found: datetime | None = await connection.scalar(
        select(func.max(run.started_at)).where(run.job == job, run.outcome == outcome)
    )
    return found

"""Runs of jobs, and the times in which the bot could not see."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import BLIND_SPOTS, CHANNELS, JOB_RUNS


class Run(NamedTuple):
    """One run of a job; `ended_at` and `outcome` are None while it goes on, or if it was killed."""

    job: str
    clan_id: int | None
    trace: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    detail: Mapping[str, Any]


class Blindness(NamedTuple):
    """A time in which a channel (or, with None, every one) could not be seen."""

    channel: str | None
    started_at: datetime
    ended_at: datetime | None
    reason: str


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


async def last_runs(
    connection: AsyncConnection, clan_id: int, outcome: str | None = None
) -> dict[str, Run]:
    """Return the newest run of each job of a clan, or of the whole bot, by the job's name."""
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


async def go_blind(
    connection: AsyncConnection,
    clan_id: int,
    channel_id: int | None,
    started_at: datetime,
    reason: str,
) -> None:
    """Note that a channel cannot be seen from an instant on; if that is noted already, why."""
    blind = BLIND_SPOTS.c
    same = blind.channel_id.is_(None) if channel_id is None else blind.channel_id == channel_id
    known = await connection.scalar(
        select(blind.id).where(blind.clan_id == clan_id, same, blind.ended_at.is_(None))
    )
    if known is None:
        await connection.execute(
            insert(BLIND_SPOTS).values(
                clan_id=clan_id, channel_id=channel_id, started_at=started_at, reason=reason
            )
        )
    else:
        await connection.execute(update(BLIND_SPOTS).where(blind.id == known).values(reason=reason))


async def see_again(
    connection: AsyncConnection, clan_id: int, channel_id: int | None, now: datetime
) -> None:
    """Note that a channel can be seen again; the time before stays blind."""
    blind = BLIND_SPOTS.c
    same = blind.channel_id.is_(None) if channel_id is None else blind.channel_id == channel_id
    await connection.execute(
        update(BLIND_SPOTS)
        .where(blind.clan_id == clan_id, same, blind.ended_at.is_(None))
        .values(ended_at=now)
    )


async def blindness(connection: AsyncConnection, clan_id: int, since: datetime) -> list[Blindness]:
    """Return the clan's blind times that reach into the time after `since`, oldest first.

    None of a channel that is left out, or that was never readable: nothing of it is missed.
    """
    above = CHANNELS.alias("parent")
    blind, channel, parent = BLIND_SPOTS.c, CHANNELS.c, above.c
    counted = channel.is_counted & func.coalesce(parent.is_counted, true())
    once_read = channel.is_readable | channel.cursor_id.is_not(None)
    rows = await connection.execute(
        select(channel.name, blind.started_at, blind.ended_at, blind.reason)
        .select_from(BLIND_SPOTS)
        .join(CHANNELS, channel.id == blind.channel_id, isouter=True)
        .join(
            above,
            (parent.clan_id == clan_id) & (parent.discord_channel_id == channel.parent_id),
            isouter=True,
        )
        .where(
            blind.clan_id == clan_id,
            or_(blind.ended_at.is_(None), blind.ended_at > since),
            or_(blind.channel_id.is_(None), counted & once_read),
        )
        .order_by(blind.started_at)
    )
    return [Blindness(*row) for row in rows]


async def blind_since(connection: AsyncConnection, clan_id: int) -> dict[int, datetime]:
    """Return since when channels cannot be seen that cannot be now, by their Discord ids."""
    blind = BLIND_SPOTS.c
    rows = await connection.execute(
        select(CHANNELS.c.discord_channel_id, blind.started_at)
        .join(CHANNELS, CHANNELS.c.id == blind.channel_id)
        .where(blind.clan_id == clan_id, blind.ended_at.is_(None))
    )
    return {row.discord_channel_id: row.started_at for row in rows}


async def fill(connection: AsyncConnection, clan_id: int, channel_id: int, since: datetime) -> None:
    """Note that a channel's messages from an instant on were read after all.

    What began since was no blindness in the end; what began before ends there.
    """
    blind = BLIND_SPOTS.c
    mine = (blind.clan_id == clan_id, blind.channel_id == channel_id)
    await connection.execute(delete(BLIND_SPOTS).where(*mine, blind.started_at >= since))
    await see_again(connection, clan_id, channel_id, since)


async def forget_gone(connection: AsyncConnection, clan_id: int, listed: Collection[int]) -> None:
    """Forget the blind times of channels, and of threads in them, that are not listed any more.

    `listed` are the Discord ids of all channels there are: messages of a deleted one count nowhere.
    """
    channel = CHANNELS.c
    where = func.coalesce(channel.parent_id, channel.discord_channel_id)
    gone = select(channel.id).where(channel.clan_id == clan_id, where.not_in(sorted(listed)))
    await connection.execute(
        delete(BLIND_SPOTS).where(
            BLIND_SPOTS.c.clan_id == clan_id, BLIND_SPOTS.c.channel_id.in_(gone)
        )
    )

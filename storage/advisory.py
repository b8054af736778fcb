"""What several processes of a PostgreSQL server share: who does what, and what WOM may be asked.

Who does what is said by advisory locks. One is of a session, a connection that is kept: the server
lets go of it when that ends, however it does, or is silent for too long. So whoever held it asks
before it writes whether it still does. What Wise Old Man was asked stands in a row for each key; of
a key its hash alone.
"""

import os
import socket
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

from sqlalchemy import Result, TextClause, func, select, text, update

from storage.engine import Connection, Database, insert_missing
from storage.tables import WOM_BUDGETS

_LONGEST_NAME = 63

_TAKE = text(
    "SELECT key FROM unnest(CAST(:keys AS integer[])) AS key "
    "WHERE pg_try_advisory_lock(CAST(:kind AS integer), key)"
)
_LEAVE = text(
    "SELECT pg_advisory_unlock(CAST(:kind AS integer), key) "
    "FROM unnest(CAST(:keys AS integer[])) AS key"
)
_HELD = """
    FROM pg_locks AS held LEFT JOIN pg_stat_activity AS who ON who.pid = held.pid
    WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND held.classid = CAST(:kind AS integer)
"""
_HOLDERS = text(f"SELECT held.objid, held.pid, who.application_name, who.backend_start {_HELD}")
_HOLDS = text(f"SELECT 1 {_HELD} AND held.objid = CAST(:key AS integer) AND held.pid = :pid")
_SILENCE = text(
    "SELECT set_config(name, :silence, false) FROM pg_settings WHERE name = 'idle_session_timeout'"
)
_NAME = text("SELECT set_config('application_name', :name, false), pg_backend_pid()")


class LockKind(IntEnum):
    """What a lock is of; the numbers are ours in a database of ours."""

    MIGRATION = 7301
    SHARD = 7302
    CLAN = 7303
    IDENTIFY = 7304


class LockLost(Exception):
    """Another process may do by now what this one was at."""


class LockHolder(NamedTuple):
    """Whoever holds a lock: the server's number of the session, and what it says of itself."""

    session: int
    name: str | None
    since: datetime | None


class LockSession:
    """A connection that is kept for what it holds."""

    def __init__(self, database: Database, connection: Connection, number: int) -> None:
        self._database = database
        self._connection = connection
        self.number = number

    async def take(self, kind: LockKind, keys: Collection[int]) -> set[int]:
        """Take locks that it does not hold yet, and return those that nobody else holds."""
        if not keys:
            return set()
        found = await self._asked(_TAKE, kind, keys=sorted(keys))
        return {row.key for row in found}

    async def leave(self, kind: LockKind, keys: Collection[int]) -> None:
        """Let go of locks that it holds."""
        if keys:
            await self._asked(_LEAVE, kind, keys=sorted(keys))

    async def holders(self, kind: LockKind) -> dict[int, LockHolder]:
        """Return who holds locks of a kind, itself as well."""
        found = await self._asked(_HOLDERS, kind)
        return {
            row.objid: LockHolder(row.pid, row.application_name, row.backend_start) for row in found
        }

    async def _asked(self, question: TextClause, kind: LockKind, **values: object) -> Result[Any]:
        # Not by those of the connection alone: who keeps it open is not inside of it.
        with self._database.causes():
            return await self._connection.execute(question, {"kind": kind.value, **values})


@asynccontextmanager
async def lock_session(
    database: Database, silence: timedelta | None = None
) -> AsyncIterator[LockSession]:
    """Yield a session that the server ends when it is silent for so long (PostgreSQL 14 on)."""
    async with database.session() as connection:
        name = f"clanstats, process {os.getpid()} on {socket.gethostname()}"
        named = await connection.execute(_NAME, {"name": name[:_LONGEST_NAME]})
        number = int(named.one()[1])
        if silence is not None:
            silence_ms = str(silence // timedelta(milliseconds=1))
            await connection.execute(_SILENCE, {"silence": silence_ms})
        yield LockSession(database, connection, number)


@asynccontextmanager
async def alone_at(database: Database, kind: LockKind) -> AsyncIterator[None]:
    """Wait until no other process is inside, and be the only one; a file needs nobody to wait."""
    if database.path is not None:
        yield
        return
    async with database.session() as connection:
        await connection.exec_driver_sql("SET statement_timeout = 0")
        await connection.exec_driver_sql("SET lock_timeout = 0")
        await connection.exec_driver_sql(f"SELECT pg_advisory_lock({kind.value}, 0)")
        yield


async def must_hold(connection: Connection, session: int, kind: LockKind, key: int) -> None:
    """Raise LockLost unless a session holds a lock at this moment."""
    asked = {"kind": kind.value, "key": key, "pid": session}
    if (await connection.execute(_HOLDS, asked)).first() is None:
        raise LockLost


async def locked_budget(connection: Connection, key_hash: str) -> Mapping[str, Any]:
    """Return what is known of a key's budget; nobody else sees it until the transaction ends."""
    await insert_missing(connection, WOM_BUDGETS, [{"key_hash": key_hash, "pace": {}}])
    budget = WOM_BUDGETS.c
    asked = select(budget.pace).where(budget.key_hash == key_hash).with_for_update()
    found: Mapping[str, Any] = (await connection.execute(asked)).scalar_one()
    return found


async def keep_budget(connection: Connection, key_hash: str, pace: Mapping[str, Any]) -> None:
    """Keep what is known of a key's budget."""
    budget = WOM_BUDGETS.c
    changed = update(WOM_BUDGETS).where(budget.key_hash == key_hash).values(pace=dict(pace))
    await connection.execute(changed)


async def seconds_of_server(connection: Connection) -> float:
    """Return what a server's clock shows at this moment: the one clock that all processes have."""
    shown = await connection.execute(select(func.extract("epoch", func.clock_timestamp())))
    return float(shown.scalar_one())

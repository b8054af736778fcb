"""Bringing a database up to the newest schema: backed up first, whole or not at all."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as PlainConnection
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.advisory import LockKind, alone_at, lock_session
from storage.backup import BACKUPS, SUFFIXES, back_up, copies
from storage.engine import Connection, Database, take_long
from storage.errors import (
    COPYING,
    CopyUnfinished,
    DatabaseOwned,
    DatabaseUnopenable,
    EmptyBesideBackups,
    MigrationFailed,
    causes,
)
from storage.owner import owner_of
from storage.postgresql import place_of
from storage.private import make_private, shut

NEWEST = "0020"
"""The newest revision; kept here so that a start on an up-to-date database imports no alembic."""

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was done: from which revision to which, and the backup taken before."""

    before: str | None
    after: str
    backup: Path | None

    @property
    def changed(self) -> bool:
        """Return whether anything had to be done."""
        return self.before != self.after


async def bring_up(database: Database, now: datetime, *, alone: bool = False) -> Migrated:
    """Bring the schema to NEWEST in one transaction, after a verified backup of what was there.

    `alone` says that we own its file: under a bot that runs nothing is changed (DatabaseOwned).
    Raises MigrationFailed, EmptyBesideBackups, or what is wrong with the database: locked,
    unopenable, full or damaged, as when its backup does not verify; the old file stands.
    """
    if database.path is not None:
        await asyncio.to_thread(_make_private, database.path)
    before = await revision(database)
    if before == NEWEST:
        return Migrated(before, NEWEST, None)
    async with alone_at(database, LockKind.MIGRATION):
        # Where another process was first, nothing is left to be done.
        return await _bring_up(database, await revision(database), now, alone=alone)


async def _bring_up(
    database: Database, before: str | None, now: datetime, *, alone: bool
) -> Migrated:
    if before == NEWEST:
        return Migrated(before, NEWEST, None)
    if before is None and database.path is not None:
        await asyncio.to_thread(refuse_beside_backups, database.path)
    owner = await _owner(database, alone=alone)
    if owner is not None:
        place = database.path or place_of(database.url)
        raise DatabaseOwned(place, f"{owner}, which is of another version")
    backup = None
    if before is not None and database.path is not None:
        backup = await back_up(database.path, database.path.parent / BACKUPS, now)
    try:
        await run_alembic(database, _upgrade)
    except SQLAlchemyError as error:
        raise MigrationFailed(before, NEWEST, str(error)) from error
    return Migrated(before, NEWEST, backup)


async def _owner(database: Database, *, alone: bool) -> str | None:
    """Return whose bot runs on a database, but ours, or None."""
    if database.path is not None:
        return None if alone else owner_of(database.path)
    async with lock_session(database) as session:
        running = await session.holders(LockKind.SHARD)
    return next((each.name or "another program" for each in running.values()), None)


async def revision(database: Database) -> str | None:
    """Return the revision that the database has, or None when it is empty.

    Raises DatabaseUnopenable when it is not reached or does not let us in, the other causes, and
    CopyUnfinished when only a part of another one is there.
    """
    found = await marked_revision(database)
    if found == COPYING:
        raise CopyUnfinished
    return found


async def marked_revision(database: Database) -> str | None:
    """Return the revision that the database has, COPYING while it is copied to."""
    place = database.path or place_of(database.url)
    try:
        with causes(place):
            async with database.reading() as connection:
                return await revision_seen(connection)
    except DBAPIError as error:
        raise DatabaseUnopenable(place, str(error.orig)) from error


async def revision_seen(connection: Connection) -> str | None:
    """Return the revision that a connection sees, or None where there is none."""
    return await connection.run_sync(_revision)


async def set_revision(connection: Connection, revision: str) -> None:
    """Have a database that has tables at a revision."""
    await connection.execute(
        text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
    )


async def run_alembic(database: Database, action: Callable[[PlainConnection], None]) -> None:
    """Run an alembic action on a writing connection: all of it is kept, or nothing."""
    async with database.writing() as connection:
        await take_long(connection)
        await connection.run_sync(action)


def _make_private(path: Path) -> None:
    """Have the file there, and its own alone to read; where only backups are, it is not made."""
    if not path.exists():
        refuse_beside_backups(path)
    with causes(path):
        make_private(path)
    for suffix in SUFFIXES[1:]:
        shut(path.with_name(path.name + suffix))


def refuse_beside_backups(path: Path) -> None:
    """Raise EmptyBesideBackups when there are copies of a database in which there is nothing."""
    folder = path.parent / BACKUPS
    made = copies(folder, path.stem) if folder.is_dir() else {}
    if made:
        raise EmptyBesideBackups(path, made[max(made)])


def _revision(connection: PlainConnection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: PlainConnection) -> None:
    # Imported here: a start on an up-to-date database need not pay for alembic.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    # Given as it is: alembic's own way, a file of settings, stumbles over a % in a path.
    scripts = ScriptDirectory(str(_MIGRATIONS))
    config = Config(attributes={"connection": connection})

    def upgrade(current: Any, _context: object) -> list[Any]:  # noqa: ANN401 - alembic's own
        return scripts._upgrade_revs("head", current)  # noqa: SLF001 - as its own command does

    try:
        with EnvironmentContext(config, scripts, fn=upgrade, destination_rev="head"):
            scripts.run_env()
    except CommandError as error:
        raise MigrationFailed(_revision(connection), NEWEST, str(error)) from error

"""Bringing a database up to the newest schema: backed up first, whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from storage.backup import back_up
from storage.engine import Database
from storage.errors import DatabaseUnopenable, MigrationFailed

NEWEST = "0011"
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


async def bring_up(database: Database, now: datetime) -> Migrated:
    """Bring the schema to NEWEST in one transaction, after a verified backup of what was there.

    Raises MigrationFailed, or what is wrong with the database: locked, unopenable, full or damaged,
    as when its backup does not verify; the old file stands.
    """
    try:
        before = await revision(database)
    except DatabaseError as error:
        place = database.path or Path(str(database.url.host))
        raise DatabaseUnopenable(place, str(error.orig)) from error
    if before == NEWEST:
        return Migrated(before, NEWEST, None)
    backup = None
    if before is not None and database.path is not None:
        backup = await back_up(database.path, database.path.parent / "backups", now)
    try:
        await run_alembic(database, _upgrade)
    except MigrationFailed:
        raise
    except SQLAlchemyError as error:
        raise MigrationFailed(before, NEWEST, str(error)) from error
    return Migrated(before, NEWEST, backup)


async def revision(database: Database) -> str | None:
    """Return the revision that the database has, or None when it is empty."""
    async with database.reading() as connection:
        return await connection.run_sync(_revision)


async def run_alembic(database: Database, action: Callable[[Connection], None]) -> None:
    """Run an alembic action on a writing connection: all of it is kept, or nothing."""
    async with database.writing() as connection:
        await connection.run_sync(action)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Imported here: a start on an up-to-date database need not pay for alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise MigrationFailed(_revision(connection), NEWEST, str(error)) from error

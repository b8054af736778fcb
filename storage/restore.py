"""Putting a backup in the place of the database: verified first, and what was there is kept.

At each instant either the old database stands whole in its place, or the new one alone. A kill in
between loses nothing: everything old stands under its kept name before anything is taken away.
"""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from storage.backup import (
    LEFT_BEHIND,
    OUR_TABLES,
    SUFFIXES,
    archive_key,
    beside,
    must_have_room,
    sync,
    verify,
)
from storage.backup_archive import fits, must_have_archive, older, sources
from storage.columns import from_ms
from storage.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    MigrationFailed,
    NotOurs,
    causes,
)
from storage.forgotten import file_beside, learn
from storage.holders import holders, is_held
from storage.migrate import NEWEST
from storage.owner import owning
from storage.private import make_private

_WORKSHOP, _TRIAL = ".restoring-", ".trying-"
_COUNTED = (
    "SELECT count(*) FROM clans",
    "SELECT count(*) FROM players",
    "SELECT count(*) FROM messages",
)
_WRITTEN = (
    "SELECT max(listened_at) FROM clans",
    "SELECT max(polled_at) FROM clans",
    "SELECT max(started_at) FROM job_runs",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the revision of what was restored, and where what it replaced is kept.

    `lacks` is the archive that it needs, where none that fits was found. `older_archive` is the
    one that was taken of an earlier backup: it lacks what moved there between the two.
    """

    revision: str
    kept: Path | None
    lacks: Path | None = None
    older_archive: Path | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What a backup holds that passed every check; `written_at` is when the bot last wrote in it.

    `belonging` are the backups that belong to it and passed theirs. `older_archive` is the one that
    would be taken of an earlier backup.
    """

    revision: str
    written_at: datetime | None
    clans: int
    players: int
    messages: int
    belonging: tuple[Path, ...]
    older_archive: Path | None = None


async def examine(backup: Path, target: Path, now: datetime) -> Examined:
    """Restore a backup into a temporary file beside `target`, check it, and take it away again.

    Raises what restore() raises of a backup that is of no use; nothing is changed.
    """
    return await asyncio.to_thread(_examine, backup, target, now)


def _examine(backup: Path, target: Path, now: datetime) -> Examined:
    folder = target.parent
    belonging = tuple(each for each in beside(backup) if each.exists())
    _must_fit_in(folder, backup, *belonging)
    with causes(folder):
        _clear(folder, now)
        workshop = Path(mkdtemp(prefix=_TRIAL, dir=folder))
    try:
        for each in belonging:
            _whole(_checked_copy(each, workshop / each.name), each)
        fresh = _checked_copy(backup, workshop / "fresh.db")
        revision = _revision(fresh, backup)
        _whole(fresh, backup)
        archive = must_have_archive(archive_key(fresh), backup, target)
        held = _held(fresh, backup, revision, belonging)
        return replace(held, older_archive=older(archive, backup))
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _clear(folder: Path, now: datetime) -> None:
    """Delete what a trial that was killed left behind; one that goes on is younger."""
    for each in folder.glob(f"{_TRIAL}*"):
        if each.stat().st_mtime < (now - LEFT_BEHIND).timestamp():
            shutil.rmtree(each, ignore_errors=True)


def _whole(copy: Path, source: Path) -> None:
    """Raise DatabaseDamaged where rows of a copy refer to others that are not there."""
    with causes(source), closing(sqlite3.connect(copy)) as connection:
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise DatabaseDamaged(source, f"rows of {broken[0]} refer to rows that are not there")


def _held(copy: Path, source: Path, revision: str, belonging: tuple[Path, ...]) -> Examined:
    with causes(source), closing(sqlite3.connect(copy)) as connection:

        def asked(question: str) -> int:
            with suppress(sqlite3.OperationalError):  # an older version had no such column
                return int(connection.execute(question).fetchone()[0] or 0)
            return 0

        clans, players, messages = map(asked, _COUNTED)
        written = max(map(asked, _WRITTEN))
    written_at = from_ms(written) if written else None
    return Examined(revision, written_at, clans, players, messages, belonging)


async def restore(backup: Path, target: Path, now: datetime) -> Restored:
    """Put a verified copy of `backup` in the place of `target`, of which nothing is lost.

    Raises DatabaseDamaged, NotOurs or MigrationFailed (its schema is newer than ours) when the
    backup is of no use, DatabaseLocked while somebody has the database open, DatabaseUnopenable and
    DatabaseFull; then nothing was changed.
    """
    return await asyncio.to_thread(_restore, backup, target, now)


def _restore(backup: Path, target: Path, now: datetime) -> Restored:
    with causes(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    with owning(target, "`clanstats restore`", now):
        return _put_in_place(backup, target, now)


def _put_in_place(backup: Path, target: Path, now: datetime) -> Restored:
    folder = target.parent
    with causes(folder):
        for left_behind in folder.glob(f"{_WORKSHOP}*"):
            shutil.rmtree(left_behind)
        workshop = Path(mkdtemp(prefix=_WORKSHOP, dir=folder))
    try:
        _must_fit_in(folder, backup, *beside(backup))
        fresh = _checked_copy(backup, workshop / "fresh.db")
        revision = _revision(fresh, backup)
        found = sources(backup, target, archive_key(fresh))
        belonging = _belonging(found, workshop)
        with causes(target):
            _refuse_held(target)
            _fold_log(target, workshop / "trial.db")
            _remember_forgotten(target)
            kept = _keep(target, now)
            _refuse_held(target)
            for suffix in SUFFIXES[1:]:
                _with_suffix(target, suffix).unlink(missing_ok=True)
            sync(folder)
            _belong_to_the_same(fresh, target)
            names = beside(kept or _free_name(target, now))
            for (copy, place), name in zip(belonging, names, strict=False):
                _belong_to_the_same(copy, place if place.exists() else target)
                _put_aside(place, name, copy.with_name(f"trial-{copy.name}"))
            sync(folder)
            fresh.replace(target)
            sync(folder)
            for copy, place in belonging:
                copy.replace(place)
            sync(folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    key = archive_key(target)
    (archive,) = beside(target)
    lacks = None if key is None or fits(archive, key) else archive
    return Restored(revision, kept, lacks, older(found.get(archive), backup))


def _belonging(found: Mapping[Path, Path], workshop: Path) -> list[tuple[Path, Path]]:
    """Return checked copies of what belongs to a backup, each with the place where it belongs."""
    # Once more: what came with another backup was not known before.
    _must_fit_in(workshop.parent, *found.values())
    return [
        (_checked_copy(source, workshop / place.name), place) for place, source in found.items()
    ]


def _must_fit_in(folder: Path, *files: Path) -> None:
    """Raise DatabaseFull where a folder has no room for copies of files and of their logs."""
    must_have_room(
        folder, [_with_suffix(each, suffix) for each in files for suffix in SUFFIXES[:-1]]
    )


def _put_aside(place: Path, kept: Path, trial: Path) -> None:
    """Take away what stands where another archive will, and keep it under another name.

    Before the database is replaced: a kill must not leave the new one with an archive that fits by
    its key and lacks what it needs. With none, nothing starts until the backup is restored again.
    """
    with causes(place):
        _fold_log(place, trial)
        _keep_as(place, kept)
        for suffix in SUFFIXES:
            _with_suffix(place, suffix).unlink(missing_ok=True)


def _checked_copy(source: Path, copy: Path) -> Path:
    """Return a copy of a file, with what belongs to it folded in, that passed every check."""
    with causes(source), source.open("rb"):
        pass  # whether it can be read; what goes wrong from here on is for want of room
    with causes(copy.parent.parent):
        for suffix in SUFFIXES[:-1]:
            if _with_suffix(source, suffix).exists():
                shutil.copyfile(_with_suffix(source, suffix), _with_suffix(copy, suffix))
    verify(copy, source)
    return copy


def _revision(copy: Path, source: Path) -> str:
    """Return of which revision a copy is; NotOurs or MigrationFailed when we cannot use it."""
    with causes(source), closing(sqlite3.connect(copy)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
        missing = sorted(OUR_TABLES - tables)
        if missing:
            raise NotOurs(source, f"it has no table {', '.join(missing)}")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise NotOurs(source, "it does not say of which version it is")
    revision = str(row[0])
    if revision > NEWEST:
        raise MigrationFailed(revision, NEWEST, "it was made by a newer ClanStats")
    return revision


def _refuse_held(target: Path) -> None:
    """Raise DatabaseLocked while another process has the database open."""
    if target.exists() and (holders(target) or is_held(target)):
        raise DatabaseLocked(f"{target} is in use, so nothing was changed", target)


def _fold_log(target: Path, trial: Path) -> None:
    """Fold the log beside a database into it, where the two belong together.

    They need not: a file that somebody put beside the log of another would be destroyed. So it is
    tried on copies first; what does not fit, or is damaged, is left as it is, to be kept apart.
    """
    logs = [_with_suffix(target, suffix) for suffix in SUFFIXES[1:-1]]
    if not target.exists() or not any(log.exists() and log.stat().st_size for log in logs):
        return
    with suppress(DatabaseDamaged), causes(target):
        _checked_copy(target, trial)
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _remember_forgotten(target: Path) -> None:
    """Add to the file beside a database whom only the database knows to be forgotten.

    What is put in its place knows less, and the file is what it is compared with.
    """
    learn(file_beside(target), _forgotten_in(target))


def _forgotten_in(target: Path) -> dict[tuple[int, str], datetime]:
    """Return who was forgotten by server; nobody where that cannot be read."""
    found: dict[tuple[int, str], datetime] = {}
    with suppress(sqlite3.Error):
        # Immutable: what stands in a log is folded in by now, or does not belong to the file.
        location = f"{target.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(location, uri=True)) as connection:
            rows = connection.execute(
                "SELECT guild_id, key, until_at FROM forgotten JOIN clans ON clan_id = clans.id"
            )
            for guild_id, key, until_ms in rows:
                found[guild_id, key] = from_ms(until_ms)
    return found


def _belong_to_the_same(fresh: Path, target: Path) -> None:
    """Give the new file the owner and the rights of the old one, as far as we may."""
    with suppress(OSError):
        fresh.chmod(0o600)
    if target.exists():
        with suppress(OSError):
            old = target.stat()
            fresh.chmod(old.st_mode)
            if sys.platform != "win32":
                os.chown(fresh, old.st_uid, old.st_gid)


def _keep(target: Path, now: datetime) -> Path | None:
    """Have the old database, and what belongs to it, under another name too; return that name."""
    if not any(_with_suffix(target, suffix).exists() for suffix in SUFFIXES[:-1]):
        return None
    kept = _free_name(target, now)
    _keep_as(target, kept)
    sync(target.parent)
    return kept


def _keep_as(path: Path, kept: Path) -> None:
    for suffix in SUFFIXES[:-1]:
        if _with_suffix(path, suffix).exists():
            _have_twice(_with_suffix(path, suffix), _with_suffix(kept, suffix))


def _have_twice(old: Path, new: Path) -> None:
    """Give a file a second name, or copy it where files have only one: whole, or not at all."""
    with suppress(OSError):
        os.link(old, new)
        return
    try:
        make_private(new)
        shutil.copyfile(old, new)
        sync(new)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _free_name(target: Path, now: datetime) -> Path:
    name = f"{target.stem}.replaced-{now:%Y%m%dT%H%M%SZ}"
    names = (f"{name}-{number}.db" if number > 1 else f"{name}.db" for number in count(1))
    return next(path for path in map(target.with_name, names) if not path.exists())


def _with_suffix(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)

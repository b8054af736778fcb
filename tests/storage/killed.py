"""Backups and restores that are killed at random instants, and what stands there afterwards.

    python -m tests.storage.killed backup|restore FOLDER HOW_OFTEN SEED

works in an empty folder. Says what was lost or double after each kill, nothing at all if all is
well, and in the end how many processes were killed.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from random import Random
from typing import Any

from storage import archiving
from storage.backup import back_up, beside, copies, keep_elsewhere
from storage.columns import first_snowflake, to_ms
from storage.restore import restore
from storage.rotation import Rotation
from tests.bot.services.contents import contents
from tests.storage.archived import sound
from tests.storage.rows import (
    DAY,
    HOUR,
    NOW,
    a_channel,
    a_clan,
    an_author,
    empty_database,
    opened,
)

KILLS = int(os.environ.get("KILLS", "3"))
"""How often the tests kill each kind of work; more by hand, as CONTRIBUTING.md says."""

_TWO = Rotation(2, 0, 0, 0)
_HELD = tuple[Any, Any]
"""All that a database holds, and all that its archive does."""


def _held(path: Path) -> _HELD:
    (archive,) = beside(path)
    return contents(path), contents(archive) if archive.exists() else None


async def _talked(path: Path, days: range) -> None:
    """Have something written on some days; what is older than the last of them moves."""
    async with opened(path) as database:
        async with database.writing() as connection:
            clan_id = await a_clan(connection, guild_id=days[0])
            author_id = await an_author(connection, clan_id)
            channel_id = await a_channel(connection, clan_id)
            rows = [
                (clan_id, first_snowflake(at) + clan_id, author_id, channel_id, to_ms(at))
                for day in days
                for at in (NOW - day * DAY + n * HOUR / 60 for n in range(200))
            ]
            await connection.exec_driver_sql(
                "INSERT INTO messages (clan_id, message_id, author_id, channel_id, sent_at, flags)"
                " VALUES (?, ?, ?, ?, ?, 0)",
                rows,
            )
        await archiving.move(database, NOW - days[-1] * DAY)


def _is_killed(work: Callable[[], Coroutine[Any, Any, object]], after_s: float) -> bool:
    """Work in another process and kill it; return whether it was not done before."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(work())
            os._exit(0)
        finally:
            os._exit(1)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def _takes_s(work: Callable[[], Coroutine[Any, Any, object]]) -> float:
    began = time.monotonic()
    asyncio.run(work())
    return time.monotonic() - began


def backups_killed(folder: Path, how_often: int, chance: Random) -> Iterator[str]:
    """Kill backups that are kept elsewhere too, of which two are kept."""
    source, here, there = folder / "clan_data.db", folder / "backups", folder / "drive"
    there.mkdir()
    asyncio.run(empty_database(source))
    asyncio.run(_talked(source, range(30, 20, -1)))
    whole, at, killed = _held(source), NOW, 0

    async def work() -> None:
        copy = await back_up(source, here, at, _TWO)
        await keep_elsewhere(copy, there, at, _TWO)

    lasts = max(_takes_s(work), _takes_s(work))
    while killed < how_often:
        at += DAY
        killed += _is_killed(work, chance.uniform(0, lasts))
        for place in (here, there):
            found = copies(place, source.stem).values()
            if len(found) < 2:
                yield f"wrong after kill {killed}: {len(found)} copies in {place.name}"
            yield from (
                f"wrong after kill {killed}: {each.name} in {place.name}"
                for each in found
                if not sound(each) or _held(each) != whole
            )
    if _held(source) != whole:
        yield "wrong: the database itself"
    at += 3650 * DAY
    asyncio.run(work())
    for place in (here, there):
        yield from (f"left behind: {each.name} in {place.name}" for each in place.glob(".*"))
    yield f"{killed} killed"


def _seen(folder: Path, aside: Path) -> list[_HELD]:
    """Return what every database of a folder holds; looking at a copy, for looking folds logs in.

    The first is the database in its place.
    """
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(".restoring-*"))
    place = aside / "clan_data.db"
    return [_held(each) for each in (place, *aside.glob("clan_data.replaced-*.db"))]


def restores_killed(folder: Path, how_often: int, chance: Random) -> Iterator[str]:
    """Kill restores of a database whose last words stand in its log, and of its archive."""
    first, place = folder / "first", folder / "place" / "clan_data.db"
    first.mkdir()
    source = first / place.name
    asyncio.run(empty_database(source))
    asyncio.run(_talked(source, range(30, 20, -1)))
    backup = asyncio.run(back_up(source, folder / "backups", NOW))
    new = _held(source)
    asyncio.run(_talked(source, range(20, 10, -1)))
    _dies_writing(source)
    old = _seen(first, folder / "aside")[0]

    async def work() -> None:
        await restore(backup, place, NOW)

    _begin_anew(first, place.parent)
    lasts, killed = _takes_s(work), 0
    while killed < how_often:
        _begin_anew(first, place.parent)
        killed += _is_killed(work, chance.uniform(0, lasts))
        found = _seen(place.parent, folder / "aside")
        stands, archive = found[0]
        if stands not in (old[0], new[0]):
            yield f"wrong after kill {killed}: neither the old nor the new one stands there"
        if archive not in (None, old[1] if stands == old[0] else new[1]):
            yield f"wrong after kill {killed}: the archive of the other one stands there"
        if old[0] not in [each for each, _ in found] or old[1] not in [each for _, each in found]:
            yield f"wrong after kill {killed}: what was there is lost"
        asyncio.run(work())
        if _held(place) != new or not sound(place):
            yield f"wrong after kill {killed}: the next restore does not end it"
        yield from (f"left behind: {each.name}" for each in place.parent.glob(".restoring-*"))
    yield f"{killed} killed"


def _begin_anew(first: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(first, folder)


def _dies_writing(path: Path) -> None:
    """Have a process end whose last words stand in the log alone."""
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_autocheckpoint=0")
        with connection:
            connection.execute("UPDATE clans SET name = 'Last Words'")
        os._exit(0)
    os.waitpid(child, 0)
    assert path.with_name(f"{path.name}-wal").stat().st_size


def main(what: str, folder: Path, how_often: int, seed: int) -> None:
    """Kill one kind of work so often, and tell."""
    os.fsync = lambda fd: None  # noqa: ARG005 - what a process wrote outlives it; only the machine may not end
    works = {"backup": backups_killed, "restore": restores_killed}
    for line in works[what](folder, how_often, Random(seed)):  # noqa: S311 - made-up moments
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

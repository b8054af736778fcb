"""The made-up clan with long histories, each made once and copied for whoever writes to it."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.demo.absent import send_away
from bot.demo.seed import own_cast, seed
from bot.demo.ties import tie
from bot.demo.world import World, make_world
from bot.settings import Settings, load
from storage.engine import Database
from storage.migrate import bring_up

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YEAR_DAYS = 365
_YEAR_MS = YEAR_DAYS * 86_400_000
_IDS_A_MS = 1 << 22
_NEWEST_MS = int(NOW.timestamp() * 1000) - _YEAR_MS
_OLDER = {
    "observations": (
        "seen_at",
        "player_id, seen_at - :ms, xp, kills, kills_earned, ehp, ehb, xp_fell, kills_fell",
    ),
    "metric_changes": ("seen_at", "player_id, metric_id, seen_at - :ms, value"),
    "messages": (
        "sent_at",
        "clan_id, message_id - :ids, author_id, channel_id, sent_at - :ms, flags, reply_to - :ids",
    ),
    "questions": (
        "asked_at",
        (
            "clan_id, message_id - :ids, channel_id, author_id, asked_at - :ms, NULL, NULL, NULL, "
            "is_closed"
        ),
    ),
    "author_days": ("day", "clan_id, author_id, day - :days, messages, questions, answers"),
    "author_hours": (
        "hour_at",
        "clan_id, author_id, hour_at - :ms, messages, questions, answers",
    ),
    "clan_hours": ("hour_at", "clan_id, hour_at - :ms, messages"),
    "channel_days": ("day", "clan_id, day - :days, channel_id, messages"),
}
"""How each table's newest year is put before itself: its column of time, and what is inserted."""


@dataclass(frozen=True, slots=True)
class Size:
    """How big a clan and how long its history; `times` repeats the year into the past.

    In a decided one officers have confirmed links, and people are on leave.
    """

    members: int
    messages_a_day: float
    times: int = 1
    days: int = YEAR_DAYS
    decided: bool = False


# About 587,000 messages by people and 96,000 snapshots at 305 members, as the replaced system had.
SIZES = {
    "305": Size(305, 1_793),
    "305 x 10": Size(305, 1_793, times=10),
    "500": Size(500, 1_793, decided=True),
    "1000": Size(1_000, 1_793),
}
GROWTH_DAYS = 40
GROWING = {f"growth {members}": members for members in (150, 305, 1_000, 3_000)}
"""Clans that differ in their members alone, by name: each writes as much, for as long."""

SIZES |= {name: Size(count, count * 2, days=GROWTH_DAYS) for name, count in GROWING.items()}
_TINY = {
    "305": Size(20, 30, days=20),
    "305 x 10": Size(20, 30, times=2, days=20),
    "500": Size(30, 40, days=20, decided=True),
    "1000": Size(40, 40, days=20),
}


class Histories:
    """Databases by name, made when first asked for."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.real = real
        self._folder = folder

    def size(self, name: str) -> Size:
        """Return how big a history is here."""
        return SIZES[name] if self.real else _TINY[_tiny(name)]

    def path(self, name: str) -> Path:
        """Return the database of a history, to be read."""
        name = name if self.real else _tiny(name)
        path = self._folder / f"{name.replace(' ', '')}.db"
        if path.exists():
            return path
        size, unfinished = self.size(name), Path(f"{path}.part")
        if size.times == 1:
            unfinished.unlink(missing_ok=True)
            asyncio.run(_seeded(unfinished, size))
        else:
            shutil.copy(self.path(name.partition(" ")[0]), unfinished)
            _repeat(unfinished, size.times)
        return unfinished.replace(path)

    def copy(self, name: str, folder: Path) -> Path:
        """Return a copy of a history's database, to be written to."""
        return Path(shutil.copy(self.path(name), folder / "copy.db"))


def _tiny(name: str) -> str:
    """Return which history stands for another where all are tiny."""
    return "305" if name in GROWING else name


def world_of(size: Size) -> World:
    """Return the made-up world of a size."""
    return make_world(seed=1, members=size.members, days=size.days, now=NOW)


def settings_for(path: Path, **more: str) -> Settings:
    """Return settings on a database."""
    given = {"DATA_DIR": str(path.parent), "DATABASE_URL": f"sqlite:///{path}", "WOM_CONTACT": "x"}
    # Of the chat that is made up the simulated Discord knows nothing.
    return load({**given, "COMPARE_DAYS": "0", **more}, None)


async def _seeded(path: Path, size: Size) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    await bring_up(database, NOW)
    world = world_of(size)
    cast = own_cast(world)
    clan = await seed(database, world, cast, messages_a_day=size.messages_a_day)
    if size.decided:
        await tie(database, clan, world, cast)
        await send_away(database, clan, world, cast.users)
    await database.close()
    _settle(path)


def _repeat(path: Path, times: int) -> None:
    """Put the newest year before itself, again and again: older than any window that is asked for.

    The oldest copy first, so that no copy is copied.
    """
    with closing(sqlite3.connect(path)) as connection:
        for table, (column, columns) in _OLDER.items():
            newest = NOW.date().toordinal() - YEAR_DAYS if column == "day" else _NEWEST_MS
            query = f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE {column} > :newest"  # noqa: S608 - our own names
            # The world began half a day before that year: the copies would meet its remains.
            connection.execute(f"DELETE FROM {table} WHERE {column} <= :newest", {"newest": newest})  # noqa: S608 - likewise
            for year in range(times - 1, 0, -1):
                shift_ms = year * _YEAR_MS
                shifts = {"ms": shift_ms, "ids": shift_ms * _IDS_A_MS, "days": year * YEAR_DAYS}
                connection.execute(query, shifts | {"newest": newest})
        connection.execute("UPDATE author_totals SET messages = messages * ?", (times,))
        connection.commit()
    _settle(path)


def _settle(path: Path) -> None:
    """Fold the write-ahead log into the file, so that a copy of the file is all of it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

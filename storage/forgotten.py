"""Who was forgotten until when, by hashes: in the database, and in a small file outside it.

The file is in no backup, so that what a restored one brings back can be forgotten again. It stands
beside an SQLite file, and for a server in the data folder of each process.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.backup import sync
from storage.columns import from_ms, to_ms
from storage.engine import Database, upsert
from storage.errors import causes
from storage.given import GIVEN_TEXTS, ByClan, look_up
from storage.private import opened_private
from storage.tables import CLANS, FORGOTTEN

K = TypeVar("K")

Keys = Mapping[str, datetime]
"""Until when what somebody wrote is forgotten, by the key of who it was."""

KeysByServer = Mapping[tuple[int, str], datetime]
"""The same of all servers, by (server, key)."""

_PARTS = 3
_OF_A_SERVER = "clan_data.db"
"""As if a server were the file that stands in the data folder; who moves to one keeps the list."""


async def of_clan(connection: AsyncConnection, clan_id: int) -> dict[str, datetime]:
    """Return everybody who was forgotten in a clan."""
    one = FORGOTTEN.c
    rows = await connection.execute(select(one.key, one.until_at).where(one.clan_id == clan_id))
    return {key: until_at for key, until_at in rows}  # noqa: C416 - rows are no pairs


async def by_server(connection: AsyncConnection) -> dict[tuple[int, str], datetime]:
    """Return by (server, key) everybody who was forgotten in any clan, as the file says it."""
    one = FORGOTTEN.c
    rows = await connection.execute(
        select(CLANS.c.guild_id, one.key, one.until_at).join(CLANS, CLANS.c.id == one.clan_id)
    )
    return {(guild_id, key): until_at for guild_id, key, until_at in rows}


async def among(
    connection: AsyncConnection, by_clan: ByClan[Collection[str]]
) -> dict[int, dict[str, datetime]]:
    """Return by clan those of the keys who were forgotten in it."""
    found = await look_up(connection, by_clan, _among())
    return {
        clan_id: {key: until_at for key, until_at in rows}  # noqa: C416 - rows are no pairs
        for clan_id, rows in found.items()
    }


@cache
def _among() -> Select[Any]:
    one, given = FORGOTTEN.c, GIVEN_TEXTS.c
    named = (one.clan_id == given.clan_id) & (one.key == given.key)
    return select(given.clan_id, one.key, one.until_at).join(FORGOTTEN, named)


async def note(connection: AsyncConnection, clan_id: int, keys: Keys) -> None:
    """Note who was forgotten; what was noted of somebody before is never taken back."""
    rows = [
        {"clan_id": clan_id, "key": key, "until_at": until_at} for key, until_at in keys.items()
    ]
    await upsert(connection, FORGOTTEN, rows, keep_largest=["until_at"])


def file_of(database: Database) -> Path | None:
    """Return the file that belongs to an open database; a server without a data folder has none."""
    if database.path is not None:
        return file_beside(database.path)
    return None if database.data_dir is None else file_beside(database.data_dir / _OF_A_SERVER)


def file_beside(database: Path) -> Path:
    """Return the file that belongs to an SQLite database."""
    return database.with_name(f"{database.stem}.forgotten.txt")


def remembered(file: Path) -> dict[tuple[int, str], datetime]:
    """Return by (server, key) what the file says; a line that was cut off says nothing."""
    if not file.exists():
        return {}
    with causes(file):
        lines = file.read_text("ascii", errors="replace").split("\n")[:-1]
    found: dict[tuple[int, str], datetime] = {}
    for parts in (line.split() for line in lines):
        if len(parts) == _PARTS and parts[0].isdecimal() and parts[2].isdecimal():
            who, until_at = (int(parts[0]), parts[1]), from_ms(int(parts[2]))
            found[who] = max(until_at, found.get(who, until_at))
    return found


def learn(file: Path, keys: KeysByServer) -> None:
    """Add to the file whom it does not know yet, or knows as forgotten earlier."""
    missing: dict[int, dict[str, datetime]] = defaultdict(dict)
    for (guild_id, key), until in later(keys, remembered(file)).items():
        missing[guild_id][key] = until
    for guild_id, unknown in missing.items():
        remember(file, guild_id, unknown)


def later(some: Mapping[K, datetime], than: Mapping[K, datetime]) -> dict[K, datetime]:
    """Return those who were forgotten later than others say, or of whom these do not know."""
    return {who: until for who, until in some.items() if who not in than or until > than[who]}


def remember(file: Path, guild_id: int, keys: Keys) -> None:
    """Add to the file, on the disk for good; a line that was cut off before is ended first."""
    lines = [f"{guild_id} {key} {to_ms(until_at)}\n" for key, until_at in sorted(keys.items())]
    with causes(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not file.exists()
        with open(file, "ab", opener=opened_private) as written:
            before = "" if is_new or not written.tell() else "\n"
            written.write((before + "".join(lines)).encode("ascii"))
            written.flush()
            os.fsync(written.fileno())
        if is_new:
            sync(file.parent)

"""What a clan is judged by, version after version; a version is never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conflicts import only_once
from storage.tables import POLICIES


class Version(NamedTuple):
    """One version of a policy as plain values, with who made it and when."""

    version: int
    content: Mapping[str, Any]
    made_by: int
    made_at: datetime


async def newest(connection: AsyncConnection, clan_id: int) -> Version | None:
    """Return the clan's newest version, or None when it never changed anything."""
    versions = await history(connection, clan_id, 1)
    return versions[0] if versions else None


async def history(connection: AsyncConnection, clan_id: int, how_many: int) -> list[Version]:
    """Return the clan's newest versions, the newest first."""
    policy = POLICIES.c
    rows = await connection.execute(
        select(policy.version, policy.content, policy.made_by, policy.made_at)
        .where(policy.clan_id == clan_id)
        .order_by(policy.version.desc())
        .limit(how_many)
    )
    return [Version(*row) for row in rows]


async def add(connection: AsyncConnection, clan_id: int, version: Version) -> None:
    """Store a further version; Overtaken when the clan has one of that number."""
    with only_once():
        await connection.execute(insert(POLICIES).values(clan_id=clan_id, **version._asdict()))

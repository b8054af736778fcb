"""Digests: when each clan wants one, and the newest that was begun for each audience."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import upsert
from storage.tables import DIGEST_POSTS, DIGESTS


class DigestRow(NamedTuple):
    """When a clan wants its digest."""

    interval: str
    day: int
    hour: int
    link: str | None
    on_since_at: datetime | None


class DigestPostRow(NamedTuple):
    """The newest digest that was begun for an audience."""

    slot_at: datetime
    claimed_at: datetime
    posted_at: datetime | None
    refusal: str | None


async def of_clan(connection: AsyncConnection, clan_id: int) -> DigestRow | None:
    """Return when a clan wants its digest, or None when nobody ever said."""
    return (await of_clans(connection, [clan_id])).get(clan_id)


async def posts(connection: AsyncConnection, clan_id: int) -> dict[str, DigestPostRow]:
    """Return the newest digest that was begun, by audience."""
    return (await posts_of_clans(connection, [clan_id])).get(clan_id, {})


async def of_clans(connection: AsyncConnection, clan_ids: Collection[int]) -> dict[int, DigestRow]:
    """Return when some clans want their digest, by clan, of those that ever said so."""
    columns = [DIGESTS.c[name] for name in DigestRow._fields]
    rows = await connection.execute(
        select(DIGESTS.c.clan_id, *columns).where(DIGESTS.c.clan_id.in_(sorted(clan_ids)))
    )
    return {row[0]: DigestRow(*row[1:]) for row in rows}


async def posts_of_clans(
    connection: AsyncConnection, clan_ids: Collection[int]
) -> dict[int, dict[str, DigestPostRow]]:
    """Return the newest digests that were begun by some clans, by clan and audience."""
    post = DIGEST_POSTS.c
    columns = [post[name] for name in DigestPostRow._fields]
    rows = await connection.execute(
        select(post.clan_id, post.audience, *columns).where(post.clan_id.in_(sorted(clan_ids)))
    )
    found: dict[int, dict[str, DigestPostRow]] = {}
    for row in rows:
        found.setdefault(row[0], {})[row[1]] = DigestPostRow(*row[2:])
    return found


async def put(connection: AsyncConnection, clan_id: int, digest: DigestRow) -> None:
    """Store when a clan wants its digest."""
    row = {"clan_id": clan_id, **digest._asdict()}
    await upsert(connection, DIGESTS, [row], replace=DigestRow._fields)


async def claim(
    connection: AsyncConnection, clan_id: int, audience: str, slot_at: datetime, now: datetime
) -> None:
    """Note that the digest of a slot is about to be posted; what was noted before is gone."""
    post = DigestPostRow(slot_at, now, None, None)._asdict()
    row = {"clan_id": clan_id, "audience": audience, **post}
    await upsert(connection, DIGEST_POSTS, [row], replace=DigestPostRow._fields)


async def note(  # noqa: PLR0913, PLR0917 - which post it was, and what became of it
    connection: AsyncConnection,
    clan_id: int,
    audience: str,
    slot_at: datetime,
    posted_at: datetime | None,
    refusal: str | None,
) -> None:
    """Note what became of the digest of a slot, if that is still the newest one."""
    post = DIGEST_POSTS.c
    await connection.execute(
        update(DIGEST_POSTS)
        .where(post.clan_id == clan_id, post.audience == audience, post.slot_at == slot_at)
        .values(posted_at=posted_at, refusal=refusal)
    )

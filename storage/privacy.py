"""What people decided about their own traces: who is not counted, and who left the server."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import insert_missing
from storage.joins import of_author
from storage.links import StoredState
from storage.messages import in_few
from storage.personal import USERS, of_clan
from storage.tables import AUTHOR_TOTALS, AUTHORS, LINKS, MEMBERSHIPS, PLAYER_NAMES, PLAYERS

NAMELESS = ""
"""The name of an author of whom only the wish not to be counted is kept."""


async def opted_out(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int]
) -> set[int]:
    """Return which of the Discord users do not want to be counted."""
    found: set[int] = set()
    for few in in_few(sorted(user_ids)):
        rows = await connection.execute(
            select(AUTHORS.c.discord_user_id).where(
                AUTHORS.c.clan_id == clan_id,
                AUTHORS.c.discord_user_id.in_(few),
                AUTHORS.c.opted_out_at.is_not(None),
            )
        )
        found.update(rows.scalars())
    return found


async def opted_out_speakers(
    connection: AsyncConnection, clan_id: int, keys: Collection[str]
) -> set[str]:
    """Return which of the clan chat's speakers (WOM keys) are confirmed to be such a user's.

    By what an officer said of the speaker, or else by the name that an account bears or, when no
    member bears it any more, bore.
    """
    theirs = await hidden_players(connection, clan_id) if keys else set()
    if not theirs:
        return set()
    told = await _told_players(connection, clan_id, keys)
    bearers = await _bearers(connection, clan_id, keys)
    bore = await _bore(connection, theirs, keys)

    def is_theirs(key: str) -> bool:
        if key in told:
            return told[key] in theirs
        return not theirs.isdisjoint(bearers[key]) if key in bearers else key in bore

    return {key for key in keys if is_theirs(key)}


async def hidden_players(connection: AsyncConnection, clan_id: int) -> set[int]:
    """Return the confirmed accounts of the users who do not want to be counted."""
    link, author = LINKS.c, AUTHORS.c
    same_user = author.discord_user_id == link.discord_user_id
    rows = await connection.execute(
        select(link.player_id)
        .join(AUTHORS, (author.clan_id == link.clan_id) & same_user)
        .where(
            link.clan_id == clan_id,
            link.state == StoredState.CONFIRMED,
            author.opted_out_at.is_not(None),
        )
    )
    return set(rows.scalars())


async def _told_players(
    connection: AsyncConnection, clan_id: int, keys: Collection[str]
) -> dict[str, int]:
    """Return the players that officers said the speakers are."""
    link, author = LINKS.c, AUTHORS.c
    rows = await connection.execute(
        select(author.bridge_name, link.player_id)
        .join(LINKS, (link.clan_id == author.clan_id) & (link.discord_user_id == -author.id))
        .where(
            author.clan_id == clan_id,
            author.bridge_name.in_(sorted(keys)),
            link.state == StoredState.CONFIRMED,
        )
    )
    return {row.bridge_name: row.player_id for row in rows}


async def _bearers(
    connection: AsyncConnection, clan_id: int, keys: Collection[str]
) -> dict[str, set[int]]:
    """Return the present members who bear each of the names now."""
    player, place = PLAYERS.c, MEMBERSHIPS.c
    rows = await connection.execute(
        select(player.wom_key, player.player_id)
        .join(MEMBERSHIPS, place.player_id == player.player_id)
        .where(place.clan_id == clan_id, place.left_at.is_(None), player.wom_key.in_(sorted(keys)))
    )
    found: dict[str, set[int]] = {}
    for key, player_id in rows:
        found.setdefault(key, set()).add(player_id)
    return found


async def _bore(
    connection: AsyncConnection, player_ids: Collection[int], keys: Collection[str]
) -> set[str]:
    """Return which of the names the players bear or ever bore."""
    bears, bore = PLAYERS.c, PLAYER_NAMES.c
    both = (
        select(bears.wom_key).where(bears.player_id.in_(player_ids)),
        select(bore.wom_key).where(bore.player_id.in_(player_ids)),
    )
    rows = await connection.execute(union(*both))
    return set(rows.scalars()) & set(keys)


async def opt_out(connection: AsyncConnection, clan_id: int, user_id: int, now: datetime) -> None:
    """Note that a user does not want to be counted, unless that is noted already."""
    author = AUTHORS.c
    await insert_missing(
        connection,
        AUTHORS,
        [{"clan_id": clan_id, "discord_user_id": user_id, "name": NAMELESS}],
    )
    await connection.execute(
        update(AUTHORS)
        .where(
            author.clan_id == clan_id,
            author.discord_user_id == user_id,
            author.opted_out_at.is_(None),
        )
        .values(opted_out_at=now)
    )


async def opt_in(connection: AsyncConnection, clan_id: int, user_id: int) -> None:
    """Count a user again; of somebody without anything else nothing is kept."""
    mine = (AUTHORS.c.clan_id == clan_id) & (AUTHORS.c.discord_user_id == user_id)
    await connection.execute(update(AUTHORS).where(mine).values(opted_out_at=None))
    await _drop_empty(connection, clan_id, [user_id])


async def _drop_empty(connection: AsyncConnection, clan_id: int, user_ids: Collection[int]) -> None:
    """Delete those of the users of whom there is nothing but the id."""
    author = AUTHORS.c
    wrote = exists().where(AUTHOR_TOTALS.c.clan_id == clan_id, of_author(AUTHOR_TOTALS))
    await connection.execute(
        delete(AUTHORS).where(
            author.clan_id == clan_id,
            author.discord_user_id.in_(user_ids),
            author.name == NAMELESS,
            author.opted_out_at.is_(None),
            author.left_at.is_(None),
            ~wrote,
        )
    )


async def users(connection: AsyncConnection, clan_id: int) -> dict[int, datetime | None]:
    """Return when each Discord user left the server, None for those present.

    All of whom anything is kept but the wish not to be counted, whether they ever wrote or not.
    """
    author = AUTHORS.c
    rows = await connection.execute(
        select(author.discord_user_id, author.left_at).where(
            author.clan_id == clan_id,
            author.discord_user_id.is_not(None),
            or_(author.name != NAMELESS, author.left_at.is_not(None)),
        )
    )
    found = {row[0]: row[1] for row in rows}
    for column in USERS:
        if column.table is not AUTHORS:
            named = select(column).where(of_clan(column.table, clan_id), column > 0).distinct()
            for user_id in (await connection.execute(named)).scalars():
                found.setdefault(user_id, None)
    return found


async def note_left(
    connection: AsyncConnection, clan_id: int, user_ids: Collection[int], now: datetime | None
) -> None:
    """Note that users left the server, if that is new, or (None) that they are there.

    Of somebody who never wrote only the id is noted, and that only while they are gone.
    """
    author = AUTHORS.c
    if now is not None:
        rows = [
            {"clan_id": clan_id, "discord_user_id": user_id, "name": NAMELESS}
            for user_id in sorted(user_ids)
        ]
        await insert_missing(connection, AUTHORS, rows)
    for few in in_few(sorted(user_ids)):
        changed = author.left_at.is_not(None) if now is None else author.left_at.is_(None)
        await connection.execute(
            update(AUTHORS)
            .where(author.clan_id == clan_id, author.discord_user_id.in_(few), changed)
            .values(left_at=now)
        )
        if now is None:
            await _drop_empty(connection, clan_id, few)


async def left_before(connection: AsyncConnection, clan_id: int, instant: datetime) -> list[int]:
    """Return the Discord users who left the server before an instant and are still known."""
    author = AUTHORS.c
    rows = await connection.execute(
        select(author.discord_user_id)
        .where(
            author.clan_id == clan_id,
            author.discord_user_id.is_not(None),
            author.left_at < instant,
        )
        .order_by(author.left_at, author.id)
    )
    return list(rows.scalars())


async def has_left(
    connection: AsyncConnection, clan_id: int, user_id: int, instant: datetime
) -> bool:
    """Return whether a Discord user left the server before an instant and has not come back."""
    author = AUTHORS.c
    found = await connection.execute(
        select(author.id).where(
            author.clan_id == clan_id,
            author.discord_user_id == user_id,
            author.left_at < instant,
        )
    )
    return found.first() is not None

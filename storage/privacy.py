"""What people decided about their own traces: who is not counted, and who left the server."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, delete, exists, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.authors import is_user_given
from storage.engine import insert_missing
from storage.given import GIVEN, GIVEN_TEXTS, ByClan, look_up
from storage.joins import of_author
from storage.links import StoredState
from storage.messages import in_few
from storage.personal import USERS, of_clan
from storage.tables import AUTHOR_TOTALS, AUTHORS, LINKS, MEMBERSHIPS, PLAYER_NAMES, PLAYERS

NAMELESS = ""
"""The name of an author of whom only the wish not to be counted is kept."""


async def opted_out(
    connection: AsyncConnection, by_clan: ByClan[Collection[int]]
) -> dict[int, set[int]]:
    """Return by clan which of the Discord users do not want to be counted in it."""
    found = await look_up(connection, by_clan, _opted_out())
    return {clan_id: {user_id for (user_id,) in rows} for clan_id, rows in found.items()}


@cache
def _opted_out() -> Select[Any]:
    return select(GIVEN).join(AUTHORS, is_user_given()).where(AUTHORS.c.opted_out_at.is_not(None))


async def opted_out_speakers(
    connection: AsyncConnection, by_clan: ByClan[Collection[str]]
) -> dict[int, set[str]]:
    """Return by clan which of its chat's speakers (WOM keys) are confirmed to be such a user's.

    By what an officer said of the speaker, or else by the name that an account bears or, when no
    member bears it any more, bore.
    """
    named = {clan_id: keys for clan_id, keys in by_clan.items() if keys}
    hidden = await _hidden_players(connection, named) if named else {}
    asked = {clan_id: keys for clan_id, keys in named.items() if hidden[clan_id]}
    told = await look_up(connection, asked, _told_players())
    bearers = await look_up(connection, asked, _bearers())
    bore = await look_up(connection, {each: hidden[each] for each in asked}, _bore())
    found: dict[int, set[str]] = {clan_id: set() for clan_id in by_clan}
    for clan_id, keys in asked.items():
        players: dict[str, set[int]] = defaultdict(set)
        for key, player_id in bearers[clan_id]:
            players[key].add(player_id)
        players |= {key: {player_id} for key, player_id in told[clan_id]}
        bore_once = {key for (key,) in bore[clan_id]}
        found[clan_id] = {
            key
            for key in keys
            if (key in bore_once if key not in players else players[key] & hidden[clan_id])
        }
    return found


async def hidden_players(connection: AsyncConnection, clan_id: int) -> set[int]:
    """Return the confirmed accounts of the users who do not want to be counted."""
    return (await _hidden_players(connection, [clan_id]))[clan_id]


async def _hidden_players(
    connection: AsyncConnection, clan_ids: Collection[int]
) -> dict[int, set[int]]:
    # No key is asked for: all of each clan are.
    found = await look_up(connection, dict.fromkeys(clan_ids, (0,)), _hidden())
    return {clan_id: {player_id for (player_id,) in rows} for clan_id, rows in found.items()}


@cache
def _hidden() -> Select[Any]:
    link, author = LINKS.c, AUTHORS.c
    same_user = author.discord_user_id == link.discord_user_id
    return (
        select(GIVEN.c.clan_id, link.player_id)
        .join(LINKS, link.clan_id == GIVEN.c.clan_id)
        .join(AUTHORS, (author.clan_id == link.clan_id) & same_user)
        .where(link.state == StoredState.CONFIRMED, author.opted_out_at.is_not(None))
    )


@cache
def _told_players() -> Select[Any]:
    """Return the players that officers said the speakers are."""
    link, author, given = LINKS.c, AUTHORS.c, GIVEN_TEXTS.c
    named = (author.clan_id == given.clan_id) & (author.bridge_name == given.key)
    theirs = (link.clan_id == author.clan_id) & (link.discord_user_id == -author.id)
    return (
        select(given.clan_id, given.key, link.player_id)
        .join(AUTHORS, named)
        .join(LINKS, theirs)
        .where(link.state == StoredState.CONFIRMED)
    )


@cache
def _bearers() -> Select[Any]:
    """Return the present members who bear each of the names now."""
    player, place, given = PLAYERS.c, MEMBERSHIPS.c, GIVEN_TEXTS.c
    here = (place.clan_id == given.clan_id) & (place.player_id == player.player_id)
    return (
        select(given.clan_id, given.key, player.player_id)
        .join(PLAYERS, player.wom_key == given.key)
        .join(MEMBERSHIPS, here)
        .where(place.left_at.is_(None))
    )


@cache
def _bore() -> CompoundSelect[Any]:
    """Return the names that the players bear or ever bore."""
    return union(
        *(
            select(GIVEN.c.clan_id, table.c.wom_key).join(table, table.c.player_id == GIVEN.c.key)
            for table in (PLAYERS, PLAYER_NAMES)
        )
    )


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

"""Players, their names, and their places in clans."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import instant_or_none
from storage.engine import insert_missing, plain_rows, upsert
from storage.given import GIVEN_TEXTS, ByClan, look_up
from storage.tables import MEMBERSHIP_EVENTS, MEMBERSHIPS, PLAYER_NAMES, PLAYERS


class MemberRow(NamedTuple):
    """A player's place in a clan, with what is known of the player."""

    player_id: int
    name: str
    wom_key: str
    account_type: str
    status: str
    updated_at: datetime | None
    changed_at: datetime | None
    role: str
    joined_at: datetime | None
    role_since_at: datetime | None
    left_at: datetime | None
    has_no_discord: bool = False


class MembershipEventRow(NamedTuple):
    """Something that happened to a player's place or name."""

    player_id: int
    kind: str
    happened_at: datetime
    before: str | None = None
    after: str | None = None


async def places(
    connection: AsyncConnection, clan_id: int, *, with_former: bool = False
) -> list[MemberRow]:
    """Return the places of a clan by player id; former members only when asked for."""
    rows = await connection.execute(_places(with_former=with_former), {"clan_id": clan_id})
    return list(map(_place, plain_rows(rows)))


@cache
def _places(*, with_former: bool) -> Select[Any]:
    player, place = PLAYERS.c, MEMBERSHIPS.c
    statement = (
        select(
            player.player_id,
            player.name,
            player.wom_key,
            player.account_type,
            player.status,
            player.updated_at,
            player.changed_at,
            place.role,
            place.joined_at,
            place.role_since_at,
            place.left_at,
            place.has_no_discord,
        )
        .join(MEMBERSHIPS, place.player_id == player.player_id)
        .where(place.clan_id == bindparam("clan_id"))
        .order_by(player.player_id)
    )
    return statement if with_former else statement.where(place.left_at.is_(None))


def _place(row: Sequence[Any]) -> MemberRow:
    """Return a row of _places with its instants, which are at 5, 6 and from 8 to 10."""
    updated_at, changed_at, *others = map(instant_or_none, (*row[5:7], *row[8:11]))
    return MemberRow._make((*row[:5], updated_at, changed_at, row[7], *others, bool(row[11])))


async def held_roles(connection: AsyncConnection, clan_id: int) -> dict[str, int]:
    """Return how many present members of a clan hold each role."""
    place = MEMBERSHIPS.c
    rows = await connection.execute(
        select(place.role, func.count())
        .where(place.clan_id == clan_id, place.left_at.is_(None))
        .group_by(place.role)
    )
    return {role: count for role, count in rows}  # noqa: C416 - rows are no pairs


async def names(connection: AsyncConnection, clan_id: int) -> dict[int, list[str]]:
    """Return every name that the clan's players have or had, the newest first."""
    found: dict[int, list[str]] = {}
    for player_id, name in plain_rows(await connection.execute(_names(), {"clan_id": clan_id})):
        found.setdefault(player_id, []).append(name)
    return found


@cache
def _names() -> Select[Any]:
    borne = PLAYER_NAMES.c
    return (
        select(borne.player_id, borne.name)
        .join(MEMBERSHIPS, MEMBERSHIPS.c.player_id == borne.player_id)
        .where(MEMBERSHIPS.c.clan_id == bindparam("clan_id"))
        .order_by(borne.player_id, borne.last_seen_at.desc(), borne.wom_key)
    )


class BearingRow(NamedTuple):
    """A name that a player bears or bore; `is_current` of a present member who is called so now."""

    wom_key: str
    player_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_current: bool


async def bearings(
    connection: AsyncConnection, by_clan: ByClan[Collection[str]]
) -> dict[int, list[BearingRow]]:
    """Return by clan who of it, former members too, bears or bore each of the names."""
    found = await look_up(connection, by_clan, _bearings())
    return {
        clan_id: sorted(BearingRow._make((*row[:-1], bool(row[-1]))) for row in rows)
        for clan_id, rows in found.items()
    }


@cache
def _bearings() -> Select[Any]:
    borne, place, given = PLAYER_NAMES.c, MEMBERSHIPS.c, GIVEN_TEXTS.c
    return (
        select(
            given.clan_id,
            borne.wom_key,
            borne.player_id,
            borne.first_seen_at,
            borne.last_seen_at,
            (PLAYERS.c.wom_key == borne.wom_key) & place.left_at.is_(None),
        )
        .join(PLAYER_NAMES, borne.wom_key == given.key)
        .join(MEMBERSHIPS, (place.clan_id == given.clan_id) & (place.player_id == borne.player_id))
        .join(PLAYERS, PLAYERS.c.player_id == borne.player_id)
    )


async def note_players(
    connection: AsyncConnection, players: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Note players (rows of the players table) and the names they bear now."""
    columns = ("name", "wom_key", "account_type", "status", "updated_at", "changed_at")
    await upsert(connection, PLAYERS, players, replace=columns)
    await note_names(
        connection,
        [(player["player_id"], player["wom_key"], player["name"]) for player in players],
        now,
    )


async def note_names(
    connection: AsyncConnection, borne: Sequence[tuple[int, str, str]], seen_at: datetime
) -> None:
    """Note that each (player id, WOM key, name) was seen at an instant."""
    await upsert(
        connection,
        PLAYER_NAMES,
        [
            {
                "player_id": player_id,
                "wom_key": key,
                "name": name,
                "first_seen_at": seen_at,
                "last_seen_at": seen_at,
            }
            for player_id, key, name in borne
        ],
        replace=("name",),
        keep_largest=("last_seen_at",),
        keep_smallest=("first_seen_at",),
    )


async def put_in(
    connection: AsyncConnection, clan_id: int, members: Sequence[Mapping[str, Any]]
) -> None:
    """Write memberships (rows without the clan) as they are now; those named are present."""
    rows = [{"clan_id": clan_id, "left_at": None, **member} for member in members]
    columns = ("role", "joined_at", "role_since_at", "left_at")
    await upsert(connection, MEMBERSHIPS, rows, replace=columns)


async def put_in_former(
    connection: AsyncConnection, clan_id: int, players: Sequence[Mapping[str, Any]]
) -> None:
    """Note people of before (rows of players with role, joined_at and left_at) who are not known.

    Whoever is known stays as they are.
    """
    place = ("player_id", "role", "joined_at", "left_at")
    rows = [{name: each[name] for name in each if name not in place[1:]} for each in players]
    await insert_missing(connection, PLAYERS, rows)
    places = [{name: each[name] for name in place} for each in players]
    await insert_missing(connection, MEMBERSHIPS, [{"clan_id": clan_id, **each} for each in places])


async def borne(
    connection: AsyncConnection, player_ids: Collection[int]
) -> dict[tuple[int, str], tuple[datetime, datetime]]:
    """Return from when to when each player is known to have borne each name (by WOM key)."""
    name = PLAYER_NAMES.c
    rows = await connection.execute(
        select(name.player_id, name.wom_key, name.first_seen_at, name.last_seen_at).where(
            name.player_id.in_(sorted(player_ids))
        )
    )
    return {(who, key): (first_at, last_at) for who, key, first_at, last_at in rows}


async def take_out(
    connection: AsyncConnection, clan_id: int, player_ids: Collection[int], left_at: datetime
) -> None:
    """Mark members as left; what is known of them stays, and when they left if they had."""
    place = MEMBERSHIPS.c
    await connection.execute(
        update(MEMBERSHIPS)
        .where(
            place.clan_id == clan_id,
            place.player_id.in_(sorted(player_ids)),
            place.left_at.is_(None),
        )
        .values(left_at=left_at)
    )


async def tell_unanswered(
    connection: AsyncConnection, clan_id: int, player_ids: Collection[int], told_at: datetime
) -> set[int]:
    """Note that officers hear of newcomers nobody answered; return of whom they had not yet."""
    place = MEMBERSHIPS.c
    is_new = (
        place.clan_id == clan_id,
        place.player_id.in_(sorted(player_ids)),
        place.unanswered_told_at.is_(None),
    )
    found = set((await connection.execute(select(place.player_id).where(*is_new))).scalars())
    await connection.execute(update(MEMBERSHIPS).where(*is_new).values(unanswered_told_at=told_at))
    return found


async def told_unanswered(connection: AsyncConnection, clan_id: int, since: datetime) -> set[int]:
    """Return the newcomers nobody answered of whom officers heard after an instant."""
    place = MEMBERSHIPS.c
    found = await connection.execute(
        select(place.player_id).where(place.clan_id == clan_id, place.unanswered_told_at > since)
    )
    return set(found.scalars())


async def note_events(
    connection: AsyncConnection, clan_id: int, events: Sequence[MembershipEventRow]
) -> None:
    """Note events; one that is there already is left as it is."""
    await insert_missing(
        connection, MEMBERSHIP_EVENTS, [{"clan_id": clan_id, **event._asdict()} for event in events]
    )


async def events_between(
    connection: AsyncConnection, clan_id: int, start: datetime, end: datetime | None = None
) -> list[tuple[MembershipEventRow, str]]:
    """Return the events of [start, end), or all since, with the player's name, newest first."""
    event = MEMBERSHIP_EVENTS.c
    ended = true() if end is None else event.happened_at < end
    rows = await connection.execute(
        select(
            event.player_id,
            event.kind,
            event.happened_at,
            event.before,
            event.after,
            PLAYERS.c.name,
        )
        .join(PLAYERS, PLAYERS.c.player_id == event.player_id)
        .where(event.clan_id == clan_id, event.happened_at >= start, ended)
        .order_by(event.happened_at.desc(), event.id)
    )
    return [(MembershipEventRow(*row[:5]), row[5]) for row in rows]


async def last_change_at(connection: AsyncConnection, clan_id: int) -> datetime | None:
    """Return when somebody joined, left or changed rank last, None for never; not by name."""
    event = MEMBERSHIP_EVENTS.c
    found: datetime | None = await connection.scalar(
        select(func.max(event.happened_at)).where(event.clan_id == clan_id, event.kind != "renamed")
    )
    return found


class Sighting(NamedTuple):
    """A name that a player bore at an instant."""

    player_id: int
    name: str
    wom_key: str
    seen_at: datetime


async def note_sightings(connection: AsyncConnection, sightings: Sequence[Sighting]) -> None:
    """Note names of known players, each at its own instant; how a known one is written stays."""
    await upsert(
        connection,
        PLAYER_NAMES,
        [
            {
                "player_id": each.player_id,
                "wom_key": each.wom_key,
                "name": each.name,
                "first_seen_at": each.seen_at,
                "last_seen_at": each.seen_at,
            }
            for each in sightings
        ],
        keep_largest=("last_seen_at",),
        keep_smallest=("first_seen_at",),
    )


async def remove_events(
    connection: AsyncConnection, clan_id: int, events: Sequence[MembershipEventRow]
) -> None:
    """Delete events (by player, kind and instant) that turned out never to have happened."""
    if not events:
        return
    event = MEMBERSHIP_EVENTS.c
    await connection.execute(
        delete(MEMBERSHIP_EVENTS).where(
            event.clan_id == clan_id,
            event.player_id == bindparam("who"),
            event.kind == bindparam("what"),
            event.happened_at == bindparam("at"),
        ),
        [{"who": each.player_id, "what": each.kind, "at": each.happened_at} for each in events],
    )


async def remove_places(
    connection: AsyncConnection, clan_id: int, player_ids: Collection[int]
) -> None:
    """Delete the places of ids that never were somebody."""
    place = MEMBERSHIPS.c
    await connection.execute(
        delete(MEMBERSHIPS).where(place.clan_id == clan_id, place.player_id.in_(sorted(player_ids)))
    )

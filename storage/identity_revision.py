"""The revision of a clan's identities: another number whenever who is whose may have changed.

Triggers raise it in the transaction of the write, so that no writer can forget it, whatever the
process. What is counted, written last or looked at last does not raise it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import instant_or_none, ms_or_none
from storage.engine import plain_rows
from storage.players import MemberRow
from storage.tables import CLANS, MEMBERSHIPS, PLAYERS


class Watched(NamedTuple):
    """A table and the columns that matter.

    Its rows are a clan's, or a player's: then every clan counts where that player ever was. Only
    rows with something in the column `where_given` matter, if there is one.
    """

    table: str
    columns: tuple[str, ...]
    is_players: bool = False
    where_given: str | None = None


WATCHED: tuple[Watched, ...] = (
    Watched(
        "links",
        (
            *("id", "clan_id", "player_id", "discord_user_id", "state", "is_main", "claimed_at"),
            *("decided_at", "decided_by"),
        ),
    ),
    Watched(
        "memberships",
        (
            *("clan_id", "player_id", "role", "joined_at", "role_since_at", "left_at"),
            "has_no_discord",
        ),
    ),
    Watched("players", ("player_id", "name", "wom_key", "account_type"), is_players=True),
    Watched("player_names", ("player_id", "wom_key", "name"), is_players=True),
    Watched(
        "authors",
        ("id", "clan_id", "discord_user_id", "bridge_name", "name", "handle", "opted_out_at"),
    ),
    Watched(
        "channels",
        ("clan_id", "bridge_pattern", "bridge_source_id"),
        where_given="bridge_pattern",
    ),
    Watched(
        "exemptions",
        (
            *("id", "clan_id", "player_id", "role", "reason", "until_on", "set_by", "set_at"),
            "ended_at",
        ),
    ),
)

_EVENTS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
_RAISE = "UPDATE clans SET identity_revision = identity_revision + 1\nWHERE"
_ORDER = "player_names_order"
_LATER = "NEW.last_seen_at < OLD.last_seen_at"
_OVERTOOK = (
    "EXISTS (SELECT 1 FROM player_names\n"
    "WHERE player_id = NEW.player_id AND wom_key <> NEW.wom_key\n"
    "AND last_seen_at BETWEEN OLD.last_seen_at AND NEW.last_seen_at)"
)
"""A name was seen again and came before another one: names are told the newest first."""


def triggers(dialect: str) -> tuple[str, ...]:
    """Return the statements that make the triggers, each whole, in SQLite's or PostgreSQL's SQL."""
    return tuple(_for_sqlite() if dialect == "sqlite" else _for_postgresql())


def _for_sqlite() -> Iterator[str]:
    for watched in WATCHED:
        for event, rows in _EVENTS.items():
            condition = _condition(watched, event, "IS NOT")
            when = f"\nWHEN {condition}" if condition else ""
            yield (
                f"CREATE TRIGGER identity_revision_{watched.table}_{event}\n"
                f"AFTER {_event(watched, event)}\nON {watched.table}{when}\n"
                f"BEGIN {_RAISE} {_clans(rows, is_players=watched.is_players)}; END"
            )
    yield (
        f"CREATE TRIGGER identity_revision_{_ORDER}\nAFTER UPDATE OF last_seen_at ON player_names\n"
        f"WHEN {_LATER} OR {_OVERTOOK}\n"
        f"BEGIN {_RAISE} {_clans(('NEW',), is_players=True)}; END"
    )


def _for_postgresql() -> Iterator[str]:
    yield from _functions()
    for watched in WATCHED:
        function = "of_player" if watched.is_players else "of_clan"
        for event in _EVENTS:
            condition = _condition(watched, event, "IS DISTINCT FROM")
            when = f"\nWHEN ({condition})" if condition else ""
            yield (
                f"CREATE TRIGGER identity_revision_{watched.table}_{event}\n"
                f"AFTER {_event(watched, event)}\nON {watched.table}\nFOR EACH ROW{when}\n"
                f"EXECUTE FUNCTION identity_revision_{function}()"
            )
    yield (
        f"CREATE TRIGGER identity_revision_{_ORDER}\nAFTER UPDATE OF last_seen_at ON player_names\n"
        "FOR EACH ROW\nWHEN (NEW.last_seen_at <> OLD.last_seen_at)\n"
        "EXECUTE FUNCTION identity_revision_of_order()"
    )


def _functions() -> Iterator[str]:
    """Yield PostgreSQL's functions; a WHEN of its triggers may not look into tables."""
    for name, is_players in (("of_clan", False), ("of_player", True)):
        clans = {event: _clans(rows, is_players=is_players) for event, rows in _EVENTS.items()}
        yield _function(
            name,
            f"IF TG_OP = 'INSERT' THEN\n{_RAISE} {clans['insert']};\n"
            f"ELSIF TG_OP = 'DELETE' THEN\n{_RAISE} {clans['delete']};\n"
            f"ELSE\n{_RAISE} {clans['update']};\nEND IF;",
        )
    clans_of_player = _clans(("NEW",), is_players=True)
    yield _function(
        "of_order", f"IF {_LATER} OR {_OVERTOOK}\nTHEN {_RAISE} {clans_of_player};\nEND IF;"
    )


def _function(name: str, body: str) -> str:
    return (
        f"CREATE FUNCTION identity_revision_{name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n{body}\nRETURN NULL;\nEND $$"
    )


def _event(watched: Watched, event: str) -> str:
    """Return when a trigger fires; of an update only where a column that matters is set."""
    return f"UPDATE OF\n{', '.join(watched.columns)}" if event == "update" else event.upper()


def _condition(watched: Watched, event: str, differs: str) -> str:
    """Return what must be true of the rows: polls and flushes set most columns to what they are."""
    if event == "update":
        return "\nOR ".join(f"OLD.{each} {differs} NEW.{each}" for each in watched.columns)
    (row,) = _EVENTS[event]
    return f"{row}.{watched.where_given} IS NOT NULL" if watched.where_given else ""


def _clans(rows: tuple[str, ...], *, is_players: bool) -> str:
    key = "player_id" if is_players else "clan_id"
    values = [f"{row}.{key}" for row in rows]
    same = f"= {values[0]}" if len(values) == 1 else f"IN ({', '.join(values)})"
    if not is_players:
        return f"id {same}"
    return (
        "EXISTS (SELECT 1 FROM memberships\n"  # noqa: S608 - our own names
        f"WHERE memberships.clan_id = clans.id\nAND memberships.player_id {same})"
    )


Status = tuple[int, str, int | None, int | None]
"""A player, what WOM says of the account, and when it was updated and changed (milliseconds)."""


class Current(NamedTuple):
    """A clan's revision, and what WOM says of each member, present or former, by player id."""

    revision: int
    statuses: list[Status]


async def read(
    connection: AsyncConnection, clan_id: int, *, with_statuses: bool = True
) -> Current | None:
    """Return the revision with what WOM says, which does not raise it; None without the clan.

    Both are of one moment of the database.
    """
    if not with_statuses:
        number = await connection.scalar(_revision(), {"clan_id": clan_id})
        return None if number is None else Current(number, [])
    rows = plain_rows(await connection.execute(_current(), {"clan_id": clan_id}))
    if not rows:
        return None
    statuses: list[Any] = [row[1:] for row in rows if row[1] is not None]
    return Current(rows[0][0], statuses)


@cache
def _revision() -> Select[Any]:
    return select(CLANS.c.identity_revision).where(CLANS.c.id == bindparam("clan_id"))


@cache
def _current() -> Select[Any]:
    player, place = PLAYERS.c, MEMBERSHIPS.c
    # Two joins, not one with a join inside: SQLite would first join the members of all clans.
    return (
        select(
            CLANS.c.identity_revision,
            player.player_id,
            player.status,
            player.updated_at,
            player.changed_at,
        )
        .select_from(CLANS)
        .join(MEMBERSHIPS, place.clan_id == CLANS.c.id, isouter=True)
        .join(PLAYERS, player.player_id == place.player_id, isouter=True)
        .where(CLANS.c.id == bindparam("clan_id"))
        .order_by(place.player_id)
    )


def status_of(member: MemberRow) -> Status:
    """Return what WOM says of a member, as it is read with the revision."""
    updated, changed = ms_or_none(member.updated_at), ms_or_none(member.changed_at)
    return member.player_id, member.status, updated, changed


def with_status(member: MemberRow, status: Status) -> MemberRow:
    """Return a member of whom WOM says that."""
    _, said, updated, changed = status
    instants = instant_or_none(updated), instant_or_none(changed)
    return MemberRow._make((*member[:4], said, *instants, *member[7:]))

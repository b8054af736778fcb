"""Cases and their histories, which only grow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conflicts import only_once
from storage.errors import Overtaken
from storage.joins import of_case
from storage.tables import CASE_ENTRIES, CASES

OVER = ("done", "closed")
"""The states of cases that are over, as the index of the standing ones has them."""


class EntryRow(NamedTuple):
    """A line of a case's history as the database has it."""

    move: str
    state: str
    who: int | None
    at: datetime
    why: str
    until_at: datetime | None
    numbers: Sequence[str]


class CaseRow(NamedTuple):
    """A case as the database has it, its history oldest first."""

    case_id: int
    player_id: int
    kind: str
    role: str
    target: str | None
    policy_version: int
    history: tuple[EntryRow, ...]


class Growth(NamedTuple):
    """Lines that a history of `known` lines gets."""

    case_id: int
    known: int
    news: Sequence[EntryRow]


async def standing(connection: AsyncConnection, clan_id: int) -> list[CaseRow]:
    """Return the clan's cases that are not over, in the order in which they were opened."""
    return await _read(connection, CASES.c.clan_id == clan_id, CASES.c.state.not_in(OVER))


async def of_players(
    connection: AsyncConnection, clan_id: int, player_ids: Sequence[int]
) -> list[CaseRow]:
    """Return all cases of some players in a clan, in the order in which they were opened."""
    return await _read(
        connection, CASES.c.clan_id == clan_id, CASES.c.player_id.in_(sorted(player_ids))
    )


async def newest(connection: AsyncConnection, clan_id: int, how_many: int) -> list[CaseRow]:
    """Return the clan's newest cases that are over, in the order in which they were opened."""
    ids = (
        select(CASES.c.id)
        .where(CASES.c.clan_id == clan_id, CASES.c.state.in_(OVER))
        .order_by(CASES.c.id.desc())
        .limit(how_many)
    )
    return await _read(connection, CASES.c.clan_id == clan_id, CASES.c.id.in_(ids))


async def counts(
    connection: AsyncConnection, clan_id: int, kind: str, player_ids: Sequence[int]
) -> dict[int, int]:
    """Return how many cases of a kind there ever were of each of the players that had any."""
    case = CASES.c
    rows = await connection.execute(
        select(case.player_id, func.count())
        .where(case.clan_id == clan_id, case.kind == kind, case.player_id.in_(sorted(player_ids)))
        .group_by(case.player_id)
    )
    return {row[0]: row[1] for row in rows}


async def noticed_since(connection: AsyncConnection, clan_id: int, since: datetime) -> list[int]:
    """Return the players who were given a notice since an instant."""
    entry = CASE_ENTRIES.c
    rows = await connection.execute(
        select(CASES.c.player_id)
        .join(CASE_ENTRIES, of_case(CASE_ENTRIES))
        .where(CASES.c.clan_id == clan_id, entry.state == "noticed", entry.at >= since)
        .distinct()
    )
    return list(rows.scalars())


async def add(
    connection: AsyncConnection,
    clan_id: int,
    cases: Sequence[tuple[Mapping[str, Any], Sequence[EntryRow]]],
) -> list[int]:
    """Store cases (rows without the clan), each with the first lines of its history.

    Return their ids in the same order. No two of them are of one kind and about one player;
    Overtaken when a player has a standing case of that kind.
    """
    rows = [{"clan_id": clan_id, "state": first[-1].state, **case} for case, first in cases]
    with only_once():
        made = await connection.execute(
            insert(CASES).returning(CASES.c.id, CASES.c.player_id, CASES.c.kind), rows
        )
    # Asked to keep the order, SQLite would be sent a statement for each row.
    by_whom = {(player_id, kind): case_id for case_id, player_id, kind in made}
    ids: list[int] = [by_whom[case["player_id"], case["kind"]] for case, _ in cases]
    await _write(
        connection, clan_id, [(each, 0, first) for each, (_, first) in zip(ids, cases, strict=True)]
    )
    return ids


async def extend(connection: AsyncConnection, clan_id: int, grown: Sequence[Growth]) -> None:
    """Add lines to histories: a statement for each state, one for all lines.

    Overtaken when a history has grown since, a player has another case of that kind meanwhile, or
    the clan no such case.
    """
    by_state: dict[str, list[int]] = {}
    for each in grown:
        by_state.setdefault(each.news[-1].state, []).append(each.case_id)
    with only_once():
        for state, ids in by_state.items():
            found = await connection.execute(
                update(CASES)
                .where(CASES.c.clan_id == clan_id, CASES.c.id.in_(sorted(ids)))
                .values(state=state)
            )
            if found.rowcount != len(ids):
                raise Overtaken(f"clan {clan_id} has not all of the cases {ids}")
        await _write(connection, clan_id, grown)


async def _write(
    connection: AsyncConnection,
    clan_id: int,
    grown: Sequence[tuple[int, int, Sequence[EntryRow]]],
) -> None:
    await connection.execute(
        insert(CASE_ENTRIES),
        [
            {"clan_id": clan_id, "case_id": case_id, "position": position, **entry._asdict()}
            for case_id, known, news in grown
            for position, entry in enumerate(news, known)
        ],
    )


async def _read(connection: AsyncConnection, *which: ColumnElement[bool]) -> list[CaseRow]:
    case, entry = CASES.c, CASE_ENTRIES.c
    rows = await connection.execute(
        select(
            case.id,
            case.player_id,
            case.kind,
            case.role,
            case.target,
            case.policy_version,
            *(entry[name] for name in EntryRow._fields),
        )
        .join(CASE_ENTRIES, of_case(CASE_ENTRIES))
        .where(*which)
        .order_by(case.id, entry.position)
    )
    found: dict[int, list[EntryRow]] = {}
    heads: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        heads[row[0]] = tuple(row[:6])
        found.setdefault(row[0], []).append(EntryRow(*row[6:]))
    return [CaseRow._make((*heads[case_id], tuple(found[case_id]))) for case_id in found]

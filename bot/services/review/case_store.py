"""Cases as the rules know them, read from and written to where they are kept."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.services.setup import Clan
from storage import cases
from storage.cases import CaseRow, EntryRow, Growth
from storage.engine import Connection


async def standing_cases(connection: Connection, clan: Clan) -> tuple[Case, ...]:
    """Return the clan's cases that are not over, in the order in which they were opened."""
    return tuple(map(_case, await cases.standing(connection, clan.clan_id)))


async def ended_cases(connection: Connection, clan: Clan, how_many: int) -> tuple[Case, ...]:
    """Return the clan's newest cases that are over, the one that ended last first."""
    found = map(_case, await cases.newest(connection, clan.clan_id, how_many))
    return tuple(sorted(found, key=lambda case: (case.last.at, case.case_id), reverse=True))


async def cases_of(
    connection: Connection, clan: Clan, player_ids: Collection[int]
) -> tuple[Case, ...]:
    """Return all cases of some players, in the order in which they were opened."""
    return tuple(map(_case, await cases.of_players(connection, clan.clan_id, [*player_ids])))


async def keep(
    connection: Connection, clan: Clan, grown: Sequence[tuple[Case, int]]
) -> tuple[Case, ...]:
    """Write cases that are new, and the lines of others beyond so many; return them as kept.

    Those that were there are written first: a case that ends makes room for the next one. Overtaken
    when somebody else wrote meanwhile.
    """
    extended = [
        Growth(case.case_id, known, [_line(entry) for entry in case.history[known:]])
        for case, known in grown
        if case.case_id is not None
    ]
    if extended:
        await cases.extend(connection, clan.clan_id, extended)
    new = [case for case, _ in grown if case.case_id is None]
    rows = [(_head(case), [_line(entry) for entry in case.history]) for case in new]
    ids = iter(await cases.add(connection, clan.clan_id, rows) if rows else ())
    return tuple(
        replace(case, case_id=next(ids)) if case.case_id is None else case for case, _ in grown
    )


def _head(case: Case) -> dict[str, object]:
    return {
        "player_id": case.player_id,
        "kind": str(case.kind),
        "role": case.role,
        "target": case.target,
        "policy_version": case.policy_version,
    }


def _line(entry: CaseEntry) -> EntryRow:
    return EntryRow(
        str(entry.move),
        str(entry.state),
        entry.who,
        entry.at,
        entry.why,
        entry.until_at,
        list(entry.numbers),
    )


def _case(row: CaseRow) -> Case:
    """Return a stored case as the rules know it."""
    return Case(
        CaseKind(row.kind),
        row.player_id,
        row.role,
        row.policy_version,
        tuple(
            CaseEntry(
                Move(each.move),
                CaseState(each.state),
                each.who,
                each.at,
                each.why,
                each.until_at,
                tuple(each.numbers),
            )
            for each in row.history
        ),
        row.target,
        row.case_id,
    )

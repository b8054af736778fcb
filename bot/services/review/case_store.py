"""Cases as the rules know them, read from and written to where they are kept."""

from collections.abc import Collection
from dataclasses import replace

from bot.clan.cases import Case, CaseEntry, CaseKind, CaseState, Move
from bot.services.setup import Clan
from storage import cases
from storage.cases import CaseRow, EntryRow
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


async def keep(connection: Connection, clan: Clan, case: Case, known: int) -> Case:
    """Write a case that is new, or the lines that its history has beyond the `known` ones.

    Overtaken when somebody else wrote meanwhile.
    """
    lines = [_line(entry) for entry in case.history[known:]]
    if case.case_id is not None:
        await cases.extend(connection, clan.clan_id, case.case_id, known, lines)
        return case
    head = {
        "player_id": case.player_id,
        "kind": str(case.kind),
        "role": case.role,
        "target": case.target,
        "policy_version": case.policy_version,
    }
    case_id = await cases.add(connection, clan.clan_id, head, lines)
    return replace(case, case_id=case_id)


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

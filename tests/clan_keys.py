"""Which tables are a clan's, and what a statement says of the clan where it names one of them."""

import re
from collections.abc import Mapping
from functools import cache

from storage.tables import ALL

NO_CLANS: Mapping[str, str] = {
    "clans": "each row is a clan",
    "players": "an account of the game, which may be in several clans",
    "player_names": "a player's",
    "observations": "a player's",
    "present_values": "a player's",
    "metric_changes": "a player's",
    "metrics": "the names of what the game counts",
    "wom_budgets": "of a key of Wise Old Man, which all clans share",
    "job_runs": "the bot's own, which may be about a clan",
    "archive_marks": "the file's, of one row",
    "archive_voids": "the file's, empty on PostgreSQL",
}
"""Tables that belong to no clan, and why."""

OF_CLANS = frozenset(ALL) - NO_CLANS.keys()

_LISTED = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO) ((?:\w+(?: AS \w+)?)(?:, \w+(?: AS \w+)?)*)")
_NAMED = re.compile(r"(\w+)(?: AS (\w+))?")
_FILLED = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)")


@cache
def without_clan(statement: str) -> frozenset[str]:
    """Return the tables of clans that a statement names without saying of which clan."""
    filled = dict(_FILLED.findall(statement))
    found = {table for table, columns in filled.items() if "clan_id" not in columns} & OF_CLANS
    for listed in _LISTED.findall(" ".join(statement.split())):
        for table, alias in _NAMED.findall(listed):
            name = alias or table
            said = rf"\b{name}\.clan_id (?:=|IN\b)|= {name}\.clan_id\b"
            if _is_of_clans(table) and table not in filled and not re.search(said, statement):
                found = found | {table}
    return frozenset(found)


def _is_of_clans(table: str) -> bool:
    return table in OF_CLANS or table == "archived_messages"

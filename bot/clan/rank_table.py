"""Which WOM ranks give rights in a clan, and how many hold them: shown before it is confirmed.

In many clans zenyte or dragonstone are ordinary members' ranks, which nobody but the clan can know.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.clan.ranks import Authority, Caller, Permissions, authority
from bot.clan.wording import plural, role_words


class RankHolders(NamedTuple):
    """A rank that makes officers or leadership, and how many members hold it."""

    role: str
    gives: Authority
    holders: int

    @property
    def words(self) -> str:
        """Return it as a question: "Zenyte, 45 members: leadership?"."""
        gives = "leadership" if self.gives is Authority.LEADERSHIP else "officers"
        return f"{role_words(self.role)}, {plural(self.holders, 'member')}: {gives}?"


RankTable = tuple[RankHolders, ...]


def rank_table(held: Mapping[str, int], permissions: Permissions) -> RankTable:
    """Return all ranks that give rights, the highest first; `held` are the members by rank."""
    known = (*permissions.tier_1, *permissions.tier_2, *sorted(permissions.officer_roles))
    given = {role: authority(Caller(wom_roles=frozenset({role})), permissions) for role in known}
    table = [
        RankHolders(role, gives, held.get(role, 0))
        for role, gives in given.items()
        if gives >= Authority.OFFICER
    ]
    return tuple(sorted(table, key=lambda each: -each.gives))


def table_words(table: Sequence[RankHolders]) -> list[str]:
    """Return the table in words: a line for each rank that is held, one for all others."""
    lines = [each.words for each in table if each.holders]
    idle = [role_words(each.role) for each in table if not each.holders]
    return lines + ([f"Held by nobody: {', '.join(idle)}"] if idle else [])


def fingerprint(table: Sequence[RankHolders]) -> str:
    """Return by what a table is known again: who confirms it confirms what they were shown."""
    return hashlib.sha256(repr([tuple(each) for each in table]).encode()).hexdigest()[:16]

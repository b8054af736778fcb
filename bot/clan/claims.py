"""What a claim, a name match and a confirmed link each may do: one table for the whole house.

A claim is the word of one person, and a name is what somebody calls themself; only an officer's
word says whose an account is. Whoever joins accounts with people asks here what follows from it.
"""

from collections.abc import Mapping
from enum import StrEnum

from bot.clan.standings import Link


class Effect(StrEnum):
    """What may follow from knowing, in one way or another, whose an account is."""

    CARD = "stand on one's own card"
    STANDING = "show the days that are left, and the rank ahead"
    NUMBERS = "count as one person with what its user writes"
    SILENCE = "be called silent"
    HIDE = "be left out of every list when its user opts out"
    LEAVE = "be on leave with its user"
    EXPORT = "be exported and forgotten with its user"
    AUTHORITY = "give the rights of its rank"


_ALLOWED: Mapping[Link, frozenset[Effect]] = {
    Link.NONE: frozenset(),
    Link.CLAIMED: frozenset({Effect.CARD}),
    Link.NAME: frozenset({Effect.CARD, Effect.STANDING, Effect.NUMBERS}),
    Link.CONFIRMED: frozenset(Effect),
}


def allows(link: Link, effect: Effect) -> bool:
    """Return whether something may follow from so sure a link."""
    return effect in _ALLOWED[link]

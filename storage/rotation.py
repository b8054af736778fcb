"""Which copies of a database are kept: the newest few, and then fewer the older they are.

No present instant is asked for: what counts is the days, weeks and months that have a copy, from
the newest copy back. So a clock that jumps, or a bot that was off for a year, costs no copy.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Of how many days, weeks and months the last copy is kept, beside the `newest` of all."""

    newest: int = 3
    days: int = 7
    weeks: int = 4
    months: int = 6


USUAL = Rotation()


def kept(made_at: Sequence[datetime], rule: Rotation = USUAL) -> frozenset[int]:
    """Return the places of the copies to keep in a list that begins with the newest.

    The newest is always one of them.
    """
    found = set(range(min(max(rule.newest, 1), len(made_at))))
    found |= _firsts([at.date() for at in made_at], rule.days)
    found |= _firsts([at.isocalendar()[:2] for at in made_at], rule.weeks)
    found |= _firsts([(at.year, at.month) for at in made_at], rule.months)
    return frozenset(found)


def _firsts(spans: Sequence[Hashable], most: int) -> set[int]:
    """Return where each of the first few different spans begins."""
    first: dict[Hashable, int] = {}
    for place, span in enumerate(spans):
        first.setdefault(span, place)
    return set(list(first.values())[: max(most, 0)])

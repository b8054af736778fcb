"""Showing a part of a list: people of one rank, with one signal, or decided on in one way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from bot.clan.wording import role_words

Row = TypeVar("Row")

_MOST = 24
"""Parts that can be chosen; Discord takes 25 options, of which one is everybody."""
_LONGEST_KEY = 40


class Part(NamedTuple):
    """A part of a list: how it stands in an id, and what it is called."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Parts(Generic[Row]):
    """A list with its parts, those of one kind together and the largest of them first."""

    rows: Sequence[Row]
    by_part: dict[Part, list[Row]]

    def labels(self, chosen: str) -> dict[str, str]:
        """Return what can be chosen, by its key; one that is empty by now stays to be seen."""
        told = {each.key: f"{each.label} ({len(rows)})" for each, rows in self.by_part.items()}
        gone = {chosen: "Nobody is left of what was chosen"} if chosen not in {"", *told} else {}
        return {"": f"Everybody ({len(self.rows)})", **gone, **told}

    def of(self, chosen: str) -> Sequence[Row]:
        """Return the rows of a part, or all of them."""
        if not chosen:
            return self.rows
        return next((rows for each, rows in self.by_part.items() if each.key == chosen), ())


def parts_of(
    rows: Sequence[Row], *kinds: Callable[[Row], Iterable[Part]], most: int = _MOST
) -> Parts[Row]:
    """Return a list with its parts of some kinds, in the order of the kinds."""
    found: dict[Part, list[Row]] = {}
    for kind in kinds:
        mine: dict[Part, list[Row]] = {}
        for row in rows:
            for part in kind(row):
                mine.setdefault(part, []).append(row)
        found |= dict(sorted(mine.items(), key=lambda each: (-len(each[1]), each[0].label)))
    usable = [each for each in found if ":" not in each.key and len(each.key) <= _LONGEST_KEY]
    return Parts(rows, {each: found[each] for each in usable[:most]})


def rank_part(role: str) -> Part:
    """Return the part of whoever holds a rank."""
    return Part(f"rank.{role}", f"Rank: {role_words(role)}")

"""Showing a part of a list: people of one rank, with one signal, or decided on in one way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from bot.clan.wording import role_words
from cogs._replies import Box
from cogs.screens import Controls, page_shown

PEOPLE_SHOWN = 10
"""How many people a page of a list takes, a line each."""
_NOBODY_LEFT = "Nobody is left of what was chosen. Choose Everybody below."


class Filtered(Protocol):
    """A state that shows a page of a part of a list; the whole list has no name."""

    @property
    def page(self) -> int:
        """The page that is shown, from 0."""

    @property
    def filter(self) -> str:
        """The key of the part that is shown."""


Row = TypeVar("Row")
S = TypeVar("S", bound=Filtered)

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


def parts_of(rows: Sequence[Row], *kinds: Callable[[Row], Iterable[Part]]) -> Parts[Row]:
    """Return a list with its parts of some kinds, in the order of the kinds."""
    found: dict[Part, list[Row]] = {}
    for kind in kinds:
        mine: dict[Part, list[Row]] = {}
        for row in rows:
            for part in kind(row):
                mine.setdefault(part, []).append(row)
        found |= dict(sorted(mine.items(), key=lambda each: (-len(each[1]), each[0].label)))
    usable = [each for each in found if ":" not in each.key and len(each.key) <= _LONGEST_KEY]
    return Parts(rows, {each: found[each] for each in usable[:_MOST]})


def rank_part(role: str) -> Part:
    """Return the part of whoever holds a rank."""
    return Part(f"rank.{role}", f"Rank: {role_words(role)}")


class ListPage(NamedTuple, Generic[S, Row]):
    """A page of a part of a list: the state at a page that there is, of how many pages, and who."""

    state: S
    pages: int
    rows: Sequence[Row]
    shown: Sequence[Row]


def list_page(parts: Parts[Row], state: S, size: int = PEOPLE_SHOWN) -> ListPage[S, Row]:
    """Return the page of the part that a state chooses, with all rows of the part."""
    rows = parts.of(state.filter)
    state, pages = page_shown(state, len(rows), size)
    return ListPage(state, pages, rows, rows[state.page * size :][:size])


def let_filter(
    box: Box, controls: Controls[S], state: S, parts: Parts[Row], placeholder: str
) -> None:
    """Put the choice of a part below a list that has people on it."""
    if parts.rows:
        labels = parts.labels(state.filter)
        box.control(controls.choice("filter", state, placeholder, labels))


def nobody_words(state: Filtered, otherwise: str) -> str:
    """Return why nobody is shown: nobody is of the part, or, as told, nobody is on the list."""
    return _NOBODY_LEFT if state.filter else otherwise

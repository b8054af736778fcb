"""The controls of a screen: each knows by its id what it does and what its message shows.

Nothing here asks or decides anything: states in, components out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar
from zlib import crc32

import discord

from cogs.screens.state import LONGEST_ID, StateText, packed, text_of

S = TypeVar("S")
Button = discord.ui.Button[Any]
Select = discord.ui.Select[Any]
Row = discord.ui.ActionRow[Any]

FIRST, BACK, HERE, ON, LAST = "first", "back", "here", "on", "last"
TAB, PAGE, FILTER, CHOOSE, PICK = "tab", "page", "filter", "choose", "pick"
SURE, NO, ASKS = "sure", "no", "asks"
NONE = "-"
"""How an option says nothing, since Discord takes no empty value."""
_MOST_OPTIONS, _LONGEST = 25, 100
_NUMBERS = 2_000_000_000  # Discord takes 32 bits, and counts from 1 what has no number
_SIGNS = {
    FIRST: "\N{LEFTWARDS ARROW TO BAR}",
    BACK: "\N{BLACK LEFT-POINTING TRIANGLE}",
    ON: "\N{BLACK RIGHT-POINTING TRIANGLE}",
    LAST: "\N{RIGHTWARDS ARROW TO BAR}",
}


class Paged(Protocol):
    """A state that has pages, the first of which is 0."""

    @property
    def page(self) -> int:
        """The page that is shown."""


P = TypeVar("P", bound=Paged)
Tab = TypeVar("Tab", bound=str)


def page_shown(state: P, count: int, size: int) -> tuple[P, int]:
    """Return the state at a page that there is, and how many pages `count` entries take."""
    pages = max(1, -(-count // size))
    page = min(max(state.page, 0), pages - 1)
    return replace(state, page=page), pages  # type: ignore[type-var]


def counted_labels(titles: Mapping[Tab, str], counts: Mapping[Tab, int]) -> dict[str, str]:
    """Return what tabs are called, by how they stand in an id, with how many are on each."""
    return {str(tab): f"{titles[tab]} {count}" for tab, count in counts.items()}


@dataclass(frozen=True)
class Controls(Generic[S]):
    """Makes the controls of the screen of that name, each with a state in its id."""

    name: str
    kind: type[S]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the ids of all controls of this screen are like."""
        return re.compile(rf"{self.name}:(?P<act>[a-z_]+):(?P<argument>[^:]*):(?P<state>.*)")

    def custom_id(self, act: str, state: S, argument: object = "") -> str:
        """Return what a control does, with what, and the state; ValueError when it is too long."""
        text = f"{self.name}:{act}:{argument}:{packed(state)}"
        if len(text) > LONGEST_ID:
            raise ValueError(f"{text!r} is longer than Discord takes")
        return text

    def read(self, custom_id: str) -> StateText | None:
        """Return what an id says; None when it is another screen's."""
        found = self.pattern.fullmatch(custom_id)
        return None if found is None else StateText(found["act"], found["argument"], found["state"])

    def button(  # noqa: PLR0913 - what a button has
        self,
        act: str,
        state: S,
        label: str,
        *,
        argument: object = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> Button:
        """Return a button whose press calls the handler of that name."""
        custom_id = self.custom_id(act, state, argument)
        return discord.ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled)

    def select(  # noqa: PLR0913 - what a select has
        self,
        act: str,
        state: S,
        placeholder: str,
        options: Sequence[discord.SelectOption],
        *,
        argument: object = "",
        several: bool = False,
    ) -> Select:
        """Return a select of the first 25 options: one is picked or, with several, any of them."""
        shown = [*options[:_MOST_OPTIONS]]
        custom_id = self.custom_id(act, state, argument)
        return discord.ui.Select(
            id=identity(custom_id, [each.value for each in shown if each.default]),
            custom_id=custom_id,
            placeholder=placeholder,
            options=shown,
            min_values=0 if several else 1,
            max_values=len(shown) if several else 1,
        )

    def roles(
        self, act: str, state: S, placeholder: str, chosen: Iterable[int]
    ) -> discord.ui.RoleSelect[Any]:
        """Return a select of the server's roles; `Press.values` has the ids of all picked."""
        custom_id, picked = self.custom_id(act, state), _objects(chosen, discord.Role)
        return discord.ui.RoleSelect(
            id=identity(custom_id, [each.id for each in picked]),
            custom_id=custom_id,
            placeholder=placeholder,
            min_values=0,
            max_values=_MOST_OPTIONS,
            default_values=picked,
        )

    def channels(  # noqa: PLR0913 - what a select has
        self,
        act: str,
        state: S,
        placeholder: str,
        kinds: Iterable[discord.ChannelType],
        chosen: Iterable[int],
        *,
        argument: object = "",
        least: int = 1,
        most: int = 1,
    ) -> discord.ui.ChannelSelect[Any]:
        """Return a select of the server's channels; `Press.values` has the ids of all picked."""
        custom_id = self.custom_id(act, state, argument)
        picked = _objects(chosen, discord.abc.GuildChannel)
        return discord.ui.ChannelSelect(
            id=identity(custom_id, [each.id for each in picked]),
            custom_id=custom_id,
            placeholder=placeholder,
            channel_types=[*kinds],
            min_values=least,
            max_values=most,
            default_values=picked,
        )

    def choice(self, field: str, state: S, placeholder: str, labels: Mapping[str, str]) -> Select:
        """Return a select that sets a field of the state, and begins at its first page.

        The values of the labels are as they stand in an id: nothing is None.
        """
        present = text_of(getattr(state, field))
        options = [
            option(label, value or NONE, is_default=value == present)
            for value, label in labels.items()
        ]
        return self.select(CHOOSE, state, placeholder, options, argument=field)

    def picks(self, state: S, placeholder: str, options: Sequence[discord.SelectOption]) -> Select:
        """Return a select of several that marks in the message what is picked, and does no more.

        What buttons do with it is theirs: `Press.picked` says what is marked.
        """
        return self.select(PICK, state, placeholder, options, several=True)

    def sure(self, act: str, state: S, label: str) -> Button:
        """Return a button that asks "Are you sure?" first, by the field `asks` of the state.

        It needs the permission of what it asks about.
        """
        return self.button(SURE, state, label, argument=act, style=discord.ButtonStyle.danger)

    def confirm(self, state: S, answers: Mapping[str, str], no: str = "No") -> Row:
        """Return the answers to "Are you sure?": a button for each handler, and one for nothing."""
        danger = discord.ButtonStyle.danger
        yes = (self.button(act, state, label, style=danger) for act, label in answers.items())
        return discord.ui.ActionRow(*yes, self.button(NO, state, no))

    def tabs(self, state: S, labels: Mapping[str, str]) -> Row:
        """Return a button for each tab, the present one marked; five at most."""
        primary, secondary = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
        present = text_of(getattr(state, TAB))
        return discord.ui.ActionRow(
            *(
                self.button(
                    TAB, state, label, argument=tab, style=primary if tab == present else secondary
                )
                for tab, label in labels.items()
            )
        )

    def pages(self, state: S, count: int) -> Row:
        """Return first, back, "2 of 7", on and last, for a state that has a page."""
        page: int = getattr(state, PAGE)
        targets = {FIRST: 0, BACK: max(page - 1, 0), ON: min(page + 1, count - 1), LAST: count - 1}
        first, back, on, last = (
            self.button(turn, state, _SIGNS[turn], argument=to, disabled=to == page)
            for turn, to in targets.items()
        )
        here = self.button(HERE, state, f"{page + 1} of {count}", disabled=True)
        return discord.ui.ActionRow(first, back, here, on, last)


def lines_shown(state: P, lines: Sequence[str], room: int, most: int) -> tuple[P, int, slice]:
    """Return the state at a page that there is, how many there are, and which lines are on it.

    On each are as many as there is room for, and `most` at most.
    """
    pages = pages_of(lines, room, most)
    state, count = page_shown(state, len(pages), 1)
    first = sum(map(len, pages[: state.page]))
    return state, count, slice(first, first + len(pages[state.page]))


def pages_of(lines: Iterable[str], room: int, most: int | None = None) -> list[list[str]]:
    """Return the lines on as few pages as take them, in their order; at least one page.

    With `most`, no page has more lines.
    """
    pages: list[list[str]] = [[]]
    left = room
    for line in lines:
        if pages[-1] and (len(line) >= left or len(pages[-1]) == most):
            pages.append([])
            left = room
        pages[-1].append(line)
        left -= len(line) + 1
    return pages


def identity(custom_id: str, shown: object) -> int:
    """Return the number of a select: with what it shows as chosen, it is another select.

    A client goes on showing what was picked in a list for as long as it takes it for the same. A
    list without a number is taken for whatever list stood in its place.
    """
    return crc32(f"{custom_id} {shown}".encode()) % _NUMBERS + 1_000


def _objects(ids: Iterable[int], kind: type[Any]) -> list[discord.Object]:
    return [discord.Object(each, type=kind) for each in ids][:_MOST_OPTIONS]


def option(
    label: str, value: str, description: str = "", *, is_default: bool = False
) -> discord.SelectOption:
    """Return an option, cut to what Discord takes."""
    return discord.SelectOption(
        label=label[:_LONGEST] or "-",
        value=value,
        description=description[:_LONGEST] or None,
        default=is_default,
    )

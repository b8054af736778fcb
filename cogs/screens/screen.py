"""A screen: reads what it shows, draws it, and does what its controls are named after.

A press passes the permission first, every time; then its handler says what is shown next.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar, get_type_hints

import discord

from bot.clan.ranks import Permission
from bot.reports.documents import Document
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._permissions import Interaction, check_permission, clan_of, turn_of
from cogs._replies import Box, acknowledge, files, open_form, tell, think
from cogs.screens.controls import ASKS, FILTER, NONE, PAGE, SURE, TAB, Controls
from cogs.screens.forms import Choice, Field, FilledIn, MemberField, form
from cogs.screens.state import StateText, converted, unpacked

S = TypeVar("S")
A = TypeVar("A")

_CHANGED = "This has changed since it was posted. Run the command again."
_HANDLER = "_screen_handler"


class Acknowledge(Enum):
    """How Discord is told at once that a press was heard."""

    REDRAW = "what is shown will change"
    ANSWER = "an answer of its own will follow, for whoever pressed"
    FORM = "a form opens, which is the answer itself"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is sent: a box with its controls, and the files that it names."""

    box: Box
    documents: tuple[Document, ...] = ()

    @property
    def view(self) -> discord.ui.LayoutView:
        """A message that nobody keeps: its controls are known by their ids alone."""
        view = discord.ui.LayoutView(timeout=None).add_item(self.box)
        view.stop()
        return view

    async def send(self, interaction: Interaction, *, for_everybody: bool = False) -> None:
        """Answer after Discord was told that an answer comes; what everybody sees pings nobody."""
        await interaction.followup.send(
            view=self.view,
            files=files(*self.documents),
            ephemeral=not for_everybody,
            allowed_mentions=discord.AllowedMentions.none(),
        )


@dataclass(frozen=True, slots=True)
class Press(Generic[S]):
    """Who pressed or filled in what, and what the message showed.

    `argument` is what stood with the control, `values` what was picked; of a form, `filled` has its
    fields and `chosen` its lists, by name.
    """

    interaction: Interaction
    controls: Controls[S]
    state: S
    argument: str = ""
    values: tuple[str, ...] = ()
    filled: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def clan(self) -> Clan:
        """The clan of the server."""
        return clan_of(self.interaction)

    def picked(self, act: str) -> tuple[str, ...]:
        """Return what is picked in another select of the same message."""
        return tuple(each.value for each in self.options(act) if each.default)

    def options(self, act: str) -> Iterator[discord.SelectOption]:
        """Yield what a select of the same message offers."""
        message = self.interaction.message
        for part in () if message is None else _parts(message.components):
            if isinstance(part, discord.SelectMenu) and self._does(part.custom_id, act):
                yield from part.options

    async def ask(
        self, act: str, title: str, *fields: Field | Choice | MemberField, argument: object = ""
    ) -> None:
        """Open a form; the handler of that name gets what is filled in, after a restart too."""
        custom_id = self.controls.custom_id(act, self.state, argument)
        await open_form(self.interaction, form(custom_id, title, fields))

    async def tell(self, text: str) -> None:
        """Say something to whoever pressed and to nobody else."""
        await tell(self.interaction, text)

    async def close(self, words: str) -> None:
        """Put words in the place of what is shown, and no controls: all is said and done."""
        view = Rendered(Box(words)).view
        await self.interaction.edit_original_response(view=view, attachments=[])

    def _does(self, custom_id: str | None, act: str) -> bool:
        told = self.controls.read(custom_id or "")
        return told is not None and told.act == act


@dataclass(frozen=True, slots=True)
class Next(Generic[S, A]):
    """What is shown after a press; `answer` is what the handler read already, if it did."""

    state: S
    note: str = ""
    answer: A | None = None


Handler = Callable[[Any, Press[Any]], Awaitable[Next[Any, Any] | None]]


@dataclass(frozen=True, slots=True)
class _Handled:
    action: Handler
    permission: Permission | Callable[[str], Permission] | None
    acknowledge: Acknowledge

    def asks_for(self, argument: str) -> Permission | None:
        """Return what is asked for with a control's argument; None for what the screen asks."""
        permission = self.permission
        return permission(argument) if callable(permission) else permission


def pressed(
    *,
    permission: Permission | Callable[[str], Permission] | None = None,
    acknowledge: Acknowledge = Acknowledge.REDRAW,
) -> Callable[[Any], Any]:
    """Let controls and forms call a method by its name.

    The permission may depend on the control's argument; without one it is the screen's.
    """

    def decorator(method: Handler) -> Handler:
        setattr(method, _HANDLER, _Handled(method, permission, acknowledge))
        return method

    return decorator


class Screen(ABC, Generic[S, A]):
    """An answer with controls. It begins with the state that has only defaults.

    What is drawn or takes long is heavy: it is read and drawn when it is somebody's turn.
    """

    is_heavy: ClassVar[bool] = False
    controls: ClassVar[Controls[Any]]
    permission: ClassVar[Permission]
    _handlers: ClassVar[dict[str, _Handled]]

    def __init__(self, services: Services) -> None:
        self.services = services

    def __init_subclass__(cls) -> None:
        """Find the handlers by name."""
        cls._handlers = {
            name: found
            for name in dir(cls)
            if (found := getattr(getattr(cls, name, None), _HANDLER, None)) is not None
        }

    @abstractmethod
    async def read(self, interaction: Interaction, state: S) -> A:
        """Return what a state shows, as it is now."""

    @abstractmethod
    def render(self, state: S, answer: A, note: str = "") -> Rendered:
        """Return what is sent; pure."""

    def instead(self, _act: str, _press: Press[S]) -> Next[S, A] | None:
        """Return what is shown instead of what was pressed, where the message is out of date.

        It comes before the answer that Discord waits for, so it reads nothing.
        """
        return None

    async def show(self, interaction: Interaction, state: S, note: str = "") -> None:
        """Answer a command that was acknowledged."""
        await self.send(interaction, state, await self.read(interaction, state), note)

    async def send(self, interaction: Interaction, state: S, answer: A, note: str = "") -> None:
        """Answer a command that was acknowledged with what was read already."""
        await self.render(state, answer, note).send(interaction)

    async def redraw(self, interaction: Interaction, following: Next[S, A]) -> None:
        """Change what is shown after a press."""
        answer = following.answer
        if answer is None:
            answer = await self.read(interaction, following.state)
        rendered = self.render(following.state, answer, following.note)
        await interaction.edit_original_response(
            view=rendered.view, attachments=files(*rendered.documents)
        )

    async def press(
        self,
        interaction: Interaction,
        told: StateText,
        values: Iterable[str] = (),
        filled: FilledIn | None = None,
    ) -> None:
        """Do what a control or a form is named after, if whoever pressed may."""
        handled = self._handlers.get(told.act)
        permission = self.permission_for(told)
        state: S = unpacked(self.controls.kind, told.state)
        texts, chosen = filled or FilledIn({}, {})
        found = Press(
            interaction, self.controls, state, told.argument, tuple(values), texts, chosen
        )
        following = self.instead(told.act, found)
        how = Acknowledge.ANSWER if handled is None else handled.acknowledge
        # Before anything is read: Discord waits for three seconds.
        if how is Acknowledge.REDRAW or following is not None:
            await acknowledge(interaction)
        elif how is Acknowledge.ANSWER:
            await think(interaction)
        if not await check_permission(interaction, self.services.clans, permission):
            return
        if handled is None:
            await tell(interaction, _CHANGED)
            return
        if following is None:
            following = await handled.action(self, found)
        if following is None:
            return
        # Who meant to open a form, and shows something else, has not answered yet.
        await acknowledge(interaction)
        turn = turn_of(interaction, self.services) if self.is_heavy else nullcontext()
        async with turn:
            await self.redraw(interaction, following)

    def permission_for(self, told: StateText) -> Permission:
        """Return what a press asks for: what its handler does, or the screen.

        Who is asked whether they are sure needs what the answer needs.
        """
        act, argument = (told.argument, "") if told.act == SURE else (told.act, told.argument)
        handled = self._handlers.get(act)
        return (handled.asks_for(argument) if handled else None) or self.permission

    def _turned(self, press: Press[S]) -> Next[S, A]:
        page = int(press.argument) if press.argument.isdecimal() else 0
        return Next(replace(press.state, page=page))  # type: ignore[type-var]

    @pressed()
    async def first(self, press: Press[S]) -> Next[S, A]:
        """Show the first page."""
        return self._turned(press)

    @pressed()
    async def back(self, press: Press[S]) -> Next[S, A]:
        """Show the page before."""
        return self._turned(press)

    @pressed()
    async def on(self, press: Press[S]) -> Next[S, A]:
        """Show the next page."""
        return self._turned(press)

    @pressed()
    async def last(self, press: Press[S]) -> Next[S, A]:
        """Show the last page."""
        return self._turned(press)

    @pressed()
    async def tab(self, press: Press[S]) -> Next[S, A]:
        """Show another tab from its beginning, and everybody on it."""
        return self._set(press, TAB, press.argument)

    @pressed()
    async def sure(self, press: Press[S]) -> Next[S, A]:
        """Ask first; the state says what about."""
        return Next(replace(press.state, **{ASKS: press.argument}))  # type: ignore[type-var]

    @pressed()
    async def no(self, press: Press[S]) -> Next[S, A] | None:
        """Do nothing of what was asked about."""
        return Next(replace(press.state, **{ASKS: ""}))  # type: ignore[type-var]

    @pressed()
    async def pick(self, press: Press[S]) -> None:
        """Mark what was picked in the message; nothing is read or drawn anew."""
        message = press.interaction.message
        if message is None:
            return
        view = discord.ui.LayoutView.from_message(message, timeout=None)
        view.stop()
        custom_id = dict(press.interaction.data or {}).get("custom_id")
        for part in view.walk_children():
            if isinstance(part, discord.ui.Select) and part.custom_id == custom_id:
                for each in part.options:
                    each.default = each.value in press.values
        await press.interaction.edit_original_response(view=view)

    @pressed()
    async def choose(self, press: Press[S]) -> Next[S, A]:
        """Set a field of the state to what was picked, and begin at the first page."""
        (picked,) = press.values
        return self._set(press, press.argument, "" if picked == NONE else picked)

    def _set(self, press: Press[S], name: str, text: str) -> Next[S, A]:
        hints = get_type_hints(self.controls.kind)
        value = converted(hints[name], text)
        first: dict[str, object] = {PAGE: 0} if PAGE in hints else {}
        if name == TAB and FILTER in hints:
            first[FILTER] = getattr(self.controls.kind(), FILTER)
        return Next(replace(press.state, **{name: value}, **first))  # type: ignore[type-var]


def _parts(components: Iterable[Any]) -> Iterator[Any]:
    for each in components:
        yield each
        yield from _parts(getattr(each, "children", ()))

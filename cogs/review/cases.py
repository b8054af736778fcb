"""/clanstats cases: what is open, what is closed, and the whole history of one player's cases.

Of promotions only those hear who may promote. Whoever may decide does so under a history, where of
each kind only the newest case can go on, or on a list, about several people at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import discord
from discord import app_commands

from bot.clan.cases import CaseKind, Move
from bot.clan.decisions import possible_moves
from bot.clan.names import escaped
from bot.clan.policy import CasePolicy
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.review import CaseAction, Named
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._case_words import (
    case_option_words,
    cases_on,
    ended_words,
    history_words,
    newest_lines,
    standing_words,
)
from cogs._deciding_filters import let_filter, list_page, nobody_words
from cogs._deciding_words import NOTE_ROOM, clipped, decided_words, one_line
from cogs._permissions import Interaction, caller_may, clan_of, refuse
from cogs._replies import Box, small, tell, when
from cogs.review.deciding import PEOPLE, PICK_FIRST, WHY, Said, form_fields, form_title, said_in
from cogs.screens import (
    PICK,
    Acknowledge,
    Choice,
    Controls,
    Next,
    Press,
    Rendered,
    Screen,
    option,
    page_shown,
    pages_of,
    pressed,
)

_ROOM = 3_000
_ENDED_SHOWN = 200
_NEWEST_LINES = 5
_HEARS = {CaseKind.INACTIVITY: Permission.KICK, CaseKind.PROMOTION: Permission.PROMOTE}
"""Who hears of which cases."""
_DECIDES = {
    CaseKind.INACTIVITY: Permission.CALL_INACTIVE,
    CaseKind.PROMOTION: Permission.PROMOTE,
}
"""Who may go on with which cases."""
_UNSAID = Said("", None)
_LABELS = {Move.REOPEN: "Take back", Move.CLOSE: "Close"}
_ON_LISTS = _LABELS | {Move.SNOOZE: "Snooze", Move.DISMISS: "Dismiss"}
"""What can be done about several people at once; the rest is decided where it is suggested."""
_KINDS = {CaseKind.PROMOTION: "promotion", CaseKind.INACTIVITY: "inactivity"}


class Show(StrEnum):
    """The two lists, and the history of one player."""

    STANDING = "standing"
    CLOSED = "closed"
    HISTORY = "history"


SHOWS = [
    app_commands.Choice(name="open", value=Show.STANDING.value),
    app_commands.Choice(name="closed", value=Show.CLOSED.value),
]
"""What can be chosen to be shown."""
_TITLES: Mapping[str, str] = {Show.STANDING.value: "Open", Show.CLOSED.value: "Closed"}
_NOTHING: Mapping[Show, str] = {
    Show.STANDING: "No case is open. Cases begin with a decision in `/promotions` or `/inactive`.",
    Show.CLOSED: "No case is closed yet.",
}


@dataclass(frozen=True, slots=True)
class CasesState:
    """A page of a list, or of the history of the player of `player_id`."""

    tab: Show = Show.STANDING
    player_id: int = 0
    page: int = 0
    filter: str = ""


class CasesFound(NamedTuple):
    """The cases that whoever asks may hear of, and on which of them they may decide."""

    clan: Clan
    found: tuple[Named, ...]
    hears: frozenset[CaseKind]
    decides: frozenset[CaseKind]


class _CasePick(NamedTuple):
    """Which case a button or a pick is about, and the revision that is shown."""

    kind: CaseKind
    player_id: int
    seen: int

    @property
    def text(self) -> str:
        return f"{self.kind}.{self.player_id}.{self.seen}"

    @classmethod
    def read(cls, text: str) -> "_CasePick":
        kind, player_id, seen = text.split(".")
        return cls(CaseKind(kind), int(player_id), int(seen))


def _permission(argument: str) -> Permission:
    return _DECIDES[_CasePick.read(argument).kind]


_CONTROLS = Controls("cases", CasesState)


class CasesScreen(Screen[CasesState, CasesFound]):
    """The cases of a clan."""

    controls = _CONTROLS
    permission = Permission.KICK

    async def read(self, interaction: Interaction, state: CasesState) -> CasesFound:
        """Return a list or a history as it is now."""
        clan, hears = clan_of(interaction), kinds_for(interaction)
        decides = frozenset(
            kind for kind, permission in _DECIDES.items() if caller_may(interaction, permission)
        )
        found = await _listed(self.services, clan, state)
        mine = tuple(each for each in found if each.case.kind in hears)
        return CasesFound(clan, mine, hears, decides)

    def render(self, state: CasesState, answer: CasesFound, note: str = "") -> Rendered:
        """Return a page of a list, or of a history with what can be decided there."""
        is_history = state.tab is Show.HISTORY
        title = f"## Cases{_of(answer.found) if is_history else ''}"
        head = (title, small(*_facts(answer)), clipped([note], NOTE_ROOM))
        box = Box(*filter(None, head)).rule()
        say = _say_history if is_history else _say_list
        state, count = say(box, state, answer)
        box.add_item(_CONTROLS.tabs(state, _TITLES))
        return Rendered(box.add_item(_CONTROLS.pages(state, count)))

    @pressed()
    async def tab(self, press: Press[CasesState]) -> Next[CasesState, CasesFound]:
        """Show a list from its beginning."""
        return Next(CasesState(Show(press.argument)))

    @pressed(permission=_permission)
    async def reopen(self, press: Press[CasesState]) -> Next[CasesState, CasesFound]:
        """Take back what was decided."""
        return await self._decide(press, Move.REOPEN)

    @pressed(permission=_permission, acknowledge=Acknowledge.FORM)
    async def close(self, press: Press[CasesState]) -> Next[CasesState, CasesFound] | None:
        """Ask why a case is over, unless it is not as it is shown any more."""
        about = _CasePick.read(press.argument)
        found = await self.services.cases.of_person(press.clan, about.player_id)
        shown = newest(found, about.kind)
        if shown is None or not _is_shown(shown, about):
            return await self._decide(press, Move.CLOSE)
        title, why = f"Close: {one_line(shown.name)}", form_fields(Move.CLOSE, CasePolicy())
        await press.ask("closed", title, *why, argument=press.argument)
        return None

    @pressed(permission=_permission)
    async def closed(self, press: Press[CasesState]) -> Next[CasesState, CasesFound]:
        """Close a case."""
        return await self._decide(press, Move.CLOSE, press.filled[WHY])

    @pressed()
    async def history(self, press: Press[CasesState]) -> Next[CasesState, CasesFound]:
        """Show the whole history of one player."""
        (player_id,) = press.values
        return Next(CasesState(Show.HISTORY, int(player_id)))

    @pressed()
    async def decide(self, press: Press[CasesState]) -> Next[CasesState, CasesFound] | None:
        """Carry out a move that needs no words on everybody who is picked."""
        return await self._decide_picked(press)

    @pressed(acknowledge=Acknowledge.FORM)
    async def ask(self, press: Press[CasesState]) -> None:
        """Open the form of a move about everybody who is picked."""
        move = Move(press.argument)
        if not await _picked(press):
            return
        people = [
            option(each.label, each.value, is_default=True)
            for each in press.options(PICK)
            if each.default
        ]
        about = people[0].label if len(people) == 1 else plural(len(people), "case")
        rules = (await self.services.policies.of(press.clan)).cases
        whom = Choice(PEOPLE, "For", people, is_several=True)
        title = f"{form_title(move)}: {about}"
        await press.ask("said", title, whom, *form_fields(move, rules), argument=move)

    @pressed()
    async def said(self, press: Press[CasesState]) -> Next[CasesState, CasesFound] | None:
        """Carry out a move with what was filled in, or give the words back."""
        said = await said_in(press, self.services.clock())
        return None if said is None else await self._decide_picked(press, said)

    async def _decide_picked(
        self, press: Press[CasesState], said: Said = _UNSAID
    ) -> Next[CasesState, CasesFound] | None:
        picks, move, who = await _picked(press), Move(press.argument), press.interaction.user.id
        if not picks:
            return None
        actions = [CaseAction(each.kind, each.player_id, move, each.seen) for each in picks]
        decided = await self.services.cases.decide_many(
            press.clan, actions, who, why=said.why, until_at=said.until_at
        )
        return Next(press.state, decided_words(decided, move, who))

    async def _decide(
        self, press: Press[CasesState], move: Move, why: str = ""
    ) -> Next[CasesState, CasesFound]:
        about, who = _CasePick.read(press.argument), press.interaction.user.id
        action = CaseAction(about.kind, about.player_id, move, about.seen)
        decided = await self.services.cases.decide(press.clan, action, who, why=why)
        return Next(press.state, decided_words([decided], move, who))


async def _picked(press: Press[CasesState]) -> tuple[_CasePick, ...]:
    """Return which cases are picked, in the form if it was one, else in the message.

    None of them where nobody is picked, or somebody may not decide on one; they are told.
    """
    texts = press.chosen.get(PEOPLE) or press.picked(PICK)
    picks = tuple(map(_CasePick.read, texts))
    if not picks:
        await press.tell(PICK_FIRST)
    for kind in {each.kind for each in picks}:
        if not caller_may(press.interaction, _DECIDES[kind]):
            await refuse(press.interaction, _DECIDES[kind])
            return ()
    return picks


def kinds_for(interaction: Interaction) -> frozenset[CaseKind]:
    """Return of which cases whoever asks may hear."""
    return frozenset(
        kind for kind, permission in _HEARS.items() if caller_may(interaction, permission)
    )


def newest(found: Iterable[Named], kind: CaseKind) -> Named | None:
    """Return the case of a kind that was opened last, of cases in the order of their opening."""
    return next((each for each in reversed([*found]) if each.case.kind is kind), None)


async def history_lines(
    services: Services, clan: Clan, player_id: int, kinds: frozenset[CaseKind]
) -> list[str]:
    """Return the newest lines about a person, by any account, of the kinds that somebody may see.

    Nothing where nothing was ever decided.
    """
    if not kinds:
        return []
    found = await services.cases.of_person(clan, player_id)
    lines = newest_lines([each for each in found if each.case.kind in kinds], _NEWEST_LINES)
    return ["**Cases**", *(f"- {each}" for each in lines)] if lines else []


async def cases_answer(
    services: Services, interaction: Interaction, player: str | None, show: Show
) -> None:
    """Show a list, or the history of the player who is named."""
    state = CasesState(show)
    if player is not None:
        player_id = await services.cases.player_called(clan_of(interaction), player)
        if player_id is None:
            await tell(interaction, "Nobody of that name is or was a member; pick one of the list.")
            return
        state = CasesState(Show.HISTORY, player_id)
    await CasesScreen(services).show(interaction, state)


async def _listed(services: Services, clan: Clan, state: CasesState) -> tuple[Named, ...]:
    if state.tab is Show.HISTORY:
        return await services.cases.of_person(clan, state.player_id)
    if state.tab is Show.STANDING:
        return await services.cases.standing(clan)
    return await services.cases.closed(clan, _ENDED_SHOWN)


def _say_history(box: Box, state: CasesState, answer: CasesFound) -> tuple[CasesState, int]:
    """Write a page of a history, with what can be decided there."""
    lines = history_words(answer.found) or ["Nothing was ever decided about them."]
    pages = pages_of(lines, _ROOM)
    state, count = page_shown(state, len(pages), 1)
    box.say(*pages[state.page]).rule()
    if buttons := [*_buttons(state, answer)]:
        box.add_item(discord.ui.ActionRow(*buttons))
    return state, count


def _say_list(box: Box, state: CasesState, answer: CasesFound) -> tuple[CasesState, int]:
    """Write a page of a list, with what can be decided about several of it at once."""
    parts = cases_on(answer.found)
    state, count, rows, shown = list_page(parts, state)
    is_open = state.tab is Show.STANDING
    lines = standing_words(rows, shown) if is_open else ended_words(shown)
    box.say(*lines or [nobody_words(state, _NOTHING[state.tab])]).rule()
    let_filter(box, _CONTROLS, state, parts, "Show one kind, state or rank")
    mine = [each for each in shown if each.case.kind in answer.decides and possible_on(each)]
    if mine:
        box.control(_CONTROLS.picks(state, "Pick people for the buttons below", [*_options(mine)]))
        box.add_item(discord.ui.ActionRow(*_bulk_buttons(state, mine)))
    if shown:
        people = {each.case.player_id: one_line(each.name) for each in shown}
        whom = [option(name, str(player_id)) for player_id, name in people.items()]
        box.control(_CONTROLS.select("history", state, "History of one person", whom))
    return state, count


def possible_on(named: Named) -> frozenset[Move]:
    """Return what can be done about a case on a list."""
    return frozenset(_ON_LISTS) & frozenset(possible_moves(named.case))


def _options(cases: Iterable[Named]) -> Iterator[discord.SelectOption]:
    for each in cases:
        case = each.case
        pick = _CasePick(case.kind, case.player_id, case.revision)
        yield option(one_line(each.name), pick.text, case_option_words(each))


def _bulk_buttons(state: CasesState, cases: Sequence[Named]) -> Iterator[discord.ui.Button[Any]]:
    """Yield what can be done about at least one of the cases."""
    possible = frozenset[Move]().union(*map(possible_on, cases))
    for move, label in _ON_LISTS.items():
        if move in possible:
            act = "decide" if move is Move.REOPEN else "ask"
            yield _CONTROLS.button(act, state, label, argument=move)


def _of(found: Iterable[Named]) -> str:
    names = dict.fromkeys(escaped(each.name) for each in found)
    return f" of {', '.join(names)}" if names else ""


def _facts(answer: CasesFound) -> tuple[str, ...]:
    read = f"Wise Old Man read {when(answer.clan.polled_at)}"
    if CaseKind.PROMOTION in answer.hears:
        return (read,)
    return read, "promotions are shown to who may promote"


def _buttons(state: CasesState, answer: CasesFound) -> Iterator[discord.ui.Button[Any]]:
    """Yield what whoever asks can do about the newest case of each kind."""
    for kind in CaseKind:
        each = newest(answer.found, kind)
        if each is None or kind not in answer.decides:
            continue
        possible = possible_moves(each.case)
        argument = _CasePick(kind, each.case.player_id, each.case.revision).text
        for move, label in _LABELS.items():
            if move in possible:
                said = f"{label}: {_KINDS[kind]}"
                yield _CONTROLS.button(str(move), state, said, argument=argument)


def _is_shown(named: Named, about: _CasePick) -> bool:
    """Return whether a case is as its button shows it; of another one the record says why."""
    case = named.case
    is_theirs = case.player_id == about.player_id and case.revision == about.seen
    return is_theirs and Move.CLOSE in possible_moves(case)

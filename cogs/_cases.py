"""/clanstats cases: what is open, what is closed, and the whole history of one player's cases.

Of promotions only those hear who may promote. Under a history stand the buttons of whoever may
decide: of each kind only the newest case can go on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import discord
from discord import app_commands

from bot.clan.cases import CaseKind, Move
from bot.clan.decisions import possible_moves
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.review import CaseAction, Named
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._case_words import ended_words, history_words, newest_lines, standing_words
from cogs._deciding_words import NOTE_ROOM, clipped, decided_words, one_line
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, tell, when
from cogs.screens import (
    Acknowledge,
    Controls,
    Field,
    Next,
    Press,
    Rendered,
    Screen,
    page_shown,
    pages_of,
    pressed,
)

_ROOM = 3_000
_ENDED_SHOWN = 200
_NEWEST_LINES = 5
_WHY, _LONGEST_REASON = "why", 300
_READ_LATER = "Whoever looks at this later reads it; the member does not"
_HEARS = {CaseKind.INACTIVITY: Permission.KICK, CaseKind.PROMOTION: Permission.PROMOTE}
"""Who hears of which cases."""
_DECIDES = {
    CaseKind.INACTIVITY: Permission.CALL_INACTIVE,
    CaseKind.PROMOTION: Permission.PROMOTE,
}
"""Who may go on with which cases."""
_LABELS = {Move.REOPEN: "Take back", Move.CLOSE: "Close"}
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


class CasesFound(NamedTuple):
    """The cases that whoever asks may hear of, and on which of them they may decide."""

    clan: Clan
    found: tuple[Named, ...]
    hears: frozenset[CaseKind]
    decides: frozenset[CaseKind]


class _CaseButton(NamedTuple):
    """Which case a button is about, and the revision that is shown."""

    kind: CaseKind
    player_id: int
    seen: int

    @property
    def text(self) -> str:
        return f"{self.kind}.{self.player_id}.{self.seen}"

    @classmethod
    def read(cls, text: str) -> "_CaseButton":
        kind, player_id, seen = text.split(".")
        return cls(CaseKind(kind), int(player_id), int(seen))


def _permission(argument: str) -> Permission:
    return _DECIDES[_CaseButton.read(argument).kind]


_CONTROLS = Controls[CasesState]("cases")


class CasesScreen(Screen[CasesState, CasesFound]):
    """The cases of a clan."""

    controls = _CONTROLS
    permission = Permission.KICK
    State = CasesState

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
        found = answer.found
        pages = pages_of(_lines(state, found), _ROOM)
        state, count = page_shown(state, len(pages), 1)
        title = f"## Cases{_of(found) if state.tab is Show.HISTORY else ''}"
        facts = small(*_facts(answer))
        box = Box(*filter(None, (title, facts, clipped([note], NOTE_ROOM)))).rule()
        box.say(*pages[state.page]).rule()
        buttons = [*_buttons(state, answer)] if state.tab is Show.HISTORY else []
        if buttons:
            box.add_item(discord.ui.ActionRow(*buttons))
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
        about = _CaseButton.read(press.argument)
        found = await self.services.cases.of_person(press.clan, about.player_id)
        shown = newest(found, about.kind)
        if shown is None or not _is_shown(shown, about):
            return await self._decide(press, Move.CLOSE)
        why = Field(_WHY, "Why it is over", _READ_LATER, longest=_LONGEST_REASON, is_long=True)
        title = f"Close: {one_line(shown.name)}"
        await press.ask("closed", title, why, argument=press.argument)
        return None

    @pressed(permission=_permission)
    async def closed(self, press: Press[CasesState]) -> Next[CasesState, CasesFound]:
        """Close a case."""
        return await self._decide(press, Move.CLOSE, press.filled[_WHY])

    async def _decide(
        self, press: Press[CasesState], move: Move, why: str = ""
    ) -> Next[CasesState, CasesFound]:
        about, who = _CaseButton.read(press.argument), press.interaction.user.id
        action = CaseAction(about.kind, about.player_id, move, about.seen)
        decided = await self.services.cases.decide(press.clan, action, who, why=why)
        return Next(press.state, decided_words([decided], move, who))


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


def _lines(state: CasesState, found: Collection[Named]) -> list[str]:
    if state.tab is Show.HISTORY:
        return history_words(found) or ["Nothing was ever decided about them."]
    words = standing_words if state.tab is Show.STANDING else ended_words
    return words([*found]) or [_NOTHING[state.tab]]


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
        argument = _CaseButton(kind, each.case.player_id, each.case.revision).text
        for move, label in _LABELS.items():
            if move in possible:
                said = f"{label}: {_KINDS[kind]}"
                yield _CONTROLS.button(str(move), state, said, argument=argument)


def _is_shown(named: Named, about: _CaseButton) -> bool:
    """Return whether a case is as its button shows it; of another one the record says why."""
    case = named.case
    is_theirs = case.player_id == about.player_id and case.revision == about.seen
    return is_theirs and Move.CLOSE in possible_moves(case)

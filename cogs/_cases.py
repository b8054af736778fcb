"""/clanstats cases: what waits, what is over, and the whole history of one player's cases.

Of promotions only those hear who may promote; where somebody is stands in the message alone.
Under a history stand the buttons of whoever may decide, which cogs/_deciding answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import discord
from discord import app_commands

from bot.clan.cases import CaseKind
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.review import Named
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._case_words import ended_words, history_words, newest_lines, standing_words
from cogs._cases_buttons import decision_buttons
from cogs._deciding_keys import PERMISSIONS, row
from cogs._deciding_keys import ReviewState as Place
from cogs._pages import marked, pages_of
from cogs._panels import Panel
from cogs._permissions import Interaction, caller_may, clan_of
from cogs._replies import Box, small, tell, when

_MARK = "cases:at"
_ROOM = 3_000
_ENDED_SHOWN = 200
_NEWEST_LINES = 5
_PERMISSIONS = {CaseKind.INACTIVITY: Permission.KICK, CaseKind.PROMOTION: Permission.PROMOTE}
"""Who hears of which cases."""


class Show(StrEnum):
    """The two lists."""

    STANDING = "standing"
    CLOSED = "closed"


SHOWS = [
    app_commands.Choice(name="what waits", value=Show.STANDING.value),
    app_commands.Choice(name="what is over", value=Show.CLOSED.value),
]
"""What can be chosen to be shown."""
_TITLES: Mapping[Show, str] = {Show.STANDING: "Waiting", Show.CLOSED: "Over"}
_NOTHING: Mapping[Show, str] = {
    Show.STANDING: "Nothing waits. Cases begin with a decision in `/promotions` or `/inactive`.",
    Show.CLOSED: "No case is over yet.",
}


@dataclass(frozen=True, slots=True)
class CasesState:
    """A page of a list or, with a `player_id`, of that player's history."""

    show: Show = Show.STANDING
    player_id: int = 0
    page: int = 0

    @property
    def custom_id(self) -> str:
        """Return all of it as an id that Discord keeps."""
        return f"{_MARK}:{self.show}:{self.player_id}:{self.page}"

    @classmethod
    def read(cls, message: discord.Message | None) -> Self:
        """Return where the panel of a message is; the beginning when it does not say."""
        told = marked(message, _MARK)
        if told is None:
            return cls()
        show, player_id, page = told.split(":")
        return cls(Show(show), int(player_id), int(page))


def kinds_for(interaction: Interaction) -> frozenset[CaseKind]:
    """Return of which cases whoever asks may hear."""
    return frozenset(
        kind for kind, permission in _PERMISSIONS.items() if caller_may(interaction, permission)
    )


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
    return ["**Cases**", *map(small, lines)] if lines else []


async def cases_answer(
    services: Services, interaction: Interaction, player: str | None, show: Show
) -> None:
    """Show a list, or the history of the player who is named."""
    at = CasesState(show)
    if player is not None:
        player_id = await services.cases.player_called(clan_of(interaction), player)
        if player_id is None:
            await tell(interaction, "Nobody of that name is or was a member; pick one of the list.")
            return
        at = CasesState(show, player_id)
    await interaction.followup.send(view=await _panel(services, interaction, at))


class CasesPanel(Panel):
    """A list with its controls; without a box, the lasting twin that only listens."""

    def __init__(
        self, services: Services, at: CasesState, pages: int = 3, box: Box | None = None
    ) -> None:
        super().__init__(services, Permission.KICK, lasting=True)
        if box is not None:
            # Nobody keeps it: else what a press on a decision does would be asked for twice.
            self.stop()
        last = pages - 1
        row: discord.ui.ActionRow[CasesPanel] = discord.ui.ActionRow(
            *(_Tab(show, is_current=show is at.show and not at.player_id) for show in Show),
            _CasesTurn(-1, disabled=at.page == 0 and box is not None),
            discord.ui.Button(
                label=f"{at.page + 1} of {pages}", custom_id=at.custom_id, disabled=True
            ),
            _CasesTurn(1, disabled=at.page == last and box is not None),
        )
        self.add_item(row if box is None else box.add_item(row))

    async def turn(self, interaction: Interaction, at: CasesState) -> None:
        """Show another page, as everything is now."""
        panel = await _panel(self.services, interaction, at)
        await interaction.edit_original_response(view=panel)


async def history_view(
    services: Services, interaction: Interaction, place: Place, note: str = ""
) -> discord.ui.LayoutView:
    """Return the history on which a button was pressed, as it is now."""
    at = CasesState(Show.STANDING, place.person_id, place.page)
    return await _panel(services, interaction, at, note)


async def _panel(
    services: Services, interaction: Interaction, at: CasesState, note: str = ""
) -> CasesPanel:
    clan, kinds = clan_of(interaction), kinds_for(interaction)
    found = [each for each in await _listed(services, clan, at) if each.case.kind in kinds]
    if at.player_id:
        lines, nothing = history_words(found), "Nothing was ever decided about them."
    else:
        words = standing_words if at.show is Show.STANDING else ended_words
        lines, nothing = words(found), _NOTHING[at.show]
    pages = pages_of(lines or [nothing], _ROOM)
    here = replace(at, page=min(at.page, len(pages) - 1))
    title = f"## Cases{_of(found) if at.player_id else ''}"
    box = Box(*filter(None, (title, small(*_facts(clan, kinds)), note))).rule()
    box.say(*pages[here.page]).rule()
    if at.player_id:
        may = frozenset(
            kind for kind, permission in PERMISSIONS.items() if caller_may(interaction, permission)
        )
        buttons = [*decision_buttons(found, at.player_id, here.page, may)]
        if buttons:
            box.add_item(row(*buttons))
    return CasesPanel(services, here, len(pages), box)


async def _listed(services: Services, clan: Clan, at: CasesState) -> tuple[Named, ...]:
    if at.player_id:
        return await services.cases.of_person(clan, at.player_id)
    if at.show is Show.STANDING:
        return await services.cases.standing(clan)
    return await services.cases.closed(clan, _ENDED_SHOWN)


def _of(found: list[Named]) -> str:
    names = dict.fromkeys(escaped(each.name) for each in found)
    return f" of {', '.join(names)}" if names else ""


def _facts(clan: Clan, kinds: frozenset[CaseKind]) -> tuple[str, ...]:
    read = f"Wise Old Man read {when(clan.polled_at)}"
    return (
        (read,)
        if CaseKind.PROMOTION in kinds
        else (read, "promotions are shown to who may promote")
    )


class _Tab(discord.ui.Button[CasesPanel]):
    def __init__(self, show: Show, *, is_current: bool) -> None:
        current, other = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
        super().__init__(
            label=_TITLES[show],
            custom_id=f"cases:show:{show}",
            style=current if is_current else other,
        )
        self._show = show

    async def callback(self, interaction: Interaction) -> None:
        """Show the list from its beginning."""
        if self.view is not None:
            await self.view.turn(interaction, CasesState(self._show))


class _CasesTurn(discord.ui.Button[CasesPanel]):
    def __init__(self, step: int, *, disabled: bool) -> None:
        label = (
            "\N{BLACK LEFT-POINTING TRIANGLE}" if step < 0 else "\N{BLACK RIGHT-POINTING TRIANGLE}"
        )
        super().__init__(label=label, custom_id=f"cases:turn:{step}", disabled=disabled)
        self._step = step

    async def callback(self, interaction: Interaction) -> None:
        """Show the page before or after."""
        if self.view is not None:
            at = CasesState.read(interaction.message)
            await self.view.turn(interaction, replace(at, page=max(0, at.page + self._step)))

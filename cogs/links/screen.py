"""/clanstats links: who may be whom, how likely, and what to do about it.

A line a person, the easiest first; people are picked and decided on together. Everybody whom
somebody may be stands under Details.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import discord

from bot.clan.linking import LinkAction
from bot.clan.wording import plural
from bot.services.people import SurePair
from cogs._deciding_filters import PEOPLE_SHOWN, let_filter, list_page, nobody_words
from cogs._deciding_words import NOTE_ROOM, clipped
from cogs._guild_members import guild_members_in
from cogs._permissions import Interaction
from cogs._replies import Box, small
from cogs.links.accounts import AboutState, AccountsScreen
from cogs.links.linking import (
    Asked,
    LinkingScreen,
    action_buttons,
    hand_button,
    mark_buttons,
    undo_buttons,
)
from cogs.links.rows import BY_USER, LinksTab, PairRow, first_tab, row_parts, rows_of
from cogs.links.words import (
    ABOUT,
    NOTHING,
    TITLES,
    about_option,
    row_line,
    row_option,
    tab_labels,
)
from cogs.screens import Acknowledge, Controls, Next, Press, Rendered, pressed

_CHANGED = "The list has changed meanwhile: nothing was confirmed. Look at it again."
_SURE_SHOWN = 25
"""Sure pairs on a page: as many as can be picked from."""
_BOTH_WAYS = (LinkAction.CONFIRM, LinkAction.REJECT, LinkAction.MARK_ALT)
_ACTIONS: Mapping[LinksTab, Sequence[LinkAction]] = {
    LinksTab.SPEAKERS: (LinkAction.CONFIRM, LinkAction.REJECT),
    LinksTab.SURE: (LinkAction.REJECT,),
}
_BY_HAND = frozenset({LinksTab.PEOPLE, LinksTab.PLAYERS, LinksTab.SPEAKERS})


@dataclass(frozen=True, slots=True)
class LinksState:
    """A page of a list, or of a part of it."""

    tab: LinksTab = LinksTab.CLAIMS
    page: int = 0
    filter: str = ""


_CONTROLS = Controls("links", LinksState)


class LinksScreen(LinkingScreen[LinksState, Asked]):
    """The queue of links."""

    controls = _CONTROLS

    async def open(self, interaction: Interaction) -> None:
        """Answer a command with the first list that has questions."""
        found = await self.asked(interaction)
        await self.send(interaction, LinksState(first_tab(found.queue)), found)

    async def read(self, interaction: Interaction, _state: LinksState) -> Asked:
        """Return the queue as it is now."""
        return await self.asked(interaction)

    def render(self, state: LinksState, answer: Asked, note: str = "") -> Rendered:
        """Return a page of a list."""
        queue, tab = answer.queue, state.tab
        box = Box(
            f"## {TITLES[tab]}", small(ABOUT[tab]), *filter(None, [clipped([note], NOTE_ROOM)])
        )
        if queue.sure_pairs and tab is not LinksTab.SURE:
            _offer_sure(box, state, len(queue.sure_pairs))
        box.rule()
        state, pages = _say_rows(box, state, answer)
        box.add_item(_CONTROLS.tabs(state, tab_labels(queue)))
        box.add_item(_CONTROLS.pages(state, pages))
        if undo := undo_buttons(_CONTROLS, state, queue):
            box.add_item(discord.ui.ActionRow(*undo))
        return Rendered(box.say(small(*answer.evidence)))

    @pressed()
    async def apply(self, press: Press[LinksState]) -> Next[LinksState, Asked]:
        """Confirm the sure pairs, if the list is still the one that was shown."""
        members = await guild_members_in(press.interaction)
        sure = (await self.services.links.queue(press.clan, members)).sure_pairs
        if press.argument != _fingerprint(sure):
            return Next(LinksState(LinksTab.SURE), _CHANGED)
        following = await self.decided(press, LinkAction.CONFIRM_ALL, [each.pair for each in sure])
        answer = await self.asked(press.interaction)
        tab = LinksTab.SURE if answer.queue.sure_pairs else first_tab(answer.queue)
        return replace(following, state=LinksState(tab), answer=answer)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def details(self, press: Press[LinksState]) -> None:
        """Show everybody whom somebody may be, beside the list."""
        (key,) = press.values
        is_user = press.state.tab in BY_USER
        about = AboutState(user_id=int(key)) if is_user else AboutState(player_id=int(key))
        await AccountsScreen(self.services).show(press.interaction, about)


def _offer_sure(box: Box, state: LinksState, count: int) -> None:
    """Offer what a new clan does first; nothing is confirmed before they were listed."""
    label = f"Confirm {plural(count, 'sure pair')}\N{HORIZONTAL ELLIPSIS}"
    style = discord.ButtonStyle.success
    show = _CONTROLS.button("tab", state, label, argument=LinksTab.SURE, style=style)
    have = "pair has" if count == 1 else "pairs have"
    box.beside(f"{count} {have} the same name on Discord and in the game.", show)


def _say_rows(box: Box, state: LinksState, answer: Asked) -> tuple[LinksState, int]:
    """Write a page of a list, with what can be decided about those who are on it."""
    tab, by_user = state.tab, state.tab in BY_USER
    parts = row_parts(rows_of(answer.queue, tab))
    size = _SURE_SHOWN if tab is LinksTab.SURE else PEOPLE_SHOWN
    state, pages, _, shown = list_page(parts, state, size)
    lines = [row_line(each, answer.names, by_user=by_user) for each in shown]
    box.say(*(lines or [nobody_words(state, NOTHING[tab])]))
    let_filter(box, _CONTROLS, state, parts, "Show one rank, or how sure it is")
    if shown:
        picks = [row_option(each, by_user=by_user) for each in shown]
        box.control(_CONTROLS.picks(state, "Pick people for the buttons below", picks))
        for row in _buttons(state, shown, answer):
            box.add_item(discord.ui.ActionRow(*row))
        if tab is not LinksTab.SURE:
            whom = [about_option(each, by_user=by_user) for each in shown]
            once = [*{each.value: each for each in whom}.values()]
            box.control(_CONTROLS.select("details", state, "All possible matches for one", once))
    return state, pages


def _buttons(
    state: LinksState, shown: Sequence[PairRow], answer: Asked
) -> list[list[discord.ui.Button[Any]]]:
    """Return the rows of what can be done with those who are picked, or with all sure pairs."""
    tab, sure = state.tab, answer.queue.sure_pairs
    found = action_buttons(_CONTROLS, state, _ACTIONS.get(tab, _BOTH_WAYS), shown)
    if tab is LinksTab.SURE:
        label = "Confirm it" if len(sure) == 1 else f"Confirm all {len(sure)}"
        style, argument = discord.ButtonStyle.success, _fingerprint(sure)
        found.insert(0, _CONTROLS.button("apply", state, label, argument=argument, style=style))
    beside = [hand_button(_CONTROLS, state, by_user=tab in BY_USER)] if tab in _BY_HAND else []
    if tab is LinksTab.PLAYERS:
        beside += mark_buttons(_CONTROLS, state, shown, answer.queue.without_discord)
    return [row for row in (found, beside) if row]


def _fingerprint(pairs: Iterable[SurePair]) -> str:
    """Return what changes when a list of pairs does."""
    return str(crc32(repr([each.pair for each in pairs]).encode()))

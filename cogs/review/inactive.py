"""/inactive: the sure first, then who cannot be judged yet, who is excluded, who is to be removed.

A line a person; people are picked and decided on together. Reasons and numbers stand under Details.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.clan.cases import CaseKind, CaseState, Move
from bot.clan.enforcement import InactivityRow
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.review import InactivityReview, ReviewContext, Suggestion
from cogs._deciding_filters import PEOPLE_SHOWN, let_filter, list_page, nobody_words
from cogs._deciding_lists import names_to_update, send_lines, send_list, send_workbook
from cogs._deciding_words import (
    NOTE_ROOM,
    STRIP_ROOM,
    block,
    bold,
    clipped,
    decided_words,
    one_line,
)
from cogs._permissions import Interaction, clan_of, turn_of
from cogs._replies import Box, small
from cogs.links import LinksScreen, LinksState, LinksTab
from cogs.review.cases import history_lines, kinds_for
from cogs.review.deciding import (
    PEOPLE,
    PICK_FIRST,
    DecidingScreen,
    Pick,
    moves_of,
    people_of,
    person_option,
    revision_of,
    title_of,
    waiting_option,
)
from cogs.review.inactive_words import (
    InactiveTab,
    about,
    details_lines,
    in_a_word,
    names_of,
    nothing_words,
    removal_line,
    silent_line,
    silent_on,
    tab_labels,
    to_remove_on,
)
from cogs.review.noticing import NOTICE, WAY, NoticeWay, NoticeWords, notice_fields, send_notices
from cogs.review.updating import request_update
from cogs.screens import Acknowledge, Controls, Next, Press, Rendered, option, pressed

_PAGES_LIKED = 3
_BLOCK_ROOM = 400


@dataclass(frozen=True, slots=True)
class InactiveState:
    """A page of a list, or of a part of it; `days` is the limit that was asked for."""

    tab: InactiveTab = InactiveTab.SURE
    page: int = 0
    days: int | None = None
    filter: str = ""


_CONTROLS = Controls("inactive", InactiveState)
Row = discord.ui.ActionRow[Any]


class InactiveScreen(DecidingScreen[InactiveState, InactivityReview]):
    """The lists of a clan's inactive."""

    controls = _CONTROLS
    permission = Permission.CALL_INACTIVE
    kind = CaseKind.INACTIVITY

    def days(self, state: InactiveState) -> int | None:
        """Return the limit of silence that was asked for."""
        return state.days

    async def read(self, interaction: Interaction, state: InactiveState) -> InactivityReview:
        """Return who is silent, as it is now."""
        return await self.services.review.inactive(clan_of(interaction), state.days)

    async def anew(
        self, press: Press[InactiveState], read: ReviewContext | None
    ) -> InactivityReview:
        """Return the lists after a decision."""
        return await self.services.review.inactive(press.clan, press.state.days, read)

    def render(self, state: InactiveState, answer: InactivityReview, note: str = "") -> Rendered:
        """Return a page of a list."""
        head = ("## Inactive", *about(answer, state.tab), clipped([note], NOTE_ROOM))
        box = Box(*filter(None, head)).rule()
        if state.tab is InactiveTab.REMOVE:
            state, pages = _say_removals(box, state, answer)
        else:
            state, pages = _say_silent(box, state, answer)
        box.add_item(_CONTROLS.tabs(state, tab_labels(answer)))
        box.add_item(_CONTROLS.pages(state, pages)).add_item(_leaving_row(state))
        return Rendered(box.say(clipped([small(*map(escaped, answer.evidence))], STRIP_ROOM)))

    @pressed(acknowledge=Acknowledge.FORM)
    async def notice(self, press: Press[InactiveState]) -> Next[InactiveState, Any] | None:
        """Open the draft of a notice to those who are picked."""
        picks = self.picks(press)
        if not picks:
            await press.tell(PICK_FIRST)
            return None
        found, gone = await self.suggested(press, picks)
        if gone is not None:
            return gone
        names = [each.name for each in found if isinstance(each, Suggestion)]
        fields = notice_fields(press.clan, names)
        await press.ask("noticed", title_of("Notice", found), people_of(picks, found), *fields)
        return None

    @pressed()
    async def noticed(self, press: Press[InactiveState]) -> Next[InactiveState, Any]:
        """Record a notice, then send it: two presses never send it twice."""
        picks = tuple(map(Pick.read, press.chosen[PEOPLE]))
        decided = await self.decided(press, Move.NOTICE, picks)
        answer = await self.anew(press, decided[0].read)
        note = decided_words(decided, Move.NOTICE, press.interaction.user.id)
        way = NoticeWay(*press.chosen.get(WAY, (NoticeWay.COPY,)))
        notice = NoticeWords(press.filled[NOTICE], way)
        sent = await send_notices(press.interaction, press.clan, notice, decided)
        return Next(press.state, "\n".join(filter(None, (note, sent))), answer)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def details(self, press: Press[InactiveState]) -> None:
        """Show all that is known of one person beside the list."""
        (picked,) = press.values
        player_id = int(picked)
        review = await self.read(press.interaction, press.state)
        rows = silent_on(review, press.state.tab).rows
        row = next((each for each in rows if each.profile.main.player_id == player_id), None)
        if row is None:
            await press.tell("They are not on this list any more.")
            return
        kinds = kinds_for(press.interaction)
        earlier = await history_lines(self.services, press.clan, player_id, kinds)
        box = Box(f"## {bold(row.profile.main.name)}", *details_lines(review, row)).say(*earlier)
        await Rendered(box).send(press.interaction)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def copy(self, press: Press[InactiveState]) -> None:
        """Send the names of the list that is shown, all accounts of everybody."""
        review, state = await self.read(press.interaction, press.state), press.state
        if state.tab is InactiveTab.REMOVE:
            names = [one_line(each.name) for each in to_remove_on(review).of(state.filter)]
        else:
            names = names_of(silent_on(review, state.tab).of(state.filter))
        if not names:
            await press.tell("Nobody is left on this list.")
            return
        said = "To be removed:" if state.tab is InactiveTab.REMOVE else "All accounts of this list:"
        await send_lines(press.interaction, names, "names", said)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def file(self, press: Press[InactiveState]) -> None:
        """Send the whole list for a spreadsheet."""
        await send_list(press.interaction, await self.read(press.interaction, press.state))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def workbook(self, press: Press[InactiveState]) -> None:
        """Send the whole list as a sheet that reads like one."""
        async with turn_of(press.interaction, self.services):
            review = await self.read(press.interaction, press.state)
            await send_workbook(self.services, press.interaction, review)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def update(self, press: Press[InactiveState]) -> None:
        """Have Wise Old Man look at whoever lacks an update."""
        review = await self.read(press.interaction, press.state)
        await request_update(self.services, press.interaction, review)

    @pressed(permission=Permission.DECIDE_LINKS, acknowledge=Acknowledge.ANSWER)
    async def links(self, press: Press[InactiveState]) -> None:
        """Open the queue of links beside the list."""
        screen = LinksScreen(self.services)
        await screen.show(press.interaction, LinksState(LinksTab.PLAYERS))


def is_long(review: InactivityReview) -> bool:
    """Return whether the sure take more pages than somebody likes to turn."""
    return len(review.listed.sure) > _PAGES_LIKED * PEOPLE_SHOWN


def _say_silent(
    box: Box, state: InactiveState, review: InactivityReview
) -> tuple[InactiveState, int]:
    """Write a page of those who were not seen, with what can be decided about them."""
    parts = silent_on(review, state.tab)
    state, pages, _, shown = list_page(parts, state)
    lines = [silent_line(review, state.tab, each) for each in shown]
    box.say(*lines or [_nothing(review, state)])
    let_filter(box, _CONTROLS, state, parts, "Show a part of the list")
    if not shown:
        return state, pages
    if state.tab is InactiveTab.SURE:
        _let_pick(box, state, [_option(review, each) for each in shown])
        box.add_item(Row(*_sure_buttons(state, review, shown)))
    elif state.tab is InactiveTab.APART:
        _let_take_back(box, state, [_option(review, each) for each in _taken_back(review, shown)])
    else:
        box.add_item(_help_row(state, review))
    whom = [person_option(each.profile) for each in shown]
    box.control(_CONTROLS.select("details", state, "Details of one person", whom))
    return state, pages


def _say_removals(
    box: Box, state: InactiveState, review: InactivityReview
) -> tuple[InactiveState, int]:
    """Write a page of those who are to be removed."""
    parts = to_remove_on(review)
    state, pages, rows, shown = list_page(parts, state)
    box.say(*map(removal_line, shown) if shown else [_nothing(review, state)])
    copied = block([each.name for each in rows])
    if shown and len(copied) <= _BLOCK_ROOM:
        box.say(copied)
    let_filter(box, _CONTROLS, state, parts, "Show one rank")
    if shown:
        _let_take_back(box, state, [waiting_option(each) for each in shown])
    return state, pages


def _nothing(review: InactivityReview, state: InactiveState) -> str:
    return nobody_words(state, nothing_words(review, state.tab))


def _option(review: InactivityReview, row: InactivityRow) -> discord.SelectOption:
    main = row.profile.main
    pick = Pick(main.player_id, revision_of(review.cases.get(main.player_id)))
    return option(one_line(main.name), pick.text, in_a_word(row))


def _let_pick(box: Box, state: InactiveState, picks: Sequence[discord.SelectOption]) -> None:
    box.control(_CONTROLS.picks(state, "Pick people for the buttons below", picks))


def _let_take_back(box: Box, state: InactiveState, picks: Sequence[discord.SelectOption]) -> None:
    if picks:
        _let_pick(box, state, picks)
        box.control(_CONTROLS.button("decide", state, "Take back", argument=Move.REOPEN))


def _taken_back(review: InactivityReview, shown: Sequence[InactivityRow]) -> list[InactivityRow]:
    """Return of whom something was decided that can be taken back."""
    cases = [review.cases.get(each.profile.main.player_id) for each in shown]
    return [
        each
        for each, case in zip(shown, cases, strict=True)
        if case is not None and Move.REOPEN in moves_of(CaseKind.INACTIVITY, case, review.as_of)
    ]


def _sure_buttons(
    state: InactiveState, review: InactivityReview, shown: Sequence[InactivityRow]
) -> list[discord.ui.Button[Any]]:
    """Return what can be decided about those who are picked."""
    cases = [review.cases.get(each.profile.main.player_id) for each in shown]
    waiting = [case is not None and case.state is CaseState.SECONDING for case in cases]
    danger, more = discord.ButtonStyle.danger, "\N{HORIZONTAL ELLIPSIS}"
    found = [
        _CONTROLS.button("notice", state, f"Notice{more}"),
        _CONTROLS.button("ask", state, f"Snooze{more}", argument=Move.SNOOZE),
        _CONTROLS.button("ask", state, f"Dismiss{more}", argument=Move.DISMISS),
    ]
    if not all(waiting):
        label = "Add to removal list"
        found.append(_CONTROLS.button("decide", state, label, argument=Move.APPROVE, style=danger))
    if any(waiting):
        found.append(_CONTROLS.button("second", state, "Agree to removal", style=danger))
    return found


def _help_row(state: InactiveState, review: InactivityReview) -> Row:
    count = len(set(names_to_update(review)))
    label = f"Request WOM update ({count})"
    update = _CONTROLS.button("update", state, label, disabled=not count)
    return Row(update, _CONTROLS.button("links", state, "Open link queue"))


def _leaving_row(state: InactiveState) -> Row:
    return Row(
        _CONTROLS.button("copy", state, "Copy names"),
        _CONTROLS.button("file", state, "Whole list (CSV)"),
        _CONTROLS.button("workbook", state, "Whole list (Excel)"),
    )

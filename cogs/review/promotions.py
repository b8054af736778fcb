"""/promotions: who is suggested, who else qualifies or nearly, who waits for the game.

A line a person, the strongest first; people are picked and decided on together. Why somebody is on
the list stands under Details.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.clan.cases import Case, CaseKind, CaseState, Move
from bot.clan.names import escaped
from bot.clan.promotion import PromotionCase
from bot.clan.ranks import Permission
from bot.services.review import PromotionReview, ReviewContext
from cogs._deciding_filters import let_filter, list_page, nobody_words
from cogs._deciding_lists import send_lines
from cogs._deciding_words import NOTE_ROOM, STRIP_ROOM, block, clipped, one_line
from cogs._permissions import Interaction, clan_of, turn_of
from cogs._replies import Box, small
from cogs.review.deciding import (
    DecidingScreen,
    Pick,
    moves_of,
    person_option,
    revision_of,
    waiting_option,
)
from cogs.review.promotions_details import PersonState, PromotionScreen, promotion_buttons
from cogs.review.promotions_words import (
    PromotionTab,
    about,
    approved_on,
    copy_lines,
    in_a_word,
    nothing_words,
    promotion_line,
    suggested_on,
    tab_labels,
    waiting_line,
)
from cogs.screens import (
    Acknowledge,
    Controls,
    Press,
    Rendered,
    option,
    pressed,
)

_BLOCK_ROOM = 500


@dataclass(frozen=True, slots=True)
class PromotionsState:
    """A page of a list, or of a part of it."""

    tab: PromotionTab = PromotionTab.SUGGESTED
    page: int = 0
    filter: str = ""


_CONTROLS = Controls("promotions", PromotionsState)


class PromotionsScreen(DecidingScreen[PromotionsState, PromotionReview]):
    """The lists of a clan's promotions."""

    controls = _CONTROLS
    permission = Permission.PROMOTE
    kind = CaseKind.PROMOTION

    async def read(self, interaction: Interaction, _state: PromotionsState) -> PromotionReview:
        """Return who may rise, as it is now."""
        return await self.services.review.promotions(clan_of(interaction))

    async def anew(
        self, press: Press[PromotionsState], read: ReviewContext | None
    ) -> PromotionReview:
        """Return the lists after a decision."""
        return await self.services.review.promotions(press.clan, read)

    def render(self, state: PromotionsState, answer: PromotionReview, note: str = "") -> Rendered:
        """Return a page of a list."""
        head = ("## Promotions", *about(answer, state.tab), clipped([note], NOTE_ROOM))
        box = Box(*filter(None, head)).rule()
        if state.tab is PromotionTab.APPROVED:
            state, pages = _say_approved(box, state, answer)
        else:
            state, pages = _say_suggested(box, state, answer)
        box.add_item(_CONTROLS.tabs(state, tab_labels(answer)))
        box.add_item(_CONTROLS.pages(state, pages))
        return Rendered(box.say(clipped([small(*map(escaped, answer.evidence))], STRIP_ROOM)))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def details(self, press: Press[PromotionsState]) -> None:
        """Show all about one person beside the list."""
        (player_id,) = press.values
        screen = PromotionScreen(self.services)
        async with turn_of(press.interaction, self.services):
            await screen.show(press.interaction, PersonState(int(player_id)))

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def copy(self, press: Press[PromotionsState]) -> None:
        """Send what is to be done in the game."""
        lines = copy_lines(await self.read(press.interaction, press.state))
        await send_lines(press.interaction, lines, "promotions", "To be done in the game:")


def _say_suggested(
    box: Box, state: PromotionsState, review: PromotionReview
) -> tuple[PromotionsState, int]:
    """Write a page of those who may rise, with what can be decided about them."""
    parts = suggested_on(review, state.tab)
    state, pages, _, shown = list_page(parts, state)
    cases = [review.cases.get(each.profile.main.player_id) for each in shown]
    found = [*zip(shown, cases, strict=True)]
    box.say(*(promotion_line(*each) for each in found) if shown else [_nothing(review, state)])
    let_filter(box, _CONTROLS, state, parts, "Show one rank or signal")
    if shown:
        picks = [_option(each, case) for each, case in found]
        box.control(_CONTROLS.picks(state, "Pick people for the buttons below", picks))
        box.add_item(discord.ui.ActionRow(*_buttons(state, cases, review)))
        whom = [person_option(each.profile) for each in shown]
        box.control(_CONTROLS.select("details", state, "Details of one person", whom))
    return state, pages


def _say_approved(
    box: Box, state: PromotionsState, review: PromotionReview
) -> tuple[PromotionsState, int]:
    """Write a page of those who were approved, with what can be done about them."""
    parts = approved_on(review)
    state, pages, _, shown = list_page(parts, state)
    box.say(*map(waiting_line, shown) if shown else [_nothing(review, state)])
    copied = block(copy_lines(review))
    if shown and len(copied) <= _BLOCK_ROOM:
        box.say(copied)
    let_filter(box, _CONTROLS, state, parts, "Show one rank")
    if shown:
        picks = [waiting_option(each) for each in shown]
        box.control(_CONTROLS.picks(state, "Pick people for the buttons below", picks))
        back = _CONTROLS.button("decide", state, "Take back", argument=Move.REOPEN)
        box.add_item(discord.ui.ActionRow(back, _CONTROLS.button("copy", state, "Copy list")))
    return state, pages


def _nothing(review: PromotionReview, state: PromotionsState) -> str:
    return nobody_words(state, nothing_words(review, state.tab))


def _option(found: PromotionCase, case: Case | None) -> discord.SelectOption:
    main = found.profile.main
    pick = Pick(main.player_id, revision_of(case))
    return option(one_line(main.name), pick.text, in_a_word(found))


def _buttons(
    state: PromotionsState, cases: Sequence[Case | None], review: PromotionReview
) -> list[discord.ui.Button[Any]]:
    """Return what can be decided about at least one of those who are shown."""
    possible = {move for case in cases for move in moves_of(CaseKind.PROMOTION, case, review.as_of)}
    waiting = [case is not None and case.state is CaseState.SECONDING for case in cases]
    found = promotion_buttons(_CONTROLS, state, possible, waits=all(waiting))
    if any(waiting) and not all(waiting):
        style = discord.ButtonStyle.success
        found.insert(1, _CONTROLS.button("second", state, "Approve as second", style=style))
    return found

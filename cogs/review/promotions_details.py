"""All that speaks for and against one promotion, with a picture; decided on there as well."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

import discord

from bot.clan.cases import Case, CaseKind, CaseState, Move
from bot.clan.policy import STEADY_DAYS
from bot.clan.promotion import PromotionCase
from bot.clan.ranks import Permission
from bot.reports.documents import Document
from bot.services.review import PromotionReview, ReviewContext, standing_in
from cogs._deciding_words import (
    DOT,
    NOTE_ROOM,
    bold,
    capital,
    case_words,
    clipped,
    evidence_words,
    handle,
    judged_by,
    others,
    rise,
    sentence,
)
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, picture, small
from cogs.review.cases import history_lines, kinds_for
from cogs.review.deciding import DecidingScreen, Pick, moves_of, revision_of
from cogs.screens import Controls, Press, Rendered

_PART_ROOM = 800
_WHY_SHOWN = 300
_GONE = "They are not a member any more, or no rank above theirs is suggested here."


@dataclass(frozen=True, slots=True)
class PersonState:
    """Somebody, and the revision of their case that is shown."""

    player_id: int = 0
    seen: int = 0


class PersonFound(NamedTuple):
    """All about one promotion; nothing is found of whoever is gone."""

    review: PromotionReview
    found: PromotionCase | None
    earlier: Sequence[str] = ()
    chart: Document | None = None


_CONTROLS = Controls("promotion", PersonState)


class PromotionScreen(DecidingScreen[PersonState, PersonFound]):
    """The details of one person."""

    controls = _CONTROLS
    permission = Permission.PROMOTE
    kind = CaseKind.PROMOTION

    def picks(self, press: Press[PersonState]) -> tuple[Pick, ...]:
        """Return whose details they are."""
        return (Pick(press.state.player_id, press.state.seen),)

    async def read(self, interaction: Interaction, state: PersonState) -> PersonFound:
        """Return all about somebody, as it is now."""
        return await self._found(interaction, state, None)

    async def anew(self, press: Press[PersonState], read: ReviewContext | None) -> PersonFound:
        """Return all about somebody after a decision."""
        return await self._found(press.interaction, press.state, read)

    async def _found(
        self, interaction: Interaction, state: PersonState, before: ReviewContext | None
    ) -> PersonFound:
        clan, services = clan_of(interaction), self.services
        review = await services.review.promotions(clan, before)
        found = _found(review, state.player_id)
        if found is None:
            return PersonFound(review, None)
        chart = await services.details.weeks(clan, found.profile)
        kinds = kinds_for(interaction)
        earlier = await history_lines(services, clan, state.player_id, kinds)
        return PersonFound(review, found, earlier, chart)

    def render(self, state: PersonState, answer: PersonFound, note: str = "") -> Rendered:
        """Return everything about one person, as much as a message takes."""
        found, chart = answer.found, answer.chart
        if found is None or chart is None:
            return Rendered(Box("## Details", clipped([note], NOTE_ROOM), _GONE))
        case = answer.review.cases.get(found.profile.main.player_id)
        box = _box(found, case, note).add_item(picture(chart))
        box.say(clipped(answer.earlier or ["**Cases**  none so far"], _PART_ROOM))
        possible = moves_of(CaseKind.PROMOTION, case, answer.review.as_of)
        waits = case is not None and case.state is CaseState.SECONDING
        buttons = promotion_buttons(
            _CONTROLS, replace(state, seen=revision_of(case)), possible, waits=waits
        )
        if buttons:
            box.add_item(discord.ui.ActionRow(*buttons))
        return Rendered(box.say(clipped(_small_print(found), _PART_ROOM)), (chart,))


def promotion_buttons(
    controls: Controls[Any], state: object, possible: Collection[Move], *, waits: bool
) -> list[discord.ui.Button[Any]]:
    """Return the buttons of the moves that are possible; `waits` for a second officer."""
    found = []
    if Move.APPROVE in possible:
        label = "Approve as second" if waits else "Approve"
        style = discord.ButtonStyle.success
        found.append(controls.button("decide", state, label, argument=Move.APPROVE, style=style))
    if Move.NOT_YET in possible:
        label = "Not yet\N{HORIZONTAL ELLIPSIS}"
        found.append(controls.button("ask", state, label, argument=Move.NOT_YET))
    if Move.REOPEN in possible:
        found.append(controls.button("decide", state, "Take back", argument=Move.REOPEN))
    return found


def _found(review: PromotionReview, player_id: int) -> PromotionCase | None:
    """Return what is suggested about somebody, or what they have and lack where nothing is."""
    for each in chain(*review.promotions):
        if each.profile.main.player_id == player_id:
            return each
    standing = None if review.read is None else standing_in(review.read, player_id)
    return None if standing is None else standing.outlook


def _box(found: PromotionCase, case: Case | None, note: str) -> Box:
    profile = found.profile
    rises = rise(profile.main.role, found.next_rank)
    decided = capital(case_words(case, _WHY_SHOWN))
    about = (handle(profile.user_id), rises, others(profile), decided)
    box = Box(f"## {bold(profile.main.name)}", clipped([DOT.join(filter(None, about))], _PART_ROOM))
    if note:
        box.say(clipped([note], NOTE_ROOM))
    box.rule()
    box.say(clipped(_part("Speaks for it", found.reasons, "no signal"), _PART_ROOM))
    lacks = [*found.not_yet, *found.considered] if found.qualifies else found.not_yet
    if found.qualifies:
        if lacks:
            box.say(clipped(_part("Also considered", lacks, ""), _PART_ROOM))
        return box
    box.say(clipped(_part("Not yet because", lacks, "no bar is missed"), _PART_ROOM))
    if found.considered:
        box.say(clipped(_part("Also considered", found.considered, ""), _PART_ROOM))
    return box


def _small_print(found: PromotionCase) -> tuple[str, ...]:
    seen = capital(evidence_words(found.grade, found.doubts))
    days, weaker = found.strength
    strength = (
        f"Seen on {days} of the last {STEADY_DAYS} days, active on {weaker} of them on the weaker "
        "side: the list is sorted by these."
    )
    return small(seen), small(f"{strength} {judged_by(found.policy_version)}")


def _part(heading: str, sentences: Sequence[str], nothing: str) -> list[str]:
    if not sentences:
        return [f"**{heading}**  {nothing}"]
    return [f"**{heading}**", *(f"- {sentence(each)}" for each in sentences)]

"""All that speaks for and against one promotion: what a card has no room for, with a picture."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import discord

from bot.clan.cases import CaseKind
from bot.clan.policy import STEADY_DAYS
from bot.clan.promotion import PromotionCase
from bot.reports.documents import Document
from bot.services.review import PromotionReview, ReviewContext, standing_in
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._cases import history_lines
from cogs._deciding_keys import ReviewState, row, sheet
from cogs._deciding_words import (
    DOT,
    NOTE_ROOM,
    bold,
    capital,
    case_words,
    clipped,
    evidence_words,
    judged_by,
    others,
    rise,
    sentence,
)
from cogs._promotions import card_buttons
from cogs._replies import Box, picture, small

_PART_ROOM = 900
_GONE = "They are not a member any more, or no rank above theirs is suggested here."


class Drawn(NamedTuple):
    """A message and the files that belong to it."""

    view: discord.ui.LayoutView
    documents: tuple[Document, ...] = ()


async def details_view(  # noqa: PLR0913, PLR0917 - where, whose, and what is known already
    services: Services,
    clan: Clan,
    at: ReviewState,
    kinds: frozenset[CaseKind],
    note: str = "",
    before: ReviewContext | None = None,
) -> Drawn:
    """Return everything about the person of `at` as it is now, with cases of some kinds."""
    review = await services.review.promotions(clan, before)
    found = _found(review, at.person_id)
    if found is None:
        return Drawn(sheet(Box("## Details", clipped([note], NOTE_ROOM), _GONE)))
    chart = await services.details.weeks(clan, found.profile)
    earlier = await history_lines(services, clan, at.person_id, kinds)
    box = details_box(review, found, earlier, at, note, chart)
    return Drawn(sheet(box), (chart,))


def _found(review: PromotionReview, player_id: int) -> PromotionCase | None:
    """Return what is suggested about somebody, or what they have and lack where nothing is."""
    for each in chain(*review.promotions):
        if each.profile.main.player_id == player_id:
            return each
    standing = None if review.read is None else standing_in(review.read, player_id)
    return None if standing is None else standing.outlook


def details_box(  # noqa: PLR0913, PLR0917 - all that is known
    review: PromotionReview,
    found: PromotionCase,
    earlier: Sequence[str],
    at: ReviewState,
    note: str,
    chart: Document,
) -> Box:
    """Return everything about one person, as much as a message takes."""
    profile = found.profile
    case = review.cases.get(profile.main.player_id)
    rises = rise(profile.main.role, found.next_rank)
    about = (rises, others(profile), capital(case_words(case)))
    box = Box(f"## {bold(profile.main.name)}", DOT.join(filter(None, about)))
    if note:
        box.say(clipped([note], NOTE_ROOM))
    box.rule()
    box.say(clipped(_part("Speaks for it", found.reasons, "no signal"), _PART_ROOM))
    box.say(clipped(_part("Not yet because", found.not_yet, "no bar is missed"), _PART_ROOM))
    if found.considered:
        box.say(clipped(_part("Also considered", found.considered, ""), _PART_ROOM))
    box.add_item(picture(chart))
    box.say(clipped(earlier or ["**Cases**  none so far"], _PART_ROOM))
    buttons = card_buttons(case, at, profile.main.player_id, review)
    if buttons:
        box.add_item(row(*buttons))
    seen = capital(evidence_words(found.grade, found.doubts))
    days, weaker = found.strength
    strength = (
        f"There on {days} of the last {STEADY_DAYS} days, active on {weaker} of them on the weaker "
        "side: that orders the list."
    )
    told = (small(seen), small(strength), small(judged_by(found.policy_version)))
    return box.say(clipped(told, _PART_ROOM))


def _part(heading: str, sentences: Sequence[str], nothing: str) -> list[str]:
    if not sentences:
        return [f"**{heading}**  {nothing}"]
    return [f"**{heading}**", *(f"- {sentence(each)}" for each in sentences)]

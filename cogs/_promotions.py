"""The list of /promotions: who is suggested, who else qualifies or nearly, who waits for the game.

Each card says why, why not yet, and how well somebody was seen; the strongest comes first.
"""

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.clan.cases import Case, CaseKind, CaseState, Move
from bot.clan.names import escaped
from bot.clan.promotion import PromotionCase
from bot.clan.wording import plural, role_words
from bot.reports.definitions import promotion_words
from bot.services.review import PromotionReview, ReviewContext, Waiting
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._deciding_keys import (
    Act,
    Button,
    Key,
    ReviewState,
    ReviewTab,
    button,
    moves_of,
    revision_of,
    row,
    sheet,
    tabs,
    turns,
)
from cogs._deciding_words import (
    ABOUT_ROOM,
    DOT,
    NOTE_ROOM,
    STRIP_ROOM,
    block,
    bold,
    capital,
    case_words,
    clipped,
    evidence_words,
    judged_by,
    one_line,
    others,
    rise,
    sentence,
)
from cogs._replies import Box, small

CARDS, WAITING = 4, 8
"""How many stand on a page: for more, Discord's 40 parts of a message do not suffice."""

_CARD_ROOM, _BLOCK_ROOM = 660, 900
_WAITS = (
    "Approved here and not yet done in the game. Each closes by itself once Wise Old Man shows "
    "the new rank."
)
_LABELS = {
    Move.APPROVE: "Approve",
    Move.NOT_YET: "Not yet",
    Move.REOPEN: "Take back",
}
_ACTS = {Move.APPROVE: Act.APPROVE, Move.NOT_YET: Act.NOT_YET, Move.REOPEN: Act.REOPEN}
_STYLES = {Move.APPROVE: discord.ButtonStyle.success}


async def promotions_view(
    services: Services,
    clan: Clan,
    at: ReviewState,
    note: str = "",
    before: ReviewContext | None = None,
) -> discord.ui.LayoutView:
    """Return the list as it is now; what was read `before` a decision is not read again."""
    return sheet(promotions_box(await services.review.promotions(clan, before), at, note))


def promotions_box(review: PromotionReview, at: ReviewState, note: str = "") -> Box:
    """Return a page of the list, or the last one where there are not so many."""
    waits = at.tab is ReviewTab.APPROVED
    size = WAITING if waits else CARDS
    count = len(review.approved if waits else _listed(review, at.tab))
    pages = max(1, -(-count // size))
    at = replace(at, page=min(at.page, pages - 1))
    shown = slice(at.page * size, (at.page + 1) * size)
    about = clipped([_about(review, at.tab)], ABOUT_ROOM)
    box = Box(*filter(None, ("## Promotions", about, clipped([note], NOTE_ROOM)))).rule()
    if not count:
        box.say(nothing_words(review, at.tab))
    elif waits:
        _say_waiting(box, review, at, review.approved[shown])
    else:
        _say_cards(box, review, at, _listed(review, at.tab)[shown])
    box.add_item(tabs(at, _tab_labels(review)))
    further = [button(Key(Act.COPY, at), "Copy list")] if waits and count else []
    box.add_item(row(*turns(at, pages), *further))
    return box.say(clipped([small(*map(escaped, review.evidence))], STRIP_ROOM))


def copy_lines(review: PromotionReview) -> list[str]:
    """Return what is to be done in the game, a line for each."""
    return [f"{one_line(each.name)} -> {_target(each.case)}" for each in review.approved]


def nothing_words(review: PromotionReview, tab: ReviewTab) -> str:
    """Return why a list is empty, and where to look instead."""
    near = len(review.promotions.just_under)
    if tab is ReviewTab.OTHERS:
        return "Nobody else qualifies: everybody who does is under Suggested."
    if tab is ReviewTab.APPROVED:
        return "Nothing that was approved waits for the game."
    if not review.policy.promotion.signals:
        return "No signal is switched on, so nobody is suggested: see `/clanstats settings`."
    if tab is ReviewTab.UNDER:
        return "Nobody is just under what a signal asks."
    if near:
        return f"Nobody reaches a signal at the moment. {plural(near, 'member')} are just under."
    return "Nobody reaches a signal at the moment, and nobody is near one."


def card_buttons(
    case: Case | None, at: ReviewState, player_id: int, review: PromotionReview
) -> list[Button]:
    """Return what can be decided about somebody now."""
    possible = moves_of(CaseKind.PROMOTION, case, review.as_of)
    seconding = case is not None and case.state is CaseState.SECONDING
    found = []
    for move, act in _ACTS.items():
        if move not in possible:
            continue
        label = "Approve as second" if seconding and move is Move.APPROVE else _LABELS[move]
        style = _STYLES.get(move, discord.ButtonStyle.secondary)
        found.append(button(Key(act, at, player_id, revision_of(case)), label, style))
    return found


def card_lines(found: PromotionCase, case: Case | None) -> list[str]:
    """Return a card: who, from where to where, why or why not yet, how well seen, what was made.

    What else was looked at stands on the cards of those who qualify; elsewhere it is far off.
    """
    profile, suggested = found.profile, found.qualifies
    heading = (
        bold(profile.main.name),
        rise(profile.main.role, found.next_rank),
        others(profile),
    )
    made = case_words(case)
    return [
        DOT.join(filter(None, heading)),
        *map(sentence, found.reasons),
        f"**{capital(made)}**" if made else "",
        *(small(f"Not yet because: {escaped(bar)}") for bar in found.not_yet),
        small(capital(evidence_words(found.grade, found.doubts))),
        *(small(f"Also considered: {escaped(each)}") for each in found.considered if suggested),
    ]


def _listed(review: PromotionReview, tab: ReviewTab) -> Sequence[PromotionCase]:
    lists = review.promotions
    listed = {ReviewTab.OTHERS: lists.others, ReviewTab.UNDER: lists.just_under}
    return listed.get(tab, lists.cases)


def _about(review: PromotionReview, tab: ReviewTab) -> str:
    if tab is ReviewTab.APPROVED:
        return small(_WAITS)
    titles = {ReviewTab.OTHERS: "Also qualify", ReviewTab.UNDER: "Just under"}
    said = dict(promotion_words(review.policy))[titles.get(tab, "Suggested")]
    return small(f"{said} {judged_by(review.policy.version)}")


def _say_cards(
    box: Box, review: PromotionReview, at: ReviewState, found: Sequence[PromotionCase]
) -> None:
    for number, each in enumerate(found):
        player_id = each.profile.main.player_id
        case = review.cases.get(player_id)
        if number:
            box.rule()
        box.say(clipped(card_lines(each, case), _CARD_ROOM))
        details = button(Key(Act.DETAILS, at, player_id, revision_of(case)), "Details")
        box.add_item(row(*card_buttons(case, at, player_id, review), details))


def _say_waiting(
    box: Box, review: PromotionReview, at: ReviewState, found: Sequence[Waiting]
) -> None:
    for each in found:
        key = Key(Act.REOPEN, at, each.case.player_id, revision_of(each.case))
        remark = f"**{escaped(each.remark)}**" if each.remark else ""
        rises = rise(each.case.role, each.case.target)
        lines = (bold(each.name), rises, case_words(each.case), remark)
        box.beside(DOT.join(filter(None, lines)), button(key, "Take back"))
    copied = block(copy_lines(review))
    if len(copied) <= _BLOCK_ROOM:
        box.say(copied)


def _target(case: Case) -> str:
    return one_line(role_words(case.target or "?"))


def _tab_labels(review: PromotionReview) -> dict[ReviewTab, str]:
    return {
        ReviewTab.SUGGESTED: f"Suggested {len(review.promotions.cases)}",
        ReviewTab.OTHERS: f"Also qualify {len(review.promotions.others)}",
        ReviewTab.UNDER: f"Just under {len(review.promotions.just_under)}",
        ReviewTab.APPROVED: f"Approved {len(review.approved)}",
    }

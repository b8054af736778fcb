"""The lists of /promotions in words: a line a person, and why a list is empty."""

from collections.abc import Iterator
from enum import StrEnum
from textwrap import shorten

from bot.clan.cases import Case
from bot.clan.labels import SIGNALS
from bot.clan.names import escaped
from bot.clan.policy import Signal
from bot.clan.promotion import PromotionCase
from bot.clan.wording import role_words
from bot.reports.definitions import promotion_words
from bot.services.review import PromotionReview, Waiting
from cogs._deciding_filters import Part, Parts, parts_of, rank_part
from cogs._deciding_words import (
    ABOUT_ROOM,
    case_words,
    clipped,
    judged_by,
    line_of,
    one_line,
    others,
    rise,
    who,
)
from cogs._replies import small
from cogs.screens import counted_labels

_NEAREST_SHOWN = 130
_SORTED = "Sorted by days seen in the last 8 weeks, then by active days on the weaker side."
_WAITS = (
    "Approved here and not yet done in the game, oldest case first. Each closes by itself once "
    "Wise Old Man shows the new rank."
)


class PromotionTab(StrEnum):
    """The lists."""

    SUGGESTED = "suggested"
    OTHERS = "others"
    UNDER = "under"
    APPROVED = "approved"


_TITLES = {
    PromotionTab.SUGGESTED: "Suggested",
    PromotionTab.OTHERS: "Also qualify",
    PromotionTab.UNDER: "Just under",
    PromotionTab.APPROVED: "Approved",
}


def tab_labels(review: PromotionReview) -> dict[str, str]:
    """Return what the tabs are called, with how many stand on each."""
    found = review.promotions
    lists = (found.cases, found.others, found.just_under, review.approved)
    return counted_labels(_TITLES, dict(zip(_TITLES, map(len, lists), strict=True)))


def suggested_on(review: PromotionReview, tab: PromotionTab) -> Parts[PromotionCase]:
    """Return who stands on a list of the suggested, with its parts by signal and rank."""
    found = review.promotions
    rows = {PromotionTab.OTHERS: found.others, PromotionTab.UNDER: found.just_under}
    return parts_of(
        rows.get(tab, found.cases),
        _signal_parts,
        lambda case: [rank_part(case.profile.main.role)],
    )


def approved_on(review: PromotionReview) -> Parts[Waiting]:
    """Return who was approved and waits for the game, with its parts by rank."""
    return parts_of(review.approved, lambda each: [rank_part(each.case.role)])


def about(review: PromotionReview, tab: PromotionTab) -> list[str]:
    """Return by what a list is sorted, and what it is a list of."""
    if tab is PromotionTab.APPROVED:
        return [small(_WAITS)]
    said = dict(promotion_words(review.policy))[_TITLES[tab]]
    judged = judged_by(review.policy.version)
    return [small(f"{_SORTED} {judged}"), clipped([small(said)], ABOUT_ROOM)]


def promotion_line(found: PromotionCase, case: Case | None) -> str:
    """Return who may rise to which rank, by which signals, how well seen, what was decided."""
    profile = found.profile
    return line_of(
        (
            who(profile.main.name, profile.user_id),
            rise(profile.main.role, found.next_rank),
            signal_names(found) or _nearest(found),
            f"{found.grade.name.lower()} evidence",
            case_words(case),
            others(profile),
        )
    )


def waiting_line(each: Waiting) -> str:
    """Return who was approved, by whom and when, and what to know before doing it."""
    remark = f"**{escaped(each.remark)}**" if each.remark else ""
    return line_of(
        (
            who(each.name, each.user_id),
            rise(each.case.role, each.case.target),
            remark,
            case_words(each.case),
        )
    )


def in_a_word(found: PromotionCase) -> str:
    """Return what stands below a name where people are picked."""
    rises = f"{role_words(found.profile.main.role)} to {role_words(found.next_rank)}"
    return ", ".join(filter(None, (rises, signal_names(found))))


def signal_names(found: PromotionCase) -> str:
    """Return the signals that were reached, by name."""
    return ", ".join(SIGNALS[each].name for each in Signal if each in found.signals)


def copy_lines(review: PromotionReview) -> list[str]:
    """Return what is to be done in the game, a line for each."""
    return [
        f"{one_line(each.name)} -> {one_line(role_words(each.case.target or '?'))}"
        for each in review.approved
    ]


def nothing_words(review: PromotionReview, tab: PromotionTab) -> str:
    """Return why a list is empty, and where to look instead."""
    near = len(review.promotions.just_under)
    if tab is PromotionTab.OTHERS:
        return "Nobody else qualifies: everybody who does is under Suggested."
    if tab is PromotionTab.APPROVED:
        return "Nothing that was approved waits for the game."
    if not review.policy.promotion.signals:
        return "No signal is switched on, so nobody is suggested: see `/clanstats settings`."
    if tab is PromotionTab.UNDER:
        return "Nobody is just under what a signal asks."
    if near:
        are = "member is" if near == 1 else "members are"
        return f"Nobody reaches a signal at the moment. {near:,} {are} just under."
    return "Nobody reaches a signal at the moment, and nobody is near one."


def _nearest(found: PromotionCase) -> str:
    """Return what is missing and near, of somebody who reached no signal."""
    if not found.not_yet:
        return ""
    cut = "\N{HORIZONTAL ELLIPSIS}"
    return escaped(shorten(found.not_yet[0], _NEAREST_SHOWN, placeholder=cut))


def _signal_parts(found: PromotionCase) -> Iterator[Part]:
    for each in Signal:
        if each in found.signals:
            yield Part(f"signal.{each.value}", f"Signal: {SIGNALS[each].name}")

"""What is suggested about one player now, and the lists that it stands on."""

from collections.abc import Collection, Sequence
from itertools import chain
from typing import TypeVar

from bot.clan.cases import Case, CaseKind, CaseState
from bot.clan.enforcement import InactivityList, InactivityRow, inactivity, judge
from bot.clan.profiles import Profile
from bot.clan.promotion import PromotionCase, Promotions, promotion_cases
from bot.services.review.answers import Suggestion, Unsuggested
from bot.services.review.context import ReviewContext

_Row = TypeVar("_Row", PromotionCase, InactivityRow)


def promotions_of(context: ReviewContext) -> Promotions:
    """Return who may rise."""
    permissions = context.clan.permissions
    return promotion_cases(
        context.profiles, context.ladder, context.policy, context.at, permissions
    )


def inactivity_of(context: ReviewContext) -> InactivityList:
    """Return who is silent."""
    return inactivity(context.profiles, context.ladder, context.policy, context.at)


def approved_cases(context: ReviewContext, kind: CaseKind) -> dict[int, Case]:
    """Return the cases that were approved and wait for the game, by player id."""
    cases = context.of_kind(kind)
    return {pid: case for pid, case in cases.items() if case.state is CaseState.APPROVED}


def open_promotions(context: ReviewContext) -> Promotions:
    """Return who may rise and was not approved yet."""
    approved = approved_cases(context, CaseKind.PROMOTION)
    return Promotions(*(_without(some, approved) for some in promotions_of(context)))


def open_inactivity(context: ReviewContext) -> InactivityList:
    """Return who is silent and whose removal was not approved yet."""
    approved, found = approved_cases(context, CaseKind.INACTIVITY), inactivity_of(context)
    lists = (found.sure, found.needs_evidence, found.away_or_exempt)
    return InactivityList(*(_without(some, approved) for some in lists))


def _without(rows: Sequence[_Row], approved: Collection[int]) -> tuple[_Row, ...]:
    return tuple(row for row in rows if row.profile.main.player_id not in approved)


def name_of(profile: Profile, player_id: int) -> str:
    """Return the name of one of a person's accounts."""
    return next(each.name for each in profile.accounts if each.player_id == player_id)


def suggested(context: ReviewContext, kind: CaseKind, player_id: int) -> Suggestion | Unsuggested:
    """Return what is suggested about a player, or why nothing is."""
    profile = context.by_player().get(player_id)
    if profile is None and player_id in context.view.people.hidden:
        return Unsuggested(None, "They opted out: no list shows them any more.")
    if profile is None:
        return Unsuggested(None, "They are not a member any more.")
    name, main = name_of(profile, player_id), profile.main
    if kind is CaseKind.PROMOTION:
        found = promotions_of(context)
        case = next((each for each in chain(*found) if each.profile is profile), None)
        if case is None:
            return Unsuggested(name, "They are not suggested for a promotion any more.")
        numbers, target = (*case.reasons, *case.not_yet), case.next_rank
    else:
        sure = inactivity_of(context).sure
        row = next((each for each in sure if each.profile is profile), None)
        if row is None:
            reasons = "; ".join(judge(profile, context.policy, context.at).reasons)
            return Unsuggested(name, f"They are not on the list any more: {reasons}.")
        numbers, target = row.judgement.reasons, None
    version = context.policy.version
    return Suggestion(main.player_id, main.name, main.role, target, numbers, version)

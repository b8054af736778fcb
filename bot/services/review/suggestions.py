"""What is suggested about one player now, and the lists that it stands on."""

from collections.abc import Callable, Collection, Sequence
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
    lists = (found.sure, found.cant_tell, found.away_or_exempt)
    return InactivityList(*(_without(some, approved) for some in lists))


def _without(rows: Sequence[_Row], approved: Collection[int]) -> tuple[_Row, ...]:
    return tuple(row for row in rows if row.profile.main.player_id not in approved)


def name_of(profile: Profile, player_id: int) -> str:
    """Return the name of one of a person's accounts."""
    return next(each.name for each in profile.accounts if each.player_id == player_id)


def suggested(context: ReviewContext, kind: CaseKind, player_id: int) -> Suggestion | Unsuggested:
    """Return what is suggested about a player, or why nothing is."""
    return suggested_of(context, kind, [player_id])[0]


def suggested_of(
    context: ReviewContext, kind: CaseKind, player_ids: Sequence[int]
) -> tuple[Suggestion | Unsuggested, ...]:
    """Return of each of some players what is suggested about them, or why nothing is."""
    people = context.by_player()
    judge_one = _promotion(context) if kind is CaseKind.PROMOTION else _silence(context)
    found: list[Suggestion | Unsuggested] = []
    for player_id in player_ids:
        profile = people.get(player_id)
        if profile is not None:
            found.append(judge_one(profile, name_of(profile, player_id)))
        elif player_id in context.view.people.hidden:
            found.append(Unsuggested(None, "They opted out: no list shows them any more."))
        else:
            found.append(Unsuggested(None, "They are not a member any more."))
    return tuple(found)


_Judge = Callable[[Profile, str], Suggestion | Unsuggested]


def _promotion(context: ReviewContext) -> _Judge:
    cases = {each.profile.main.player_id: each for each in chain(*promotions_of(context))}

    def judged(profile: Profile, name: str) -> Suggestion | Unsuggested:
        case = cases.get(profile.main.player_id)
        if case is None:
            return Unsuggested(name, "They are not suggested for a promotion any more.")
        numbers = (*case.reasons, *case.not_yet)
        return _suggestion(context, profile, numbers, case.next_rank)

    return judged


def _silence(context: ReviewContext) -> _Judge:
    sure = {each.profile.main.player_id: each for each in inactivity_of(context).sure}

    def judged(profile: Profile, name: str) -> Suggestion | Unsuggested:
        row = sure.get(profile.main.player_id)
        if row is None:
            reasons = "; ".join(judge(profile, context.policy, context.at).reasons)
            return Unsuggested(name, f"They are not on the list any more: {reasons}.")
        return _suggestion(context, profile, row.judgement.reasons, None)

    return judged


def _suggestion(
    context: ReviewContext, profile: Profile, numbers: tuple[str, ...], target: str | None
) -> Suggestion:
    main, version = profile.main, context.policy.version
    return Suggestion(main.player_id, main.name, main.role, target, numbers, version)

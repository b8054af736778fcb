"""Who may rise: a case for each person with reasons, and what speaks against it yet.

It suggests and people decide. Days on which somebody was there order the list, never how much they
wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.clan.enforcement import LIVING, judge
from bot.clan.evidence import Grade
from bot.clan.policy import MONTH_DAYS, STEADY_WEEKS, Policy, PromotionPolicy, Signal
from bot.clan.profiles import Profile, days_active, days_alive
from bot.clan.ranks import DEFAULT_PERMISSIONS, Permissions, below_officers, next_rank, rank_of
from bot.clan.requirements import Requirement, lacking
from bot.clan.signals import Comparison, SignalResult, comparison, reached, signals


class Strength(NamedTuple):
    """What orders the list: days with a sign of life in 8 weeks, then active ones in game or chat.

    Of the two sides the weaker one counts; unknown is 0.
    """

    days: int
    weaker_days: int


@dataclass(frozen=True, slots=True)
class PromotionCase:
    """A suggested rise of the main account to the next rank, as of one instant and one policy.

    `not_yet` are sentences about what stands in the way and is near, `considered` about what else
    was looked at. `signals` were reached, `missed` were not, `lacking` is what is asked of
    everybody. `grade` is how well the last 30 days were seen and `doubts` why not better.
    """

    profile: Profile
    next_rank: str
    reasons: tuple[str, ...]
    not_yet: tuple[str, ...]
    considered: tuple[str, ...]
    signals: frozenset[Signal]
    grade: Grade
    doubts: tuple[str, ...]
    strength: Strength
    policy_version: int
    missed: tuple[SignalResult, ...] = ()
    lacking: tuple[Requirement, ...] = ()

    @property
    def qualifies(self) -> bool:
        """Return whether a signal was reached and nothing that is asked of everybody is lacking."""
        return bool(self.signals) and not self.lacking


class Promotions(NamedTuple):
    """The cases of the short first list, others who qualify, and who is just under, in order."""

    cases: tuple[PromotionCase, ...]
    others: tuple[PromotionCase, ...]
    just_under: tuple[PromotionCase, ...]


def promotion_cases(
    profiles: Sequence[Profile],
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> Promotions:
    """Return who is suggested for the next rank, whatever the order of the profiles.

    Just under is whoever lacks only what they are near to.
    """
    bars = comparison(profiles, ladder, policy.promotion)
    qualified, just_under = [], []
    for profile in sorted(profiles, key=_order):
        if not _may_be_suggested(profile, now):
            continue
        if judge(profile, policy, now).verdict not in LIVING:
            continue
        case = outlook(profile, bars, ladder, policy, now, permissions=permissions)
        if case is None:
            continue
        if case.qualifies:
            qualified.append(case)
        elif _is_near(case, policy.promotion):
            just_under.append(case)
    room = _room(profiles, policy.promotion)
    return Promotions(tuple(qualified[:room]), tuple(qualified[room:]), tuple(just_under))


def outlook(  # noqa: PLR0913 - whose, against whom, by which rules
    profile: Profile,
    bars: Comparison,
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
    *,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> PromotionCase | None:
    """Return what a person has and lacks for the next rank; None when none is suggested to them.

    For the person themselves: whether anybody decided anything plays no part in it.
    """
    target = _target(profile, ladder, policy.promotion, permissions)
    if target is None:
        return None
    found = signals(profile, bars, policy, now, permissions)
    lacks = lacking(profile, target, found, policy, now, permissions=permissions)
    got, missed = reached(found), tuple(each for each in found if not each.is_reached)
    is_near = [not got and _is_close(each, policy.promotion) for each in missed]
    month = profile.window(MONTH_DAYS)
    return PromotionCase(
        profile=profile,
        next_rank=target,
        reasons=tuple(each.words for each in got),
        not_yet=(
            *(each.words for each in lacks),
            *(each.words for each, near in zip(missed, is_near, strict=True) if near),
        ),
        considered=tuple(
            each.words for each, near in zip(missed, is_near, strict=True) if not near
        ),
        signals=frozenset(each.signal for each in got),
        grade=min(month.game_at_best.grade, month.chat.grade),
        doubts=month.doubts,
        strength=strength(profile),
        policy_version=policy.version,
        missed=missed,
        lacking=lacks,
    )


def strength(profile: Profile) -> Strength:
    """Return what orders the lists: days on which somebody was there."""
    sides = days_active(profile, STEADY_WEEKS)
    weaker = min(sides.game_days or 0, sides.chat_days or 0)
    return Strength(days_alive(profile) or 0, weaker)


def _room(profiles: Sequence[Profile], rules: PromotionPolicy) -> int:
    """Return how many stand on the first list at most."""
    members = sum(len(profile.accounts) for profile in profiles)
    return max(members * rules.first_percent // 100, rules.first_people)


def _may_be_suggested(profile: Profile, now: datetime) -> bool:
    """Return whether a person is neither away nor on a cooldown."""
    on_cooldown = profile.cooldown_until is not None and profile.cooldown_until > now
    return profile.leave is None and not on_cooldown


def _target(
    profile: Profile, ladder: Sequence[str], rules: PromotionPolicy, permissions: Permissions
) -> str | None:
    """Return the next rank of the main account, if the clan lets it be suggested.

    None where another account holds it or more.
    """
    target = next_rank(profile.main.role, ladder)
    rank, highest = _rank(target, ladder), _rank(rules.highest_rank, ladder)
    if highest is None:
        highest = _rank(below_officers(ladder, permissions), ladder)
    if rank is None or highest is None or rank < highest:
        return None
    held = [rank_of(account.role, ladder) for account in profile.accounts]
    return None if any(each is not None and each <= rank for each in held) else target


def _rank(role: str | None, ladder: Sequence[str]) -> int | None:
    return None if role is None else rank_of(role, ladder)


def _is_near(case: PromotionCase, rules: PromotionPolicy) -> bool:
    """Return whether nothing is far that somebody lacks, and a signal is reached or near."""
    has_signal = case.signals or any(_is_close(each, rules) for each in case.missed)
    return bool(has_signal) and all(_is_close(each, rules) for each in case.lacking)


def _is_close(each: SignalResult | Requirement, rules: PromotionPolicy) -> bool:
    return 100 * each.closeness >= rules.near_percent


def _order(profile: Profile) -> tuple[int, int, str, int]:
    main, strong = profile.main, strength(profile)
    return -strong.days, -strong.weaker_days, main.name.casefold(), main.player_id

"""Who may rise: a case for each person with reasons, and what speaks against it yet.

It suggests and people decide. Steadiness orders the list: days on which somebody was there, never
how much they wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.enforcement import LIVING, judge
from bot.clan.evidence import Grade
from bot.clan.policy import MONTH_DAYS, STEADY_DAYS, STEADY_WEEKS, Policy, Signal
from bot.clan.profiles import Profile, days_active, tenure
from bot.clan.ranks import DEFAULT_PERMISSIONS, Permissions, next_rank, rank_of
from bot.clan.signals import Comparison, SignalResult, comparison, reached, signals
from bot.clan.spans import DAY
from bot.clan.wording import lasting

_STEADY_POINTS, _SIGNAL_POINTS = 40, 10


@dataclass(frozen=True, slots=True)
class PromotionCase:
    """A suggested rise of the main account to the next rank, as of one instant and one policy.

    `not_yet` are sentences about bars not reached, `lacking` the signals that they come from.
    `grade` is how well the last 30 days were seen and `doubts` why not better. `strength` orders
    cases: 0 to 170.
    """

    profile: Profile
    next_rank: str
    reasons: tuple[str, ...]
    not_yet: tuple[str, ...]
    signals: frozenset[Signal]
    grade: Grade
    doubts: tuple[str, ...]
    strength: float
    policy_version: int
    lacking: tuple[SignalResult, ...] = ()


class Promotions(NamedTuple):
    """The cases, strongest first, and those who are just under."""

    cases: tuple[PromotionCase, ...]
    just_under: tuple[PromotionCase, ...]


def promotion_cases(
    profiles: Sequence[Profile],
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> Promotions:
    """Return who is suggested for the next rank, whatever the order of the profiles.

    Just under are those near a bar, and those who reached one and have not been seen lately.
    """
    bars = comparison(profiles, policy.promotion)
    cases, just_under = [], []
    for profile in profiles:
        if not _may_be_suggested(profile, now):
            continue
        if judge(profile, policy, now).verdict not in LIVING:
            continue
        found = signals(profile, bars, policy, now, permissions)
        case = _case(profile, found, ladder, policy, now)
        if case is None:
            continue
        unseen = _unseen(profile, policy, now)
        if case.reasons and not unseen:
            cases.append(case)
        elif case.reasons or _is_near(found, policy):
            just_under.append(replace(case, not_yet=(*unseen, *case.not_yet)))
    return Promotions(tuple(sorted(cases, key=_order)), tuple(sorted(just_under, key=_order)))


def outlook(  # noqa: PLR0913 - whose, against whom, by which rules
    profile: Profile,
    bars: Comparison,
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
    *,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> PromotionCase | None:
    """Return what a person has and lacks for the next rank, or None when there is none.

    For the person themselves: whether anybody decided anything plays no part in it.
    """
    return _case(profile, signals(profile, bars, policy, now, permissions), ladder, policy, now)


def _may_be_suggested(profile: Profile, now: datetime) -> bool:
    """Return whether a person is neither away nor on a cooldown."""
    on_cooldown = profile.cooldown_until is not None and profile.cooldown_until > now
    return profile.leave is None and not on_cooldown


def _case(
    profile: Profile,
    found: Sequence[SignalResult],
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
) -> PromotionCase | None:
    target = _target(profile, ladder)
    if target is None:
        return None
    month, got = profile.window(MONTH_DAYS), reached(found)
    lacking = tuple(each for each in found if not each.is_reached)
    return PromotionCase(
        profile=profile,
        next_rank=target,
        reasons=tuple(each.words for each in got),
        not_yet=tuple(each.words for each in lacking),
        signals=frozenset(each.signal for each in got),
        grade=min(month.game_at_best.grade, month.chat.grade),
        doubts=month.doubts,
        strength=_strength(profile, got, now),
        policy_version=policy.version,
        lacking=lacking,
    )


def _target(profile: Profile, ladder: Sequence[str]) -> str | None:
    """Return the next rank of the main account, unless another account holds it or more."""
    target = next_rank(profile.main.role, ladder)
    rank = rank_of(target, ladder) if target is not None else None
    if rank is None:
        return None
    held = [rank_of(account.role, ladder) for account in profile.accounts]
    return None if any(each is not None and each <= rank for each in held) else target


def _unseen(profile: Profile, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return that a person was not seen lately, or nothing when they were."""
    if profile.seen_at is None:
        return ("Not seen on either side",)
    unseen_for = now - profile.seen_at
    if unseen_for <= timedelta(days=policy.promotion.seen_days):
        return ()
    return (f"Not seen on either side for {lasting(unseen_for)}",)


def _is_near(found: Sequence[SignalResult], policy: Policy) -> bool:
    near = policy.promotion.near_percent / 100
    return any(each.closeness >= near for each in found)


def _strength(profile: Profile, got: Sequence[SignalResult], now: datetime) -> float:
    """Return the share of days with anything on both sides, and points for each signal.

    Newcomers are measured by the days they were here, at least half of the eight weeks. Who writes
    in bursts loses the share of the whole that the cap an hour took of their messages.
    """
    active, here = days_active(profile, STEADY_WEEKS), tenure(profile, now)
    days = STEADY_DAYS if here is None else min(max(here // DAY, STEADY_DAYS // 2), STEADY_DAYS)
    month = profile.window(MONTH_DAYS)
    known = month.messages and month.capped is not None
    calm = (month.capped or 0) / (month.messages or 1) if known else 1.0
    played, wrote = (min((each or 0) / days, 1.0) for each in active[:2])
    points = [_STEADY_POINTS if each.signal is Signal.STEADY else _SIGNAL_POINTS for each in got]
    return round(calm * (50 * (played + wrote) + sum(points)), 3)


def _order(case: PromotionCase) -> tuple[float, str, int]:
    main = case.profile.main
    return -case.strength, main.name.casefold(), main.player_id

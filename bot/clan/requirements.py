"""What is asked of everybody before any signal counts, and what a rank with rights asks beside it.

Signals say what speaks for somebody; these say whether now is the time.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.policy import MONTH_DAYS, STEADY_DAYS, Policy, PromotionPolicy, Signal
from bot.clan.profiles import Profile, days_alive, tenure
from bot.clan.ranks import DEFAULT_PERMISSIONS, Permissions, gives_rights
from bot.clan.signals import SignalResult
from bot.clan.spans import DAY
from bot.clan.wording import lasting, plural, role_words

_LATELY_DAYS = 14
_FADES_BELOW = 0.5


class Requirement(NamedTuple):
    """One thing that is asked for and lacking; `closeness` (0-1) is the part that is there.

    `missing` says to the person themselves what is left to do.
    """

    words: str
    closeness: float
    missing: str


def lacking(  # noqa: PLR0913 - whose, towards what, by which rules
    profile: Profile,
    target: str,
    found: Sequence[SignalResult],
    policy: Policy,
    now: datetime,
    *,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> tuple[Requirement, ...]:
    """Return what a person lacks for the next rank, whatever signals they reached."""
    rules = policy.promotion
    needs = (
        _tenure(profile, rules, now),
        _alive(profile, rules),
        _seen(profile, rules, now),
        _fading(profile),
        _rights(target, found, permissions),
    )
    return tuple(each for each in needs if each is not None)


def _tenure(profile: Profile, rules: PromotionPolicy, now: datetime) -> Requirement | None:
    asked, here = rules.tenure_asked(profile.main.role), tenure(profile, now)
    if here is None:
        return Requirement("When they joined is unknown", 0, "a known day of joining")
    days = here // DAY
    if here >= timedelta(days=asked):
        return None
    return Requirement(
        f"In the clan for {plural(days, 'day')} ({asked} needed)",
        days / asked,
        f"{plural(asked - days, 'more day', 'more days')} in the clan ({days} of {asked})",
    )


def _alive(profile: Profile, rules: PromotionPolicy) -> Requirement | None:
    days, asked = days_alive(profile, MONTH_DAYS) or 0, rules.alive_days
    if days >= asked:
        return None
    return Requirement(
        f"There on {days} of the last {MONTH_DAYS} days ({asked} needed)",
        days / asked,
        f"{plural(asked - days, 'more day', 'more days')} with a sign of life "
        f"in {MONTH_DAYS} ({days} of {asked})",
    )


def _seen(profile: Profile, rules: PromotionPolicy, now: datetime) -> Requirement | None:
    missing = f"a message or a gain within {plural(rules.seen_days, 'day')}"
    if profile.seen_at is None:
        return Requirement("Not seen on either side", 0, missing)
    unseen_for = now - profile.seen_at
    if unseen_for <= timedelta(days=rules.seen_days):
        return None
    return Requirement(f"Not seen on either side for {lasting(unseen_for)}", 0, missing)


def _fading(profile: Profile) -> Requirement | None:
    """Return that somebody is there far less than in the weeks before: first a word, then a rank.

    Who came back from silence is there more than before, and no such case.
    """
    lately = days_alive(profile, _LATELY_DAYS) or 0
    before, before_days = (days_alive(profile) or 0) - lately, STEADY_DAYS - _LATELY_DAYS
    if lately / _LATELY_DAYS >= _FADES_BELOW * before / before_days:
        return None
    return Requirement(
        f"There on {lately} of the last {_LATELY_DAYS} days, "
        f"after {before} of the {before_days} before",
        0,
        "to be around as often as in the weeks before",
    )


def _rights(
    target: str, found: Sequence[SignalResult], permissions: Permissions
) -> Requirement | None:
    """Return that a rank with rights asks for the steady signal and another one."""
    if not gives_rights(target, permissions):
        return None
    closeness = min(_closeness(found, steady=True), _closeness(found, steady=False))
    asked = "Steady and one more signal"
    words = f"{role_words(target)} has an officer's rights and needs {asked}"
    return None if closeness >= 1 else Requirement(words, closeness, asked)


def _closeness(found: Sequence[SignalResult], *, steady: bool) -> float:
    return max(_of(found, steady=steady), default=0.0)


def _of(found: Sequence[SignalResult], *, steady: bool) -> Iterator[float]:
    for each in found:
        if (each.signal is Signal.STEADY) is steady:
            # A bar that is just missed is not reached, however near.
            yield 1.0 if each.is_reached else min(each.closeness, 0.999)

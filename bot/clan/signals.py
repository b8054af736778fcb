"""What speaks for a promotion: four signals, each a sentence with its numbers.

A signal that cannot be judged is silent: where a number is unknown, nothing is said of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from statistics import median
from typing import NamedTuple

from bot.clan.evidence import Grade
from bot.clan.labels import SIGNALS
from bot.clan.policy import (
    MONTH_DAYS,
    RAID_DAYS,
    STEADY_DAYS,
    STEADY_WEEKS,
    Policy,
    PromotionPolicy,
    Signal,
)
from bot.clan.profiles import Profile, authority_of, days_active, summed, tenure
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Permissions
from bot.clan.spans import DAY
from bot.clan.wording import exact, plural, role_words, short

_PILLAR_WEEKS = 4
_LEAST_LOOKS = STEADY_WEEKS
"""On so many days somebody has to have been looked at before anything is said of their days."""


class SignalResult(NamedTuple):
    """One signal of one person; `closeness` is the share (0-1) of the bar that is furthest off.

    `missing` says to the person themselves what is left to do.
    """

    signal: Signal
    words: str
    closeness: float
    is_reached: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the whole clan's numbers ask of each person; None where nobody sets a bar.

    `compared` says in words whose XP `median_xp` is.
    """

    median_xp: float | None
    compared: str
    message_cut: int | None
    raid_cut: int | None


def comparison(
    profiles: Sequence[Profile], ladder: Sequence[str], rules: PromotionPolicy
) -> Comparison:
    """Return the bars that the people of the clan set, over known values only."""
    ranks, compared = _compared(profiles, ladder, rules)
    windows = (
        profile.window(rules.velocity_days) for profile in profiles if profile.main.role in ranks
    )
    known = [
        window.xp
        for window in windows
        if window.xp is not None and window.game_at_best.grade is Grade.GOOD
    ]
    return Comparison(
        median_xp=median(known) if len(known) >= rules.comparison_people else None,
        compared=compared,
        message_cut=_message_cut(profiles, rules),
        raid_cut=_top_cut([each.recent_raids for each in profiles], rules.carry_top_percent),
    )


def _compared(
    profiles: Sequence[Profile], ladder: Sequence[str], rules: PromotionPolicy
) -> tuple[frozenset[str], str]:
    """Return the ranks that recruits are held against and their words: those named, if held."""
    held = {profile.main.role for profile in profiles}
    named = [role for role in rules.comparison_ranks if role in held]
    if named:
        return frozenset(named), ", ".join(map(role_words, named))
    recruits = [ladder.index(role) for role in rules.recruit_roles if role in ladder]
    above = ladder[: min(recruits)] if recruits else ()
    return frozenset(above), "the ranks above recruit"


def _message_cut(profiles: Sequence[Profile], rules: PromotionPolicy) -> int | None:
    """Return the least of the top of those who wrote; a fixed number where they are few."""
    wrote = [profile.window(rules.pillar_days).capped for profile in profiles]
    writers = sum(1 for each in wrote if each)
    if writers < rules.pillar_writers:
        return rules.pillar_messages if writers else None
    return _top_cut(wrote, rules.pillar_top_percent)


def signals(
    profile: Profile,
    bars: Comparison,
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> tuple[SignalResult, ...]:
    """Return what each signal that is on, and is for their rank, says of a person."""
    rules = policy.promotion
    held = authority_of(profile, permissions)
    found = [
        _velocity(profile, bars, rules),
        _pillar(profile, bars, rules) if held < Authority.LEADERSHIP else None,
        _carry(profile, bars, rules) if held < Authority.OFFICER else None,
        _steady(profile, rules, now) if held < Authority.LEADERSHIP else None,
    ]
    return tuple(each for each in found if each is not None and each.signal in rules.signals)


def _top_cut(values: Iterable[int | None], percent: int) -> int | None:
    """Return the least value within the top so many percent of all above 0, one at least."""
    known = sorted((value for value in values if value), reverse=True)
    # Rounded up, so that the best of three is in their top tenth.
    return known[-(-len(known) * percent // 100) - 1] if known else None


def _velocity(profile: Profile, bars: Comparison, rules: PromotionPolicy) -> SignalResult | None:
    xp, median_xp = profile.window(rules.velocity_days).xp, bars.median_xp
    if profile.main.role not in rules.recruit_roles or xp is None or median_xp is None:
        return None
    bar = max(median_xp, rules.velocity_xp)
    is_reached = xp > bar
    window, least = plural(rules.velocity_days, "day"), short(int(bar))
    held_against = f"the median of {short(int(median_xp))} of {bars.compared}"
    if median_xp < rules.velocity_xp:
        held_against = f"{least}, and {held_against}"
    words = (
        f"{SIGNALS[Signal.VELOCITY].name}: {short(xp)} XP in {window}, "
        f"{'above' if is_reached else 'not above'} {held_against}"
    )
    missing = f"more than {least} XP in {window} ({short(xp)} so far)"
    closeness = min(xp / bar, 1.0) if bar else 1.0
    return SignalResult(
        Signal.VELOCITY, words, closeness, is_reached, () if is_reached else (missing,)
    )


def _pillar(profile: Profile, bars: Comparison, rules: PromotionPolicy) -> SignalResult | None:
    messages = profile.window(rules.pillar_days).capped
    days = days_active(profile, _PILLAR_WEEKS).chat_days
    if messages is None or days is None or bars.message_cut is None:
        return None
    window, weeks = plural(rules.pillar_days, "day"), plural(_PILLAR_WEEKS, "week")
    words = (
        f"{SIGNALS[Signal.PILLAR].name}: {plural(messages, 'message')} in {window} "
        f"(at most {rules.hour_cap} an hour), on {days} of {7 * _PILLAR_WEEKS} days; "
        f"the bar is {exact(bars.message_cut)}, on {rules.pillar_chat_days} days"
    )
    parts = (
        _Bar(messages, bars.message_cut, f"message in {window}", f"messages in {window}"),
        _Bar(days, rules.pillar_chat_days, f"day in chat of {weeks}", f"days in chat of {weeks}"),
    )
    closeness = min(map(_closeness, parts))
    return SignalResult(Signal.PILLAR, words, closeness, closeness >= 1, _missing(parts))


def _carry(profile: Profile, bars: Comparison, rules: PromotionPolicy) -> SignalResult | None:
    raids, ever = profile.recent_raids, profile.total_raids
    if raids is None:
        return None
    bar = max(rules.carry_recent_raids, bars.raid_cut or 0)
    window = plural(RAID_DAYS, "day")
    words = (
        f"{SIGNALS[Signal.CARRY].name}: {plural(raids, 'raid')} in {window} "
        f"({exact(bar)} needed)" + ("" if ever is None else f", {exact(ever)} in all")
    )
    missing = _missing((_Bar(raids, bar, f"raid in {window}", f"raids in {window}"),))
    return SignalResult(Signal.CARRY, words, _share(raids, bar), raids >= bar, missing)


class _Bar(NamedTuple):
    """One of the steady bars; a value of None is not reached."""

    value: float | None
    least: int
    one: str
    many: str


def _steady(profile: Profile, rules: PromotionPolicy, now: datetime) -> SignalResult:
    bars = [bar for bar in _steady_bars(profile, rules, now) if bar.least]
    below = [bar for bar in bars if _closeness(bar) < 1]
    told = below or bars
    words = ", ".join(_bar_words(bar) for bar in told) or "nothing is needed"
    name = SIGNALS[Signal.STEADY].name
    if not below:
        words = f"{name} over {STEADY_WEEKS} weeks: {words}"
        return SignalResult(Signal.STEADY, words, 1.0, is_reached=True)
    closeness, missing = min(map(_closeness, below)), _missing(below)
    return SignalResult(
        Signal.STEADY, f"{name}: {words}", closeness, is_reached=False, missing=missing
    )


def _steady_bars(profile: Profile, rules: PromotionPolicy, now: datetime) -> Iterator[_Bar]:
    bar = rules.steady_bar(profile.main.role)
    active = days_active(profile, STEADY_WEEKS)
    window = profile.window(STEADY_DAYS)
    here = tenure(profile, now)
    played, asked = active.game_days, bar.game_days
    if active.game_seen < _LEAST_LOOKS:
        played = None
    else:
        # Days on which nobody looked are left out of what is asked for.
        asked = ceil(asked * active.game_seen / STEADY_DAYS)
    yield _Bar(played, asked, "active day in the game", "active days in the game")
    yield _Bar(active.chat_days, bar.chat_days, "active day in chat", "active days in chat")
    yield _Bar(summed((window.ehp, window.ehb)), bar.hours, "efficient hour", "efficient hours")
    yield _Bar(window.answers, bar.answers, "question answered", "questions answered")
    tenure_days = None if here is None else here // DAY
    yield _Bar(tenure_days, bar.tenure_days, "day in the clan", "days in the clan")
    yield from _months_in_rank(profile, bar.months_in_rank, now)


def _months_in_rank(profile: Profile, least: int, now: datetime) -> Iterator[_Bar]:
    """Yield the time since the last change of rank that was seen, or else since the first look.

    A rank that was held before anybody looked is not held against its holder.
    """
    main = profile.main
    since_at = main.role_since_at or main.seen_from
    if since_at is None:
        return
    months = (now - since_at) / timedelta(days=MONTH_DAYS)
    if main.role_since_at is not None or months >= least:
        yield _Bar(months, least, "month in this rank", "months in this rank")


def _bar_words(bar: _Bar) -> str:
    return f"{_told(bar.value)} {bar.many} ({exact(bar.least)} needed)"


def _missing(bars: Iterable[_Bar]) -> tuple[str, ...]:
    """Return what is left of the bars that were not reached; never less than it is."""
    return tuple(_left(bar) for bar in bars if _closeness(bar) < 1)


def _left(bar: _Bar) -> str:
    if bar.value is None:
        return f"{plural(bar.least, bar.one, bar.many)} (unknown so far)"
    more = ceil(round(10 * (bar.least - bar.value), 6)) / 10
    what = bar.one if more == 1 else bar.many
    return f"{exact(more)} more {what} ({_told(bar.value)} of {exact(bar.least)})"


def _told(value: float | None) -> str:
    """Return a value in full and never more than it is: 2.97 is not 3."""
    return exact(None if value is None else floor(10 * value) / 10)


def _closeness(bar: _Bar) -> float:
    return _share(bar.value, bar.least)


def _share(value: float | None, least: int) -> float:
    return 1.0 if not least else min((value or 0) / least, 1.0)


def reached(findings: Sequence[SignalResult]) -> tuple[SignalResult, ...]:
    """Return the signals that were reached."""
    return tuple(each for each in findings if each.is_reached)

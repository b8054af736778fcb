"""By what a clan is judged: every threshold with its default, frozen, in small parts.

A policy has a version, and a case remembers the one it was judged by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from bot.clan.plain import by_role, check, chosen, must_be_once, number, plain, read

WEEK_DAYS, MONTH_DAYS = 7, 30
"""The lengths of a week and a month in all rules that no threshold sets."""
STEADY_WEEKS = 8
STEADY_DAYS = WEEK_DAYS * STEADY_WEEKS
RAID_DAYS = 90
"""Over so many days the raids are counted that speak for somebody."""
_LONGEST_DAYS = 365
_XP = 10**9
_RETIRED = {"promotion": frozenset({"carry_raids"})}
"""What older versions stored and nothing means any more: raids of a whole life, for one."""


class Signal(StrEnum):
    """What can speak for a promotion."""

    VELOCITY = "velocity"
    PILLAR = "pillar"
    CARRY = "carry"
    STEADY = "steady"


class AlertKind(StrEnum):
    """What officers are told about somebody."""

    SLUMP = "slump"
    CHURN = "churn"
    SILENT_RECRUIT = "silent_recruit"
    FADING = "fading"
    GRINDER = "grinder"
    CRIER = "crier"
    BOSSER = "bosser"
    UNANSWERED = "unanswered"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class SteadyBar:
    """What the holder of a rank shows over the last 8 weeks before rising from it.

    `hours` are EHP and EHB together; `months_in_rank` are of 30 days.
    """

    game_days: int = number(28, 0, STEADY_DAYS)
    chat_days: int = number(24, 0, STEADY_DAYS)
    hours: int = number(20, 0, 1_000)
    answers: int = number(0, 0, 1_000)
    tenure_days: int = number(90, 0, 3_650)
    months_in_rank: int = number(3, 0, 60)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class PromotionPolicy:
    """When somebody is suggested for the next rank.

    Of everybody is asked to be in the clan for `tenure_days` (recruits for `recruit_tenure_days`),
    to be there on `alive_days` of the last 30, and to be seen within `seen_days`. `highest_rank` is
    the highest that is suggested; empty means the last below officers. Messages count up to
    `hour_cap` an hour. `pillar_chat_days` are of the last four weeks; where fewer than
    `pillar_writers` wrote, `pillar_messages` stand for the cut. `carry_recent_raids` are of
    RAID_DAYS. `steady_by_rank` replaces `steady` for those who hold the rank. The first list has
    `first_percent` of the clan or `first_people`, whichever is more. From `near_percent` of every
    bar on, somebody is just under.
    """

    signals: frozenset[Signal] = chosen(Signal)
    tenure_days: int = number(30, 0, 3_650)
    recruit_tenure_days: int = number(14, 0, 3_650)
    alive_days: int = number(8, 0, MONTH_DAYS)
    seen_days: int = number(7, 1, _LONGEST_DAYS)
    highest_rank: str = ""
    first_percent: int = number(5, 0, 100)
    first_people: int = number(5, 1, 1_000)
    near_percent: int = number(80, 1, 100)
    recruit_roles: tuple[str, ...] = ("prospector",)
    comparison_ranks: tuple[str, ...] = ("zamorakian", "zenyte", "dragonstone", "administrator")
    comparison_people: int = number(3, 1, 1_000)
    velocity_days: int = number(7, 1, _LONGEST_DAYS)
    velocity_xp: int = number(1_000_000, 0, _XP)
    pillar_days: int = number(30, 1, _LONGEST_DAYS)
    pillar_top_percent: int = number(10, 1, 100)
    pillar_writers: int = number(20, 0, 10_000)
    pillar_messages: int = number(100, 1, 100_000)
    pillar_chat_days: int = number(14, 0, 28)
    hour_cap: int = number(20, 1, 10_000)
    carry_recent_raids: int = number(20, 1, 100_000)
    carry_top_percent: int = number(15, 1, 100)
    steady: SteadyBar = field(default_factory=SteadyBar)
    steady_by_rank: Mapping[str, SteadyBar] = by_role(SteadyBar)

    def __post_init__(self) -> None:
        check(self)

    def steady_bar(self, role: str) -> SteadyBar:
        """Return the bar for those who hold a rank."""
        return self.steady_by_rank.get(role, self.steady)

    def tenure_asked(self, role: str) -> int:
        """Return for how many days the holder of a rank is in the clan before they may rise."""
        return self.recruit_tenure_days if role in self.recruit_roles else self.tenure_days


@dataclass(frozen=True, slots=True)
class EnforcementPolicy:
    """When somebody is called inactive: no message and under `least_xp`, both sides well observed.

    `limits` are days for some ranks instead of `window_days`. Quiet is whoever was not seen for
    `quiet_percent` of the limit.
    """

    min_tenure_days: int = number(30, 0, _LONGEST_DAYS)
    window_days: int = number(30, 1, _LONGEST_DAYS)
    least_xp: int = number(10_000, 1, _XP)
    limits: Mapping[str, int] = by_role(int)
    quiet_percent: int = number(50, 1, 100)

    def __post_init__(self) -> None:
        check(self)
        for role, days in self.limits.items():
            if not 1 <= days <= _LONGEST_DAYS:
                raise ValueError(
                    f"the limit of {role} must be from 1 to {_LONGEST_DAYS} days, not {days:,}"
                )

    def limit_days(self, role: str) -> int:
        """Return how many days a holder of the rank may be silent."""
        return self.limits.get(role, self.window_days)


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """When an officer is slacking, and how many messages make an hour worth an officer.

    Under `least_messages` is too few whatever the clan's median is.
    """

    window_days: int = number(30, 1, _LONGEST_DAYS)
    least_messages: int = number(10, 1, 100_000)
    least_xp: int = number(1_000_000, 1, _XP)
    busy_messages: int = number(5, 1, 100_000)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """When officers are told; XP, messages and kills are of 7 days, `..._month` of 30.

    Drift: a week below `drift_percent` of a person's own usual week, when that is one of at least
    `drift_days` active days.
    """

    on: frozenset[AlertKind] = chosen(AlertKind)
    churn_messages_month: int = number(100, 1, 100_000)
    churn_messages: int = number(10, 1, 100_000)
    fading_xp_month: int = number(5_000_000, 1, _XP)
    fading_percent: int = number(10, 1, 100)
    grinder_xp: int = number(3_000_000, 1, _XP)
    grinder_messages: int = number(5, 1, 100_000)
    crier_messages: int = number(300, 1, 100_000)
    crier_xp: int = number(100_000, 1, _XP)
    bosser_kills: int = number(150, 1, 100_000)
    bosser_xp: int = number(500_000, 1, _XP)
    newcomer_days: int = number(14, 1, 90)
    drift_days: int = number(4, 1, 14)
    drift_percent: int = number(34, 1, 100)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """For how long a decision holds, and whether a second officer has to agree."""

    not_yet_days: int = number(30, 1, _LONGEST_DAYS)
    snooze_days: int = number(14, 1, _LONGEST_DAYS)
    dismissed_days: int = number(60, 1, _LONGEST_DAYS)
    second_officer: bool = False

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Policy:
    """All of one clan's thresholds; a `ladder` set by hand goes before the default tiers."""

    version: int = number(1, 1, 10**9)
    ladder: tuple[str, ...] = ()
    promotion: PromotionPolicy = field(default_factory=PromotionPolicy)
    enforcement: EnforcementPolicy = field(default_factory=EnforcementPolicy)
    audit: AuditPolicy = field(default_factory=AuditPolicy)
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    cases: CasePolicy = field(default_factory=CasePolicy)

    def __post_init__(self) -> None:
        check(self)
        must_be_once(self.ladder, "on the ladder")

    def windows(self) -> tuple[int, ...]:
        """Return the lengths, in days, of all windows that the rules look at."""
        rules = self.promotion
        asked = {WEEK_DAYS, MONTH_DAYS, STEADY_DAYS, rules.velocity_days, rules.pillar_days}
        return tuple(sorted(asked | {self.audit.window_days, *self.silence_windows()}))

    def silence_windows(self) -> tuple[int, ...]:
        """Return the lengths, in days, of the windows in which somebody may be silent."""
        rules = self.enforcement
        return tuple(sorted({rules.window_days, *rules.limits.values()}))

    def to_dict(self) -> dict[str, object]:
        """Return the policy as plain values for JSON."""
        return plain(self)

    @classmethod
    def from_dict(cls, stored: object) -> Self:
        """Return the policy from plain values; raises ValueError saying what is wrong."""
        return read(cls(), without_retired(stored), "policy")


DEFAULT_POLICY = Policy()


def changed(policy: Policy, **values: object) -> Policy:
    """Return the next version with the plain values merged in, or the same when none differs.

    A part takes what differs in it: changed(policy, enforcement={"window_days": 14}). What is given
    for a rank replaces the whole table of ranks. Raises ValueError saying what is wrong.
    """
    if "version" in values:
        raise ValueError("the version counts by itself")
    merged = read(policy, values, "policy")
    return policy if merged == policy else replace(merged, version=policy.version + 1)


def without_retired(stored: object) -> object:
    """Return plain values without those that an older version stored and nothing means any more."""
    if not isinstance(stored, Mapping):
        return stored
    return {
        part: {name: each for name, each in value.items() if name not in _RETIRED[part]}
        if part in _RETIRED and isinstance(value, Mapping)
        else value
        for part, value in stored.items()
    }

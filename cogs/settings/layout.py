"""How the settings are laid out: the pages, and the forms of at most five fields on each.

Discord takes no more than five fields in a form; what is asked together stands together.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bot.clan.labels import ALERTS, SIGNALS
from bot.clan.policy import AlertKind, Signal
from bot.clan.thresholds import THRESHOLDS


class Section(StrEnum):
    """The pages of the settings."""

    INACTIVITY = "inactivity"
    PROMOTIONS = "promotions"
    STEADY = "steady"
    ALERTS = "alerts"
    AUDIT = "audit"
    CASES = "cases"
    LADDER = "ladder"
    ROLES = "roles"
    PERMISSIONS = "gates"
    CHANNELS = "channels"
    WHAT_IF = "what-if"


class SettingsPage(NamedTuple):
    """What a page is called, and what it is about."""

    title: str
    about: str


PAGES: Mapping[Section, SettingsPage] = {
    Section.INACTIVITY: SettingsPage("Inactivity", "Whom /inactive lists, and after how long"),
    Section.PROMOTIONS: SettingsPage("Promotions", "What speaks for somebody in /promotions"),
    Section.STEADY: SettingsPage("Steady bars", "What each rank shows over 8 weeks before rising"),
    Section.ALERTS: SettingsPage("Alerts", "What officers are told in /clanstats alerts"),
    Section.AUDIT: SettingsPage("Officer audit", "When an officer is AWOL or slacking"),
    Section.CASES: SettingsPage("Cases", "For how long decisions hold, and who has to agree"),
    Section.LADDER: SettingsPage("Ladder", "Which rank stands above which"),
    Section.ROLES: SettingsPage("Roles", "Which ranks in the game lead, and which are officers"),
    Section.PERMISSIONS: SettingsPage(
        "Permissions", "Who may see reports, manage, promote, remove"
    ),
    Section.CHANNELS: SettingsPage("Channels", "Where the bot posts what"),
}
"""What can be picked; the what-if has a button of its own."""


class SettingsFields(NamedTuple):
    """One form: its title, and the paths of the numbers that it asks for."""

    title: str
    paths: tuple[str, ...]


def _sheet(title: str, part: str, *names: str) -> SettingsFields:
    return SettingsFields(title, tuple(f"{part}.{name}" for name in names))


def _alerts(first: AlertKind, *others: AlertKind) -> str:
    *some, last = (ALERTS[each].name.lower() for each in others)
    return f"{', '.join([ALERTS[first].name, *some])} and {last}"


SHEETS: Mapping[str, SettingsFields] = {
    "silence": _sheet(
        "When somebody is inactive",
        "enforcement",
        *("window_days", "least_xp", "min_tenure_days", "quiet_percent"),
    ),
    "asked": _sheet(
        "What is asked of everybody",
        "promotion",
        *("tenure_days", "recruit_tenure_days", "alive_days", "seen_days"),
    ),
    "lists": _sheet(
        "How long the lists are", "promotion", "first_percent", "first_people", "near_percent"
    ),
    "velocity": _sheet(
        SIGNALS[Signal.VELOCITY].name,
        "promotion",
        *("velocity_days", "velocity_xp", "comparison_people"),
    ),
    "pillar": _sheet(
        SIGNALS[Signal.PILLAR].name,
        "promotion",
        *(
            "pillar_days",
            "pillar_top_percent",
            "pillar_writers",
            "pillar_messages",
            "pillar_chat_days",
        ),
    ),
    "carry": _sheet(
        f"{SIGNALS[Signal.CARRY].name}, and the cap",
        "promotion",
        *("carry_recent_raids", "carry_top_percent", "hour_cap"),
    ),
    "steady-activity": _sheet(
        "Steady: activity", "promotion.steady", "game_days", "chat_days", "hours", "answers"
    ),
    "steady-time": _sheet("Steady: time", "promotion.steady", "tenure_days", "months_in_rank"),
    "fading": _sheet(
        _alerts(AlertKind.CHURN, AlertKind.FADING),
        "alerts",
        *("churn_messages_month", "churn_messages", "fading_xp_month", "fading_percent"),
    ),
    "grinding": _sheet(
        _alerts(AlertKind.GRINDER, AlertKind.CRIER),
        "alerts",
        *("grinder_xp", "grinder_messages", "crier_messages", "crier_xp"),
    ),
    "bossing": _sheet(
        _alerts(AlertKind.BOSSER, AlertKind.UNANSWERED, AlertKind.DRIFT),
        "alerts",
        *("bosser_kills", "bosser_xp", "newcomer_days", "drift_days", "drift_percent"),
    ),
    "audit": _sheet(
        "Officer audit",
        "audit",
        *("window_days", "least_messages", "least_xp", "busy_messages"),
    ),
    "cases": _sheet("Cases", "cases", "not_yet_days", "snooze_days", "dismissed_days"),
}
ON_PAGE: Mapping[Section, tuple[str, ...]] = {
    Section.INACTIVITY: ("silence",),
    Section.PROMOTIONS: ("asked", "lists", "velocity", "pillar", "carry"),
    Section.STEADY: ("steady-activity", "steady-time"),
    Section.ALERTS: ("fading", "grinding", "bossing"),
    Section.AUDIT: ("audit",),
    Section.CASES: ("cases",),
}
"""The forms of numbers on each page."""

LADDER, LIMITS = "ladder", "enforcement.limits"
TIERS = ("gates.tier_1", "gates.tier_2", "gates.officer_roles")
"""What is asked for as lists of ranks, beside the ladder."""

PICKED = (
    "promotion.signals",
    "promotion.recruit_roles",
    "promotion.comparison_ranks",
    "promotion.highest_rank",
    "promotion.steady_by_rank",
    LIMITS,
    "alerts.on",
    "cases.second_officer",
    "gates.see_reports",
    "gates.decide_links",
    "gates.manage",
    "gates.promote",
    "gates.kick",
    "places.report_channel_id",
    "places.notice_channel_id",
    "places.officer_channel_id",
)
"""What is picked from lists or switched on the pages themselves."""


def heading(path: str) -> str:
    """Return what stands above a field: its label and its unit."""
    threshold = THRESHOLDS[path]
    return f"{threshold.label} ({threshold.unit})" if threshold.unit else threshold.label

"""What signals and alerts are called, and what each means: one table for all who name them."""

from collections.abc import Mapping
from typing import NamedTuple

from bot.clan.policy import AlertKind, Signal


class Label(NamedTuple):
    """What something is called, and in a few words what it means."""

    name: str
    means: str


class AlertLabel(NamedTuple):
    """What a kind of alert is called, what it means, and its names above a list and beside one."""

    name: str
    means: str
    title: str
    beside: str


SIGNALS: Mapping[Signal, Label] = {
    Signal.VELOCITY: Label(
        "High velocity", "A recruit above the median XP of the comparison ranks"
    ),
    Signal.PILLAR: Label("Social pillar", "Among the top of those who write, on many days"),
    Signal.CARRY: Label("Carry potential", "Raids a lot these months, not an officer yet"),
    Signal.STEADY: Label(
        "Steady",
        "Active in the game and in chat over 8 weeks; each rank's bar has a page of its own",
    ),
}
ALERTS: Mapping[AlertKind, AlertLabel] = {
    AlertKind.SLUMP: AlertLabel(
        "Leadership slump",
        "A leader with no activity for a week",
        title="Leaders with a week of silence",
        beside="a week of silence",
    ),
    AlertKind.CHURN: AlertLabel(
        "Churn risk",
        "Wrote much in a month, hardly anything in the last week",
        title="Went quiet in chat",
        beside="went quiet in chat",
    ),
    AlertKind.SILENT_RECRUIT: AlertLabel(
        "Silent recruit",
        "A recruit who plays and has not written",
        title="Recruits who play and do not write",
        beside="a recruit who does not write",
    ),
    AlertKind.FADING: AlertLabel(
        "Fading star",
        "Gained much in a month, hardly anything in the last week",
        title="Fading stars",
        beside="plays far less",
    ),
    AlertKind.GRINDER: AlertLabel(
        "Silent grinder",
        "Gains much and hardly writes",
        title="Silent grinders",
        beside="grinds in silence",
    ),
    AlertKind.CRIER: AlertLabel(
        "Town crier",
        "Writes much and hardly plays",
        title="Town criers",
        beside="carries the chat",
    ),
    AlertKind.BOSSER: AlertLabel(
        "Boss hunter",
        "Kills many bosses with little XP",
        title="Boss hunters",
        beside="hunts bosses",
    ),
    AlertKind.UNANSWERED: AlertLabel(
        "Newcomers",
        "Nobody has answered them yet",
        title="New, and nobody answered",
        beside="not answered yet",
    ),
    AlertKind.DRIFT: AlertLabel(
        "Drift",
        "Much less active than in their usual week",
        title="Around less than usual",
        beside="around less than usual",
    ),
}

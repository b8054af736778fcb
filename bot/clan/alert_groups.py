"""Alerts as officers can act on them: each person once, under what is gravest.

The gravest kinds come first; within a kind the largest of the numbers shown.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.clan.alerts import Alert
from bot.clan.policy import AlertKind
from bot.clan.profiles import Profile

GRAVEST_FIRST = (
    AlertKind.UNANSWERED,
    AlertKind.SLUMP,
    AlertKind.CHURN,
    AlertKind.SILENT_RECRUIT,
    AlertKind.FADING,
    AlertKind.DRIFT,
    AlertKind.GRINDER,
    AlertKind.BOSSER,
    AlertKind.CRIER,
)
"""First who may be gone tomorrow for want of a word, last who does well on one side."""


class PersonAlert(NamedTuple):
    """One person with the gravest alert and the number it shows, and the others, graver first."""

    profile: Profile
    kind: AlertKind
    words: str
    others: tuple[Alert, ...] = ()
    number: float = 0


class AlertGroup(NamedTuple):
    """All people whom one kind of alert is the gravest of."""

    kind: AlertKind
    people: tuple[PersonAlert, ...]


def alert_groups(alerts: Iterable[Alert], *, of_leaders: bool) -> tuple[AlertGroup, ...]:
    """Return who is worth a word, by kind; leadership's slump only with `of_leaders`."""
    by_person: dict[int, list[Alert]] = {}
    for alert in alerts:
        if of_leaders or alert.kind is not AlertKind.SLUMP:
            by_person.setdefault(alert.profile.main.player_id, []).append(alert)
    found = sorted(map(_person_alert, by_person.values()), key=_order)
    return tuple(
        AlertGroup(kind, people)
        for kind in GRAVEST_FIRST
        if (people := tuple(each for each in found if each.kind is kind))
    )


def _person_alert(alerts: Sequence[Alert]) -> PersonAlert:
    gravest, *others = sorted(alerts, key=lambda alert: GRAVEST_FIRST.index(alert.kind))
    return PersonAlert(gravest.profile, gravest.kind, gravest.words, tuple(others), gravest.number)


def _order(alert: PersonAlert) -> tuple[float, str, int]:
    main = alert.profile.main
    return -alert.number, main.name.casefold(), main.player_id

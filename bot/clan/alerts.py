"""What officers may want to know about somebody, early enough to say hi; never blame.

Too little is told only of a side that was well observed; too much needs only to be known.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from bot.clan.evidence import Grade
from bot.clan.policy import MONTH_DAYS, WEEK_DAYS, AlertKind, AlertPolicy, Policy
from bot.clan.profiles import Profile, Window, authority_of, tenure
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Permissions
from bot.clan.wording import exact, plural, short

_LEAST_WEEKS = 4


class Alert(NamedTuple):
    """One thing about one person, as a sentence with its numbers."""

    kind: AlertKind
    profile: Profile
    words: str


def alerts(
    profiles: Iterable[Profile],
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> tuple[Alert, ...]:
    """Return all alerts that are on, by kind in the policy's order, then by name.

    Nothing is told of people who are away.
    """
    found = [
        Alert(kind, profile, words)
        for profile in profiles
        if profile.leave is None
        for kind, words in _of(_Look(profile, policy, now, permissions))
        if kind in policy.alerts.on
    ]
    return tuple(sorted(found, key=_order))


def _order(alert: Alert) -> tuple[int, str, int]:
    main = alert.profile.main
    return _KINDS.index(alert.kind), main.name.casefold(), main.player_id


_KINDS = tuple(AlertKind)


@dataclass(frozen=True, slots=True)
class _Look:
    """A person as the alerts look at them."""

    profile: Profile
    policy: Policy
    now: datetime
    permissions: Permissions

    @property
    def rules(self) -> AlertPolicy:
        return self.policy.alerts

    @property
    def week(self) -> Window:
        return self.profile.window(WEEK_DAYS)

    @property
    def month(self) -> Window:
        return self.profile.window(MONTH_DAYS)

    @property
    def is_recruit(self) -> bool:
        return self.profile.main.role in self.policy.promotion.recruit_roles

    def wrote_under(self, messages: int) -> bool:
        """Return whether fewer were seen in the week, and chat was well observed."""
        wrote = self.week.messages
        return wrote is not None and wrote < messages and self.week.chat.grade is Grade.GOOD

    def gained_under(self, xp: float) -> bool:
        """Return whether less was seen in the week, and the game was well observed."""
        gained = self.week.xp
        return gained is not None and gained < xp and self.week.game.grade is Grade.GOOD


def _of(look: _Look) -> Iterator[tuple[AlertKind, str]]:
    for kind, rule in _RULES.items():
        words = rule(look)
        if words is not None:
            yield kind, words


def _slump(look: _Look) -> str | None:
    leads = authority_of(look.profile, look.permissions) is Authority.LEADERSHIP
    if leads and look.gained_under(1) and look.week.kills == 0 and look.wrote_under(1):
        return "leads the clan, and had a week without XP, boss kills or messages"
    return None


def _churn(look: _Look) -> str | None:
    before, rules = look.month.messages or 0, look.rules
    if before > rules.churn_messages_month and look.wrote_under(rules.churn_messages):
        return f"wrote {exact(before)} messages in 30 days and {look.week.messages} in the last 7"
    return None


def _silent_recruit(look: _Look) -> str | None:
    gained = look.week.xp or 0
    if look.is_recruit and gained > 0 and look.wrote_under(1):
        return f"a recruit who gained {short(gained)} XP in 7 days and has not written"
    return None


def _fading(look: _Look) -> str | None:
    month, rules = look.month.xp or 0, look.rules
    if month > rules.fading_xp_month and look.gained_under(month * rules.fading_percent / 100):
        return f"gained {short(month)} XP in 30 days, but {short(look.week.xp)} in the last 7"
    return None


def _grinder(look: _Look) -> str | None:
    gained = look.week.xp or 0
    if gained > look.rules.grinder_xp and look.wrote_under(look.rules.grinder_messages):
        wrote = plural(look.week.messages or 0, "message")
        return f"gained {short(gained)} XP in 7 days with {wrote}"
    return None


def _crier(look: _Look) -> str | None:
    wrote = look.week.messages or 0
    if wrote > look.rules.crier_messages and look.gained_under(look.rules.crier_xp):
        return f"wrote {exact(wrote)} messages in 7 days and gained {short(look.week.xp)} XP"
    return None


def _bosser(look: _Look) -> str | None:
    kills = look.week.kills or 0
    if kills > look.rules.bosser_kills and look.gained_under(look.rules.bosser_xp):
        return f"killed {exact(kills)} bosses in 7 days with {short(look.week.xp)} XP"
    return None


def _unanswered(look: _Look) -> str | None:
    here = tenure(look.profile, look.now)
    is_new = here is not None and here <= timedelta(days=look.rules.newcomer_days)
    if is_new and look.profile.was_answered is False:
        return f"joined {plural((here or timedelta()).days, 'day')} ago and nobody has answered yet"
    return None


def _drift(look: _Look) -> str | None:
    weeks = look.profile.weeks
    sides = [
        days
        for days, evidence in (
            ([week.game_days for week in weeks], look.week.game),
            ([week.chat_days for week in weeks], look.week.chat),
        )
        if evidence.grade is Grade.GOOD and days and days[-1] is not None
    ]
    before, this_week = sum(map(_usual, sides)), sum(days[-1] or 0 for days in sides)
    if before >= look.rules.drift_days and this_week < before * look.rules.drift_percent / 100:
        return (
            f"was there on {before:.0f} days of a usual week, both sides counted, "
            f"and on {this_week} in the last 7"
        )
    return None


def _usual(days: Sequence[int | None]) -> float:
    """Return the median of the weeks before the last, or 0 when hardly any is known."""
    known = [each for each in days[:-1] if each is not None]
    return median(known) if len(known) >= _LEAST_WEEKS else 0


_RULES: Mapping[AlertKind, Callable[[_Look], str | None]] = {
    AlertKind.SLUMP: _slump,
    AlertKind.CHURN: _churn,
    AlertKind.SILENT_RECRUIT: _silent_recruit,
    AlertKind.FADING: _fading,
    AlertKind.GRINDER: _grinder,
    AlertKind.CRIER: _crier,
    AlertKind.BOSSER: _bosser,
    AlertKind.UNANSWERED: _unanswered,
    AlertKind.DRIFT: _drift,
}

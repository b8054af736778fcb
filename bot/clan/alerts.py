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
_LEAST_DAYS = 4  # of a week, below which it says nothing


class Alert(NamedTuple):
    """One thing about one person, as a sentence with its numbers; `number` is the first of them."""

    kind: AlertKind
    profile: Profile
    words: str
    number: float = 0


class _Said(NamedTuple):
    """What a rule says, and the number that it shows first."""

    words: str
    number: float = 0


def alerts(
    profiles: Iterable[Profile],
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> tuple[Alert, ...]:
    """Return all alerts that are on, by kind in the policy's order, then the largest number first.

    Nothing is told of people who are away.
    """
    found = [
        Alert(kind, profile, *said)
        for profile in profiles
        if profile.leave is None
        for kind, said in _of(_Subject(profile, policy, now, permissions))
        if kind in policy.alerts.on
    ]
    return tuple(sorted(found, key=_order))


def _order(alert: Alert) -> tuple[int, float, str, int]:
    main = alert.profile.main
    return _KINDS.index(alert.kind), -alert.number, main.name.casefold(), main.player_id


_KINDS = tuple(AlertKind)


@dataclass(frozen=True, slots=True)
class _Subject:
    """A person as the alerts see them."""

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


def _of(subject: _Subject) -> Iterator[tuple[AlertKind, _Said]]:
    for kind, rule in _RULES.items():
        said = rule(subject)
        if said is not None:
            yield kind, said


def _slump(subject: _Subject) -> _Said | None:
    leads = authority_of(subject.profile, subject.permissions) is Authority.LEADERSHIP
    if leads and subject.gained_under(1) and subject.week.kills == 0 and subject.wrote_under(1):
        return _Said("leads the clan, and had a week without XP, boss kills or messages")
    return None


def _churn(subject: _Subject) -> _Said | None:
    before, rules = subject.month.messages or 0, subject.rules
    if before > rules.churn_messages_month and subject.wrote_under(rules.churn_messages):
        wrote = subject.week.messages
        return _Said(f"wrote {exact(before)} messages in 30 days and {wrote} in the last 7", before)
    return None


def _silent_recruit(subject: _Subject) -> _Said | None:
    gained = subject.week.xp or 0
    if subject.is_recruit and gained > 0 and subject.wrote_under(1):
        said = f"a recruit who gained {short(gained)} XP in 7 days and has not written"
        return _Said(said, gained)
    return None


def _fading(subject: _Subject) -> _Said | None:
    month, rules = subject.month.xp or 0, subject.rules
    if month > rules.fading_xp_month and subject.gained_under(month * rules.fading_percent / 100):
        lately = short(subject.week.xp)
        return _Said(f"gained {short(month)} XP in 30 days, but {lately} in the last 7", month)
    return None


def _grinder(subject: _Subject) -> _Said | None:
    gained = subject.week.xp or 0
    if gained > subject.rules.grinder_xp and subject.wrote_under(subject.rules.grinder_messages):
        wrote = plural(subject.week.messages or 0, "message")
        return _Said(f"gained {short(gained)} XP in 7 days with {wrote}", gained)
    return None


def _crier(subject: _Subject) -> _Said | None:
    wrote = subject.week.messages or 0
    if wrote > subject.rules.crier_messages and subject.gained_under(subject.rules.crier_xp):
        gained = short(subject.week.xp)
        return _Said(f"wrote {exact(wrote)} messages in 7 days and gained {gained} XP", wrote)
    return None


def _bosser(subject: _Subject) -> _Said | None:
    kills = subject.week.kills or 0
    if kills > subject.rules.bosser_kills and subject.gained_under(subject.rules.bosser_xp):
        gained = short(subject.week.xp)
        return _Said(f"killed {exact(kills)} bosses in 7 days with {gained} XP", kills)
    return None


def _unanswered(subject: _Subject) -> _Said | None:
    here = tenure(subject.profile, subject.now)
    is_new = here is not None and here <= timedelta(days=subject.rules.newcomer_days)
    if is_new and subject.profile.was_answered is False:
        days = (here or timedelta()).days
        return _Said(f"joined {plural(days, 'day')} ago and nobody has answered yet", days)
    return None


def _drift(subject: _Subject) -> _Said | None:
    weeks = subject.profile.weeks
    sides = [
        days
        for days, evidence in (
            ([_of_seven(week.game_days, week.game_seen) for week in weeks], subject.week.game),
            ([_of_seven(week.chat_days, week.chat_seen) for week in weeks], subject.week.chat),
        )
        if evidence.grade is Grade.GOOD and days and days[-1] is not None
    ]
    before, this_week = sum(map(_usual, sides)), sum(days[-1] or 0 for days in sides)
    if (
        before >= subject.rules.drift_days
        and this_week < before * subject.rules.drift_percent / 100
    ):
        return _Said(
            f"usually {before:.0f} active days a week (game and chat), "
            f"{this_week:.0f} in the last 7 days",
            before,
        )
    return None


def _of_seven(days: int | None, seen: int) -> float | None:
    """Return the days of a week as if all seven had been seen; None where most were not."""
    return None if days is None or seen < _LEAST_DAYS else 7 * days / seen


def _usual(days: Sequence[float | None]) -> float:
    """Return the median of the weeks before the last, or 0 when hardly any is known."""
    known = [each for each in days[:-1] if each is not None]
    return median(known) if len(known) >= _LEAST_WEEKS else 0


_RULES: Mapping[AlertKind, Callable[[_Subject], _Said | None]] = {
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

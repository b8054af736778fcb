"""One person of a clan with both sides of all their accounts: what every verdict is made from.

Numbers are sums over all accounts; None is unknown and never zero. What cannot be dated to a window
is not counted in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from bot.clan.evidence import Evidence, Grade
from bot.clan.gains import Gains
from bot.clan.leave import Exemption, Leave
from bot.clan.metrics import SEASONAL, display_name
from bot.clan.policy import STEADY_DAYS
from bot.clan.ranks import DEFAULT_PERMISSIONS, Authority, Caller, Permissions, authority
from bot.clan.standings import Link

UNSEEN = Evidence(Grade.NONE, ("not looked at",))
_Number = TypeVar("_Number", int, float)
_At = TypeVar("_At")


class Account(NamedTuple):
    """One present player of the person; `role_since_at` is None when nobody saw it begin.

    `seen_from` is the instant of our first snapshot.
    """

    player_id: int
    name: str
    role: str
    joined_at: datetime | None = None
    role_since_at: datetime | None = None
    seen_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What a person did in the last so many days.

    `capped` are messages counted up to the policy's cap an hour; `answers` are questions of others
    that they answered. `game` is graded as the worst seen of the accounts
    (silence needs all of them), `game_at_best` as the best seen (to have been active, one will do).
    `scores` that rose are neither XP nor kills, and `elsewhere` those that rose in a seasonal
    world. On `present_days` they reacted, used a command or talked in voice, on `voice_days` that.
    `counted_from` and `counted_to` are the snapshots that the numbers of the game lie between.
    """

    xp: int | None = None
    kills: int | None = None
    ehp: float | None = None
    ehb: float | None = None
    messages: int | None = None
    capped: int | None = None
    answers: int | None = None
    game: Evidence = UNSEEN
    game_at_best: Evidence = UNSEEN
    chat: Evidence = UNSEEN
    scores: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    present_days: int = 0
    voice_days: int = 0
    counted_from: datetime | None = None
    counted_to: datetime | None = None

    @property
    def is_well_observed(self) -> bool:
        """Return whether both sides of all accounts were well observed."""
        return min(self.game.grade, self.chat.grade) is Grade.GOOD

    @property
    def doubts(self) -> tuple[str, ...]:
        """Return why what they did was not seen better: in the game first, then in chat."""
        return (
            *(f"game: {reason}" for reason in self.game_at_best.reasons),
            *(f"chat: {reason}" for reason in self.chat.reasons),
        )


NOTHING_SEEN = Window()


class Week(NamedTuple):
    """On how many of 7 days somebody gained anything, and wrote anything; None is unknown.

    On how many of them anybody looked stands beside it: the other days are unknown.
    """

    game_days: int | None = None
    chat_days: int | None = None
    game_seen: int = 7
    chat_seen: int = 7


@dataclass(frozen=True, slots=True)
class Profile:
    """One person: the main account first, windows by their length in days, eight weeks to today.

    `weeks` are oldest first. `life_days` are those of the eight weeks with any sign of life, a bit
    each, today's the highest. `enough_xp_at` is the newest instant since which the XP that keeps
    somebody from being inactive was gained. `recent_raids` are of RAID_DAYS. `leave` covers today;
    `back_at` is when they last came back, from leave or to the clan.
    `namesake_wrote_at` is when another Discord user of a linked account's very name wrote last.
    `was_answered` tells of a newcomer who wrote whether anybody ever answered. `whole` are the
    windows with the accounts outside the clan, of somebody who has any.
    """

    accounts: tuple[Account, ...]
    user_id: int | None = None
    link: Link = Link.NONE
    has_no_discord: bool = False
    windows: Mapping[int, Window] = field(default_factory=dict)
    whole: Mapping[int, Window] = field(default_factory=dict)
    weeks: tuple[Week, ...] = ()
    life_days: int | None = None
    total_xp: int | None = None
    total_raids: int | None = None
    recent_raids: int | None = None
    game_seen_at: datetime | None = None
    chat_seen_at: datetime | None = None
    present_at: datetime | None = None
    namesake_wrote_at: datetime | None = None
    enough_xp_at: datetime | None = None
    back_at: datetime | None = None
    leave: Leave | None = None
    exemption: Exemption | None = None
    cooldown_until: datetime | None = None
    snoozed_until: datetime | None = None
    was_answered: bool | None = None

    @property
    def main(self) -> Account:
        """Return the account that is meant when the person is named."""
        return self.accounts[0]

    @property
    def joined_at(self) -> datetime | None:
        """Return when the first of the accounts joined."""
        known = [each.joined_at for each in self.accounts if each.joined_at is not None]
        return min(known, default=None)

    @property
    def seen_at(self) -> datetime | None:
        """Return when the person was last seen on either side."""
        seen = (self.game_seen_at, self.chat_seen_at, self.present_at)
        known = [at for at in seen if at is not None]
        return max(known, default=None)

    def window(self, days: int) -> Window:
        """Return what they did in the last so many days; unknown when nobody looked."""
        return self.windows.get(days, NOTHING_SEEN)

    def life(self, days: int) -> Window:
        """Return what they did in the last so many days, outside the clan too."""
        return self.whole.get(days) or self.window(days)


def by_player(profiles: Iterable[Profile]) -> dict[int, Profile]:
    """Return the profiles by the player ids of all accounts."""
    return {account.player_id: profile for profile in profiles for account in profile.accounts}


def tenure(profile: Profile, now: datetime) -> timedelta | None:
    """Return for how long the person has been in the clan; None where no such day is known.

    A day that lies ahead is a mistake somewhere, and says nothing.
    """
    joined_at = profile.joined_at
    return None if joined_at is None or joined_at > now else now - joined_at


def authority_of(profile: Profile, permissions: Permissions = DEFAULT_PERMISSIONS) -> Authority:
    """Return the highest that a role of any account stands for."""
    roles = frozenset(each.role for each in profile.accounts)
    return authority(Caller(wom_roles=roles), permissions)


def is_officer(profile: Profile, permissions: Permissions = DEFAULT_PERMISSIONS) -> bool:
    """Return whether any account is an officer's, leadership included."""
    return authority_of(profile, permissions) >= Authority.OFFICER


def days_active(profile: Profile, how_many: int) -> Week:
    """Return the sums of the newest so many weeks; None for a side that is unknown in all."""
    weeks = profile.weeks[-how_many:]
    return Week(
        summed(week.game_days for week in weeks),
        summed(week.chat_days for week in weeks),
        sum(week.game_seen for week in weeks if week.game_days is not None),
        sum(week.chat_seen for week in weeks if week.chat_days is not None),
    )


def days_alive(profile: Profile, last: int = STEADY_DAYS) -> int | None:
    """Return on how many of the last so many days there was a sign of life; None is unknown."""
    if profile.life_days is None:
        return None
    return (profile.life_days >> STEADY_DAYS - last).bit_count()


def summed(values: Iterable[_Number | None]) -> _Number | None:
    """Return the sum of what is known, or None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known[1:], start=known[0]) if known else None


class Side(NamedTuple):
    """One account's gains in a window, which scores rose, and how well they were seen."""

    name: str
    gains: Gains
    evidence: Evidence
    rose: tuple[str, ...] = ()


def game_window(sides: Sequence[Side]) -> Window:
    """Return the game side of a window over all accounts; what is thin is in no sum."""
    dated = [side.gains for side in sides if not side.gains.thin]
    if len(sides) == len(dated) == 1:
        # As nearly everybody has it; a clan of hundreds is looked at while somebody waits.
        (gains,), evidence = dated, sides[0].evidence
        scores, elsewhere = _risen(sides)
        return Window(
            gains.xp,
            gains.kills,
            gains.ehp,
            gains.ehb,
            scores=scores,
            elsewhere=elsewhere,
            game=evidence,
            game_at_best=evidence,
            counted_from=gains.since,
            counted_to=gains.until,
        )
    scores, elsewhere = _risen(sides)
    return Window(
        scores=scores,
        elsewhere=elsewhere,
        xp=summed(gains.xp for gains in dated),
        kills=summed(gains.kills for gains in dated),
        ehp=summed(gains.ehp for gains in dated),
        ehb=summed(gains.ehb for gains in dated),
        game=_worst(sides),
        game_at_best=max((side.evidence for side in sides), key=_grade, default=UNSEEN),
        counted_from=min((gains.since for gains in dated if gains.since), default=None),
        counted_to=max((gains.until for gains in dated if gains.until), default=None),
    )


def enough_since(rises: Sequence[tuple[_At, int]], least_xp: int) -> _At | None:
    """Return the newest instant since which `least_xp` was gained, or None when it never was.

    `rises` are (when, XP gained then) of all accounts together, oldest first.
    """
    left = least_xp
    for at, xp in reversed(rises):
        left -= xp
        if left <= 0:
            return at
    return None


def _risen(sides: Sequence[Side]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which scores rose, those of the game that we watch first, then the seasonal ones."""
    rose = sorted({name for side in sides for name in side.rose})
    if not rose:
        return (), ()
    return (
        tuple(display_name(name) for name in rose if name not in SEASONAL),
        tuple(display_name(name) for name in rose if name in SEASONAL),
    )


def _worst(sides: Sequence[Side]) -> Evidence:
    """Return the least grade with all reasons, each with the account's name when it has others."""
    reasons = [
        reason if len(sides) == 1 else f"{side.name}: {reason}"
        for side in sorted(sides, key=lambda side: side.evidence.grade)
        for reason in side.evidence.reasons
    ]
    least = min((side.evidence for side in sides), key=_grade, default=UNSEEN)
    return Evidence(least.grade, tuple(reasons) if sides else UNSEEN.reasons)


def _grade(evidence: Evidence) -> Grade:
    return evidence.grade

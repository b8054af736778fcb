"""Leave of absence and exemptions: who is not to be flagged on a day.

Days are those of the clan's calendar, and `until_on` is always the last day, itself included.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clan.days import FURTHEST_BACK, parse_day
from bot.clan.spans import DAY, WEEK, day_of, day_span

LONGEST_LEAVE = timedelta(days=365)
"""From the first day of leave to the last."""

ASKED_AGAIN_AFTER = WEEK
"""How long somebody on leave is not asked again whether they are back."""

_FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody's leave, of a user or of a player without one; without `until_on` it is open.

    `ended_on` is the first day back, when it ended before its time.
    """

    user_id: int | None
    player_id: int | None
    from_on: date
    until_on: date | None
    set_by: int
    ended_on: date | None = None

    @property
    def last_on(self) -> date:
        """Return the last day away, or the end of all days when nobody knows yet."""
        until = self.until_on or _FOREVER
        return until if self.ended_on is None else min(until, self.ended_on - DAY)

    def is_of(self, user_id: int | None, player_ids: Collection[int]) -> bool:
        """Return whether it is the leave of a person, as a user or with any of the accounts."""
        of_user = self.user_id is not None and self.user_id == user_id
        return of_user or self.player_id in player_ids

    def covers(self, day: date) -> bool:
        """Return whether the day is one of the leave."""
        return self.from_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class Absentees:
    """Who is away on one day, with the leave that lasts longest."""

    users: Mapping[int, Leave]
    players: Mapping[int, Leave]

    def leave_of(self, user_id: int | None, player_ids: Iterable[int]) -> Leave | None:
        """Return the longest leave of a person, as a user or with any of the accounts."""
        leaves = [self.players[each] for each in player_ids if each in self.players]
        if user_id is not None and user_id in self.users:
            leaves.append(self.users[user_id])
        return max(leaves, key=_end, default=None)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A player, or everybody of a role, whom officers keep out of the lists of the inactive."""

    player_id: int | None
    role: str | None
    reason: str
    until_on: date | None = None

    def __post_init__(self) -> None:
        if (self.player_id is None) == (self.role is None):
            raise ValueError("an exemption is for a player or for a role, one of them")


@dataclass(frozen=True, slots=True)
class Exempt:
    """What is exempt on one day."""

    players: Mapping[int, Exemption] = field(default_factory=dict)
    roles: Mapping[str, Exemption] = field(default_factory=dict)

    def exemption_of(self, player_id: int, role: str) -> Exemption | None:
        """Return a player's own exemption, or else the role's."""
        return self.players.get(player_id) or self.roles.get(role)

    def of_person(self, accounts: Sequence[tuple[int, str]]) -> Exemption | None:
        """Return the exemption of any (player, role) of a person, or else of the main one's role.

        A role counts for the main account alone, which is the first: a guest's alt exempts nobody.
        """
        own = (self.players[player_id] for player_id, _ in accounts if player_id in self.players)
        return next(own, None) or self.roles.get(accounts[0][1])


def away_on(leaves: Iterable[Leave], today: date) -> Absentees:
    """Return who is away today."""
    standing = sorted((leave for leave in leaves if leave.covers(today)), key=_end)
    return Absentees(
        {leave.user_id: leave for leave in standing if leave.user_id is not None},
        {leave.player_id: leave for leave in standing if leave.player_id is not None},
    )


def back_since(leaves: Iterable[Leave], today: date, zone: ZoneInfo) -> datetime | None:
    """Return when the last of somebody's leaves ended that are over, or None."""
    ends = (leave.last_on for leave in leaves if leave.last_on < today)
    last_on = max(ends, default=None)
    return None if last_on is None else day_span(last_on, zone).end


def exempt_on(exemptions: Iterable[Exemption], today: date) -> Exempt:
    """Return who is exempt today; of several exemptions the longest stands."""
    standing = sorted(
        (each for each in exemptions if today <= (each.until_on or _FOREVER)),
        key=lambda each: each.until_on or _FOREVER,
    )
    return Exempt(
        {each.player_id: each for each in standing if each.player_id is not None},
        {each.role: each for each in standing if each.role is not None},
    )


def leave_between(from_text: str, until_text: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a leave as somebody wrote them.

    "2 weeks" as its end counts from its beginning. Raises ValueError, saying what would be right.
    """
    from_on = parse_day(from_text, today)
    until_on = parse_day(until_text, today, after=from_on)
    if from_on < today - FURTHEST_BACK:
        raise ValueError(
            f"{from_on} is long past; a leave may begin at most {FURTHEST_BACK.days} days ago"
        )
    if until_on < from_on:
        raise ValueError(f"the leave would end ({until_on}) before it begins ({from_on})")
    _must_be_short(from_on, until_on)
    return from_on, until_on


def later_end(leave: Leave, text: str, today: date) -> date:
    """Return the new last day of a leave as somebody wrote it; "2 weeks" counts from the old one.

    Raises ValueError, saying what would be right.
    """
    until_on = parse_day(text, today, after=leave.until_on or max(leave.from_on, today))
    if until_on < max(leave.from_on, today):
        raise ValueError(f"{until_on} is past; to end the leave today, end it")
    _must_be_short(leave.from_on, until_on)
    return until_on


def signs_count_from(leave: Leave, known_at: datetime, zone: ZoneInfo) -> datetime:
    """Return from when on a message or a gain makes it likely that somebody on leave is back.

    `known_at` is when the leave was set or changed last; who packs still writes on that day.
    """
    return day_span(max(leave.from_on, day_of(known_at, zone)), zone).end


def may_ask(sign_at: datetime | None, since: datetime, asked_at: datetime | None) -> bool:
    """Return whether to ask somebody on leave if they are back; at most once a week."""
    if asked_at is not None:
        since = max(since, asked_at + ASKED_AGAIN_AFTER)
    return sign_at is not None and sign_at >= since


def _must_be_short(from_on: date, until_on: date) -> None:
    if until_on - from_on > LONGEST_LEAVE:
        raise ValueError(
            f"from {from_on} to {until_on} is too long; "
            f"a leave lasts at most {LONGEST_LEAVE.days} days and can be set again"
        )


def _end(leave: Leave) -> date:
    return leave.last_on

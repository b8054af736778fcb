"""Where every member stands: both sides of each, joined, with what is known about them.

A roster is frozen: commands, charts, the workbook and the command line all read it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.clan.gains import UNKNOWN, Gains
from bot.clan.spans import Period


class Link(StrEnum):
    """How a player is known to be a Discord user."""

    CONFIRMED = "confirmed"
    CLAIMED = "claimed"
    NAME = "name"
    NONE = "none"


class Chat(NamedTuple):
    """What somebody wrote in one span."""

    messages: int = 0
    questions: int = 0
    answers: int = 0
    active_days: int = 0

    def __add__(self, other: object) -> "Chat":
        if not isinstance(other, Chat):
            return NotImplemented
        return Chat(
            self.messages + other.messages,
            self.questions + other.questions,
            self.answers + other.answers,
            self.active_days + other.active_days,
        )

    def days_of(self, days: int) -> int:
        """Return on how many of the days of a span they wrote.

        It begins and ends in the middle of one: so it touches a date more than it has days.
        """
        return min(self.active_days, days)


class MessageCounts(NamedTuple):
    """The messages of a span, on Discord and through bridges, and how many of each are a member's.

    Those who left are known as well.
    """

    discord: int = 0
    discord_attributed: int = 0
    bridge: int = 0
    bridge_attributed: int = 0

    @property
    def messages(self) -> int:
        """Return the messages of both sides."""
        return self.discord + self.bridge

    @property
    def attributed(self) -> int:
        """Return how many messages are somebody's whom we know."""
        return self.discord_attributed + self.bridge_attributed


@dataclass(frozen=True, slots=True)
class Member:
    """One player of the clan with both sides; None and absent mean unknown, never zero.

    `game` and `chat` are by window. `chat` is None for somebody whose Discord side nobody knows,
    and for an alt: what a person writes stands with the main account, which is `alt_of`.
    `accounts` are the names of all the person's accounts, the main one first.
    `updated_at` is when WOM last looked, `changed_at` when it last saw something rise, and
    `seen_at` the instant of the newest snapshot that we stored.
    `weekly_messages` are the last 13 weeks, oldest first. `is_hidden` is an account that is
    surely somebody's who opted out: their chat is not counted, and it stands in no list.
    """

    player_id: int
    name: str
    role: str
    joined_at: datetime | None
    account_type: str = "unknown"
    status: str = "active"
    person: str | None = None
    discord_user_id: int | None = None
    link: Link = Link.NONE
    game: Mapping[Period, Gains] = field(default_factory=dict)
    chat: Mapping[Period, Chat] | None = None
    total_xp: int | None = None
    total_kills: int | None = None
    total_ehp: float | None = None
    total_ehb: float | None = None
    total_messages: int | None = None
    updated_at: datetime | None = None
    changed_at: datetime | None = None
    seen_at: datetime | None = None
    wrote_at: datetime | None = None
    weekly_messages: tuple[int, ...] = ()
    is_hidden: bool = False
    alt_of: str | None = None
    accounts: tuple[str, ...] = ()
    has_no_discord: bool = False

    @property
    def is_alt(self) -> bool:
        """Return whether it is somebody's further account, never proposed for a promotion."""
        return self.alt_of is not None

    def gains(self, period: Period) -> Gains:
        """Return the gains of a window; unknown when nothing was seen."""
        return self.game.get(period, UNKNOWN)

    def messages(self, period: Period) -> int | None:
        """Return the messages of a window, or None when the Discord side is unknown."""
        return None if self.chat is None else self.chat.get(period, Chat()).messages


@dataclass(frozen=True, slots=True)
class Roster:
    """All present members in the house's order, as of one instant.

    `heard` are all messages by window, `conflicts` the members who may be several people's, and
    `claims` the claims beside those that wait for officers.
    """

    members: tuple[Member, ...]
    as_of: datetime
    heard: Mapping[Period, MessageCounts] = field(default_factory=dict)
    conflicts: int = 0
    claims: int = 0

    def by_player(self) -> dict[int, Member]:
        """Return the members keyed by player id."""
        return {member.player_id: member for member in self.members}


def in_house_order(members: tuple[Member, ...]) -> tuple[Member, ...]:
    """Return the members by messages in 30 days, then by total XP; unknown comes last."""

    def key(member: Member) -> tuple[int, int, str]:
        messages = member.messages(Period.MONTH)
        xp = member.total_xp
        return (
            -(messages if messages is not None else -1),
            -(xp if xp is not None else -1),
            member.name.casefold(),
        )

    return tuple(sorted(members, key=key))


def ahead_on_both(members: Iterable[Member], period: Period) -> dict[int, float]:
    """Return by player id of which share of the members nobody did more, in messages and in XP.

    The lower of the two counts, so that nobody leads by one side alone, and whoever did nothing on
    one has none. Members with an unknown side, or gains that may be older, are not in it.
    """
    sides = {
        member.player_id: (wrote, gains.xp)
        for member in members
        if (gains := member.gains(period)).is_dated
        and gains.xp is not None
        and (wrote := member.messages(period)) is not None
    }
    wrote_all = sorted(wrote for wrote, _ in sides.values())
    gained_all = sorted(gained for _, gained in sides.values())
    return {
        who: min(bisect_right(wrote_all, wrote), bisect_right(gained_all, gained)) / len(sides)
        for who, (wrote, gained) in sides.items()
        if wrote and gained
    }


def place(values: Mapping[int, float | None], player_id: int) -> tuple[int, int] | None:
    """Return (place, how many have one) of a player, best first; ties share the better place.

    As on a leaderboard, who has none, or whose number is unknown, has no place.
    """
    mine = values.get(player_id)
    if not mine:
        return None
    placed = [value for value in values.values() if value]
    return 1 + sum(value > mine for value in placed), len(placed)

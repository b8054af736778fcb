"""What officers have to decide about links: who may be whom, how likely, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.clan.linking import LinkPair, LinkState, Ties
from bot.clan.matching import PlayerToMatch, Similarity, UserToMatch
from bot.clan.persons import Persons
from bot.services.people.link_log import PastAction
from storage.authors import Writer
from storage.players import MemberRow

_SURE = 100


class GuildMember(NamedTuple):
    """A member of the Discord server as it shows them; bots are none."""

    user_id: int
    name: str
    handle: str
    nickname: str | None = None
    joined_on: date | None = None

    @property
    def shown(self) -> str:
        """Return the name that people see."""
        return self.nickname or self.name

    def to_match(self) -> UserToMatch:
        """Return the user with all names."""
        return UserToMatch(self.user_id, (self.name, self.handle), self.nickname, self.joined_on)


class Partner(NamedTuple):
    """Somebody who may be the one in question: how likely (0 to 100), and why."""

    pair: LinkPair
    name: str
    score: int
    why: str


class QueueEntry(NamedTuple):
    """One question: a claim, a player, a user or a speaker, with the likeliest partners first.

    `role` is the rank of a player in the game.
    """

    key: int
    name: str
    partners: tuple[Partner, ...] = ()
    remark: str = ""
    since_at: datetime | None = None
    role: str = ""


class SurePair(NamedTuple):
    """A player and a user of the same name, unique on both sides."""

    pair: LinkPair
    player: str
    user: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class LinkQueue:
    """All open questions, those that are easiest to answer first.

    `without_discord` are the players, also among the unmatched ones, that officers marked so;
    `last_action` is what officers did last and can still undo.
    """

    claims: tuple[QueueEntry, ...] = ()
    conflicts: tuple[QueueEntry, ...] = ()
    unmatched_users: tuple[QueueEntry, ...] = ()
    unmatched_players: tuple[QueueEntry, ...] = ()
    unmatched_speakers: tuple[QueueEntry, ...] = ()
    sure_pairs: tuple[SurePair, ...] = ()
    without_discord: frozenset[int] = frozenset()
    last_action: PastAction | None = None

    def partners_of(self, user_id: int) -> tuple[Partner, ...]:
        """Return the players whom a user may be, the likeliest first."""
        sure = [
            Partner(each.pair, each.player, _SURE, "same name")
            for each in self.sure_pairs
            if each.pair.user_id == user_id
        ]
        likely = [
            partner._replace(name=entry.name)
            for entry in (*self.claims, *self.conflicts, *self.unmatched_players)
            for partner in entry.partners
            if partner.pair.user_id == user_id
        ]
        return (*sure, *sorted(likely, key=lambda each: -each.score))


@dataclass(frozen=True, slots=True)
class QueueInput:
    """All that the queue is made of; `officers` are the players whose rank gives rights."""

    guild_members: Sequence[GuildMember]
    places: Sequence[MemberRow]
    names: Mapping[int, Sequence[str]]
    writers: Sequence[Writer]
    ties: Ties
    persons: Persons
    similarity: Similarity
    officers: frozenset[int] = frozenset()

    def player_to_match(self, place: MemberRow) -> PlayerToMatch:
        """Return a player with all names."""
        old = tuple(name for name in self.names.get(place.player_id, ()) if name != place.name)
        joined_on = None if place.joined_at is None else place.joined_at.date()
        return PlayerToMatch(place.player_id, place.name, old, joined_on)

    def user_names(self) -> dict[int, str]:
        """Return what each user is called, those who left the server too."""
        wrote = {each.discord_user_id: each.name for each in self.writers if each.discord_user_id}
        return wrote | {member.user_id: member.shown for member in self.guild_members}

    def rejected(self) -> frozenset[LinkPair]:
        """Return the pairs that an officer called wrong."""
        return frozenset(pair for pair, tie in self.ties.items() if tie.state is LinkState.REJECTED)

"""Who is one human: a Discord user with all players linked to them, or a player alone.

Links decide, names only where no link does, and what is in doubt stays apart. Nothing is written
anywhere, so that undoing a link gives back exactly what was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from bot.clan.names import players_by_name, wom_key
from bot.clan.standings import Link

_NEVER = datetime.max.replace(tzinfo=UTC)
_STRENGTH = (Link.CONFIRMED, Link.CLAIMED, Link.NAME, Link.NONE)


class Tie(NamedTuple):
    """A link that a user claimed or an officer confirmed, and since when it stands."""

    player_id: int
    user_id: int
    state: Link
    is_main: bool = False
    tied_at: datetime | None = None


class AuthorNames(NamedTuple):
    """An author: a Discord user with all their names, or a speaker seen through a bridge.

    `player_id` is who an officer said that the speaker is, whatever the name.
    """

    author_id: int
    user_id: int | None
    bridge_name: str | None
    names: tuple[str, ...] = ()
    player_id: int | None = None


class PlayerNames(NamedTuple):
    """A player with the last known name and those before; one who left bears none any more."""

    player_id: int
    current: str
    old: tuple[str, ...] = ()
    is_present: bool = True


class Conflict(NamedTuple):
    """A player whom several users call theirs, and no officer has decided."""

    player_id: int
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One human; the main account is the first of `players`, `link` is the surest of all."""

    user_id: int | None
    players: tuple[int, ...]
    authors: tuple[int, ...] = ()
    link: Link = Link.NONE

    @property
    def main(self) -> int:
        """Return the main account, the only one that is ever proposed for a promotion."""
        return self.players[0]


@dataclass(frozen=True, slots=True)
class Persons:
    """Everybody: each player is in exactly one person, each author in one or unmatched.

    `links` says for each player how it is known, which for an alt may be less sure than the
    person's `link`.
    """

    people: tuple[Person, ...]
    unmatched_authors: tuple[int, ...]
    conflicts: tuple[Conflict, ...]
    links: Mapping[int, Link] = field(repr=False)
    by_player: Mapping[int, Person] = field(repr=False)
    by_author: Mapping[int, Person] = field(repr=False)
    by_user: Mapping[int, Person] = field(repr=False)


def persons(
    players: Sequence[PlayerNames],
    authors: Sequence[AuthorNames],
    ties: Iterable[Tie],
    rejected: Collection[tuple[int, int]] = (),
) -> Persons:
    """Return who is who, whatever the order in which it is told.

    `rejected` are the (player, user) that officers called wrong: no name joins them again.
    """
    here = {player.player_id for player in players}
    decided, conflicts = _decided(tie for tie in ties if tie.player_id in here)
    bearers = _bearers(players)
    user_of = {player_id: tie.user_id for player_id, tie in decided.items()}
    open_players = here - decided.keys() - {conflict.player_id for conflict in conflicts}
    user_of |= _by_name(bearers, authors, open_players, set(user_of.values()), rejected)
    people = _people(here, user_of, decided, _players_of_authors(authors, here, user_of, bearers))
    matched = {author_id: person for person in people for author_id in person.authors}
    return Persons(
        people=people,
        unmatched_authors=tuple(
            sorted(author.author_id for author in authors if author.author_id not in matched)
        ),
        conflicts=conflicts,
        links={player_id: _link_of(player_id, user_of, decided) for player_id in sorted(here)},
        by_player={player_id: person for person in people for player_id in person.players},
        by_author=matched,
        by_user={person.user_id: person for person in people if person.user_id is not None},
    )


def hidden_players(found: Persons, opted_out: Collection[int]) -> frozenset[int]:
    """Return the players whom no list shows: confirmed accounts of users who opted out.

    A claim or a name is not enough: nobody may make another one's account disappear.
    """
    return frozenset(
        player_id
        for user_id in opted_out
        if user_id in found.by_user
        for player_id in found.by_user[user_id].players
        if found.links[player_id] is Link.CONFIRMED
    )


def _decided(ties: Iterable[Tie]) -> tuple[dict[int, Tie], tuple[Conflict, ...]]:
    """Return the one link of each player, and the players for whom there are several."""
    by_player: dict[int, list[Tie]] = defaultdict(list)
    for tie in ties:
        by_player[tie.player_id].append(tie)
    decided, conflicts = {}, []
    for player_id, told in sorted(by_player.items()):
        standing = [tie for tie in told if tie.state is Link.CONFIRMED] or told
        user_ids = {tie.user_id for tie in standing}
        if len(user_ids) == 1:
            decided[player_id] = min(standing, key=_weight)
        else:
            conflicts.append(Conflict(player_id, tuple(sorted(user_ids))))
    return decided, tuple(conflicts)


def _weight(tie: Tie) -> tuple[bool, int, datetime, int]:
    """Order a user's links: the main account first, then the surest, then the oldest."""
    return not tie.is_main, _STRENGTH.index(tie.state), tie.tied_at or _NEVER, tie.player_id


def _bearers(players: Iterable[PlayerNames]) -> dict[str, set[int]]:
    """Return whose each WOM key is: those who bear it now, else all who ever bore it."""
    now: dict[str, set[int]] = defaultdict(set)
    before: dict[str, set[int]] = defaultdict(set)
    for player in players:
        (now if player.is_present else before)[wom_key(player.current)].add(player.player_id)
        for name in player.old:
            before[wom_key(name)].add(player.player_id)
    return before | now


def _by_name(
    bearers: Mapping[str, Collection[int]],
    authors: Iterable[AuthorNames],
    open_players: Collection[int],
    linked_users: Collection[int],
    rejected: Collection[tuple[int, int]],
) -> dict[int, int]:
    """Return player -> user where the name leaves no doubt and no link says otherwise.

    The linked ones take part as well: a name that they share is in doubt.
    """
    users: dict[int, set[str]] = defaultdict(set)
    for author in authors:
        if author.user_id is not None:
            users[author.user_id].update(author.names)
    players: dict[int, set[str]] = defaultdict(set)
    for name, player_ids in bearers.items():
        for player_id in player_ids:
            players[player_id].add(name)
    return {
        player_id: user_id
        for user_id, player_id in players_by_name(players, users).items()
        if player_id in open_players
        and user_id not in linked_users
        and (player_id, user_id) not in rejected
    }


def _people(
    here: Iterable[int],
    user_of: Mapping[int, int],
    decided: Mapping[int, Tie],
    players_of_authors: Mapping[int, int],
) -> tuple[Person, ...]:
    """Return the persons by main account; each is named by its user, or else by its player."""
    players: dict[tuple[bool, int], list[int]] = defaultdict(list)
    authors: dict[tuple[bool, int], list[int]] = defaultdict(list)
    owner_of = {
        player_id: (player_id in user_of, user_of.get(player_id, player_id)) for player_id in here
    }
    for player_id, owner in sorted(owner_of.items()):
        players[owner].append(player_id)
    for author_id, player_id in sorted(players_of_authors.items()):
        authors[owner_of[player_id]].append(author_id)
    people = []
    for owner, player_ids in players.items():
        has_user, user_id = owner
        ties = [decided[player_id] for player_id in player_ids if player_id in decided]
        ordered = [tie.player_id for tie in sorted(ties, key=_weight)] or player_ids
        people.append(
            Person(
                user_id=user_id if has_user else None,
                players=tuple(ordered),
                authors=tuple(authors[owner]),
                link=min(
                    (_link_of(player_id, user_of, decided) for player_id in player_ids),
                    key=_STRENGTH.index,
                ),
            )
        )
    return tuple(sorted(people, key=lambda person: person.main))


def _players_of_authors(
    authors: Iterable[AuthorNames],
    here: Collection[int],
    user_of: Mapping[int, int],
    bearers: Mapping[str, Collection[int]],
) -> dict[int, int]:
    """Return author -> a player of the same person, for the authors who are known."""
    player_of = {user_id: player_id for player_id, user_id in user_of.items()}
    found = {}
    for author in authors:
        if author.user_id is not None:
            player_id = player_of.get(author.user_id)
        elif author.player_id in here:
            player_id = author.player_id
        else:
            bore = bearers.get(wom_key(author.bridge_name or ""), ())
            player_id = next(iter(bore)) if len(bore) == 1 else None
        if player_id is not None:
            found[author.author_id] = player_id
    return found


def _link_of(player_id: int, user_of: Mapping[int, int], decided: Mapping[int, Tie]) -> Link:
    if player_id in decided:
        return decided[player_id].state
    return Link.NAME if player_id in user_of else Link.NONE

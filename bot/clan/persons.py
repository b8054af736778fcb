"""Who is one human: a Discord user with all players linked to them, or a player alone.

Confirmed links decide, names only where none does, and what is in doubt stays apart. A claim joins
nobody: it is told beside. Nothing is written anywhere, so that undoing a link gives back exactly
what was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from bot.clan.claims import Effect, allows
from bot.clan.name_matches import (
    AuthorNames,
    NameMatches,
    PlayerNames,
    bearers_of,
    latecomers,
    namesakes,
    without,
)
from bot.clan.names import wom_key
from bot.clan.standings import Link

_NEVER = datetime.max.replace(tzinfo=UTC)
_STRENGTH = (Link.CONFIRMED, Link.CLAIMED, Link.NAME, Link.NONE)


class Tie(NamedTuple):
    """A link that a user claimed or an officer confirmed, and since when it stands.

    A claim that is the main account is one that an officer kept: the name still joins them.
    """

    player_id: int
    user_id: int
    state: Link
    is_main: bool = False
    tied_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Return whether it joins the two."""
        return allows(self.state, Effect.NUMBERS)


class Conflict(NamedTuple):
    """A player whom several users claim or are called like, and no officer has decided."""

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
    person's `link`. `claims` are by user the players whom they claim, `hidden` those whose name a
    user who opted out bears: both are for that user's own eyes. `namesakes` are, by a player whom
    an officer linked, the authors of other users who bear its very name: perhaps the same human.
    """

    people: tuple[Person, ...]
    unmatched_authors: tuple[int, ...]
    conflicts: tuple[Conflict, ...]
    claims: Mapping[int, tuple[int, ...]]
    hidden: Mapping[int, int]
    links: Mapping[int, Link] = field(repr=False)
    by_player: Mapping[int, Person] = field(repr=False)
    by_author: Mapping[int, Person] = field(repr=False)
    by_user: Mapping[int, Person] = field(repr=False)
    namesakes: Mapping[int, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def waiting(self, player_ids: Collection[int]) -> int:
        """Return how many claims on the players wait for officers, but for the conflicts."""
        disputed = {each.player_id for each in self.conflicts}
        claimed = [player_id for mine in self.claims.values() for player_id in mine]
        return sum(each in player_ids and each not in disputed for each in claimed)


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
    told = [tie for tie in ties if tie.player_id in here]
    decided, disputed = _decided(tie for tie in told if tie.counts)
    settled = decided.keys() | {each.player_id for each in disputed}
    claims = [tie for tie in told if not tie.counts and tie.player_id not in settled]
    kept = {tie[:2]: tie for tie in claims if tie.is_main}
    bearers = bearers_of(players)
    names = NameMatches(bearers, here - settled, _users(decided.values()), {*rejected}, {*kept})
    late = latecomers(bearers, authors)
    shown, hidden = names.joined([without(author, late) for author in authors])
    user_by_link = {player_id: tie.user_id for player_id, tie in decided.items()}
    user_of = user_by_link | shown
    placed = decided | {pair[0]: kept[pair] for pair in shown.items() if pair in kept}
    people = _people(here, user_of, decided, placed, _said_by(authors, here, user_of, names))
    matched = {author_id: person for person in people for author_id in person.authors}
    alike = namesakes(players, authors, user_by_link, {*rejected})
    contested = _contested(claims, names.called(authors, late), shown)
    return Persons(
        people=people,
        unmatched_authors=tuple(
            sorted(author.author_id for author in authors if author.author_id not in matched)
        ),
        conflicts=(*disputed, *contested, *_mistakable(decided, alike)),
        claims=_by_user(claims),
        hidden=hidden,
        links={player_id: _link_of(player_id, user_of, decided) for player_id in sorted(here)},
        by_player={player_id: person for person in people for player_id in person.players},
        by_author=matched,
        by_user={person.user_id: person for person in people if person.user_id is not None},
        namesakes={who: tuple(each.author_id for each in found) for who, found in alike.items()},
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
        if allows(found.links[player_id], Effect.HIDE)
    )


def _decided(ties: Iterable[Tie]) -> tuple[dict[int, Tie], tuple[Conflict, ...]]:
    """Return the one link of each player, and the players for whom there are several."""
    by_player: dict[int, list[Tie]] = defaultdict(list)
    for tie in ties:
        by_player[tie.player_id].append(tie)
    decided, conflicts = {}, []
    for player_id, told in sorted(by_player.items()):
        user_ids = _users(told)
        if len(user_ids) == 1:
            decided[player_id] = min(told, key=_weight)
        else:
            conflicts.append(Conflict(player_id, tuple(sorted(user_ids))))
    return decided, tuple(conflicts)


def _contested(
    claims: Iterable[Tie], called: Iterable[tuple[int, int]], shown: Mapping[int, int]
) -> tuple[Conflict, ...]:
    """Return the players whom several users claim or are called like."""
    users: dict[int, set[int]] = defaultdict(set)
    for player_id, user_id in (*shown.items(), *called, *(tie[:2] for tie in claims)):
        users[player_id].add(user_id)
    return tuple(
        Conflict(player_id, tuple(sorted(found)))
        for player_id, found in sorted(users.items())
        if len(found) > 1
    )


def _mistakable(
    decided: Mapping[int, Tie], alike: Mapping[int, Sequence[AuthorNames]]
) -> tuple[Conflict, ...]:
    """Return the linked players whose name other users bear, for officers to say who they are."""
    return tuple(
        Conflict(who, (decided[who].user_id, *(each.user_id for each in found if each.user_id)))
        for who, found in sorted(alike.items())
    )


def _users(ties: Iterable[Tie]) -> set[int]:
    return {tie.user_id for tie in ties}


def _by_user(claims: Iterable[Tie]) -> dict[int, tuple[int, ...]]:
    """Return what each user claims, the oldest claim first."""
    found: dict[int, list[int]] = defaultdict(list)
    for tie in sorted(claims, key=lambda tie: (tie.user_id, _weight(tie))):
        found[tie.user_id].append(tie.player_id)
    return {user_id: tuple(player_ids) for user_id, player_ids in found.items()}


def _weight(tie: Tie) -> tuple[bool, int, datetime, int]:
    """Order a user's links: the main account first, then the surest, then the oldest."""
    return not tie.is_main, _STRENGTH.index(tie.state), tie.tied_at or _NEVER, tie.player_id


def _people(
    here: Iterable[int],
    user_of: Mapping[int, int],
    decided: Mapping[int, Tie],
    placed: Mapping[int, Tie],
    said_by: Mapping[int, int],
) -> tuple[Person, ...]:
    """Return the persons by main account; each is named by its user, or else by its player."""
    players: dict[tuple[bool, int], list[int]] = defaultdict(list)
    authors: dict[tuple[bool, int], list[int]] = defaultdict(list)
    owner_of = {
        player_id: (player_id in user_of, user_of.get(player_id, player_id)) for player_id in here
    }
    for player_id, owner in sorted(owner_of.items()):
        players[owner].append(player_id)
    for author_id, player_id in sorted(said_by.items()):
        authors[owner_of[player_id]].append(author_id)
    people = []
    for owner, player_ids in players.items():
        has_user, user_id = owner
        ties = [placed[player_id] for player_id in player_ids if player_id in placed]
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


def _said_by(
    authors: Iterable[AuthorNames],
    here: Collection[int],
    user_of: Mapping[int, int],
    names: NameMatches,
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
            bore = names.bearers.get(wom_key(author.bridge_name or ""), ())
            player_id = next(iter(bore)) if len(bore) == 1 else None
        if player_id is not None:
            found[author.author_id] = player_id
    return found


def _link_of(player_id: int, user_of: Mapping[int, int], decided: Mapping[int, Tie]) -> Link:
    if player_id in decided:
        return decided[player_id].state
    return Link.NAME if player_id in user_of else Link.NONE

"""Whom a name joins, and whom it may not: between players, and users and speakers without links.

A name that leaves any doubt joins nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from bot.clan.names import match_key, players_by_name, wom_key
from bot.clan.spans import WEEK

_ALWAYS = datetime.min.replace(tzinfo=UTC)


class AuthorNames(NamedTuple):
    """An author: a Discord user with all their names, or a speaker seen through a bridge.

    `player_id` is who an officer said that the speaker is, whatever the name. A user who opted out
    joins nobody by name: a name hides no account, and what they wrote stands in no list. Since
    `named_at` they bear their names; None is for longer than that is known.
    """

    author_id: int
    user_id: int | None
    bridge_name: str | None
    names: tuple[str, ...] = ()
    player_id: int | None = None
    is_hidden: bool = False
    named_at: datetime | None = None


class PlayerNames(NamedTuple):
    """A player with the last known name and those before; one who left bears none any more."""

    player_id: int
    current: str
    old: tuple[str, ...] = ()
    is_present: bool = True


def bearers_of(players: Iterable[PlayerNames]) -> dict[str, set[int]]:
    """Return whose each WOM key is: those who bear it now, else all who ever bore it."""
    now: dict[str, set[int]] = defaultdict(set)
    before: dict[str, set[int]] = defaultdict(set)
    for player in players:
        (now if player.is_present else before)[wom_key(player.current)].add(player.player_id)
        for name in player.old:
            before[wom_key(name)].add(player.player_id)
    return before | now


def latecomers(
    bearers: Mapping[str, Collection[int]], authors: Sequence[AuthorNames]
) -> dict[str, tuple[int, frozenset[int]]]:
    """Return by match key the player whom one user is called like since a week before others.

    And those others: whoever takes on a name that somebody bears takes no account from them.
    """
    players: dict[str, set[int]] = defaultdict(set)
    for name, player_ids in bearers.items():
        players[match_key(name)].update(player_ids)
    users: dict[str, dict[int, datetime]] = defaultdict(dict)
    for author in authors:
        if author.user_id is not None and not author.is_hidden:
            for name in author.names:
                users[match_key(name)][author.user_id] = author.named_at or _ALWAYS
    late = {}
    for key, since in users.items():
        if len(since) > 1 and len(players.get(key, ())) == 1:
            first, second = sorted(since.values())[:2]
            if second - first >= WEEK:
                others = frozenset(user_id for user_id in since if since[user_id] > first)
                late[key] = (min(players[key]), others)
    return late


def without(author: AuthorNames, late: Mapping[str, tuple[int, frozenset[int]]]) -> AuthorNames:
    """Return an author without the names that somebody bore before."""
    kept = tuple(
        name
        for name in author.names
        if not late or author.user_id not in late.get(match_key(name), (0, frozenset()))[1]
    )
    return author if kept == author.names else author._replace(names=kept)


@dataclass(frozen=True, slots=True)
class NameMatches:
    """What names may decide: of open players, for users without links or whom officers kept."""

    bearers: Mapping[str, Collection[int]]
    open_players: Collection[int]
    linked_users: Collection[int]
    rejected: Collection[tuple[int, int]]
    kept: Collection[tuple[int, int]]

    def joined(self, authors: Sequence[AuthorNames]) -> tuple[dict[int, int], dict[int, int]]:
        """Return player -> user, and for the users who opted out user -> player.

        The linked ones take part as well: a name that they share is in doubt.
        """
        quiet = {each.user_id for each in authors if each.is_hidden}
        shown = self._joined(author for author in authors if not author.is_hidden)
        if not quiet:
            return shown, {}
        every = self._joined(authors)
        hidden = {user: who for who, user in every.items() if user in quiet and who not in shown}
        return shown, hidden

    def called(
        self, authors: Iterable[AuthorNames], late: Mapping[str, tuple[int, frozenset[int]]]
    ) -> list[tuple[int, int]]:
        """Return every (player, user) of the same name, whoever else bears it or bore it first."""
        return [
            (player_id, user_id)
            for player_id, users in late.values()
            for user_id in sorted(users)
            if self._may_join(player_id, user_id)
        ] + [
            (player_id, author.user_id)
            for author in authors
            if author.user_id is not None and not author.is_hidden
            for name in author.names
            if len(bore := self.bearers.get(wom_key(name), ())) == 1
            for player_id in bore
            if self._may_join(player_id, author.user_id)
        ]

    def _joined(self, authors: Iterable[AuthorNames]) -> dict[int, int]:
        users: dict[int, set[str]] = defaultdict(set)
        for author in authors:
            if author.user_id is not None:
                users[author.user_id].update(author.names)
        players: dict[int, set[str]] = defaultdict(set)
        for name, player_ids in self.bearers.items():
            for player_id in player_ids:
                players[player_id].add(name)
        return {
            player_id: user_id
            for user_id, player_id in players_by_name(players, users).items()
            if self._may_join(player_id, user_id)
        }

    def _may_join(self, player_id: int, user_id: int) -> bool:
        pair = (player_id, user_id)
        is_free = user_id not in self.linked_users or pair in self.kept
        return player_id in self.open_players and is_free and pair not in self.rejected


def namesakes(
    players: Iterable[PlayerNames],
    authors: Iterable[AuthorNames],
    decided: Mapping[int, int],
    rejected: Collection[tuple[int, int]],
) -> dict[int, list[AuthorNames]]:
    """Return by linked player the users linked to nobody who bear the name that it has now.

    Somebody may use a second Discord account; no officer said so, nor that they do not. The first
    author stands first, whatever the order in which they are told.
    """
    linked = set(decided.values())
    bears = {
        wom_key(each.current): each.player_id
        for each in players
        if each.is_present and each.player_id in decided
    }
    found: dict[int, list[AuthorNames]] = defaultdict(list)
    for author in sorted(authors, key=lambda each: each.author_id):
        if author.user_id is None or author.user_id in linked or author.is_hidden:
            continue
        keys = {wom_key(name) for name in author.names}
        for player_id in sorted({bears[key] for key in keys & bears.keys()}):
            if (player_id, author.user_id) not in rejected:
                found[player_id].append(author)
    return found

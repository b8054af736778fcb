"""Which Discord user or clan-chat speaker may be which player, for officers to decide.

It suggests and says why. A pair that was rejected never comes again, and only an exact name that
nobody else bears is sure enough to be applied for many at once.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from bot.clan.names import further_names, match_key, players_by_name, wom_key

Similarity = Callable[[str, str], float]
"""How alike two folded names are, 0 to 100."""

_Found = dict[tuple[int, int], "Candidate"]

_EXACT = 100
_ALIKE = 95  # the same name but for its decoration
_OLD_NAME = 10  # less when the player bears the name no longer
_PART = 15  # less when it is a part of a name: "Dave (Rsn)" may be anybody's title
_SAME_DAY = 4  # more when both joined on one day
_ONLY_SAME_DAY = 30
_SAME_DAY_WORDS = "joined the same day"
_SIMILAR_FROM = 70  # of 100; below it names that merely share a syllable come up
_SIMILAR_WORTH = 0.8
_SHORTEST = 3  # a name of two letters is similar to everything
_LOOKED_AT = 6  # names per user for which the similarity is asked
_SHARED_FROM = 0.3  # of the pairs of letters of both names
_FEWEST = 2  # pairs of a name that has any: "aaa" has two


class UserToMatch(NamedTuple):
    """A Discord user without a confirmed link; `nickname` is the name on this server."""

    user_id: int
    names: tuple[str, ...]
    nickname: str | None = None
    joined_on: date | None = None


class PlayerToMatch(NamedTuple):
    """A player without a confirmed link."""

    player_id: int
    current: str
    old: tuple[str, ...] = ()
    joined_on: date | None = None


class SpeakerToMatch(NamedTuple):
    """An author seen through a bridge whose name no player bears or bore alone."""

    author_id: int
    name: str


class Candidate(NamedTuple):
    """A player who may be this user, or this speaker's author; `score` is 0 to 100."""

    player_id: int
    partner_id: int
    score: int
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return why, on one line."""
        return ", ".join(self.reasons)


class _Label(NamedTuple):
    """One name of a user or player, with what must be said about it."""

    owner_id: int
    name: str
    remark: str = ""
    minus: int = 0


def suggestions(
    users: Sequence[UserToMatch],
    players: Sequence[PlayerToMatch],
    rejected: Collection[tuple[int, int]],
    similarity: Similarity,
    how_many: int = 5,
) -> tuple[Candidate, ...]:
    """Return the likeliest pairs, best first, at most `how_many` for each user and each player.

    `partner_id` is the user's id; `rejected` are (player, user).
    """
    found = _by_names(_user_labels(users), _player_labels(players), similarity)
    _add_same_day(found, users, players)
    return _best(found, rejected, how_many)


def speaker_suggestions(
    speakers: Sequence[SpeakerToMatch],
    players: Sequence[PlayerToMatch],
    rejected: Collection[tuple[int, int]],
    similarity: Similarity,
    how_many: int = 5,
) -> tuple[Candidate, ...]:
    """Return the likeliest pairs for bridge speakers, best first.

    `partner_id` is the author's id; `rejected` are (player, author).
    """
    labels = [_Label(speaker.author_id, speaker.name) for speaker in speakers]
    return _best(_by_names(labels, _player_labels(players), similarity), rejected, how_many)


def sure_pairs(
    users: Sequence[UserToMatch],
    players: Sequence[PlayerToMatch],
    rejected: Collection[tuple[int, int]],
) -> tuple[Candidate, ...]:
    """Return the pairs that may be applied in one press: the same name, unique both ways.

    A name that another of the players bore before is not unique.
    """
    named = {user.user_id: {*user.names, user.nickname or ""} - {""} for user in users}
    borne = {player.player_id: (player.current, *player.old) for player in players}
    current = {player.player_id: wom_key(player.current) for player in players}
    return tuple(
        Candidate(player_id, user_id, _EXACT, ("same name",))
        for user_id, player_id in players_by_name(borne, named).items()
        if current[player_id] in {wom_key(name) for name in named[user_id]}
        and (player_id, user_id) not in rejected
    )


def _user_labels(users: Sequence[UserToMatch]) -> list[_Label]:
    return [
        label
        for user in users
        for name, remark in (
            *((name, "") for name in user.names),
            *([(user.nickname, "nickname")] if user.nickname else []),
        )
        for label in (
            _Label(user.user_id, name, remark),
            *(
                _Label(user.user_id, part, f'part of "{name}"', _PART)
                for part in further_names(name)
            ),
        )
    ]


def _player_labels(players: Iterable[PlayerToMatch]) -> list[_Label]:
    labels = []
    for player_id, current, old, _ in players:
        labels.append(_Label(player_id, current))
        labels += [_Label(player_id, name, f'old name "{name}"', _OLD_NAME) for name in old]
    return labels


def _by_names(users: Sequence[_Label], players: Sequence[_Label], similarity: Similarity) -> _Found:
    """Return the best reason of every pair that has one in its names."""
    found: _Found = {}
    for user, player, score, words in (
        *_same(users, players, wom_key, _EXACT, "same name"),
        *_same(users, players, match_key, _ALIKE, "same name but for decoration"),
        *_similar(users, players, similarity),
    ):
        pair = (player.owner_id, user.owner_id)
        worth = score - player.minus - user.minus
        if pair not in found or found[pair].score < worth:
            reasons = tuple(filter(None, (words, user.remark, player.remark)))
            found[pair] = Candidate(*pair, worth, reasons)
    return found


def _same(
    users: Iterable[_Label],
    players: Iterable[_Label],
    key: Callable[[str], str],
    score: int,
    words: str,
) -> Iterator[tuple[_Label, _Label, int, str]]:
    by_key: dict[str, list[_Label]] = defaultdict(list)
    for player in players:
        by_key[key(player.name)].append(player)
    for user in users:
        for player in by_key.get(key(user.name), ()):
            yield user, player, score, words


def _similar(
    users: Iterable[_Label], players: Sequence[_Label], similarity: Similarity
) -> Iterator[tuple[_Label, _Label, int, str]]:
    """Yield the names that are alike, asking only for those that share enough pairs of letters."""
    keys = [match_key(player.name) for player in players]
    grams = [_pairs_of_letters(key) for key in keys]
    at: dict[str, list[int]] = defaultdict(list)
    for place, of_player in enumerate(grams):
        for gram in of_player:
            at[gram].append(place)
    for user in users:
        key = match_key(user.name)
        mine = _pairs_of_letters(key)
        shared = Counter(chain.from_iterable(at.get(gram, ()) for gram in mine))
        # Most names share a single pair with most others, so that this saves nearly all of it.
        enough = _SHARED_FROM / 2 * (len(mine) + _FEWEST)
        likeness = [
            (2 * common / (len(mine) + len(grams[place])), place)
            for place, common in shared.items()
            if common >= enough
        ]
        for share, place in nlargest(_LOOKED_AT, likeness):
            if share < _SHARED_FROM:
                break
            alike = similarity(key, keys[place]) if key != keys[place] else 0
            if alike >= _SIMILAR_FROM:
                words = f"similar name ({int(alike)}%)"
                yield user, players[place], int(alike * _SIMILAR_WORTH), words


def _pairs_of_letters(key: str) -> set[str]:
    """Return the pairs of neighbouring letters, the first one with the name's beginning."""
    if len(key) < _SHORTEST:
        return set()
    return {f"^{key}"[place : place + 2] for place in range(len(key))}


def _add_same_day(
    found: _Found, users: Iterable[UserToMatch], players: Iterable[PlayerToMatch]
) -> None:
    """Add the day that both joined on; alone it is a reason only where no one else joined then."""
    player_days = {each.player_id: each.joined_on for each in players if each.joined_on}
    user_days = {each.user_id: each.joined_on for each in users if each.joined_on}
    for pair, named in found.items():
        if pair[0] in player_days and player_days[pair[0]] == user_days.get(pair[1]):
            more = min(named.score + _SAME_DAY, _EXACT)
            found[pair] = Candidate(*pair, more, (*named.reasons, _SAME_DAY_WORDS))
    user_on, player_on = _alone(user_days), _alone(player_days)
    for day in user_on.keys() & player_on.keys():
        pair = (player_on[day], user_on[day])
        found.setdefault(pair, Candidate(*pair, _ONLY_SAME_DAY, (_SAME_DAY_WORDS,)))


def _alone(days: Mapping[int, date]) -> dict[date, int]:
    """Return day -> who joined on it, where it was one alone."""
    often = Counter(days.values())
    return {day: who for who, day in days.items() if often[day] == 1}


def _best(
    found: Mapping[tuple[int, int], Candidate],
    rejected: Collection[tuple[int, int]],
    how_many: int,
) -> tuple[Candidate, ...]:
    """Return what was not rejected, best first, as long as both sides have room."""
    seen_players: Counter[int] = Counter()
    seen_partners: Counter[int] = Counter()
    best = []
    for each in sorted(found.values(), key=lambda each: (-each.score, *each[:2])):
        player_id, partner_id, *_ = each
        has_room = seen_players[player_id] < how_many and seen_partners[partner_id] < how_many
        if has_room and (player_id, partner_id) not in rejected:
            seen_players[player_id] += 1
            seen_partners[partner_id] += 1
            best.append(each)
    return tuple(best)

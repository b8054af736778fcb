"""What a name is, what it resembles, and how it is written into Discord.

The WOM key decides which name is which; the match key only suggests, and what is ambiguous is left.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

Names = Mapping[int, Collection[str]]
"""The names of each player, or of each author, by id."""

_CACHED = 16_384

# WOM is JavaScript: its white space has U+FEFF, but not the separators U+001C to U+001F.
_WOM_SPACE = re.compile(
    r"[-_\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
)
_WOM_NAME = re.compile(r"[a-z0-9 ]{1,12}")

_PICTURES = re.compile(r"[0-9#*]\ufe0f?\u20e3|[^0-9A-Za-z]\ufe0f|[\u2120\u2122]")
_BRACKETS = (
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
    ("<", ">"),
    ("\u3008", "\u3009"),
    ("\u300a", "\u300b"),
    ("\u300c", "\u300d"),
    ("\u300e", "\u300f"),
    ("\u3010", "\u3011"),
    ("\u00ab", "\u00bb"),
)
_DECORATION = re.compile("|".join(rf"\{a}[^\{a}\{z}]*\{z}" for a, z in _BRACKETS))
_BAR = re.compile(r"[|\u00a6\u2016\u2502\u2503]")
_SEPARATOR = re.compile(rf"{_BAR.pattern}|[/\\\u2022\u00b7&+]")
# Letters to Unicode, nothing to the eye: joiners, fillers and selectors.
_INVISIBLE = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")

_LINE_BREAKS = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"[\\`*_~|\[\]<>:.]")  # with ":" links, with "." invitations and lists
_LINE_MARKUP = re.compile(r"^(\s*)(?=[-#+=])")
_ZERO_WIDTH_SPACE = "\u200b"


@lru_cache(_CACHED)
def wom_key(name: str) -> str:
    """Return the name as WOM compares it; two names with one key are one player."""
    return _WOM_SPACE.sub(" ", name).strip(" ").lower()


def is_valid_name(name: str) -> bool:
    """Return whether WOM takes it as a player's name: 1 to 12 letters, digits, spaces."""
    return _WOM_NAME.fullmatch(wom_key(name)) is not None


@lru_cache(_CACHED)
def match_key(name: str) -> str:
    """Return what is left of a name without case, spaces, decorations and pictures.

    It only suggests: `No ob` and `Noob` are two players and share it. A name that is all decoration
    keeps it.
    """
    left = _bare(name) or _folded(name).strip()
    return left if left == name else match_key(left)


@lru_cache(_CACHED)
def asides(name: str) -> tuple[str, ...]:
    """Return what stands in brackets, or behind a bar: "Rsn" of "Dave (Rsn)" and "Dave | Rsn".

    It may be a title, or whom the name is really about.
    """
    inside = [found.group()[1:-1] for found in _DECORATION.finditer(name)]
    _, *behind = _BAR.split(_without_decoration(name))
    return tuple(each.strip() for each in (*inside, *behind) if _bare(each))


@lru_cache(_CACHED)
def further_names(name: str) -> tuple[str, ...]:
    """Return the asides, and what follows on a first name, as "Alt" does in "Main / Alt"."""
    first, *_ = _BAR.split(_without_decoration(name))
    _, *others = _SEPARATOR.split(first)
    return (*asides(name), *(each.strip() for each in others if _bare(each)))


def players_by_name(players: Names, authors: Names) -> dict[int, int]:
    """Return author id -> player id for those whose names leave no doubt.

    A WOM key that one player and one author have decides; then a match key that is one player's and
    one author's among *all*. Whoever could be two is nobody, so no player and no author is there
    twice; nor is anybody who is also called, by any name or what stands beside it, like another
    player.
    """
    exact = _pairs(players, authors, wom_key)
    found = _one_to_one(exact)
    taken = set(found.values())
    alike = _one_to_one(exact | _pairs(players, authors, match_key))
    found |= {
        author: player
        for author, player in alike.items()
        if author not in found and player not in taken
    }
    called = _Called.of(players)
    return {
        author: player
        for author, player in sorted(found.items())
        if called.are_meant(authors[author]) <= {player}
    }


@dataclass(frozen=True, slots=True)
class _Called:
    """Whom names mean: by the WOM key, or else by the match key."""

    exact: Mapping[str, Collection[int]]
    alike: Mapping[str, Collection[int]]

    @classmethod
    def of(cls, players: Names) -> "_Called":
        """Return whom the names of players mean."""
        exact: dict[str, set[int]] = defaultdict(set)
        alike: dict[str, set[int]] = defaultdict(set)
        for player, names in players.items():
            for name in names:
                exact[wom_key(name)].add(player)
                alike[match_key(name)].add(player)
        return cls(exact, alike)

    def are_meant(self, names: Iterable[str]) -> set[int]:
        """Return all whom any of the names means, or what stands beside it."""
        found: set[int] = set()
        for name in names:
            for each in filter(None, (name, *asides(name))):
                found.update(self.exact.get(wom_key(each)) or self.alike.get(match_key(each), ()))
        return found


def escaped(name: str) -> str:
    """Return the name on one line of Discord text exactly as it reads, pinging nobody."""
    line = _TURNS.sub("", _LINE_BREAKS.sub(" ", name))
    plain = _LINE_MARKUP.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", line))
    return plain.replace("@", f"@{_ZERO_WIDTH_SPACE}")


def _bare(name: str) -> str:
    """Return the letters and digits of a folded name outside its decorations."""
    text = _without_decoration(_folded(_PICTURES.sub("", name)))
    parts = ("".join(filter(_is_letter, part)) for part in _SEPARATOR.split(text))
    return next(filter(None, parts), "")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _without_decoration(text: str) -> str:
    found = 1
    while found:
        text, found = _DECORATION.subn("", text)
    return text


def _is_letter(char: str) -> bool:
    """Return whether it is part of a written name; marks belong to the letter before them."""
    category = unicodedata.category(char)
    return category != "Me" and category[0] in "LNM" and not _INVISIBLE.match(char)


def _pairs(players: Names, authors: Names, key: Callable[[str], str]) -> set[tuple[int, int]]:
    """Return (author, player) for each key that exactly one of both sides has."""
    player_of, author_of = _owners(players, key), _owners(authors, key)
    return {
        (author, player)
        for shared, player in player_of.items()
        if shared and player is not None and (author := author_of.get(shared)) is not None
    }


def _owners(names: Names, key: Callable[[str], str]) -> dict[str, int | None]:
    """Return by key the one who has it, or None where several do."""
    owners: dict[str, int | None] = {}
    for owner, known in names.items():
        for name in known:
            shared = key(name)
            if owners.setdefault(shared, owner) != owner:
                owners[shared] = None
    return owners


def _one_to_one(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the pairs of which neither side stands in another pair."""
    players_of: dict[int, set[int]] = defaultdict(set)
    authors_of: dict[int, set[int]] = defaultdict(set)
    for author, player in pairs:
        players_of[author].add(player)
        authors_of[player].add(author)
    return {
        author: min(players)
        for author, players in players_of.items()
        if len(players) == 1 and len(authors_of[min(players)]) == 1
    }


class Bearing(NamedTuple):
    """A player and from when to when they were seen under a name; `is_current` if they still are.

    Times are no surer than WOM's: a name that was seen once may have been borne long before.
    """

    player_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_current: bool = False

    def covers(self, at: datetime) -> bool:
        """Return whether they are known to have borne it at an instant."""
        return self.first_seen_at <= at and (self.is_current or at <= self.last_seen_at)


def bearer_at(borne: Collection[Bearing], at: datetime) -> int | None:
    """Return who of several bore a name at an instant; None where one player at most ever did.

    Whoever took it last before then, and before anybody was seen under it, whoever was seen first.
    """
    if len(borne) <= 1:
        return None
    begun = [each for each in borne if each.first_seen_at <= at]
    if not begun:
        return min(borne, key=lambda each: (each.first_seen_at, each.player_id)).player_id
    last = max(begun, key=lambda each: (each.covers(at), each.first_seen_at, each.is_current))
    return last.player_id

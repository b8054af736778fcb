"""What becomes of the links of a clan by each deed: claims, decisions, and what they end.

A claim gives no authority, a player is confirmed for one person alone, and whoever comes second is
told so. A user below zero is a speaker of the clan chat: such a pair is an officer's alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MOST_OPEN_CLAIMS = 5
"""What one member may claim before an officer looks: a claim counts at once for the numbers."""


class State(StrEnum):
    """What became of a link; only a confirmed one gives authority."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ENDED = "ended"


class LinkDeed(StrEnum):
    """What can be done to links."""

    CLAIM = "claim"
    UNLINK = "unlink"
    END = "end"
    CONFIRM = "confirm"
    CONFIRM_ALL = "confirm all"
    REJECT = "reject"
    MARK_ALT = "mark as alt"
    MAKE_MAIN = "make main"
    NO_DISCORD = "no Discord"
    HAS_DISCORD = "has Discord"
    UNDO = "undo"


class Refusal(StrEnum):
    """Why a deed changed nothing."""

    UNKNOWN = "unknown"
    YOURS = "yours"
    TAKEN = "taken"
    REJECTED = "rejected"
    TOO_MANY = "too many"
    ALREADY = "already"
    NOT_LINKED = "not linked"
    NO_MAIN = "no main"
    CHANGED = "changed"
    ABOVE = "above"


class Pair(NamedTuple):
    """A player and the user, or speaker, they may be."""

    player_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Tied:
    """A link as it stands, with when it was claimed and who decided it when."""

    player_id: int
    user_id: int
    state: State
    claimed_at: datetime
    is_main: bool = False
    decided_at: datetime | None = None
    decided_by: int | None = None

    @property
    def pair(self) -> Pair:
        """Return whom it ties."""
        return Pair(self.player_id, self.user_id)

    @property
    def stands(self) -> bool:
        """Return whether it is claimed or confirmed."""
        return self.state in {State.CLAIMED, State.CONFIRMED}


Ties = Mapping[Pair, Tied]
"""All links of a clan, in whatever state."""


class Ruling(NamedTuple):
    """The links that change, the one that was asked for first; or why none does."""

    changes: tuple[Tied, ...] = ()
    refusal: Refusal | None = None


def speaker_key(author_id: int) -> int:
    """Return what stands in the user's place for a speaker of the clan chat."""
    return -author_id


def claimed(ties: Ties, pair: Pair, now: datetime, by_name: int | None = None) -> Ruling:
    """Return what a member's claim for themself changes.

    `by_name` is the player they were known to be by name: it is kept, as their main account.
    """
    tie = ties.get(pair)
    if tie is not None and tie.stands:
        return Ruling(refusal=Refusal.YOURS)
    if _confirmed_for(ties, pair.player_id) is not None:
        return Ruling(refusal=Refusal.TAKEN)
    if tie is not None and tie.state is State.REJECTED:
        return Ruling(refusal=Refusal.REJECTED)
    mine = _standing(ties, pair.user_id)
    if sum(each.state is State.CLAIMED for each in mine) >= MOST_OPEN_CLAIMS:
        return Ruling(refusal=Refusal.TOO_MANY)
    asked = Tied(*pair, State.CLAIMED, now)
    return Ruling((asked, *_kept_by_name(mine, pair, now, by_name)))


def unlinked(ties: Ties, pair: Pair, by: int, now: datetime) -> Ruling:
    """Return what ends when somebody is no longer a player."""
    tie = ties.get(pair)
    if tie is None or not tie.stands:
        return Ruling(refusal=Refusal.NOT_LINKED)
    return Ruling((_decided(tie, State.ENDED, by, now, is_main=False),))


def confirmed(ties: Ties, pair: Pair, by: int, now: datetime, by_name: int | None = None) -> Ruling:
    """Return what an officer's word changes: the link is sure, and other claims on it end."""
    tie = ties.get(pair)
    if tie is not None and tie.state is State.CONFIRMED:
        return Ruling(refusal=Refusal.ALREADY)
    if pair.user_id < 0:
        return _speaker_confirmed(ties, pair, by, now)
    if _confirmed_for(ties, pair.player_id) is not None:
        return Ruling(refusal=Refusal.TAKEN)
    sure = _decided(tie or Tied(*pair, State.CLAIMED, now), State.CONFIRMED, by, now)
    losers = [
        _decided(each, State.ENDED, by, now, is_main=False)
        for each in ties.values()
        if each.player_id == pair.player_id
        and each.user_id > 0
        and each.state is State.CLAIMED
        and each.pair != pair
    ]
    kept = _kept_by_name(_standing(ties, pair.user_id), pair, now, by_name)
    return Ruling((sure, *losers, *kept))


def rejected(ties: Ties, pair: Pair, by: int, now: datetime) -> Ruling:
    """Return what is remembered of a pair that is wrong; a confirmed one must end first."""
    tie = ties.get(pair) or Tied(*pair, State.ENDED, now)
    if tie.state is State.REJECTED:
        return Ruling(refusal=Refusal.ALREADY)
    if tie.state is State.CONFIRMED:
        return Ruling(refusal=Refusal.CHANGED)
    return Ruling((_decided(tie, State.REJECTED, by, now, is_main=False),))


def made_main(ties: Ties, pair: Pair) -> Ruling:
    """Return what changes when an account becomes its person's main one."""
    tie = ties.get(pair)
    if tie is None or not tie.stands:
        return Ruling(refusal=Refusal.NOT_LINKED)
    if tie.is_main:
        return Ruling(refusal=Refusal.ALREADY)
    before = [each for each in _standing(ties, pair.user_id) if each.is_main]
    return Ruling((replace(tie, is_main=True), *(replace(each, is_main=False) for each in before)))


def marked_alt(ties: Ties, pair: Pair, by: int, now: datetime, main: int | None) -> Ruling:
    """Return what changes when an account is surely its person's, but not the main one.

    `main` is the person's other account that from now on is the main one, if none is marked so.
    """
    if main is None or main == pair.player_id or pair.user_id < 0:
        return Ruling(refusal=Refusal.NO_MAIN)
    tie = ties.get(pair)
    ruling = confirmed(ties, pair, by, now, by_name=main)
    if ruling.refusal is Refusal.ALREADY and tie is not None:
        ruling = Ruling((tie,))
    if ruling.refusal is not None:
        return ruling
    alt, *others = ruling.changes
    changes = [replace(alt, is_main=False), *others]
    marked = any(each.is_main and each != tie for each in _standing(ties, pair.user_id))
    head = ties.get(Pair(main, pair.user_id))
    if head is not None and head.stands and not marked:
        changes.append(replace(head, is_main=True))
    changed = tuple(each for each in changes if ties.get(each.pair) != each)
    return Ruling(changed) if changed else Ruling(refusal=Refusal.ALREADY)


def _speaker_confirmed(ties: Ties, pair: Pair, by: int, now: datetime) -> Ruling:
    """Return that a speaker is a player: a speaker is one player, a player may bear many names."""
    if _standing(ties, pair.user_id):
        return Ruling(refusal=Refusal.TAKEN)
    tie = ties.get(pair) or Tied(*pair, State.CLAIMED, now)
    return Ruling((_decided(tie, State.CONFIRMED, by, now),))


def _confirmed_for(ties: Ties, player_id: int) -> Tied | None:
    return next(
        (
            each
            for each in ties.values()
            if each.player_id == player_id and each.user_id > 0 and each.state is State.CONFIRMED
        ),
        None,
    )


def _standing(ties: Ties, user_id: int) -> list[Tied]:
    return [each for each in ties.values() if each.user_id == user_id and each.stands]


def _kept_by_name(
    mine: Iterable[Tied], pair: Pair, now: datetime, by_name: int | None
) -> tuple[Tied, ...]:
    """Return the player known by name as a claim: with a first link, names decide no longer."""
    if by_name is None or by_name == pair.player_id or list(mine):
        return ()
    return (Tied(by_name, pair.user_id, State.CLAIMED, now, is_main=True),)


def _decided(
    tie: Tied, state: State, by: int, now: datetime, *, is_main: bool | None = None
) -> Tied:
    main = tie.is_main if is_main is None else is_main
    return replace(tie, state=state, is_main=main, decided_at=now, decided_by=by)

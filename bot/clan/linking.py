"""What becomes of the links of a clan by each action: claims, decisions, and what they end.

What a claim may do is in bot/clan/claims; a player is confirmed for one person alone, and whoever
comes second is told so. A user below zero is a speaker of the clan chat: such a pair is an
officer's alone, and nobody decides in their own matter.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MOST_OPEN_CLAIMS = 3
"""What one user may claim before an officer looks."""


class LinkState(StrEnum):
    """What became of a link; only a confirmed one gives authority."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ENDED = "ended"


class LinkAction(StrEnum):
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


class LinkRefusal(StrEnum):
    """Why an action changed nothing."""

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
    OWN = "own"
    NOBODY = "nobody"
    RIVALS = "rivals"


class LinkPair(NamedTuple):
    """A player and the user, or speaker, they may be."""

    player_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Tied:
    """A link as it stands, with when it was claimed and who decided it when."""

    player_id: int
    user_id: int
    state: LinkState
    claimed_at: datetime
    is_main: bool = False
    decided_at: datetime | None = None
    decided_by: int | None = None

    @property
    def pair(self) -> LinkPair:
        """Return whom it ties."""
        return LinkPair(self.player_id, self.user_id)

    @property
    def stands(self) -> bool:
        """Return whether it is claimed or confirmed."""
        return self.state in {LinkState.CLAIMED, LinkState.CONFIRMED}

    @property
    def is_pending(self) -> bool:
        """Return whether it is the user's word alone; what an officer made the main one is not."""
        return self.state is LinkState.CLAIMED and not self.is_main


Ties = Mapping[LinkPair, Tied]
"""All links of a clan, in whatever state."""

_CONFIRMING = frozenset({LinkAction.CONFIRM, LinkAction.CONFIRM_ALL, LinkAction.MARK_ALT})


class Ruling(NamedTuple):
    """The links that change, the one that was asked for first; or why none does."""

    changes: tuple[Tied, ...] = ()
    refusal: LinkRefusal | None = None


def speaker_key(author_id: int) -> int:
    """Return what stands in the user's place for a speaker of the clan chat."""
    return -author_id


def own_matter(  # noqa: PLR0913 - who does what to whom, and what they are to the account
    action: LinkAction,
    pair: LinkPair,
    ties: Ties,
    by: int,
    *,
    owns_server: bool,
    bears_name: bool = False,
) -> bool:
    """Return whether somebody would decide about their own link, which they may only give up.

    The owner of the server may confirm their own: nobody stands above them. A speaker of the clan
    chat is one's own matter when the account is, and so is another's link to what one claims, or is
    called like (`bears_name`).
    """
    mine = ties.get(LinkPair(pair.player_id, by))
    is_party = bears_name or (mine is not None and mine.stands)
    is_own = pair.user_id == by
    if action is LinkAction.END:
        return is_party and not is_own and pair.user_id > 0
    if action in _CONFIRMING:
        is_speaker = pair.user_id < 0 and is_party
        return (is_own or is_speaker) and not owns_server
    return is_own or is_party


def asked_in_vain(action: LinkAction, pairs: Collection[LinkPair]) -> dict[LinkPair, LinkRefusal]:
    """Return which of several pairs cannot be decided on together, and why.

    Half a pair names nobody to decide about. An account is one person's and a speaker is one
    account: which of two is meant, nobody guesses.
    """
    vain = {pair: LinkRefusal.NOBODY for pair in pairs if 0 in pair}
    if action in _CONFIRMING:
        asked = Counter(_only_one(pair) for pair in {*pairs} - {*vain})
        rivals = {pair for pair in pairs if asked[_only_one(pair)] > 1}
        vain |= dict.fromkeys(rivals, LinkRefusal.RIVALS)
    return vain


def claimed(ties: Ties, pair: LinkPair, now: datetime) -> Ruling:
    """Return what a user's claim for themself changes."""
    tie = ties.get(pair)
    if tie is not None and tie.stands:
        return Ruling(refusal=LinkRefusal.YOURS)
    if _confirmed_for(ties, pair.player_id) is not None:
        return Ruling(refusal=LinkRefusal.TAKEN)
    if tie is not None and tie.state is LinkState.REJECTED:
        return Ruling(refusal=LinkRefusal.REJECTED)
    if sum(each.is_pending for each in _standing(ties, pair.user_id)) >= MOST_OPEN_CLAIMS:
        return Ruling(refusal=LinkRefusal.TOO_MANY)
    return Ruling((Tied(*pair, LinkState.CLAIMED, now),))


def unlinked(ties: Ties, pair: LinkPair, by: int, now: datetime) -> Ruling:
    """Return what ends when somebody is no longer a player."""
    tie = ties.get(pair)
    if tie is None or not tie.stands:
        return Ruling(refusal=LinkRefusal.NOT_LINKED)
    return Ruling((_decided(tie, LinkState.ENDED, by, now, is_main=False),))


def confirmed(
    ties: Ties, pair: LinkPair, by: int, now: datetime, by_name: int | None = None
) -> Ruling:
    """Return what an officer's word changes: the link is sure, and other claims on it end.

    `by_name` is the player they were known to be by name: it is kept, as their main account.
    """
    tie = ties.get(pair)
    if tie is not None and tie.state is LinkState.CONFIRMED:
        return Ruling(refusal=LinkRefusal.ALREADY)
    if pair.user_id < 0:
        return _speaker_confirmed(ties, pair, by, now)
    if _confirmed_for(ties, pair.player_id) is not None:
        return Ruling(refusal=LinkRefusal.TAKEN)
    sure = _decided(tie or Tied(*pair, LinkState.CLAIMED, now), LinkState.CONFIRMED, by, now)
    losers = [
        _decided(each, LinkState.ENDED, by, now, is_main=False)
        for each in ties.values()
        if each.player_id == pair.player_id
        and each.user_id > 0
        and each.state is LinkState.CLAIMED
        and each.pair != pair
    ]
    return Ruling((sure, *losers, *_kept_by_name(ties, pair, now, by_name)))


def rejected(ties: Ties, pair: LinkPair, by: int, now: datetime) -> Ruling:
    """Return what is remembered of a pair that is wrong; a confirmed one must end first."""
    tie = ties.get(pair) or Tied(*pair, LinkState.ENDED, now)
    if tie.state is LinkState.REJECTED:
        return Ruling(refusal=LinkRefusal.ALREADY)
    if tie.state is LinkState.CONFIRMED:
        return Ruling(refusal=LinkRefusal.CHANGED)
    return Ruling((_decided(tie, LinkState.REJECTED, by, now, is_main=False),))


def made_main(ties: Ties, pair: LinkPair) -> Ruling:
    """Return what changes when an account becomes its person's main one."""
    tie = ties.get(pair)
    if tie is None or not tie.stands:
        return Ruling(refusal=LinkRefusal.NOT_LINKED)
    if tie.is_main:
        return Ruling(refusal=LinkRefusal.ALREADY)
    before = [each for each in _standing(ties, pair.user_id) if each.is_main]
    return Ruling((replace(tie, is_main=True), *(replace(each, is_main=False) for each in before)))


def marked_alt(  # noqa: PLR0913, PLR0917 - who is whom, by whom, and beside which account
    ties: Ties, pair: LinkPair, by: int, now: datetime, main: int | None, by_name: int | None = None
) -> Ruling:
    """Return what changes when an account is surely its person's, but not the main one.

    `main` is the person's other account that from now on is the main one, if none is marked so;
    `by_name` the one that they were known to be by name.
    """
    if main is None or main == pair.player_id or pair.user_id < 0:
        return Ruling(refusal=LinkRefusal.NO_MAIN)
    tie = ties.get(pair)
    ruling = confirmed(ties, pair, by, now, by_name)
    if ruling.refusal is LinkRefusal.ALREADY and tie is not None:
        ruling = Ruling((tie,))
    if ruling.refusal is not None:
        return ruling
    alt, *others = ruling.changes
    changes = [replace(alt, is_main=False), *others]
    marked = any(each.is_main and each != tie for each in _standing(ties, pair.user_id))
    head = ties.get(LinkPair(main, pair.user_id))
    is_kept = any(each.player_id == main for each in others)
    if head is not None and head.stands and not marked and not is_kept:
        changes.append(replace(head, is_main=True))
    changed = tuple(each for each in changes if ties.get(each.pair) != each)
    return Ruling(changed) if changed else Ruling(refusal=LinkRefusal.ALREADY)


def _only_one(pair: LinkPair) -> int:
    """Return whom of a pair no second one can be confirmed for: a speaker, or the player."""
    return pair.user_id if pair.user_id < 0 else pair.player_id


def _speaker_confirmed(ties: Ties, pair: LinkPair, by: int, now: datetime) -> Ruling:
    """Return that a speaker is a player: a speaker is one player, a player may bear many names."""
    if _standing(ties, pair.user_id):
        return Ruling(refusal=LinkRefusal.TAKEN)
    tie = ties.get(pair) or Tied(*pair, LinkState.CLAIMED, now)
    return Ruling((_decided(tie, LinkState.CONFIRMED, by, now),))


def _confirmed_for(ties: Ties, player_id: int) -> Tied | None:
    return next(
        (
            each
            for each in ties.values()
            if each.player_id == player_id
            and each.user_id > 0
            and each.state is LinkState.CONFIRMED
        ),
        None,
    )


def _standing(ties: Ties, user_id: int) -> list[Tied]:
    return [each for each in ties.values() if each.user_id == user_id and each.stands]


def _kept_by_name(
    ties: Ties, pair: LinkPair, now: datetime, by_name: int | None
) -> tuple[Tied, ...]:
    """Return the player known by name as the main one: with a first link, names decide no longer.

    It stays a claim, for nobody looked at it; as the main one it is still known by its name.
    """
    mine = _standing(ties, pair.user_id)
    has_links = any(each.state is LinkState.CONFIRMED or each.is_main for each in mine)
    if by_name is None or by_name == pair.player_id or has_links:
        return ()
    named = LinkPair(by_name, pair.user_id)
    tie = ties.get(named)
    claim = tie if tie is not None and tie.stands else Tied(*named, LinkState.CLAIMED, now)
    return (replace(claim, is_main=True),)


def _decided(
    tie: Tied, state: LinkState, by: int, now: datetime, *, is_main: bool | None = None
) -> Tied:
    main = tie.is_main if is_main is None else is_main
    return replace(tie, state=state, is_main=main, decided_at=now, decided_by=by)

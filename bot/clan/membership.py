"""What a fresh roster says against the known one: who joined, left, came back, rose, was renamed.

Identity is the player id. A roster that lost more than a fifth of its members at once, or that is
mostly of strangers, is not believed: nothing changes, and people are told.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.activity import Change, ChangeKind
from bot.clan.names import wom_key
from bot.clan.ranks import compare

VANISHED_LIMIT = 0.2
"""The share of the roster that may leave between two polls."""

_FEW = 5
"""Of so many nobody is surprised: in a small clan a fifth is one person."""

_STRANGERS_LIMIT = 0.5
"""The share of a fresh roster that may be new to us: more, and it is another clan's."""

_SETTLED = 20
"""From so many members on a clan does not grow to twice its size between two polls."""

_UNSYNCED_AFTER = timedelta(days=60)
"""For how long a settled clan's list may stay the same before nobody seems to look after it."""

_ARCHIVE_NAME = re.compile(r"archive\d+")


class Place(NamedTuple):
    """A player's place in the clan as it is known."""

    player_id: int
    name: str
    role: str
    joined_at: datetime | None
    role_since_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RosterNews:
    """What to write: the places as they are now, and what happened, who left included.

    `doubt` says why the fresh roster is not believed; then everything else is empty.
    """

    present: tuple[Place, ...] = ()
    changes: tuple[Change, ...] = ()
    doubt: str | None = None


def roster_news(
    known: Mapping[int, Place],
    fresh: Sequence[Place],
    ladder: Sequence[str],
    now: datetime,
    *,
    believed: bool = False,
) -> RosterNews:
    """Return what a fresh roster changes; where nobody is present, everybody was there already.

    An officer who looked may have it `believed`, whoever is missing from it.
    """
    present_before = {pid for pid, place in known.items() if place.left_at is None}
    here = {place.player_id for place in fresh}
    gone = sorted(present_before - here)
    doubt = None if believed else _doubt(present_before, gone, here, here - known.keys())
    if doubt is not None:
        return RosterNews(doubt=doubt)
    founding = not present_before
    since = None if founding else now
    places = tuple(_merged(known.get(place.player_id), place, since) for place in fresh)
    changes = (
        []
        if founding
        else [
            change
            for place in fresh
            for change in _changes(known.get(place.player_id), place, ladder, now)
        ]
    )
    changes += [Change(ChangeKind.LEFT, pid, known[pid].name, now) for pid in gone]
    return RosterNews(places, tuple(changes))


def _doubt(
    before: Collection[int], gone: Collection[int], here: Collection[int], new: Collection[int]
) -> str | None:
    """Return why a fresh roster is not believed: too many are gone, or too many are strangers."""
    is_emptied = bool(before) and not here
    if is_emptied or (len(gone) >= _FEW and len(gone) > VANISHED_LIMIT * len(before)):
        return f"{len(gone)} of {len(before)} members are missing from WOM's answer"
    if len(before) >= _SETTLED and len(new) >= _STRANGERS_LIMIT * len(here):
        return f"{len(new)} of the {len(here)} members in WOM's answer were never in the clan"
    return None


def unsynced_since(
    members: int, changed_at: datetime | None, began_at: datetime, polled_at: datetime
) -> datetime | None:
    """Return since when nothing moved on a clan's list where that is odd, else None.

    `began_at` is when we first looked. Who left the game clan stands on Wise Old Man's list until
    somebody syncs it, and looks like everybody else there: all that can be known is its age.
    """
    since = max(changed_at or began_at, began_at)
    is_odd = members >= _SETTLED and polled_at - since > _UNSYNCED_AFTER
    return since if is_odd else None


def _merged(known: Place | None, fresh: Place, now: datetime | None) -> Place:
    """Return the place with the earliest joined date that was ever known.

    A role is held since we saw it begin; of those who were there before us (`now` is None then)
    nobody knows.
    """
    if known is None:
        return fresh._replace(role_since_at=now)
    joined = [at for at in (known.joined_at, fresh.joined_at) if at is not None]
    is_held = known.role == fresh.role and known.left_at is None
    since = known.role_since_at if is_held else now
    return fresh._replace(joined_at=min(joined, default=None), role_since_at=since)


def _changes(
    known: Place | None, fresh: Place, ladder: Sequence[str], now: datetime
) -> list[Change]:
    who = (fresh.player_id, fresh.name)
    if known is None:
        return [Change(ChangeKind.JOINED, *who, now, after=fresh.role)]
    found = []
    if known.left_at is not None:
        found.append(Change(ChangeKind.RETURNED, *who, now, after=fresh.role))
    if wom_key(known.name) != wom_key(fresh.name) and not _is_archived(known, fresh):
        found.append(Change(ChangeKind.RENAMED, *who, now, known.name, fresh.name))
    if known.role != fresh.role:
        kind = compare(known.role, fresh.role, ladder)
        found.append(Change(kind, *who, now, known.role, fresh.role))
    return found


def _is_archived(*places: Place) -> bool:
    """Return whether an account went to or came from the archive, where WOM names it anew."""
    return any(_ARCHIVE_NAME.fullmatch(wom_key(place.name)) for place in places)

"""Whether who left and who joined at one instant is one player under a new name.

A roster sync that knows nothing of a rename takes the player for two, until Wise Old Man approves
the change: then the old id is back and the other one is gone. What is in doubt is not told, but
for three days at most.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.activity import Change, ChangeKind
from bot.clan.membership import Place, RosterNews
from bot.clan.names import wom_key

HELD_FOR = timedelta(days=3)
"""For how long a pair waits for its name change to be decided."""

_OPEN = frozenset({"pending", "approved"})
CAME = frozenset({ChangeKind.JOINED, ChangeKind.RETURNED})
"""What we call it when Wise Old Man says that somebody joined."""

_NOTHING: Mapping[int, Collection[str]] = {}

ReportedAt = Mapping[tuple[int, ChangeKind], datetime]
"""When Wise Old Man says that a player joined or left, the last time it did."""


class RenamePair(NamedTuple):
    """Who left and who joined at the same instant, by Wise Old Man's own clock."""

    gone: Change
    came: Change

    @property
    def at(self) -> datetime:
        """Return the instant."""
        return self.came.happened_at


class Filed(NamedTuple):
    """A name change that somebody submitted; `player_id` is the one that stays."""

    player_id: int
    old_name: str
    new_name: str
    status: str


class Mistaken(NamedTuple):
    """Two ids that were told as two and are one player; `at` is when they parted."""

    player_id: int
    other_id: int
    at: datetime


def pairs(
    changes: Iterable[Change], reported: ReportedAt, polled_at: datetime | None
) -> tuple[RenamePair, ...]:
    """Return everybody who left and joined together, at that instant.

    What was held at the last poll is told again with its own instant, however long ago.
    """
    if polled_at is None:
        return ()
    ends: dict[datetime, tuple[list[Change], list[Change]]] = {}
    for change in changes:
        kind = ChangeKind.JOINED if change.kind in CAME else change.kind
        at = reported.get((change.player_id, kind))
        if (
            at is not None
            and at > polled_at - HELD_FOR
            and kind in {ChangeKind.JOINED, ChangeKind.LEFT}
        ):
            gone, came = ends.setdefault(at, ([], []))
            (came if kind is ChangeKind.JOINED else gone).append(replace(change, happened_at=at))
    return tuple(
        RenamePair(left, right) for gone, came in ends.values() for left in gone for right in came
    )


def dated(changes: Iterable[Change], found: Iterable[RenamePair]) -> tuple[Change, ...]:
    """Return the changes with those of the pairs at the pairs' instants."""
    at = {(each.player_id, each.kind): each for pair in found for each in pair}
    return tuple(at.get((change.player_id, change.kind), change) for change in changes)


def undecided(
    found: Iterable[RenamePair], filed: Iterable[Filed], now: datetime
) -> tuple[RenamePair, ...]:
    """Return the pairs that are held: a change from the one name to the other is not denied."""
    renames = {
        (each.player_id, wom_key(each.old_name), wom_key(each.new_name))
        for each in filed
        if each.status in _OPEN
    }
    return tuple(
        pair
        for pair in found
        if pair.at > now - HELD_FOR
        and (pair.gone.player_id, wom_key(pair.gone.name), wom_key(pair.came.name)) in renames
    )


def held_back(news: RosterNews, held: Iterable[RenamePair]) -> RosterNews:
    """Return the news without the pairs: the old id stays as it is, the new one is not here yet."""
    gone = {pair.gone.player_id for pair in held}
    came = {pair.came.player_id for pair in held}
    return replace(
        news,
        present=tuple(place for place in news.present if place.player_id not in came),
        changes=tuple(change for change in news.changes if change.player_id not in gone | came),
    )


def mistaken(
    changes: Iterable[Change],
    known: Mapping[int, Place],
    joined: Mapping[int, datetime],
    borne: Mapping[int, Collection[str]] = _NOTHING,
) -> tuple[Mistaken, ...]:
    """Return whom an approved name change gave back after they were told as two.

    That is who returns and bears, or bore in between, the name of somebody who is gone, and who had
    joined at the very instant at which the other left. `joined` is when those who are gone had
    joined, `borne` the WOM keys of the names that a player is known to have borne.
    """
    told = tuple(changes)
    returned = {change.player_id for change in told if change.kind is ChangeKind.RETURNED}
    bearers = {key: player_id for player_id in returned for key in borne.get(player_id, ())}
    bearers |= {
        wom_key(change.after or ""): change.player_id
        for change in told
        if change.kind is ChangeKind.RENAMED and change.player_id in returned
    }
    found = []
    for change in told:
        player_id = bearers.get(wom_key(change.name))
        if change.kind is ChangeKind.LEFT and player_id is not None:
            at = known[player_id].left_at
            if at is not None and joined.get(change.player_id) == at:
                found.append(Mistaken(player_id, change.player_id, at))
    return tuple(found)


def put_right(news: RosterNews, found: Iterable[Mistaken]) -> RosterNews:
    """Return the news as if the two had been one all along: renamed, and nothing else."""
    players = {(each.player_id, ChangeKind.RETURNED) for each in found}
    others = {(each.other_id, ChangeKind.LEFT) for each in found}
    return replace(
        news,
        changes=tuple(
            change
            for change in news.changes
            if (change.player_id, change.kind) not in players | others
        ),
    )

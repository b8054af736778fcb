"""What WOM answered about a clan's group, in our own words; nothing is asked or stored here.

A member whose numbers cannot be had is a failure with its reason, and never zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.clan.activity import Change, ChangeKind
from bot.clan.membership import Place
from bot.clan.names import wom_key
from bot.clan.observing import MetricReading
from bot.clan.plausible import is_to_come
from storage.players import MemberRow, MembershipEventRow
from storage.snapshots import ObservationRow
from wom.errors import WomError
from wom.models import GroupDetails, Hiscores, MemberActivity, WomMembership, WomPlayer

_GAME_BEGAN = datetime(2013, 2, 22, tzinfo=UTC)
_OUT_OF_SIGHT = {
    "archived": "archived on WOM: another account took the name",
    "unranked": "not on the hiscores",
    "banned": "banned from the game",
}
_REPORTED_AS = {
    ChangeKind.JOINED: "joined",
    ChangeKind.RETURNED: "joined",
    ChangeKind.LEFT: "left",
    ChangeKind.PROMOTED: "changed_role",
    ChangeKind.DEMOTED: "changed_role",
    ChangeKind.ROLE: "changed_role",
}
MOST_MEMBERS = 5_000
"""How many members a clan may have, unless whoever runs the bot says otherwise."""


class TooManyMembers(Exception):
    """A group that has more members than whoever runs the bot lets a clan have."""


def must_fit(details: GroupDetails, most: int) -> None:
    """Raise TooManyMembers for a group of more than so many."""
    if len(details.memberships) > most:
        raise TooManyMembers(f"{len(details.memberships)} members, {most} at most")


@dataclass(frozen=True, slots=True)
class Failure:
    """A member whose numbers could not be had, or not all, and why.

    What is `is_passing` is asked for again, whatever else is new; `is_odd` is what cannot be.
    """

    name: str
    reason: str
    player_id: int = 0
    is_passing: bool = False
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What WOM answered; no readings when nobody's changed.

    `refused` says by player id what cannot be; nothing is left of some of those readings. `trouble`
    is why nobody's numbers could be had: then the roster is all there is.
    """

    details: GroupDetails
    details_etag: str | None
    unreadable: int
    stale: frozenset[int]
    readings: Mapping[int, MetricReading]
    refused: Mapping[int, str]
    hiscores_etag: str | None
    trouble: WomError | None = None


def stale_players(details: GroupDetails, seen: Mapping[int, ObservationRow]) -> list[int]:
    """Return the players whose latest snapshot is newer than the one we have."""
    return [
        player.id
        for player in (member.player for member in details.memberships)
        if player.updated_at is not None
        and player.status != "archived"
        and (player.id not in seen or seen[player.id].seen_at < player.updated_at)
    ]


def disowned(details: GroupDetails, seen: Mapping[int, ObservationRow], now: datetime) -> list[int]:
    """Return the players of whom we have a snapshot that is still to come, and WOM only older ones.

    Where WOM's own is still to come too, it may be our clock that is wrong.
    """
    return [
        player.id
        for player in (member.player for member in details.memberships)
        if player.id in seen
        and is_to_come(seen[player.id].seen_at, now)
        and player.updated_at is not None
        and not is_to_come(player.updated_at, now)
    ]


def unseen(
    hiscores: Sequence[Hiscores], details: GroupDetails, seen: Mapping[int, ObservationRow]
) -> tuple[Hiscores, ...]:
    """Return the members' stats that are newer than what we have.

    Not of the stale players alone: who was looked at since the first request is in this answer,
    and its ETag says that we have it.
    """
    here = {member.player_id for member in details.memberships}
    return tuple(
        each
        for each in hiscores
        if each.player.id in here
        and (each.player.id not in seen or seen[each.player.id].seen_at < each.taken_at)
    )


def failures(answers: Answers) -> dict[int, Failure]:
    """Return by player id whose numbers could not be had, those of an account that is gone too."""
    answered = answers.readings
    found = {}
    for player in (member.player for member in answers.details.memberships):
        if player.updated_at is None:
            found[player.id] = Failure(player.display_name, "never updated on WOM", player.id)
        elif player.id in answers.refused:
            reason = answers.refused[player.id]
            passing = player.id not in answered
            found[player.id] = Failure(player.display_name, reason, player.id, passing, is_odd=True)
        elif player.id in answers.stale and player.id not in answered:
            gone = _OUT_OF_SIGHT.get(player.status or "")
            reason = gone or "missing from WOM's hiscores answer"
            found[player.id] = Failure(player.display_name, reason, player.id, gone is None)
        elif player.status in _OUT_OF_SIGHT:
            found[player.id] = Failure(player.display_name, _OUT_OF_SIGHT[player.status], player.id)
    return found


def place_of(member: WomMembership) -> Place:
    """Return a membership as a place, joined on the earlier of the two days that WOM knows.

    A day before there was a game is none.
    """
    days = (member.client_sync_joined_at, member.created_at)
    known = [at for at in days if at is not None and at >= _GAME_BEGAN]
    name, joined_at = member.player.display_name, min(known, default=None)
    return Place(member.player_id, name, member.role, joined_at)


def player_row(player: WomPlayer, before: MemberRow | None = None) -> dict[str, Any]:
    """Return a player as a row of our players; what WOM does not say is as it was before."""
    was = ("unknown", "active") if before is None else (before.account_type, before.status)
    return {
        "player_id": player.id,
        "name": player.display_name,
        "wom_key": wom_key(player.display_name),
        "account_type": player.type or was[0],
        "status": player.status or was[1],
        "updated_at": player.updated_at,
        "changed_at": player.last_changed_at,
    }


def is_reported(change: Change) -> bool:
    """Return whether WOM tells when such a change happened; of renames it does not."""
    return change.kind in _REPORTED_AS


def timed(
    changes: Iterable[Change], events: Sequence[MemberActivity], polled_at: datetime | None
) -> tuple[Change, ...]:
    """Return the changes at the instants that WOM tells (newest first), if since the last poll."""
    told = {(event.player_id, event.type): event.created_at for event in reversed(events)}
    return tuple(_timed(change, told, polled_at) for change in changes)


def reported_at(events: Sequence[MemberActivity]) -> dict[tuple[int, ChangeKind], datetime]:
    """Return when each player joined or left last, as WOM tells it (newest first)."""
    kinds = {"joined": ChangeKind.JOINED, "left": ChangeKind.LEFT}
    return {
        (event.player_id, kinds[event.type]): event.created_at
        for event in reversed(events)
        if event.type in kinds
    }


def _timed(
    change: Change, told: Mapping[tuple[int, str], datetime], polled_at: datetime | None
) -> Change:
    at = told.get((change.player_id, _REPORTED_AS.get(change.kind, "")))
    if at is None or polled_at is None or at <= polled_at:
        return change
    return replace(change, happened_at=at)


def event_of(change: Change) -> MembershipEventRow:
    """Return a change of the roster as it is stored."""
    return MembershipEventRow(
        change.player_id, change.kind, change.happened_at, change.before, change.after
    )


def who_left(changes: Iterable[Change]) -> dict[datetime, list[int]]:
    """Return who left, by when; a sync of the group tells all who are gone at one instant."""
    left: dict[datetime, list[int]] = {}
    for change in changes:
        if change.kind is ChangeKind.LEFT:
            left.setdefault(change.happened_at, []).append(change.player_id)
    return left

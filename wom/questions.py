"""Everything we ask Wise Old Man, one function per question; each question knows its reader.

Nothing leaves here that is unsafe to send: ids are checked, names percent-encoded, dates end in Z.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import quote

from wom import bodies
from wom.errors import InvalidId, InvalidName, InvalidSpan
from wom.models import (
    MAX_ID,
    GroupDetails,
    GroupSummary,
    Hiscores,
    MemberActivity,
    MemberGained,
    NameChange,
    PlayerDetails,
    UpdateAll,
)

T = TypeVar("T")

MAX_NAME = 50  # of a group or a player, with room to spare: a longer URL than 8 KB is refused
PAGE_SIZE = 50  # the most that Wise Old Man gives at once; asking for more is a 400


@dataclass(frozen=True, slots=True)
class ApiRequest(Generic[T]):
    """A request that knows how to read its answer; `body` may hold a code and is never shown."""

    method: str
    path: str
    read: Callable[[bytes], bodies.Parsed[T]] = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = field(default=None, repr=False)
    etag: str | None = None


def group(group_id: int, etag: str | None = None) -> ApiRequest[GroupDetails]:
    """Ask for a group and everybody in it."""
    return ApiRequest("GET", _path("/groups/:id", group_id), bodies.group, etag=etag)


def hiscores(group_id: int, etag: str | None = None) -> ApiRequest[tuple[Hiscores, ...]]:
    """Ask for the latest snapshot of every member that has one."""
    path = _path("/groups/:id/bulk-hiscores", group_id)
    return ApiRequest("GET", path, bodies.hiscores, etag=etag)


def gained_between(
    group_id: int, start: datetime, end: datetime
) -> ApiRequest[tuple[MemberGained, ...]]:
    """Ask for the first and last value of every metric of every member within a span."""
    pattern = "/groups/:id/bulk-gained"
    if start.utcoffset() is None or end.utcoffset() is None or start >= end:
        raise InvalidSpan(pattern)
    query = {"startDate": _z(start), "endDate": _z(end)}
    return ApiRequest("GET", _path(pattern, group_id), bodies.gained, query)


def activity(group_id: int, offset: int = 0) -> ApiRequest[tuple[MemberActivity, ...]]:
    """Ask for a page of who joined, left and changed role, newest first."""
    path = _path("/groups/:id/activity", group_id)
    return ApiRequest("GET", path, bodies.activity, _page(offset))


def name_changes(group_id: int, offset: int = 0) -> ApiRequest[tuple[NameChange, ...]]:
    """Ask for a page of approved renames of present members, newest submission first."""
    path = _path("/groups/:id/name-changes", group_id)
    return ApiRequest("GET", path, bodies.name_changes, _page(offset))


def names_like(username: str) -> ApiRequest[tuple[NameChange, ...]]:
    """Ask for renames of any status, from or to a name that begins so."""
    query = {"username": _name("/names", username), **_page(0)}
    return ApiRequest("GET", "/names", bodies.name_changes, query)


def search_groups(name: str) -> ApiRequest[tuple[GroupSummary, ...]]:
    """Ask for groups that have this in their name."""
    query = {"name": _name("/groups", name), **_page(0)}
    return ApiRequest("GET", "/groups", bodies.groups, query)


def player(player_id: int) -> ApiRequest[PlayerDetails]:
    """Ask for one player by id."""
    return ApiRequest("GET", _path("/players/id/:id", player_id), bodies.player)


def update_player(username: str) -> ApiRequest[PlayerDetails]:
    """Have one player read anew from the hiscores; an unknown name becomes a tracked player."""
    return ApiRequest("POST", f"/players/{_segment(username)}", bodies.player, body={})


def update_all(group_id: int, code: str) -> ApiRequest[UpdateAll]:
    """Have every member who was not updated for a day queued for an update."""
    path = _path("/groups/:id/update-all", group_id)
    return ApiRequest("POST", path, bodies.update_all, body={"verificationCode": code})


def _path(pattern: str, number: int) -> str:
    """Put an id into a pattern, but only a safe one: the server dies of some that are not."""
    if type(number) is not int or not 1 <= number <= MAX_ID:
        raise InvalidId(pattern)
    return pattern.replace(":id", str(number))


def _segment(name: str) -> str:
    """Percent-encode a name for a path, dots too, lest `..` climbs out of it."""
    return quote(_name("/players/:username", name), safe="").replace(".", "%2E")


def _name(pattern: str, name: str) -> str:
    """Return a name that can be one: neither empty, nor endless, nor half a character."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InvalidName(pattern) from error
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidName(pattern)
    return name


def _page(offset: int) -> dict[str, str]:
    """Ask for the largest page from `offset` on."""
    return {"limit": str(PAGE_SIZE), "offset": str(offset)}


def _z(instant: datetime) -> str:
    """Write an instant so that no plus sign can turn into a space."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"

"""From the bytes of a good answer to models: one reader per kind of answer.

Large arrays are decoded one element at a time, because a reader runs in a thread beside the
event loop and no single call into C may keep the loop waiting. What cannot be read of an element
is dropped and counted; a body that holds nothing readable is a ValueError.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from json import JSONDecoder
from typing import Generic, NamedTuple, NoReturn, TypeVar

from wom.models import (
    MAX_NUMBER,
    GroupDetails,
    GroupSummary,
    Hiscores,
    MemberActivity,
    MemberGained,
    NameChange,
    Number,
    PlayerDetails,
    RoleOrder,
    Stats,
    UpdateAll,
    WomMembership,
)

T = TypeVar("T")

# What a metric of each section of a snapshot counts.
COUNTED_AS = {
    "skills": "experience",
    "bosses": "kills",
    "activities": "score",
    "computed": "value",
}
_METRIC = re.compile(r"\w{1,64}", re.ASCII)
_MOST_METRICS = 1024
_BLANK = frozenset(" \t\n\r")


class Parsed(NamedTuple, Generic[T]):
    """What was read, and how many elements could not be."""

    value: T
    unreadable: int


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(constant)


_DECODER = JSONDecoder(parse_constant=_refuse)


@lru_cache(_MOST_METRICS)
def _is_metric(name: str) -> bool:
    """Return whether a name can be a metric's; every snapshot holds the same hundred."""
    return _METRIC.fullmatch(name) is not None


def document(body: bytes) -> object:
    """Decode a whole body of modest size; ValueError when it is no JSON."""
    try:
        return _DECODER.decode(body.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def elements(body: bytes) -> Iterator[object]:
    """Decode an array element by element; ValueError when it is none or is cut short."""
    text = body.decode()
    at = _after_blank(text, 0)
    if text[at : at + 1] != "[":
        raise ValueError("not an array")
    at = _after_blank(text, at + 1)
    more = text[at : at + 1] != "]"
    while more:
        value, at = _element(text, at)
        yield value
        at = _after_blank(text, at)
        more = text[at : at + 1] == ","
        if more:
            at = _after_blank(text, at + 1)
    if text[at:].rstrip() != "]":
        raise ValueError("the array is cut short, or something follows it")


def _after_blank(text: str, at: int) -> int:
    """Skip white space from `at` on."""
    while text[at : at + 1] in _BLANK:
        at += 1
    return at


def _element(text: str, at: int) -> tuple[object, int]:
    """Decode the one value that begins at `at`, and say where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _each(raws: Iterable[object], read: Callable[[object], T]) -> Parsed[tuple[T, ...]]:
    """Read what can be read; ValueError when there was something and none of it could be."""
    values: list[T] = []
    unreadable = 0
    for raw in raws:
        try:
            values.append(read(raw))
        except ValueError:
            unreadable += 1
        # Offers the interpreter to the event loop's thread, which else waits 5 ms each time.
        time.sleep(0)
    if unreadable and not values:
        raise ValueError("none of the elements could be read")
    return Parsed(tuple(values), unreadable)


def _fields(raw: object) -> dict[str, object]:
    """Take an object as such; ValueError when it is something else."""
    if not isinstance(raw, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a fault of the text, not of the caller
    return raw


def _list(raw: object) -> list[object]:
    """Take an array as such; ValueError when it is something else."""
    if not isinstance(raw, list):
        raise ValueError("not an array")  # noqa: TRY004 - a fault of the text, not of the caller
    return raw


def _number(raw: object) -> Number | None:
    """Take a plain number that a float holds exactly, None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return raw if abs(raw) <= MAX_NUMBER else None


def _section(raw: object, counted_as: str) -> dict[str, Number]:
    """Take metric -> number from one section of a snapshot; what is malformed is left out."""
    found: dict[str, Number] = {}
    for metric, entry in raw.items() if isinstance(raw, dict) else ():
        number = _number(entry.get(counted_as)) if isinstance(entry, dict) else None
        if number is not None and _is_metric(metric):
            found[metric] = number
    return found


def _stats(raw: object) -> dict[str, object]:
    """Flatten a snapshot into the fields of `Stats`; ValueError when it holds no number at all."""
    snapshot = _fields(raw)
    stored = _fields(snapshot.get("data"))
    sections = {name: _section(stored.get(name), what) for name, what in COUNTED_AS.items()}
    if not any(sections.values()):
        raise ValueError("a snapshot without numbers")
    return {"taken_at": snapshot.get("createdAt"), **sections}


def _hiscores(raw: object) -> Hiscores:
    """Read {player, data: Snapshot}."""
    member = _fields(raw)
    return Hiscores.model_validate({"player": member.get("player"), **_stats(member.get("data"))})


def _delta(raw: object) -> tuple[str, tuple[Number, Number]] | None:
    """Read {metric, start, end}, None when it is malformed."""
    entry = raw if isinstance(raw, dict) else {}
    metric, start, end = entry.get("metric"), _number(entry.get("start")), _number(entry.get("end"))
    if start is None or end is None or not isinstance(metric, str):
        return None
    return (metric, (start, end)) if _is_metric(metric) else None


def _member_gained(raw: object) -> MemberGained:
    """Read {player, startDate, endDate, data: [{metric, start, end}]}."""
    member = _fields(raw)
    deltas = _list(member.get("data"))
    values = dict(delta for delta in map(_delta, deltas) if delta)
    if deltas and not values:
        raise ValueError("gains without numbers")
    return MemberGained.model_validate({**member, "values": values})


def group(body: bytes) -> Parsed[GroupDetails]:
    """Read a group and its members; role orders that are malformed are left out uncounted."""
    raw = _fields(document(body))
    members = _each(_list(raw.get("memberships")), WomMembership.model_validate)
    return Parsed(
        GroupDetails(
            name=raw.get("name"),
            role_orders=_role_orders(raw.get("roleOrders")),
            memberships=members.value,
        ),
        members.unreadable,
    )


def _role_orders(raw: object) -> tuple[RoleOrder, ...] | None:
    """Read the group's own order of roles, None when there was one and nothing of it is left."""
    try:
        return _each(_list(raw), RoleOrder.model_validate).value
    except ValueError:
        return None


def hiscores(body: bytes) -> Parsed[tuple[Hiscores, ...]]:
    """Read the latest snapshot of every member, about 9 KB each."""
    return _each(elements(body), _hiscores)


def gained(body: bytes) -> Parsed[tuple[MemberGained, ...]]:
    """Read the first and last value of every metric of every member, about 7 KB each."""
    return _each(elements(body), _member_gained)


def activity(body: bytes) -> Parsed[tuple[MemberActivity, ...]]:
    """Read a page of who joined, left and changed role."""
    return _each(elements(body), MemberActivity.model_validate)


def name_changes(body: bytes) -> Parsed[tuple[NameChange, ...]]:
    """Read a page of renames."""
    return _each(elements(body), NameChange.model_validate)


def groups(body: bytes) -> Parsed[tuple[GroupSummary, ...]]:
    """Read what a search for groups found."""
    return _each(elements(body), GroupSummary.model_validate)


def player(body: bytes) -> Parsed[PlayerDetails]:
    """Read one player; a snapshot that is malformed makes the whole unreadable."""
    raw = _fields(document(body))
    snapshot = raw.get("latestSnapshot")
    whole = {**raw, "latestSnapshot": None if snapshot is None else _stats(snapshot)}
    return Parsed(PlayerDetails.model_validate(whole), 0)


def snapshot(text: str, taken_at: datetime | None = None) -> Stats:
    """Read one snapshot; where it does not say when it was taken, that was at `taken_at`.

    ValueError when it is cut, is no snapshot or holds no number.
    """
    stats = _stats(document(text.encode("utf-8", "surrogatepass")))
    try:
        return Stats.model_validate(stats)
    except ValueError:
        return Stats.model_validate({**stats, "taken_at": taken_at})


def update_all(body: bytes) -> Parsed[UpdateAll]:
    """Read how many members were queued."""
    return Parsed(UpdateAll.model_validate(document(body)), 0)

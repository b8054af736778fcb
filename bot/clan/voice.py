"""Who talks in voice: with somebody else there, not deafened, and not in the AFK channel."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

_QUARTER = timedelta(minutes=15)
"""No time zone begins its day within one."""


class VoiceState(NamedTuple):
    """Where somebody sits in voice, and how."""

    user_id: int
    channel_id: int
    is_bot: bool = False
    is_deaf: bool = False
    is_afk: bool = False


def talking(states: Iterable[VoiceState]) -> frozenset[int]:
    """Return the people whose time in voice counts; a bot is no company."""
    rooms: dict[int, list[VoiceState]] = defaultdict(list)
    for state in states:
        if not state.is_bot and not state.is_afk:
            rooms[state.channel_id].append(state)
    return frozenset(
        state.user_id
        for room in rooms.values()
        if len(room) > 1
        for state in room
        if not state.is_deaf
    )


def quarter_of(instant: datetime) -> datetime:
    """Return the beginning of the quarter of an hour that an instant lies in."""
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % _QUARTER


def by_quarter(start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """Yield each quarter of an hour of a span, and how much of the span lies in it."""
    while start < end:
        quarter = quarter_of(start)
        until = min(quarter + _QUARTER, end)
        yield quarter, until - start
        start = until

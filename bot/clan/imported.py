"""What is taken over from an older history: how its times and names read, and why rows stay out.

The replaced system knew people by names without case and spaces, and wrote instants as text.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.spans import DAY, HOUR, Span

_WITHIN_NAMES = re.compile(r"[\s_\-]+")
_MILLISECOND_US = 1_000
_FEWEST_LINES, _FEWEST_SPEAKERS, _LINES_OF_TEN = 5, 2, 5
_LONGER = 10
_LOW_BITS = 22


class LeftOut(StrEnum):
    """Why something of an older history is not taken."""

    KNOWN = "already here"
    TWICE = "there twice"
    ELSEWHERE = "written in another server"
    NOT_COUNTED = "in a channel that is left out or gone"
    OPTED_OUT = "by somebody who opted out"
    FORGOTTEN = "by somebody who was forgotten since"
    NO_LINE = "a relay's post that is not a line of the clan chat"
    BOT = "by a bot, or no message of a person"
    NO_ID = "without a Discord id of a message, author and channel"
    NO_TIME = "without a time that can be read"
    TO_COME = "dated in the future"
    NOBODY = "of nobody whom the clan or Wise Old Man knows"
    SEVERAL = "of a name that several players share"
    NO_NUMBERS = "without numbers that can be"
    NO_SNAPSHOT = "of a snapshot that is not taken"
    NO_NAME = "no name in the game"
    UNKNOWN_CHANNEL = "in a channel that the bot has not read itself yet"
    READ_SINCE = "from a time that the bot has read itself"
    UNREADABLE = "cannot be read"


class Posts(NamedTuple):
    """How much one author posted: all, those in the form of a clan-chat line, and by how many."""

    posts: int
    lines: int
    speakers: int


def read_instant(text: object, zone: ZoneInfo) -> datetime | None:
    """Return the instant that a text tells, to the millisecond; None when it tells none.

    Without a zone of its own it is on the clock of `zone`.
    """
    if not isinstance(text, str):
        return None
    try:
        told = datetime.fromisoformat(text.strip())
        known = told if told.tzinfo else told.replace(tzinfo=zone)
        instant = known.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant.replace(microsecond=instant.microsecond // _MILLISECOND_US * _MILLISECOND_US)


def plain_name(name: str) -> str:
    """Return a name as the replaced system knew it: `No ob`, `no_ob` and `Noob` are one."""
    return _WITHIN_NAMES.sub("", name).lower()


def is_relay(found: Posts) -> bool:
    """Return whether an author repeats the clan chat: half of the posts are lines, of several.

    The other half may be what the game told the clan.
    """
    return (
        found.lines >= _FEWEST_LINES
        and found.speakers >= _FEWEST_SPEAKERS
        and found.lines * 10 >= found.posts * _LINES_OF_TEN
    )


def unkept(hours: Sequence[datetime], until: datetime | None = None) -> tuple[Span, ...]:
    """Return the times of a history in which nobody can have kept what was written.

    `hours` are those with a message, oldest first, `until` is when the next history began. It is a
    silence of more than a day, ten times as long as what usually lies between two such hours.
    """
    if not hours:
        return ()
    apart = sorted(later - hour for hour, later in pairwise(hours))
    usual = apart[len(apart) // 2] if apart else HOUR
    longest = max(DAY, _LONGER * usual)
    ends = [*hours[1:], *([until] if until is not None else [])]
    pairs = ((hour + HOUR, end) for hour, end in zip(hours, ends, strict=False))
    return tuple(Span(start, end) for start, end in pairs if end - start > longest)


def stand_in_bits(channel_id: int, author_id: int, number: int) -> int:
    """Return what stands for the lower part of an id of Discord's where a history tells none.

    Always the same for the `number`th message of an author in a channel at one millisecond.
    """
    told = f"{channel_id}:{author_id}:{number}".encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:4]) >> (32 - _LOW_BITS)

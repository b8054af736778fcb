"""Where a clan talks: its busiest channels, and those that went quiet.

A channel that could not be read the whole time is not called quiet.
"""

from collections.abc import Iterable
from typing import NamedTuple

LEAST_BEFORE = 20
"""A channel with fewer messages before cannot go quiet: it was."""
QUIET_PART = 4
"""It went quiet where at most one in so many is left."""


class ChannelTalk(NamedTuple):
    """A channel with its threads: messages of a period, and of the one before, None if unknown."""

    discord_id: int
    name: str
    messages: int
    before: int | None
    is_gone: bool = False


def busiest(channels: Iterable[ChannelTalk], how_many: int) -> tuple[ChannelTalk, ...]:
    """Return the channels with most messages; none in which nobody wrote."""
    wrote = [each for each in channels if each.messages]
    return tuple(sorted(wrote, key=lambda each: (-each.messages, each.name))[:how_many])


def went_quiet(channels: Iterable[ChannelTalk]) -> tuple[ChannelTalk, ...]:
    """Return the channels that went quiet, those that lost most first.

    A channel that is gone is none of them: nobody can write there.
    """
    found = [
        (each.before - each.messages, each)
        for each in channels
        if each.before is not None
        and not each.is_gone
        and each.before >= LEAST_BEFORE
        and QUIET_PART * each.messages <= each.before
    ]
    return tuple(each for _, each in sorted(found, key=lambda row: (-row[0], row[1].name)))

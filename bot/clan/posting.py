"""The channels in which the bot posts: what belongs into each, and what keeps it from posting."""

from enum import StrEnum
from typing import NamedTuple

from bot.clan.diagnosis import Finding, fault, warning, well
from bot.clan.thresholds import THRESHOLDS


class PostingChannel(StrEnum):
    """A channel that a clan chooses for posts of one kind; the value names the setting."""

    REPORT = "report_channel_id"
    NOTICES = "notice_channel_id"
    OFFICERS = "officer_channel_id"

    @property
    def label(self) -> str:
        """Return what it is called everywhere."""
        return THRESHOLDS[f"places.{self}"].label

    @property
    def means(self) -> str:
        """Return what is posted there."""
        return THRESHOLDS[f"places.{self}"].means

    @property
    def has_charts(self) -> bool:
        """Return whether what is posted there comes with a picture."""
        return self is PostingChannel.REPORT


class PostingState(NamedTuple):
    """How it is with such a channel; `lacks` are the permissions that the bot needs there."""

    is_set: bool = False
    is_there: bool = True
    lacks: tuple[str, ...] = ()


_UNSET = {
    PostingChannel.REPORT: warning(
        PostingChannel.REPORT.label, "none yet: automatic posts are off", "Choose one."
    ),
    PostingChannel.NOTICES: well(
        PostingChannel.NOTICES.label, "none yet: you get each notice as a text to copy"
    ),
    PostingChannel.OFFICERS: warning(
        PostingChannel.OFFICERS.label,
        "none yet: nobody is told of new claims and of newcomers nobody answered",
        "Choose a channel that only officers can read.",
    ),
}


def posting_finding(channel: PostingChannel, state: PostingState) -> Finding:
    """Return whether the bot can post in a channel, and what to do where it cannot."""
    if not state.is_set:
        return _UNSET[channel]
    if not state.is_there:
        words = "it was deleted, or the bot cannot see it"
        return fault(channel.label, words, "Give the bot View Channel there, or choose another.")
    if state.lacks:
        return fault(
            channel.label,
            "the bot cannot post there",
            f"Give the bot {' and '.join(state.lacks)} there, or choose another.",
        )
    return well(channel.label, "the bot can post there")

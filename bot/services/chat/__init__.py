"""What is said on Discord: heard live, read from history, stored as facts with their rollups."""

from bot.services.chat.answers import credit, settle_again
from bot.services.chat.backfill import Backfill, CaughtUp
from bot.services.chat.bridges import Bridge, Bridges, Posted
from bot.services.chat.channels import Channels
from bot.services.chat.earlier import EarlierOutcome, store_earlier
from bot.services.chat.facts import MOST_CHANNELS, NO_USER, kept_channels
from bot.services.chat.history import (
    NO_ACCESS,
    NO_WORDS,
    ChannelList,
    Gone,
    HistoryPage,
    Unavailable,
    Unreadable,
    Wordless,
    missing_words,
    reads_long,
)
from bot.services.chat.intake import (
    ChannelInfo,
    Flushed,
    IncomingMessage,
    Intake,
    IntakeCounts,
)
from bot.services.chat.marks import Clicked, Marks
from bot.services.chat.presence import Presence
from bot.services.chat.rebuild import UnknownZone, Zones
from bot.services.chat.speakers import part_speakers

__all__ = [
    "MOST_CHANNELS",
    "NO_ACCESS",
    "NO_USER",
    "NO_WORDS",
    "Backfill",
    "Bridge",
    "Bridges",
    "CaughtUp",
    "ChannelInfo",
    "ChannelList",
    "Channels",
    "Clicked",
    "EarlierOutcome",
    "Flushed",
    "Gone",
    "HistoryPage",
    "IncomingMessage",
    "Intake",
    "IntakeCounts",
    "Marks",
    "Posted",
    "Presence",
    "Unavailable",
    "UnknownZone",
    "Unreadable",
    "Wordless",
    "Zones",
    "credit",
    "kept_channels",
    "missing_words",
    "part_speakers",
    "reads_long",
    "settle_again",
    "store_earlier",
]

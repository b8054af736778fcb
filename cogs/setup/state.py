"""What the screen of the setup remembers, and what it shows a server to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.clan.diagnosis import Finding, well
from bot.clan.posting import PostingChannel
from bot.clan.rank_table import RankTable
from bot.services.chat import Bridge
from bot.services.setup import Checklist, Clan, FoundGroup
from cogs.screens import Controls, Next


class SetupTab(StrEnum):
    """A page of the setup."""

    CHECKLIST = "list"
    ROLES = "roles"
    CHANNELS = "channels"
    BRIDGE = "bridge"
    NEXT = "next"


TABS = {
    SetupTab.CHECKLIST: "Checklist",
    SetupTab.ROLES: "Roles",
    SetupTab.CHANNELS: "Channels",
    SetupTab.BRIDGE: "Clan chat",
    SetupTab.NEXT: "What next",
}


@dataclass(frozen=True, slots=True)
class SetupState:
    """Which page is shown; the channel it is about on the page of bridges, and on "What next".

    `asks` is what somebody is to be sure of first, if anything.
    """

    tab: SetupTab = SetupTab.CHECKLIST
    bridge_id: int | None = None
    post_id: int | None = None
    asks: str = ""


@dataclass(frozen=True, slots=True)
class SetupFound:
    """A server as it is at this moment, with what is chosen and still exists.

    `groups` are those that may be meant, right after somebody looked for theirs. `sure_pairs` is
    how many there are, where the page says so. `there` are the channels of the state that exist.
    """

    clan: Clan
    lines: Checklist
    ranks: RankTable = ()
    officers: tuple[int, ...] = ()
    leadership: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    posting: Mapping[PostingChannel, int] = field(default_factory=dict)
    lacks: tuple[Finding, ...] = ()
    sees_words: bool = True
    bridges: Mapping[int, Bridge] = field(default_factory=dict)
    there: frozenset[int] = frozenset()
    groups: Sequence[FoundGroup] = ()
    sure_pairs: int = 0
    digest: tuple[Finding, ...] = (well("Digest", "off: nothing is posted"),)


SetupNext = Next[SetupState, SetupFound]
CONTROLS = Controls("setup", SetupState)

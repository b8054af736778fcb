"""Where an officer is in the queue of links: it stands in the message and nowhere else.

The counter between the two arrows can never be pressed; its id says all. So a press after a
restart acts on what is on the screen, and what it finds is read anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from zlib import crc32

import discord

from bot.clan.linking import LinkPair
from bot.services.people import SurePair
from cogs._panels import marked

_MARK = "links:at"
_NONE = LinkPair(0, 0)


class LinksTab(StrEnum):
    """The lists of the queue, and two views beside them."""

    CLAIMS = "claims"
    CONFLICTS = "conflicts"
    PEOPLE = "people"
    PLAYERS = "players"
    SPEAKERS = "speakers"
    SURE = "sure"
    USER = "user"


LISTS = (LinksTab.CLAIMS, LinksTab.CONFLICTS, LinksTab.PEOPLE, LinksTab.PLAYERS, LinksTab.SPEAKERS)


@dataclass(frozen=True, slots=True)
class LinksState:
    """A page of a list, the pair that is picked there, and what was on offer.

    Half of `picked` is 0 where nobody is suggested. `user_id` is whose accounts are looked at,
    `action_id` what Undo would undo, `sure` the fingerprint of the sure pairs that were listed.
    """

    tab: LinksTab = LinksTab.CLAIMS
    page: int = 0
    picked: LinkPair = _NONE
    user_id: int = 0
    action_id: int = 0
    sure: int = 0

    @property
    def custom_id(self) -> str:
        """Return all of it as an id that Discord keeps (under 100 characters)."""
        numbers = (self.page, *self.picked, self.user_id, self.action_id, self.sure)
        return ":".join((_MARK, self.tab, *map(str, numbers)))

    @classmethod
    def read(cls, message: discord.Message | None) -> Self:
        """Return where the panel of a message is; the beginning when it does not say."""
        told = marked(message, _MARK)
        if told is None:
            return cls()
        tab, page, player_id, *rest = told.split(":")
        partner_id, user_id, action_id, sure = map(int, rest)
        picked = LinkPair(int(player_id), partner_id)
        return cls(LinksTab(tab), int(page), picked, user_id, action_id, sure)


def pair_value(pair: LinkPair) -> str:
    """Return a pair as the value of an option."""
    return f"{pair.player_id}:{pair.user_id}"


def pair_of(value: str) -> LinkPair:
    """Return the pair that an option stands for."""
    player_id, user_id = map(int, value.split(":"))
    return LinkPair(player_id, user_id)


def fingerprint(pairs: Iterable[SurePair]) -> int:
    """Return a number that changes when the list does."""
    return crc32(repr([each.pair for each in pairs]).encode())

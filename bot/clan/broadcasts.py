"""What the game itself says in clan chat: drops, levels, who joined, worded as the game does.

A broadcast is one line that begins with a player's name, has no speaker and is worded exactly as
here; where the wording is unknown it is nothing.
"""

import re
from enum import StrEnum
from functools import cache
from typing import NamedTuple

LONGEST_LINE = 300
"""How much of a line is looked at; the game's own lines are shorter."""


class BroadcastKind(StrEnum):
    """What a broadcast tells."""

    DROP = "drop"
    RAID_LOOT = "raid_loot"
    PET = "pet"
    LEVEL = "level"
    XP_MILESTONE = "xp_milestone"
    QUEST = "quest"
    DIARY = "diary"
    COLLECTION_LOG = "collection_log"
    PERSONAL_BEST = "personal_best"
    COMBAT_ACHIEVEMENT = "combat_achievement"
    PVP = "pvp"
    JOINED = "joined"
    LEFT = "left"
    KICKED = "kicked"
    COFFER = "coffer"
    OTHER = "other"


class Broadcast(NamedTuple):
    """One event of a player; `by` is the officer who invited or expelled, `words` the rest."""

    kind: BroadcastKind
    name: str | None = None
    words: str = ""
    by: str | None = None


# The wording was read in what parsers of live relays match and test with:
#   fatfingers23/trackscape-discord-bot  trackscape-discord-shared/src/osrs_broadcast_extractor.rs
#   pajlads/DinkPlugin                   notifiers/PetNotifier.java with its test
#   pascalla/clan-chat-webhook           ClanChatWebhookPlugin.java (getSystemMessageType)
#   andreasx23 "guild-spam-filter"       notes on wording seen in screenshots
# Seen in none of them as a live line: "has been kicked from the clan by", which costs nothing.
_NAME = r"[A-Za-z0-9_-](?:[A-Za-z0-9 _-]{0,10}[A-Za-z0-9_-])?"
_COINS = r"\(?[\d,]+ coins\)?"
_SKILL = r"[A-Za-z][A-Za-z' -]{1,30}?"
_TIER = r"(?:easy|medium|hard|elite|master|grandmaster)"

# (what happened, how it is worded after the name), the particular before the general.
_WORDINGS = (
    (
        BroadcastKind.DROP,
        (
            r"(?:has )?received an? (?:(?:rare|valuable|untradeable) )?"
            r"(?:drop|clue item): (?P<words>.+)"
        ),
    ),
    (BroadcastKind.RAID_LOOT, r"received special loot from a raid: (?P<words>.+)"),
    (BroadcastKind.COLLECTION_LOG, r"received a new collection log item: (?P<words>.+)"),
    (
        BroadcastKind.PET,
        (
            r"(?:has a funny feeling like [\w' ]{2,30} followed"
            r"|feels something weird sneaking into \w+ backpack"
            r"|feels like [\w' ]{2,30} acquired something special)(?:: (?P<words>.+)|\.{0,3})"
        ),
    ),
    (BroadcastKind.XP_MILESTONE, rf"has reached (?P<words>[\d,]+ XP in {_SKILL})[.!]?"),
    (
        BroadcastKind.LEVEL,
        (
            rf"has (?:reached|achieved) (?P<words>(?:a )?(?:{_SKILL} )?level(?: of)? [\d,]+"
            rf"(?:(?: in)? {_SKILL})?|99(?: in)? {_SKILL}"
            rf"|the highest(?: possible)? (?:{_SKILL} )?level(?: of)?(?: [\d,]+)?"
            rf"(?: in {_SKILL})?)[.!]?"
        ),
    ),
    (BroadcastKind.QUEST, r"has completed a quest: (?P<words>.+)"),
    (
        BroadcastKind.COMBAT_ACHIEVEMENT,
        (
            rf"(?:has completed an? \w+ combat task: (?P<words>.+)"
            r"|has completed the combat achievement: .+"
            rf"|has completed all {_TIER} combat tasks[.!]?"
            rf"|has unlocked the {_TIER} tier of rewards from Combat Achievements[.!]?)"
        ),
    ),
    (BroadcastKind.DIARY, r"has completed the (?P<words>.+ diary)[.!]?"),
    (BroadcastKind.PERSONAL_BEST, r"(?:has )?achieved a new (?P<words>.+ personal best: [\d:.]+)"),
    (
        BroadcastKind.PVP,
        (
            rf"(?:has defeated (?P<words>{_NAME} and received {_COINS}).*"
            rf"|has been defeated by {_NAME}(?: in .+?)?(?: and lost {_COINS} worth of loot)?[.!].*"
            rf"|has opened a loot key worth {_COINS}[.!]?)"
        ),
    ),
    (
        BroadcastKind.JOINED,
        rf"has been (?:invited into|recruited to) the clan by (?P<by>{_NAME})\.?",
    ),
    (BroadcastKind.LEFT, r"has left the clan\.?"),
    (BroadcastKind.KICKED, rf"has been kicked from the clan by (?P<by>{_NAME})\.?"),
    (
        BroadcastKind.COFFER,
        r"has (?P<words>(?:deposited|withdrawn) [\d,]+ coins (?:into|from) the coffer)\.?",
    ),
    (
        BroadcastKind.OTHER,  # who logs in and out, hardcore deaths, leagues
        (
            r"(?:has (?:joined|left)(?: the clan channel)?\."
            r"|has (?:died,? (?:and )?(?:has )?)?lost \w+ (?:\w+ ){0,3}"
            r"(?:ironman|hardcore|group) status"
            r"(?: (?:with|at|to|by|in|while|after) .{1,80})?[.!]?"
            r"|is no longer an? hardcore (?:group )?iron(?:man|woman)[.!]?"
            r"|has (?:earned|unlocked) .{1,60}(?:rank|relic|League area|Combat mastery).{0,20}!)"
        ),
    ),
)
_EXPELLED = rf"(?P<by>{_NAME}) has expelled (?P<name>{_NAME}) from the clan\.?"
_NOTICE = re.compile(
    r"(?:To talk in your clan's channel, start each line of chat with .*"
    r"|Attempting to join clan channel.*"
    r"|You (?:are now a member of|have left) the clan channel\.?)"
)


@cache
def _events() -> tuple[tuple[BroadcastKind, re.Pattern[str]], ...]:
    """Return what the game tells in which words; compiled once a line of it is read."""
    wordings = [(kind, rf"(?P<name>{_NAME}) {wording}") for kind, wording in _WORDINGS]
    return tuple(
        (kind, re.compile(wording, re.IGNORECASE))
        for kind, wording in ((BroadcastKind.KICKED, _EXPELLED), *wordings)
    )


def broadcast(line: str) -> Broadcast | None:
    """Return what a line tells that the game wrote, or None when it is none of its wordings."""
    line = line[:LONGEST_LINE].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()
    for kind, event in _events():
        matched = event.fullmatch(line)
        if matched is not None:
            groups = matched.groupdict()
            words = (groups.get("words") or "").removesuffix(".")
            return Broadcast(kind, groups["name"], words, groups.get("by"))
    return Broadcast(BroadcastKind.OTHER) if _NOTICE.fullmatch(line) else None

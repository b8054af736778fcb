"""What a clan is set up as: its server and group, its policy, and what setup still lacks."""

from bot.services.setup.checklist import (
    WORDS_REMEDY,
    Checklist,
    Facts,
    checklist,
    intent_findings,
    ranks_finding,
)
from bot.services.setup.clans import (
    Clan,
    Clans,
    Clock,
    Narrows,
    OfClans,
    as_it_is,
    as_they_are,
    clans_in,
    each_as_it_is,
)
from bot.services.setup.drafts import Drafts, OpenDraft, Whose
from bot.services.setup.groups import FoundGroup, groups_called
from bot.services.setup.policies import NotAllowed, Outdated, Policies, ladder_of, policy_of
from bot.services.setup.policy_file import LARGEST_FILE, exported, imported
from storage.clans import NO_SERVER, Only

__all__ = [
    "LARGEST_FILE",
    "NO_SERVER",
    "WORDS_REMEDY",
    "Checklist",
    "Clan",
    "Clans",
    "Clock",
    "Drafts",
    "Facts",
    "FoundGroup",
    "Narrows",
    "NotAllowed",
    "OfClans",
    "Only",
    "OpenDraft",
    "Outdated",
    "Policies",
    "Whose",
    "as_it_is",
    "as_they_are",
    "checklist",
    "clans_in",
    "each_as_it_is",
    "exported",
    "groups_called",
    "imported",
    "intent_findings",
    "ladder_of",
    "policy_of",
    "ranks_finding",
]

"""What a page of the settings is: where it stands in its ids, and what it shows.

The draft is too large for an id: it is kept by its number in `services.drafts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.policy import Policy
from bot.clan.posting import PostingChannel, PostingState
from bot.clan.ranks import ladder
from bot.clan.what_if import WhatIf
from bot.services.setup import Whose
from cogs._permissions import Interaction
from cogs.screens import Controls
from cogs.settings.layout import Section

_LONGEST_RANK, _BETWEEN = 40, ":"


@dataclass(frozen=True, slots=True)
class SettingsState:
    """A page; `rank` is whose steady bar is on it, nothing being everybody's.

    `draft` is the number of the draft whose changes are shown, 0 where nothing is changed.
    """

    tab: Section = Section.INACTIVITY
    rank: str = ""
    draft: int = 0


CONTROLS = Controls("settings", SettingsState)


@dataclass(frozen=True, slots=True)
class SettingsFound:
    """The settings with a draft on them; `version` holds now, `made` by somebody at some time.

    `ladder` are the ranks there are and `ranks_held` those that members hold; `typed`, `looked_at`
    and `what_if` are those of the draft. `posting` is how it is with the channels, on their page.
    """

    draft: Draft = field(default_factory=lambda: Draft(ClanSettings(), ClanSettings()))
    ladder: tuple[str, ...] = field(default_factory=lambda: ladder(()))
    ranks_held: tuple[str, ...] = ()
    is_wom_order: bool = False
    is_ready: bool = True
    zone: str = "UTC"
    version: int = 1
    made: tuple[int, datetime] | None = None
    typed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    looked_at: Policy | None = None
    what_if: WhatIf | None = None
    posting: Mapping[PostingChannel, PostingState] = field(default_factory=dict)

    @property
    def clan_settings(self) -> ClanSettings:
        """Return the settings as they would be."""
        return self.draft.proposed

    @property
    def needs_look(self) -> bool:
        """Return whether the what-if comes before saving."""
        touches = self.is_ready and self.draft.touches_lists
        return touches and self.looked_at != self.clan_settings.policy

    @property
    def answered(self) -> WhatIf | None:
        """Return the what-if of the draft as it is, if it was asked for."""
        return self.what_if if self.looked_at == self.clan_settings.policy else None

    @property
    def ranks(self) -> tuple[str, ...]:
        """Return every rank that can be named here: those in use first, each in ladder order."""
        policy, permissions = self.clan_settings.policy, self.clan_settings.permissions
        rules = policy.promotion
        used = (*policy.enforcement.limits, *rules.steady_by_rank, *self.ranks_held)
        first = sorted(set(used), key=self._place)
        tiers = (*permissions.tier_1, *permissions.tier_2, *sorted(permissions.officer_roles))
        promoted = (*rules.recruit_roles, *rules.comparison_ranks, rules.highest_rank)
        ladders = (*self.ladder, *policy.ladder, *self.draft.base.policy.ladder)
        every = dict.fromkeys((*first, *ladders, *tiers, *promoted))
        return tuple(filter(None, every))

    def _place(self, rank: str) -> tuple[int, str]:
        return self.ladder.index(rank) if rank in self.ladder else len(self.ladder), rank


def fits_into_id(rank: str) -> bool:
    """Return whether a rank can stand in an id, as all that Wise Old Man gives so far can."""
    return len(rank) <= _LONGEST_RANK and _BETWEEN not in rank


def whose_draft(interaction: Interaction) -> Whose:
    """Return under what the draft of whoever pressed is kept."""
    return interaction.guild_id, interaction.user.id

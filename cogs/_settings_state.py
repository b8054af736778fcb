"""What a leader has before them in the settings: which page, and the draft with all it changes.

It is in memory only and ends with the panel: what was not saved never holds.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.clan.clan_settings import ClanSettings, Draft, permissions_fault
from bot.clan.policy import Policy
from bot.clan.ranks import Permissions, ladder
from bot.clan.what_if import WhatIf
from bot.services.game import unready
from bot.services.setup import ladder_of
from bot.wiring import Services
from cogs._panels import Panel
from cogs._permissions import Interaction, clan_of
from cogs._settings_sheets import Section


@dataclass(slots=True)
class SettingsSession:
    """The state of one panel. `held` are the ranks that members hold, `ladder` those there are.

    `typed` is what was typed and could not be taken, by path and rank; `looked_at` the policy
    whose what-if was shown, and while one `is_asking` nothing else is pressed. `rank` is whose
    steady bar is on the page; None is everybody's.
    """

    draft: Draft = field(default_factory=lambda: Draft(ClanSettings(), ClanSettings()))
    section: Section = Section.INACTIVITY
    ladder: tuple[str, ...] = field(default_factory=lambda: ladder(()))
    held: tuple[str, ...] = ()
    is_wom_order: bool = False
    is_ready: bool = True
    zone: str = "UTC"
    made: tuple[int, datetime] | None = None
    rank: str | None = None
    looked_at: Policy | None = None
    what_if: WhatIf | None = None
    is_asking: bool = False
    typed: dict[tuple[str, str | None], str] = field(default_factory=dict)

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
    def ranks(self) -> tuple[str, ...]:
        """Return every rank that can be named here: those in use first, each in ladder order."""
        policy, permissions = self.clan_settings.policy, self.clan_settings.permissions
        named = (
            *policy.enforcement.limits,
            *policy.promotion.steady_by_rank,
            *self.held,
            *filter(None, [self.rank]),
        )
        first = sorted(set(named), key=self._place)
        rest = (*self.ladder, *policy.ladder, *permissions.tier_1, *permissions.tier_2)
        return tuple(
            dict.fromkeys((*first, *rest, *sorted(permissions.officer_roles), *self._promoted))
        )

    @property
    def _promoted(self) -> tuple[str, ...]:
        rules = self.clan_settings.policy.promotion
        highest = filter(None, [rules.highest_rank])
        return (*rules.recruit_roles, *rules.comparison_ranks, *highest)

    def _place(self, rank: str) -> tuple[int, str]:
        return self.ladder.index(rank) if rank in self.ladder else len(self.ladder), rank

    def permission(self, interaction: Interaction, permissions: Permissions) -> str:
        """Put other permissions into the draft; or return why they may not be so."""
        fault = permissions_fault(
            interaction.extras["caller"], self.draft.base.permissions, permissions
        )
        if fault is None:
            self.draft = self.draft.gating(permissions)
        return fault or ""


class SettingsView(Panel):
    """The panel as its controls know it."""

    session: SettingsSession

    async def show(self, interaction: Interaction, note: str = "") -> None:
        """Show the page as it is now, with a note."""
        raise NotImplementedError


async def session_of(
    services: Services, interaction: Interaction, section: Section = Section.INACTIVITY
) -> SettingsSession:
    """Return the settings of the clan as they hold now, with nothing changed yet."""
    clan = clan_of(interaction)
    clan_settings = await services.policies.clan_settings(clan)
    newest = await services.policies.history(clan, 1)
    return SettingsSession(
        Draft(clan_settings, clan_settings),
        Section.INACTIVITY if section is Section.WHAT_IF else section,
        ladder_of(clan, clan_settings.policy),
        await services.exemptions.roles(clan),
        bool(clan.role_orders),
        unready(clan) is None,
        clan.zone.key,
        (newest[0].made_by, newest[0].made_at) if newest else None,
    )

"""The pages of the settings: what holds, what it means, and the control that changes it."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.clan.posting import PostingChannel
from bot.clan.thresholds import THRESHOLDS
from cogs._replies import Box, small
from cogs._settings_controls import (
    LadderButton,
    NoBarButton,
    SecondOfficerButton,
    SheetButton,
    TiersButton,
)
from cogs._settings_forms import number_of
from cogs._settings_picks import (
    AlertsPick,
    BarPick,
    ComparisonPick,
    HighestPick,
    LimitPick,
    PermissionPick,
    PlacePick,
    RecruitsPick,
    SignalsPick,
)
from cogs._settings_sheets import ON_PAGE, SHEETS, Section
from cogs._settings_state import SettingsSession
from cogs._settings_words import role_name, roles_said, value_said

_LEVELS = ("see_reports", "decide_links", "manage", "promote", "kick")


def draw(box: Box, session: SettingsSession) -> None:
    """Add the page that is looked at."""
    _PAGES[session.section](box, session)


def _sheets(box: Box, session: SettingsSession, rank: str | None = None) -> None:
    for key in ON_PAGE[session.section]:
        lines = [_number(path, number_of(session, path, rank)) for path in SHEETS[key].paths]
        box.beside("\n".join(lines), SheetButton(key))


def _number(path: str, value: int) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**  {threshold.says(value)}\n{small(threshold.means)}"


def _said(path: str, value: str) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**  {value}\n{small(threshold.means)}"


def _inactivity(box: Box, session: SettingsSession) -> None:
    _sheets(box, session)
    limits = session.clan_settings.policy.enforcement.limits
    told = ", ".join(
        f"{role_name(rank)} {value_said('enforcement.limits', limits[rank])}"
        for rank in session.ranks
        if rank in limits
    )
    box.say(_said("enforcement.limits", told or "none")).control(LimitPick(session))


def _promotions(box: Box, session: SettingsSession) -> None:
    _sheets(box, session)
    rules = session.clan_settings.policy.promotion
    box.say(_heading("promotion.signals")).control(SignalsPick(rules.signals))
    box.say(_heading("promotion.recruit_roles")).control(RecruitsPick(session))
    box.say(_heading("promotion.comparison_ranks")).control(ComparisonPick(session))


def _heading(path: str) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**\n{small(threshold.means)}"


def _steady(box: Box, session: SettingsSession) -> None:
    own = session.clan_settings.policy.promotion.steady_by_rank
    named = [rank for rank in session.ranks if rank in own]
    whose = (
        "everybody without a bar of their own"
        if session.rank is None
        else (
            f"{role_name(session.rank)}, "
            f"{'a bar of its own' if session.rank in own else 'as everybody'}"
        )
    )
    box.say(f"What is asked of {whose}:").control(BarPick(session))
    _sheets(box, session, session.rank)
    told = _said("promotion.steady_by_rank", roles_said(named))
    box.beside(told, NoBarButton(has_one=session.rank in own))


def _alerts(box: Box, session: SettingsSession) -> None:
    _sheets(box, session)
    box.say(_heading("alerts.on")).control(AlertsPick(session.clan_settings.policy.alerts.on))


def _cases(box: Box, session: SettingsSession) -> None:
    _sheets(box, session)
    is_on = session.clan_settings.policy.cases.second_officer
    told = _said("cases.second_officer", "on" if is_on else "off")
    box.beside(told, SecondOfficerButton(is_on=is_on))


def _ladder(box: Box, session: SettingsSession) -> None:
    policy = session.clan_settings.policy
    order = session.ladder if session.is_wom_order else policy.ladder or session.ladder
    if session.is_wom_order:
        box.say(
            "Wise Old Man gives this group's own order of ranks, and that one holds. It is changed "
            "in the game and synced from there."
        )
    else:
        own = "Set by hand." if policy.ladder else "The default order: nothing was set by hand."
        box.beside(f"{own}\n{small(THRESHOLDS['ladder'].means)}", LadderButton())
    box.say(" > ".join(map(role_name, order)))
    missing = [rank for rank in session.held if rank not in order]
    if missing:
        box.say(
            f"Not on it, so never suggested for a promotion: {roles_said(missing)}.",
        )
    box.say(_heading("promotion.highest_rank")).control(HighestPick(session))


def _roles(box: Box, session: SettingsSession) -> None:
    permissions = session.clan_settings.permissions
    lines = [
        _said("gates.tier_1", roles_said(permissions.tier_1)),
        _said("gates.tier_2", roles_said(permissions.tier_2)),
        _said("gates.officer_roles", roles_said(sorted(permissions.officer_roles))),
    ]
    box.beside("\n".join(lines), TiersButton())
    box.say(
        small("Ranks count for accounts whose link an officer confirmed"),
        small("Discord roles of officers and leadership: `/clanstats setup`, by Manage Server"),
    )


def _permissions(box: Box, session: SettingsSession) -> None:
    permissions = session.clan_settings.permissions
    for name in _LEVELS:
        box.say(_heading(f"gates.{name}")).control(PermissionPick(name, getattr(permissions, name)))


def _channels(box: Box, session: SettingsSession) -> None:
    for kind in PostingChannel:
        box.say(_heading(f"places.{kind}"))
        box.control(PlacePick(kind, getattr(session.clan_settings, kind.value)))
    box.say(
        small(
            f"Time zone of the clan: {session.zone}. It, counted channels and the clan-chat bridge "
            "are set in `/clanstats setup`"
        ),
    )


_PAGES: Mapping[Section, Callable[[Box, SettingsSession], Any]] = {
    Section.INACTIVITY: _inactivity,
    Section.PROMOTIONS: _promotions,
    Section.STEADY: _steady,
    Section.ALERTS: _alerts,
    Section.AUDIT: _sheets,
    Section.CASES: _cases,
    Section.LADDER: _ladder,
    Section.ROLES: _roles,
    Section.PERMISSIONS: _permissions,
    Section.CHANNELS: _channels,
}

"""The pages of the settings: what holds, what it means, and the control that changes it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.clan.posting import PostingChannel, PostingState, posting_finding
from bot.clan.thresholds import THRESHOLDS
from bot.clan.wording import plural
from cogs._posting_channels import posting_select
from cogs._replies import Box, small, when
from cogs.settings.forms import bar_of, number_of
from cogs.settings.layout import LADDER, LIMITS, ON_PAGE, PAGES, SHEETS, Section
from cogs.settings.picks import (
    alerts_select,
    bar_select,
    comparison_select,
    highest_select,
    limit_select,
    permission_select,
    recruits_select,
    section_select,
    signals_select,
)
from cogs.settings.state import CONTROLS, SettingsFound, SettingsState
from cogs.settings.what_if_words import what_if_said
from cogs.settings.words import WARNING, changes_said, role_name, roles_said, value_said

ON, OFF = "on", "off"
"""What the button of a switch turns it to."""

LOOK_FIRST = "This changes who is flagged or suggested: press What if, then Save"

_LONGEST_NOTE = 1_400
_MORE = "\N{HORIZONTAL ELLIPSIS}"
_LEVELS = ("see_reports", "decide_links", "manage", "promote", "kick")


def page(state: SettingsState, found: SettingsFound, note: str = "") -> Box:
    """Return a page, what is not saved yet under it, and what to do with it."""
    look = found.answered if state.tab is Section.WHAT_IF else None
    if state.tab is Section.WHAT_IF and look is None:
        state = replace(state, tab=Section.INACTIVITY)
    title = "What if" if look is not None else PAGES[state.tab].title
    box = Box(f"## Settings: {title}", small(*_holding(found)))
    if note:
        box.say(*_fitting(note))
    box.control(section_select(state)).rule()
    changes = found.draft.changes
    if look is None:
        _PAGES[state.tab](box, state, found)
    else:
        box.say("\n\n".join(what_if_said(look, changes)))
    box.rule()
    if changes:
        box.say("**Not saved yet**", *changes_said(changes))
    if found.needs_look:
        box.say(small(LOOK_FIRST))
    return box.add_item(_ending(state, found))


def _holding(found: SettingsFound) -> Iterator[str]:
    if found.made is None:
        yield "Default settings"
    else:
        by, at = found.made
        who = f"<@{by}>" if by else "somebody who left"
        yield f"Version {found.version}, by {who} {when(at)}"
    count = len(found.draft.changes)
    yield f"{plural(count, 'change')} not saved" if count else "Changes apply after Save"


def _ending(state: SettingsState, found: SettingsFound) -> discord.ui.ActionRow[Any]:
    """Return the row of what can be done with a draft."""
    changes, style = found.draft.changes, discord.ButtonStyle
    return discord.ui.ActionRow(
        CONTROLS.button(
            "what_if",
            state,
            f"What if{_MORE}",
            style=style.primary if found.needs_look else style.secondary,
            disabled=not (found.is_ready and found.draft.touches_lists),
        ),
        CONTROLS.button(
            "save",
            state,
            "Save",
            style=style.success,
            disabled=found.needs_look or not changes,
        ),
        CONTROLS.button("discard", state, "Discard", disabled=not changes and not found.typed),
        CONTROLS.button("export", state, "Export"),
    )


def _fitting(note: str) -> Iterator[str]:
    """Yield the lines of a note that leave room for the page."""
    room = _LONGEST_NOTE
    for line in note.splitlines():
        room -= len(line)
        if room < 0:
            yield _MORE
            return
        yield line


def _sheets(box: Box, state: SettingsState, found: SettingsFound) -> None:
    for key in ON_PAGE[state.tab]:
        rank = bar_of(key, state.rank)
        paths = SHEETS[key].paths
        lines = [_number(path, number_of(found.clan_settings, path, rank)) for path in paths]
        box.beside("\n".join(lines), _change("numbers", state, key))


def _change(act: str, state: SettingsState, argument: str = "") -> discord.ui.Button[Any]:
    return CONTROLS.button(act, state, f"Change{_MORE}", argument=argument)


def _number(path: str, value: int) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**  {threshold.says(value)}\n{small(threshold.means)}"


def _said(path: str, value: str) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**  {value}\n{small(threshold.means)}"


def _heading(path: str) -> str:
    threshold = THRESHOLDS[path]
    return f"**{threshold.label}**\n{small(threshold.means)}"


def _inactivity(box: Box, state: SettingsState, found: SettingsFound) -> None:
    _sheets(box, state, found)
    limits = found.clan_settings.policy.enforcement.limits
    told = ", ".join(
        f"{role_name(rank)} {value_said(LIMITS, limits[rank])}"
        for rank in found.ranks
        if rank in limits
    )
    box.say(_said(LIMITS, told or "none")).control(limit_select(state, found))


def _promotions(box: Box, state: SettingsState, found: SettingsFound) -> None:
    _sheets(box, state, found)
    box.say(_heading("promotion.signals")).control(signals_select(state, found))
    box.say(_heading("promotion.recruit_roles")).control(recruits_select(state, found))
    box.say(_heading("promotion.comparison_ranks")).control(comparison_select(state, found))


def _steady(box: Box, state: SettingsState, found: SettingsFound) -> None:
    own = found.clan_settings.policy.promotion.steady_by_rank
    has_one = state.rank in own
    whose = "everybody without a bar of their own"
    if state.rank:
        whose = f"{role_name(state.rank)}, {'a bar of its own' if has_one else 'as everybody'}"
    box.say(f"What is asked of {whose}:").control(bar_select(state, found))
    _sheets(box, state, found)
    named = [rank for rank in found.ranks if rank in own]
    told = _said("promotion.steady_by_rank", roles_said(named))
    box.beside(told, CONTROLS.button("no_bar", state, "As everybody", disabled=not has_one))


def _alerts(box: Box, state: SettingsState, found: SettingsFound) -> None:
    _sheets(box, state, found)
    box.say(_heading("alerts.on")).control(alerts_select(state, found))


def _cases(box: Box, state: SettingsState, found: SettingsFound) -> None:
    _sheets(box, state, found)
    is_on = found.clan_settings.policy.cases.second_officer
    told = _said("cases.second_officer", "on" if is_on else "off")
    label, target = ("Turn off", OFF) if is_on else ("Turn on", ON)
    box.beside(told, CONTROLS.button("second_officer", state, label, argument=target))


def _ladder(box: Box, state: SettingsState, found: SettingsFound) -> None:
    policy = found.clan_settings.policy
    order = found.ladder if found.is_wom_order else policy.ladder or found.ladder
    if found.is_wom_order:
        box.say(
            "Wise Old Man gives this group's own order of ranks, and that one holds. It is changed "
            "in the game and synced from there."
        )
    else:
        own = "Set by hand." if policy.ladder else "The default order: nothing was set by hand."
        box.beside(f"{own}\n{small(THRESHOLDS[LADDER].means)}", _change("ladder", state))
    box.say(" > ".join(map(role_name, order)))
    missing = [rank for rank in found.ranks_held if rank not in order]
    if missing:
        box.say(f"Not on it, so never suggested for a promotion: {roles_said(missing)}.")
    box.say(_heading("promotion.highest_rank")).control(highest_select(state, found))


def _roles(box: Box, state: SettingsState, found: SettingsFound) -> None:
    permissions = found.clan_settings.permissions
    lines = [
        _said("gates.tier_1", roles_said(permissions.tier_1)),
        _said("gates.tier_2", roles_said(permissions.tier_2)),
        _said("gates.officer_roles", roles_said(sorted(permissions.officer_roles))),
    ]
    box.beside("\n".join(lines), _change("tiers", state))
    box.say(
        small("Ranks count for accounts whose link an officer confirmed"),
        small("Discord roles of officers and leadership: `/clanstats setup`, by Manage Server"),
    )


def _permissions(box: Box, state: SettingsState, found: SettingsFound) -> None:
    for name in _LEVELS:
        now = getattr(found.clan_settings.permissions, name)
        box.say(_heading(f"gates.{name}")).control(permission_select(state, name, now))


def _channels(box: Box, state: SettingsState, found: SettingsFound) -> None:
    for kind in PostingChannel:
        chosen = getattr(found.clan_settings, kind.value)
        now = found.posting.get(kind, PostingState())
        box.say(_heading(f"places.{kind}"))
        if not now.is_there:
            gone, chosen = posting_finding(kind, now), None
            box.say(f"{WARNING} The one that was chosen: {gone.words}. {gone.next_step}")
        box.control(posting_select(CONTROLS, "place", state, kind, chosen))
    box.say(
        small(
            f"Time zone of the clan: {found.zone}. To change it, the counted channels or the "
            "clan-chat bridge, use `/clanstats setup`"
        )
    )


_PAGES: Mapping[Section, Callable[[Box, SettingsState, SettingsFound], None]] = {
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

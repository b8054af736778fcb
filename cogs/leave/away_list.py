"""All leaves as officers see them, with their reasons; each can be ended or made longer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.people import LeaveList, ListedLeave, Whom
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, tell, when
from cogs.leave.leave import no_day, on_day, span_words
from cogs.screens import (
    Acknowledge,
    Controls,
    Field,
    Next,
    Press,
    Rendered,
    Screen,
    counted_labels,
    lines_shown,
    option,
    pressed,
)

_SHOWN, _ROOM = 12, 3_200
_EXTEND = "Set another last day\N{HORIZONTAL ELLIPSIS}"
_END = "End or call off\N{HORIZONTAL ELLIPSIS}"
_HINT = "`/clanstats away` with a member or player, from and until sets a leave for somebody."
_OVER = "That leave is over already."
_UNCONFIRMED = (
    "No account of theirs is confirmed, and a leave protects only those: confirm one in "
    "`/clanstats links`, or name the player instead."
)


class LeaveRequest(NamedTuple):
    """Whose leave to set and how, as far as it was said."""

    user_id: int | None
    player: str | None
    first: str | None
    last: str | None
    reason: str | None


async def away_answer(services: Services, interaction: Interaction, asked: LeaveRequest) -> None:
    """Set somebody's leave and show the list, or only show it when nothing was said."""
    note = ""
    if any(part is not None for part in asked):
        try:
            note = await _set(services, interaction, asked)
        except ValueError as error:
            await tell(interaction, no_day(error))
            return
    await AwayScreen(services).show(interaction, AwayState(), note)


async def _set(services: Services, interaction: Interaction, asked: LeaveRequest) -> str:
    """Set a leave and return that it was; ValueError says what was missing."""
    if (asked.user_id is None) == (asked.player is None):
        raise ValueError("say whose leave it is: name a member or a player, one of them")
    if asked.first is None or asked.last is None:
        raise ValueError("say from when until when, like from today until 2 weeks")
    clan, whom = clan_of(interaction), Whom(user_id=asked.user_id)
    if asked.player is not None:
        found = await services.leaves.whom(clan, asked.player)
        if found is None:
            raise ValueError("no member of the clan has that name; pick one from the list")
        whom = found
    leave = await services.leaves.go(
        clan,
        whom,
        (asked.first, asked.last),
        reason=asked.reason,
        by=interaction.user.id,
    )
    who = f"**{escaped(asked.player)}**" if asked.player else f"<@{asked.user_id}>"
    said = f"{who} is on leave {span_words(leave, clan.zone)}."
    if whom.user_id is None or await services.links.is_confirmed(clan, whom.user_id):
        return said
    return f"{said} {_UNCONFIRMED}"


class AwayTab(StrEnum):
    """The lists of leaves."""

    NOW = "now"
    COMING = "coming"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class AwayState:
    """A page of one of the lists."""

    tab: AwayTab = AwayTab.NOW
    page: int = 0


class AwayFound(NamedTuple):
    """The leaves of a clan, and names for a list of choices, where mentions are not shown."""

    clan: Clan
    leaves: LeaveList
    names: Mapping[int, str]

    def of(self, tab: AwayTab) -> Sequence[ListedLeave]:
        """Return the leaves of a list."""
        leaves = self.leaves
        return {
            AwayTab.NOW: leaves.current,
            AwayTab.COMING: leaves.coming,
            AwayTab.PAST: leaves.past,
        }[tab]


_TITLES = {AwayTab.NOW: "Away now", AwayTab.COMING: "Coming", AwayTab.PAST: "Past"}
_NOBODY = {
    AwayTab.NOW: "Nobody is away.",
    AwayTab.COMING: "No leave is coming.",
    AwayTab.PAST: "No leave is over yet.",
}
_CONTROLS = Controls("away", AwayState)


class AwayScreen(Screen[AwayState, AwayFound]):
    """Who is away, comes away or was; each leave can be ended or made longer."""

    controls = _CONTROLS
    permission = Permission.SET_LEAVE

    async def read(self, interaction: Interaction, _state: AwayState) -> AwayFound:
        """Return the leaves as they are now."""
        clan, guild = clan_of(interaction), interaction.guild
        leaves = await self.services.leaves.listed(clan)
        standing = (*leaves.current, *leaves.coming)
        return AwayFound(clan, leaves, {each.absence_id: _name(guild, each) for each in standing})

    def render(self, state: AwayState, answer: AwayFound, note: str = "") -> Rendered:
        """Return a page of leaves; those that are not over have controls."""
        found = answer.of(state.tab)
        lines = [_line(each, answer.clan.zone) for each in found]
        state, pages, on_page = lines_shown(state, lines, _ROOM, _SHOWN)
        shown = found[on_page]
        box = Box("## Leave", small("Reasons are for the person and officers."))
        if note:
            box.say(note)
        box.rule().say(*(lines[on_page] or [_NOBODY[state.tab]])).rule()
        if shown and state.tab is not AwayTab.PAST:
            options = [_option(each, answer.names) for each in shown]
            box.control(_CONTROLS.select("extend", state, _EXTEND, options))
            box.control(_CONTROLS.select("end", state, _END, options))
        labels = counted_labels(_TITLES, {tab: len(answer.of(tab)) for tab in AwayTab})
        box.add_item(_CONTROLS.tabs(state, labels))
        if pages > 1:
            box.add_item(_CONTROLS.pages(state, pages))
        return Rendered(box.say(small(_HINT)))

    @pressed()
    async def end(self, press: Press[AwayState]) -> Next[AwayState, AwayFound]:
        """End the picked leave today."""
        (picked,) = press.values
        leave = await self.services.leaves.end(press.clan, int(picked))
        ended = leave is not None and f"Ended the leave {span_words(leave, press.clan.zone)}."
        return Next(press.state, ended or _OVER)

    @pressed(acknowledge=Acknowledge.FORM)
    async def extend(self, press: Press[AwayState]) -> None:
        """Ask for the new last day of the picked leave."""
        (picked,) = press.values
        means = "Like 24 Dec, friday, or 2 weeks to make it two weeks longer"
        day = Field("day", "Last day away", means, longest=40)
        await press.ask("extended", "Another last day", day, argument=picked)

    @pressed()
    async def extended(self, press: Press[AwayState]) -> Next[AwayState, AwayFound] | None:
        """Set the day if it is one."""
        clan, absence_id = press.clan, int(press.argument)
        who = press.interaction.user.id
        try:
            leave = await self.services.leaves.extend(clan, absence_id, press.filled["day"], who)
        except ValueError as error:
            await press.tell(no_day(error))
            return None
        until = None if leave is None else on_day(leave.last_on, clan.zone)
        return Next(press.state, f"Away until {until} now." if until else _OVER)


def _line(listed: ListedLeave, zone: ZoneInfo) -> str:
    """Return whose leave, its days, the reason, and what speaks for a return."""
    reason = f" \N{MIDDLE DOT} {escaped(listed.reason)}" if listed.reason else ""
    seen = ""
    if listed.sign_at is not None:
        seen = f"\n{small(f'seen {when(listed.sign_at)}, so perhaps back: they are asked too')}"
    return f"{_mention(listed)}  {span_words(listed.leave, zone)}{reason}{seen}"


def _mention(listed: ListedLeave) -> str:
    if listed.leave.user_id is not None:
        return f"<@{listed.leave.user_id}>"
    return f"**{escaped(listed.player or 'somebody')}**"


def _name(guild: discord.Guild | None, listed: ListedLeave) -> str:
    """Return a name for a list of choices, where mentions are not shown."""
    user_id = listed.leave.user_id
    if user_id is None:
        return listed.player or "a player"
    member = None if guild is None else guild.get_member(user_id)
    return f"user {user_id}" if member is None else member.display_name


def _option(listed: ListedLeave, names: Mapping[int, str]) -> discord.SelectOption:
    leave = listed.leave
    until = "further notice" if leave.until_on is None else f"{leave.until_on}"
    days = (
        ""
        if leave.until_on is None
        else f", {plural((leave.until_on - leave.from_on).days + 1, 'day')}"
    )
    description = f"{leave.from_on} until {until}{days}"
    return option(names[listed.absence_id], str(listed.absence_id), description)

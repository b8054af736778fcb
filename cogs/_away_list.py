"""All leaves as officers see them, with their reasons; each can be ended or made longer."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.people import LeaveList, ListedLeave, Whom
from bot.services.setup import Clan
from bot.wiring import Services
from cogs._leave import no_day, on_day, span_words
from cogs._panels import OpensForm, Panel, PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, open_form, small, tell, when

_CHOICES = 25
_PAST_SHOWN = 10
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
    await interaction.followup.send(view=await away_panel(services, interaction, note))


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


class AwayPanel(Panel):
    """The list with its two controls; without leaves, the lasting twin that only listens."""

    def __init__(self, services: Services, box: Box | None = None) -> None:
        super().__init__(services, Permission.SET_LEAVE, lasting=box is None)
        if box is not None:
            self.add_item(box)
            return
        for control in _controls([discord.SelectOption(label="-")]):
            row: discord.ui.ActionRow[AwayPanel] = discord.ui.ActionRow(control)
            self.add_item(row)

    async def redraw(self, interaction: Interaction, note: str) -> None:
        """Show the list as it is now, with a note."""
        panel = await away_panel(self.services, interaction, note)
        await interaction.edit_original_response(view=panel)


async def away_panel(services: Services, interaction: Interaction, note: str = "") -> AwayPanel:
    """Return the list of the clan's leaves."""
    clan = clan_of(interaction)
    leaves = await services.leaves.listed(clan)
    names = {
        each.absence_id: _name(interaction.guild, each)
        for each in (*leaves.current, *leaves.coming)
    }
    return AwayPanel(services, _box(clan, leaves, names, note))


def _box(clan: Clan, leaves: LeaveList, names: dict[int, str], note: str) -> Box:
    box = Box(
        "## Leave", small("Reasons are for the person and officers: only you see this answer.")
    )
    if note:
        box.say(note)
    box.rule().say(
        f"**Away today**  {len(leaves.current) or 'nobody'}",
        *(_line(each, clan.zone) for each in leaves.current),
    )
    if leaves.coming:
        box.rule().say("**Coming**", *(_line(each, clan.zone) for each in leaves.coming))
    if leaves.past:
        past = leaves.past[:_PAST_SHOWN]
        box.rule().say("**Past**", *(small(_line(each, clan.zone)) for each in past))
    standing = (*leaves.current, *leaves.coming)[:_CHOICES]
    if standing:
        box.rule()
        for control in _controls([_option(each, names) for each in standing]):
            box.control(control)
    hint = "`/clanstats away` with a member or player, from and until sets a leave for somebody."
    return box.say(small(hint))


def _line(listed: ListedLeave, zone: ZoneInfo) -> str:
    """Return whose leave, its days, the reason, and what speaks for a return."""
    reason = f" \N{MIDDLE DOT} {escaped(listed.reason)}" if listed.reason else ""
    seen = ""
    if listed.sign_at is not None:
        seen = f"\n{small(f'seen {when(listed.sign_at)}: back? They are asked, too')}"
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


def _option(listed: ListedLeave, names: dict[int, str]) -> discord.SelectOption:
    leave = listed.leave
    until = "further notice" if leave.until_on is None else f"{leave.until_on}"
    days = (
        ""
        if leave.until_on is None
        else f", {plural((leave.until_on - leave.from_on).days + 1, 'day')}"
    )
    return discord.SelectOption(
        label=names[listed.absence_id][:100],
        value=str(listed.absence_id),
        description=f"{leave.from_on} until {until}{days}",
    )


def _controls(
    options: Sequence[discord.SelectOption],
) -> tuple[discord.ui.Select[AwayPanel], ...]:
    return _Extend(options), _EndLeave(options)


class _EndLeave(discord.ui.Select[AwayPanel]):
    def __init__(self, options: Sequence[discord.SelectOption]) -> None:
        super().__init__(
            custom_id="away:end",
            placeholder="End or call off\N{HORIZONTAL ELLIPSIS}",
            options=[*options],
        )

    async def callback(self, interaction: Interaction) -> None:
        """End the picked leave today."""
        if self.view is None:
            return
        services, clan = self.view.services, clan_of(interaction)
        leave = await services.leaves.end(clan, int(self.values[0]))
        note = _OVER if leave is None else f"Ended the leave {span_words(leave, clan.zone)}."
        await self.view.redraw(interaction, note)


class _Extend(OpensForm, discord.ui.Select[AwayPanel]):
    def __init__(self, options: Sequence[discord.SelectOption]) -> None:
        super().__init__(
            custom_id="away:extend",
            placeholder="Set another last day\N{HORIZONTAL ELLIPSIS}",
            options=[*options],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the new last day of the picked leave."""
        if self.view is not None:
            await open_form(interaction, _DayForm(self.view, int(self.values[0])))


class _DayForm(PanelForm):
    day: discord.ui.TextInput["_DayForm"]

    def __init__(self, panel: AwayPanel, absence_id: int) -> None:
        super().__init__(panel.services, Permission.SET_LEAVE, "Another last day")
        self._panel = panel
        self._absence_id = absence_id
        self.day = discord.ui.TextInput(min_length=1, max_length=40)
        self.add_item(
            discord.ui.Label(
                text="Last day away",
                description="Like 24 Dec, friday, or 2 weeks to make it two weeks longer",
                component=self.day,
            )
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Set the day if it is one."""
        clan = clan_of(interaction)
        try:
            leave = await self.services.leaves.extend(
                clan, self._absence_id, self.day.value, interaction.user.id
            )
        except ValueError as error:
            await tell(interaction, no_day(error))
            return
        until = None if leave is None else on_day(leave.last_on, clan.zone)
        await self._panel.redraw(interaction, f"Away until {until} now." if until else _OVER)

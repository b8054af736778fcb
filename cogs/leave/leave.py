"""Leave in words, and the question whether somebody is back; nobody is asked in public.

A day is written as its noon on the clan's clock, so that readers everywhere see the same date.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.clan.leave import Leave
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.people import ListedLeave, Whom
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, when
from cogs.screens import Controls, Press, Rendered, Screen, pressed

NOT_AWAY = "You are not on leave. `/away` sets one."
_NOON = time(12)

Reason = app_commands.Range[str, 1, 200]
Day = app_commands.Range[str, 1, 100]
"""A day as somebody writes it."""


def on_day(day: date, zone: ZoneInfo) -> str:
    """Return a day of the clan's calendar in the reader's own language."""
    return discord.utils.format_dt(datetime.combine(day, _NOON, zone), "D")


def away_words(leave: Leave, zone: ZoneInfo) -> str:
    """Return until when somebody is away."""
    if leave.until_on is None:
        return "away until further notice"
    return f"away until {on_day(leave.last_on, zone)}"


def span_words(leave: Leave, zone: ZoneInfo) -> str:
    """Return the first and the last day of a leave."""
    until = "further notice" if leave.until_on is None else on_day(leave.last_on, zone)
    return f"from {on_day(leave.from_on, zone)} until {until}"


def no_day(error: ValueError) -> str:
    """Return why a day was not understood, as a sentence."""
    words = str(error)
    return f"{escaped(words[:1].upper() + words[1:])}."


UNCONFIRMED = (
    "No account is confirmed yet, and a leave protects only those: claim yours with `/link` and "
    "have an officer confirm it."
)


def set_words(leave: Leave, zone: ZoneInfo, *, reason: str | None) -> str:
    """Return to whoever is on leave what was set."""
    told = f"You are on leave {span_words(leave, zone)}, both days included."
    kept = "Only you and officers see the reason. " if reason else ""
    return f"{told}\n{small(kept + 'It ends by itself; /back ends it sooner.')}"


def ended_words(leave: Leave, today: date, zone: ZoneInfo) -> str:
    """Return that somebody's own leave is over, or never begins."""
    if leave.from_on > today:
        return f"Your leave {span_words(leave, zone)} is called off."
    return f"Welcome back! Your leave {span_words(leave, zone)} is over."


class ReturnQuestion(NamedTuple):
    """The leave of somebody who was seen, if there is one, and the clan's clock."""

    zone: ZoneInfo
    found: ListedLeave | None


@dataclass(frozen=True, slots=True)
class ReturnState:
    """Nothing: whoever presses is who was asked, for nobody else sees it."""


_CONTROLS = Controls("return", ReturnState)


class ReturnScreen(Screen[ReturnState, ReturnQuestion]):
    """Asks somebody on leave who was seen whether they are back."""

    controls = _CONTROLS
    permission = Permission.SEE_OWN

    async def read(self, interaction: Interaction, _state: ReturnState) -> ReturnQuestion:
        """Return what there is to ask whoever was seen."""
        clan = clan_of(interaction)
        found = await self.services.leaves.question(clan, interaction.user.id)
        return ReturnQuestion(clan.zone, found)

    def render(self, state: ReturnState, answer: ReturnQuestion, _note: str = "") -> Rendered:
        """Return the question."""
        zone, found = answer
        if found is None:
            return Rendered(Box(NOT_AWAY))
        until = away_words(found.leave, zone)
        box = Box("**Are you back?**", f"You are {until}, and you were seen {when(found.sign_at)}.")
        primary = discord.ButtonStyle.primary
        yes = _CONTROLS.button("returned", state, "I am back", style=primary)
        no = _CONTROLS.button("still_away", state, "Still away")
        return Rendered(box.add_item(discord.ui.ActionRow(yes, no)))

    @pressed()
    async def returned(self, press: Press[ReturnState]) -> None:
        """End the leave of whoever pressed."""
        clan, leaves, who = press.clan, self.services.leaves, press.interaction.user.id
        leave = await leaves.come_back(clan, Whom(user_id=who), only_today=True)
        words = NOT_AWAY if leave is None else ended_words(leave, leave.from_on, clan.zone)
        await press.close(words)

    @pressed()
    async def still_away(self, press: Press[ReturnState]) -> None:
        """Leave everything as it is."""
        await press.close("All right, your leave goes on. `/back` ends it at any time.")

"""Leave in words, and the question whether somebody is back; nobody is asked in public.

A day is written as its noon on the clan's clock, so that readers everywhere see the same date.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.clan.leave import Leave
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.services.people import Whom
from bot.wiring import Services
from cogs._panels import Panel
from cogs._permissions import Interaction, clan_of
from cogs._replies import Box, small, when

NOT_AWAY = "You are not on leave. `/away` sets one."
_NOON = time(12)

Reason = app_commands.Range[str, 1, 200]
Day = app_commands.Range[str, 1, 100]
"""A day as somebody writes it."""


def on_day(day: date, zone: ZoneInfo, style: discord.utils.TimestampStyle = "D") -> str:
    """Return a day of the clan's calendar in the reader's own language."""
    return discord.utils.format_dt(datetime.combine(day, _NOON, zone), style)


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


def set_words(whose: str, leave: Leave, zone: ZoneInfo, *, reason: str | None) -> str:
    """Return what was set; `whose` is "You are" or somebody "is"."""
    told = f"{whose} on leave {span_words(leave, zone)}, both days included."
    kept = "The reason is seen by the person and officers only. " if reason else ""
    return f"{told}\n{small(kept + 'It ends by itself; /back ends it before.')}"


def ended_words(leave: Leave, today: date, zone: ZoneInfo) -> str:
    """Return that somebody's own leave is over, or never begins."""
    if leave.from_on > today:
        return f"Your leave {span_words(leave, zone)} is called off."
    return f"Welcome back! Your leave {span_words(leave, zone)} is over."


class ReturnPanel(Panel):
    """Asks somebody on leave who was seen whether they are back; without a leave, the twin."""

    def __init__(
        self, services: Services, leave: Leave | None = None, asked: tuple[str, str] = ("", "")
    ) -> None:
        super().__init__(services, Permission.SEE_OWN, lasting=leave is None)
        row: discord.ui.ActionRow[ReturnPanel] = discord.ui.ActionRow(_Back(), _StillAway())
        if leave is None:
            self.add_item(row)
        else:
            until, seen = asked
            box = Box("**Are you back?**", f"You are {until}, and you were seen {seen}.")
            self.add_item(box.add_item(row))


def return_panel(
    services: Services, leave: Leave, sign_at: datetime | None, zone: ZoneInfo
) -> ReturnPanel:
    """Return the question for somebody who was seen."""
    return ReturnPanel(services, leave, (away_words(leave, zone), when(sign_at)))


class _Back(discord.ui.Button[ReturnPanel]):
    def __init__(self) -> None:
        super().__init__(
            label="I am back", custom_id="return:yes", style=discord.ButtonStyle.primary
        )

    async def callback(self, interaction: Interaction) -> None:
        """End the leave of whoever pressed."""
        if self.view is None:
            return
        clan, leaves = clan_of(interaction), self.view.services.leaves
        away = await leaves.away_today(clan)
        leave = away.users.get(interaction.user.id)
        if leave is not None:
            await leaves.come_back(clan, Whom(user_id=interaction.user.id))
        words = NOT_AWAY if leave is None else ended_words(leave, leave.from_on, clan.zone)
        await _close(interaction, words)


class _StillAway(discord.ui.Button[ReturnPanel]):
    def __init__(self) -> None:
        super().__init__(label="Still away", custom_id="return:no")

    async def callback(self, interaction: Interaction) -> None:
        """Leave everything as it is."""
        await _close(interaction, "All right, your leave goes on. `/back` ends it at any time.")


async def _close(interaction: Interaction, words: str) -> None:
    view = discord.ui.LayoutView().add_item(discord.ui.TextDisplay(words))
    await interaction.edit_original_response(view=view)

"""/away and /back: one's own leave of absence, seen by nobody else.

Whoever is on leave and was seen is asked at their next command whether they are back.
"""

from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.clan.spans import day_of
from bot.services.people import Whom
from bot.wiring import Services
from cogs._errors import guarded
from cogs._permissions import Interaction, clan_of, requires
from cogs._replies import tell
from cogs.leave.away_list import AwayScreen
from cogs.leave.leave import (
    NOT_AWAY,
    UNCONFIRMED,
    Day,
    Reason,
    ReturnScreen,
    ReturnState,
    ended_words,
    no_day,
    set_words,
)
from cogs.screens import add_screens


class LeaveCommands(commands.Cog):
    """Leave of absence."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.rename(first="from", last="until")
    @app_commands.describe(
        first="Your first day away, like today, friday, 24 Dec or 2026-12-24",
        last="Your last day away, or how long, like 2 weeks",
        reason="Only you and officers see it",
    )
    @requires(Permission.SEE_OWN)
    async def away(
        self, interaction: Interaction, first: Day, last: Day, reason: Reason | None = None
    ) -> None:
        """Say that you are away for a while, so that nobody calls you inactive."""
        clan, user_id = clan_of(interaction), interaction.user.id
        try:
            leave = await self.services.leaves.go(
                clan, Whom(user_id=user_id), (first, last), reason=reason, by=user_id
            )
        except ValueError as error:
            await tell(interaction, no_day(error))
        else:
            words = set_words(leave, clan.zone, reason=reason)
            sure = await self.services.links.is_confirmed(clan, user_id)
            await tell(interaction, words if sure else f"{words}\n{UNCONFIRMED}")

    @app_commands.command()
    @requires(Permission.SEE_OWN)
    async def back(self, interaction: Interaction) -> None:
        """Say that you are back, or call off a leave that has not begun."""
        clan = clan_of(interaction)
        leave = await self.services.leaves.come_back(clan, Whom(user_id=interaction.user.id))
        today = day_of(self.services.clock(), clan.zone)
        await tell(interaction, NOT_AWAY if leave is None else ended_words(leave, today, clan.zone))

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, _: object) -> None:
        """Ask whoever is on leave and was seen, once they have their answer."""
        if "clan" in interaction.extras:
            await guarded(self._ask(interaction), "asking who is back")

    async def _ask(self, interaction: Interaction) -> None:
        screen, state = ReturnScreen(self.services), ReturnState()
        asked = await screen.read(interaction, state)
        if asked.found is not None:
            await screen.send(interaction, state, asked)
            await self.services.leaves.asked(clan_of(interaction), asked.found.absence_id)


async def setup(bot: ClanBot) -> None:
    """Add the commands, the list of leaves and the question about them."""
    await bot.add_cog(LeaveCommands(bot.services))
    add_screens(bot, AwayScreen(bot.services), ReturnScreen(bot.services))

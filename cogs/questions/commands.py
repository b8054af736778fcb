"""Right-clicks on a message: it asks, it answers or is answered, or it is no question after all."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.marking import Marking
from bot.clan.ranks import Permission
from bot.services.chat import Clicked
from bot.wiring import Services
from cogs._permissions import Interaction, caller_may, clan_of, requires
from cogs._replies import tell
from cogs.questions.words import marking_words


class QuestionMarks(commands.Cog):
    """Lets people say what a message is."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menus = (
            app_commands.ContextMenu(name="Mark as question", callback=self.mark_as_question),
            app_commands.ContextMenu(name="Mark as answered", callback=self.mark_as_answered),
            app_commands.ContextMenu(name="Not a question", callback=self.not_a_question),
        )

    @requires(Permission.SEE_OWN)
    async def mark_as_question(self, interaction: Interaction, message: discord.Message) -> None:
        """Call a message a question, or open one again that was called answered."""
        await self._mark(interaction, message, Marking.QUESTION)

    @requires(Permission.SEE_OWN)
    async def mark_as_answered(self, interaction: Interaction, message: discord.Message) -> None:
        """Close a question, or say that a reply to one answers it."""
        await self._mark(interaction, message, Marking.ANSWERED)

    @requires(Permission.SEE_OWN)
    async def not_a_question(self, interaction: Interaction, message: discord.Message) -> None:
        """Call a message no question, or a reply no answer."""
        await self._mark(interaction, message, Marking.NO_QUESTION)

    async def _mark(
        self, interaction: Interaction, message: discord.Message, marking: Marking
    ) -> None:
        clicked = Clicked(
            message.id,
            message.channel.id,
            interaction.user.id,
            is_officer=caller_may(interaction, Permission.SEE_REPORTS),
        )
        outcome = await self.services.marks.mark(clan_of(interaction), clicked, marking)
        await tell(interaction, marking_words(outcome, marking))


async def setup(bot: ClanBot) -> None:
    """Add the right-clicks."""
    cog = QuestionMarks(bot.services)
    await bot.add_cog(cog)
    for menu in cog.menus:
        bot.tree.add_command(menu)

"""/leaderboard: who stands where in one metric. /compare: two members side by side."""

from collections.abc import Awaitable

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.leaderboards import ALL_TIME, metric_title
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.game import unready
from bot.services.publish import ComparisonFiles, NotCompared
from bot.wiring import Services
from cogs._offers import Choices, Typed, choices, members_offered
from cogs._permissions import Interaction, clan_of, requires
from cogs._replies import PERIODS, tell
from cogs.boards.comparison import ComparisonScreen, state_of
from cogs.boards.comparison_words import refused_words
from cogs.boards.screen import BoardScreen, BoardState
from cogs.me import visitor
from cogs.screens import add_screens

_PERIODS = [*PERIODS, app_commands.Choice(name="all time", value=ALL_TIME)]


class Boards(commands.Cog):
    """Leaderboards and comparisons."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = app_commands.ContextMenu(name="Compare with me", callback=self.compare_with_me)

    @app_commands.command()
    @app_commands.describe(
        metric="A skill, boss or activity, XP, kills, messages, voice: begin to type",
        period="How far back (30 days if you do not say)",
    )
    @app_commands.choices(period=_PERIODS)
    @requires(Permission.SEE_OWN, is_heavy=True, needs_numbers=True)
    async def leaderboard(
        self, interaction: Interaction, metric: Typed, period: int = Period.MONTH
    ) -> None:
        """Show who stands where in the clan, and your own place."""
        meant = await self.services.leaderboards.called(metric)
        if meant is None:
            await tell(interaction, unknown_metric(metric))
            return
        await BoardScreen(self.services).show(interaction, BoardState(meant, period))

    @leaderboard.autocomplete("metric")
    async def metrics(self, _interaction: Interaction, typed: str) -> Choices:
        """Offer the metrics that may be meant, by their names and nicknames."""
        return choices(await self.services.leaderboards.offered(typed), metric_title)

    @app_commands.command()
    @app_commands.rename(first="a", second="b")
    @app_commands.describe(
        first="A member's RuneScape name, now or before, or their name on Discord",
        second="Whom to compare with them",
        period="How far back (30 days if you do not say)",
    )
    @app_commands.choices(period=PERIODS)
    @requires(Permission.SEE_OWN, is_heavy=True)
    async def compare(
        self,
        interaction: Interaction,
        first: Typed,
        second: Typed,
        period: int = Period.MONTH,
    ) -> None:
        """Show two members side by side: XP, kills, messages, and what each leads in."""
        asker = visitor(interaction.user)
        made = self.services.comparisons.of_names(
            clan_of(interaction), (first, second), Period(period), asker
        )
        await self._show(interaction, made)

    @compare.autocomplete("first")
    async def first_names(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the members whose names hold what was typed."""
        return await members_offered(self.services, interaction, typed)

    @compare.autocomplete("second")
    async def second_names(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the members whose names hold what was typed."""
        return await members_offered(self.services, interaction, typed)

    @requires(Permission.SEE_OWN, is_heavy=True)
    async def compare_with_me(self, interaction: Interaction, user: discord.Member) -> None:
        """Show whoever clicked beside the user who was clicked on, by their main accounts."""
        if words := _not_with_me(interaction, user):
            await tell(interaction, words)
            return
        made = self.services.comparisons.with_self(
            clan_of(interaction), visitor(user), Period.MONTH, visitor(interaction.user)
        )
        await self._show(interaction, made)

    async def _show(self, interaction: Interaction, made: Awaitable[ComparisonFiles]) -> None:
        try:
            files = await made
        except NotCompared as refused:
            await tell(interaction, unready(clan_of(interaction)) or refused_words(refused))
            return
        screen = ComparisonScreen(self.services)
        await screen.send(interaction, state_of(files), screen.found(interaction, files))


def _not_with_me(interaction: Interaction, user: discord.Member) -> str:
    """Return why nobody is compared with a user; nothing where they can be."""
    if user.bot:
        return "That is a bot: it has no account."
    if user.id == interaction.user.id:
        return "That is you. Right-click somebody else to compare them with you."
    return ""


def unknown_metric(typed: str) -> str:
    """Return that nothing is called so, or several things are, and what to do."""
    return (
        f"I do not know which one **{escaped(typed)}** is.\n"
        "Begin to type and pick it from the list: `cox`, `rc`, `clue hard` and the like work."
    )


async def setup(bot: ClanBot) -> None:
    """Add the commands, the right-click and the screens."""
    cog = Boards(bot.services)
    await bot.add_cog(cog)
    bot.tree.add_command(cog.menu)
    add_screens(bot, BoardScreen(bot.services), ComparisonScreen(bot.services))

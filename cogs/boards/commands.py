"""/leaderboard: who stands where in one metric."""

from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.leaderboards import ALL_TIME, metric_title
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.game import unready
from bot.wiring import Services
from cogs._offers import Choices, Typed
from cogs._permissions import Interaction, clan_of, requires
from cogs._replies import PERIODS, tell
from cogs.boards.screen import BoardScreen, BoardState
from cogs.screens import add_screens

_LONGEST_CHOICE = 100
_PERIODS = [*PERIODS, app_commands.Choice(name="all time", value=ALL_TIME)]


class Boards(commands.Cog):
    """Leaderboards."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.describe(
        metric="A skill, boss or activity, XP, kills, messages, voice: begin to type",
        period="How far back (30 days if you do not say)",
    )
    @app_commands.choices(period=_PERIODS)
    @requires(Permission.SEE_OWN, is_heavy=True)
    async def leaderboard(
        self, interaction: Interaction, metric: Typed, period: int = Period.MONTH
    ) -> None:
        """Show who stands where in the clan, and your own place."""
        if words := unready(clan_of(interaction)):
            await tell(interaction, words)
            return
        meant = await self.services.leaderboards.called(metric)
        if meant is None:
            await tell(interaction, unknown_metric(metric))
            return
        await BoardScreen(self.services).show(interaction, BoardState(meant, period))

    @leaderboard.autocomplete("metric")
    async def metrics(self, _interaction: Interaction, typed: str) -> Choices:
        """Offer the metrics that may be meant, by their names and nicknames."""
        found = await self.services.leaderboards.offered(typed)
        return [
            app_commands.Choice(name=metric_title(each)[:_LONGEST_CHOICE], value=each)
            for each in found
        ]


def unknown_metric(typed: str) -> str:
    """Return that nothing is called so, or several things are, and what to do."""
    return (
        f"I do not know which one **{escaped(typed)}** is.\n"
        "Begin to type and pick it from the list: `cox`, `rc`, `clue hard` and the like work."
    )


async def setup(bot: ClanBot) -> None:
    """Add the command and its screen."""
    await bot.add_cog(Boards(bot.services))
    add_screens(bot, BoardScreen(bot.services))

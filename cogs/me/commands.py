"""/me and /member: one card, for oneself or about somebody else, always for the asker alone."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.spans import Period
from bot.services.game import unready
from bot.services.publish import CardFiles, OptedOut
from bot.wiring import Services
from cogs._offers import Choices, Typed, members_offered
from cogs._permissions import Interaction, caller_may, clan_of, requires
from cogs._replies import PERIODS, tell
from cogs.me.card import CardScreen, CardState, card_box, standing_note, visitor
from cogs.me.standing import slack_line
from cogs.review import history_lines, kinds_for
from cogs.screens import Rendered, add_screens

_OPTED_OUT = "This member opted out and is shown to nobody else."


class Me(commands.Cog):
    """Cards of members."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = app_commands.ContextMenu(name="Clan card", callback=self.clan_card)

    @app_commands.command()
    @app_commands.describe(period="How far back (30 days if you do not say)")
    @app_commands.choices(period=PERIODS)
    @requires(Permission.SEE_OWN, is_heavy=True)
    async def me(self, interaction: Interaction, period: int = Period.MONTH) -> None:
        """Show your own card: XP, boss kills, messages, and your place in the clan."""
        screen, state = CardScreen(self.services), CardState(Period(period))
        found = await screen.read(interaction, state)
        if found is None:
            asker = visitor(interaction.user)
            words = unready(clan_of(interaction)) or unknown_self(asker.name, asker.handle)
            await tell(interaction, words)
            return
        await screen.send(interaction, state, found)

    @app_commands.command()
    @app_commands.describe(
        player="A member's RuneScape name, now or before, or their name on Discord",
        period="How far back (30 days if you do not say)",
    )
    @app_commands.choices(period=PERIODS)
    @requires(Permission.SEE_OWN, is_heavy=True)
    async def member(
        self, interaction: Interaction, player: Typed, period: int = Period.MONTH
    ) -> None:
        """Show the card of another member."""
        clan = clan_of(interaction)
        judged = caller_may(interaction, Permission.SET_LEAVE)
        try:
            made = await self.services.cards.of_player(clan, player, Period(period), judged=judged)
        except OptedOut:
            await tell(interaction, _OPTED_OUT)
            return
        if made is None:
            await tell(interaction, unready(clan) or unknown_player(player))
            return
        await self._show(interaction, made)

    @member.autocomplete("player")
    async def names(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the members whose names hold what was typed."""
        return await members_offered(self.services, interaction, typed)

    @requires(Permission.SEE_OWN, is_heavy=True)
    async def clan_card(self, interaction: Interaction, user: discord.Member) -> None:
        """Show the card of the user who was clicked on."""
        clan, asked = clan_of(interaction), visitor(user)
        judged = caller_may(interaction, Permission.SET_LEAVE)
        try:
            made = await self.services.cards.of_visitor(clan, asked, Period.MONTH, judged=judged)
        except OptedOut:
            await tell(interaction, _OPTED_OUT)
            return
        if made is None:
            await tell(interaction, unready(clan) or unknown_user(asked.name, asked.handle))
            return
        await self._show(interaction, made)

    async def _show(self, interaction: Interaction, made: CardFiles) -> None:
        """Show a card to somebody else than whose it is; to officers with all that was decided."""
        officer = caller_may(interaction, Permission.SET_LEAVE)
        member = made.card.member
        note = await standing_note(self.services, interaction, member, reasons=officer)
        kinds = kinds_for(interaction) if officer else frozenset()
        past = await history_lines(self.services, clan_of(interaction), member.player_id, kinds)
        slack = [] if made.standing is None else [slack_line(made.standing.slack, "they are")]
        box = card_box(made, note, [*slack, *past])
        await Rendered(box, (made.chart,)).send(interaction)


def unknown_self(name: str, handle: str) -> str:
    """Return why somebody has no card, and how to get one."""
    return (
        f"I do not know which member you are: nobody is called {_either(name, handle)}, or more "
        "than one could be meant.\n"
        "Say which account is yours with `/link`, or set your nickname on this server to your "
        "RuneScape name; then use `/me` again."
    )


def unknown_user(name: str, handle: str) -> str:
    """Return why somebody else has no card."""
    return (
        f"I do not know which member that is: nobody is called {_either(name, handle)}, "
        "or more than one could be meant.\n"
        "A nickname that is the RuneScape name makes the two meet; `/member` finds players by "
        "their own name."
    )


def unknown_player(name: str) -> str:
    """Return that nobody has a name, and how to find who does."""
    return (
        f"No member of the clan is called **{escaped(name)}**, and none was.\n"
        "Begin to type and pick a name from the list."
    )


def _either(name: str, handle: str) -> str:
    tried = dict.fromkeys((escaped(name), escaped(handle)))
    return " or ".join(f"**{each}**" for each in tried)


async def setup(bot: ClanBot) -> None:
    """Add the commands, the right-click, and one's own card."""
    cog = Me(bot.services)
    await bot.add_cog(cog)
    bot.tree.add_command(cog.menu)
    add_screens(bot, CardScreen(bot.services))

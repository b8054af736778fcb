"""/link and /unlink: who somebody says they are; and an officer's right-click on a user."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.wiring import Services
from cogs._deciding_words import bold
from cogs._offers import Choices, Typed, choices, clan_typed_in, members_offered
from cogs._permissions import Interaction, clan_of, requires
from cogs._replies import tell
from cogs.links.accounts import AboutState, AccountsScreen
from cogs.links.words import claim_words, unlink_words
from cogs.me import visitor
from cogs.screens import add_screens


class LinkCommands(commands.Cog):
    """Claims of accounts."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = app_commands.ContextMenu(name="Link account", callback=self.link_account)

    @app_commands.command()
    @app_commands.describe(player="Your RuneScape name in this clan, now or before")
    @requires(Permission.SEE_OWN, needs_numbers=True)
    async def link(self, interaction: Interaction, player: Typed) -> None:
        """Say that a RuneScape account of this clan is yours."""
        clan = clan_of(interaction)
        answer = await self.services.links.claim(clan, visitor(interaction.user), player)
        await tell(interaction, claim_words(answer))

    @link.autocomplete("player")
    async def members(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the members whose names hold what was typed."""
        return await members_offered(self.services, interaction, typed)

    @app_commands.command()
    @app_commands.describe(player="Which account, if you have more than one")
    @requires(Permission.SEE_OWN)
    async def unlink(self, interaction: Interaction, player: Typed = "") -> None:
        """Say that an account is not yours, or not any more."""
        clan, links = clan_of(interaction), self.services.links
        names = await links.linked(clan, interaction.user.id)
        if not player and len(names) != 1:
            await tell(interaction, _which(names))
            return
        answer = await links.unlink(clan, interaction.user.id, player or names[0])
        await tell(interaction, unlink_words(answer))

    @unlink.autocomplete("player")
    async def own(self, interaction: Interaction, typed: str) -> Choices:
        """Offer the accounts that are linked to whoever asks."""
        clan = await clan_typed_in(self.services, interaction)
        if clan is None:
            return []
        names = await self.services.links.linked(clan, interaction.user.id)
        return choices(name for name in names if typed.casefold() in name.casefold())

    @requires(Permission.DECIDE_LINKS)
    async def link_account(self, interaction: Interaction, user: discord.Member) -> None:
        """Show an officer the accounts of the user who was clicked on."""
        if user.bot:
            await tell(interaction, "That is a bot: it has no account.")
            return
        await AccountsScreen(self.services).show(interaction, AboutState(user_id=user.id))


def _which(names: tuple[str, ...]) -> str:
    if not names:
        return "No account is linked to you. `/link` claims one."
    return f"Say which: {', '.join(map(bold, names))}. `/unlink player` offers them."


async def setup(bot: ClanBot) -> None:
    """Add the commands and the right-click."""
    cog = LinkCommands(bot.services)
    await bot.add_cog(cog)
    bot.tree.add_command(cog.menu)
    add_screens(bot, AccountsScreen(bot.services))

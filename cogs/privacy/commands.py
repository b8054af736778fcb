"""/privacy: what is kept about oneself, shown, sent, deleted or stopped; for the asker alone.

Who leaves the server is noted, and forgotten by a job when the clan wants that.
"""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.ranks import Permission
from bot.wiring import Services
from cogs._errors import guarded
from cogs._guild_members import knows_members
from cogs._permissions import Interaction, clan_in, clan_of, requires
from cogs._replies import files, tell
from cogs._rounds import Rounds
from cogs.privacy.screen import OPTED_IN, OPTED_OUT, ForgetScreen, ForgetState, kept_box
from cogs.screens import Rendered, add_screens

_PAUSE_S = 1.0
"""Between two servers whose members are asked for: commands ask by the same few requests."""
_ALREADY_OUT = "You had opted out already: nothing is counted."
_NEVER_OUT = "You had not opted out: you are counted as before."


class PrivacyCommands(commands.GroupCog, group_name="privacy"):
    """What the bot keeps about you, and your say in it."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.rounds = Rounds(self.look_round, "looking who is there", pause_s=_PAUSE_S)

    async def cog_unload(self) -> None:
        """Look round no more."""
        self.rounds.stop()

    @app_commands.command()
    @requires(Permission.SEE_OWN)
    async def show(self, interaction: Interaction) -> None:
        """Show in plain words what is kept about you, for how long, and who sees it."""
        clan = clan_of(interaction)
        kept = await self.services.dossier.kept(clan, interaction.user.id)
        await Rendered(kept_box(clan, kept)).send(interaction)

    @app_commands.command()
    @requires(Permission.SEE_OWN, is_heavy=True)
    async def export(self, interaction: Interaction) -> None:
        """Send you everything that is kept about you as a file."""
        made = await self.services.dossier.export(clan_of(interaction), interaction.user.id)
        words = "Everything that is kept about you in this clan. Nobody else can see this answer."
        await interaction.followup.send(words, files=files(made))

    @app_commands.command()
    @requires(Permission.SEE_OWN)
    async def forget(self, interaction: Interaction) -> None:
        """Delete everything about you but what the clan's roster shows; asks you first."""
        await ForgetScreen(self.services).show(interaction, ForgetState(interaction.user.id))

    @app_commands.command(name="opt-out")
    @requires(Permission.SEE_OWN)
    async def opt_out(self, interaction: Interaction) -> None:
        """Stop counting you from now on, and leave you out of leaderboards and top lists."""
        clan, user_id = clan_of(interaction), interaction.user.id
        before = await self.services.privacy.is_opted_out(clan, user_id)
        await self.services.privacy.opt_out(clan, user_id)
        await tell(interaction, _ALREADY_OUT if before else OPTED_OUT)

    @app_commands.command(name="opt-in")
    @requires(Permission.SEE_OWN)
    async def opt_in(self, interaction: Interaction) -> None:
        """Count you again from now on."""
        clan, user_id = clan_of(interaction), interaction.user.id
        before = await self.services.privacy.is_opted_out(clan, user_id)
        await self.services.privacy.opt_in(clan, user_id)
        await tell(interaction, OPTED_IN if before else _NEVER_OUT)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Note that somebody left a server."""
        clan = await self.services.clans.of_guild(payload.guild_id)
        if clan is not None:
            left = self.services.privacy.left(clan, payload.user.id)
            await guarded(left, "noting who left")

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Note that somebody is there, perhaps again."""
        clan = await clan_in(member.guild, self.services.clans)
        came = self.services.privacy.present(clan, {member.id}, all_of_them=False)
        await guarded(came, "noting who came")

    async def look_round(self, guild: discord.Guild) -> None:
        """Note who left a server and who came back while the bot was away."""
        if guild.unavailable or not await knows_members(guild):
            return
        clan = await clan_in(guild, self.services.clans)
        here = {member.id for member in guild.members}
        await self.services.privacy.present(clan, here, all_of_them=True)


async def setup(bot: ClanBot) -> None:
    """Add the commands and their question; look round once all are known."""
    cog = PrivacyCommands(bot.services)
    await bot.add_cog(cog)
    add_screens(bot, ForgetScreen(bot.services))

    async def look_round(guilds: Sequence[discord.Guild]) -> None:
        if bot.intents.members:
            await cog.rounds.go(guilds)

    bot.at_session("ready", look_round)

"""Seeing who is there without writing: who talks in voice, reacts, or uses a command.

Only that it was so and on which day is kept, and for how long in voice.
"""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import ClanBot
from bot.clan.voice import VoiceState
from bot.wiring import Services
from cogs._guild_members import knows_members
from cogs._rounds import Rounds

_AnyCommand = app_commands.Command[commands.Cog, ..., object] | app_commands.ContextMenu


class Presences(commands.Cog):
    """Sees every server the bot is in."""

    def __init__(self, services: Services) -> None:
        self._presence = services.presence

    async def cog_load(self) -> None:
        """Begin with nobody in voice: who sits there counts from when we see it."""
        self._presence.lose()

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, _before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Note where somebody sits now."""
        self._presence.move(member.guild.id, member.id, _state_of(member, after))

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Note that somebody reacted."""
        if payload.guild_id is None or payload.member is None or payload.member.bot:
            return
        self._presence.show(payload.guild_id, payload.user_id)

    @commands.Cog.listener()
    async def on_app_command_completion(
        self, interaction: discord.Interaction[ClanBot], _command: _AnyCommand
    ) -> None:
        """Note that somebody used a command."""
        if interaction.guild_id is not None:
            self._presence.show(interaction.guild_id, interaction.user.id)

    async def lose_all(self, guilds: Sequence[discord.Guild]) -> None:
        """Know that from here on nobody is seen in some servers."""
        for guild in guilds:
            self._presence.lose(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """See who sits in the voice channels of a server that Discord shows again."""
        await self.see(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """See who sits in the voice channels of a new server."""
        await self.see(guild)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Know that nobody is seen while Discord cannot show a server."""
        self._presence.lose(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """See nobody any more in a server that is gone."""
        self._presence.lose(guild.id)

    async def see(self, guild: discord.Guild) -> None:
        """Note who sits in a server's voice channels; whom Discord does not name is nobody."""
        if self.knows_all(guild) or await knows_members(guild):
            await self.see_known(guild)

    async def see_known(self, guild: discord.Guild) -> None:
        """Note those who sit in voice and are known."""
        members = (guild.get_member(who) for who in _sitting(guild))
        states = (_state_of(each, each.voice) for each in members if each is not None)
        self._presence.sit(guild.id, [state for state in states if state is not None])

    @staticmethod
    def knows_all(guild: discord.Guild) -> bool:
        """Return whether everybody who sits in voice is known."""
        return all(guild.get_member(who) is not None for who in _sitting(guild))


def _sitting(guild: discord.Guild) -> set[int]:
    return {who for each in _rooms(guild) for who in each.voice_states}


def _rooms(guild: discord.Guild) -> list[discord.VoiceChannel | discord.StageChannel]:
    return [*guild.voice_channels, *guild.stage_channels]


def _state_of(member: discord.Member, state: discord.VoiceState | None) -> VoiceState | None:
    """Return where a member sits in voice, or None."""
    channel = None if state is None else state.channel
    if state is None or channel is None:
        return None
    return VoiceState(
        member.id,
        channel.id,
        is_bot=member.bot,
        is_deaf=state.deaf or state.self_deaf,
        is_afk=state.afk or channel == member.guild.afk_channel,
    )


async def setup(bot: ClanBot) -> None:
    """Add the listener; after each connection, see who sits in voice."""
    presences = Presences(bot.services)
    await bot.add_cog(presences)

    named = Rounds(presences.see_known, "seeing who sits in voice")
    asked = Rounds(presences.see, "seeing who sits in voice")

    async def see_all(guilds: Sequence[discord.Guild]) -> None:
        # Whom Discord names counts from now on; asking for the others may take a while.
        await named.go(guilds)
        await asked.go(guild for guild in guilds if not presences.knows_all(guild))

    bot.at_session("ready", see_all)
    bot.at_session("resumed", see_all)
    bot.at_session("disconnect", presences.lose_all)

"""The members of a server as the services know them.

After a start it takes a while until Discord has told who is there: whoever asks waits for it.
"""

import asyncio

import discord

from bot.clan.ranks import authority
from bot.services.people import GuildMember, Officer
from cogs._errors import failure_of
from cogs._permissions import Interaction, clan_of

_PATIENCE_S = 30.0


async def guild_members_in(interaction: Interaction) -> list[GuildMember]:
    """Return everybody but bots on the server where something was asked."""
    guild = await _whole_guild(interaction)
    return (
        []
        if guild is None
        else [_guild_member(member) for member in guild.members if not member.bot]
    )


async def member_in(interaction: Interaction, user_id: int) -> discord.Member | None:
    """Return a member of the server where something was asked, or None for nobody there."""
    guild = await _whole_guild(interaction)
    return None if guild is None else guild.get_member(user_id)


def officer_in(interaction: Interaction) -> Officer:
    """Return the officer who was let in, with what they may."""
    caller, permissions = interaction.extras["caller"], clan_of(interaction).permissions
    return Officer(
        interaction.user.id, authority(caller, permissions), owns_server=caller.is_guild_owner
    )


async def knows_members(guild: discord.Guild) -> bool:
    """Return whether everybody on a server is known, after asking Discord if need be.

    Without the members intent nobody is told.
    """

    async def ask() -> None:
        async with asyncio.timeout(_PATIENCE_S):
            await guild.chunk()

    return bool(guild.chunked) or await failure_of(ask()) is None


async def _whole_guild(interaction: Interaction) -> discord.Guild | None:
    guild = interaction.guild
    if guild is not None and interaction.client.intents.members and not guild.chunked:
        async with asyncio.timeout(_PATIENCE_S):
            await guild.chunk()
    return guild


def _guild_member(member: discord.Member) -> GuildMember:
    joined_on = None if member.joined_at is None else member.joined_at.date()
    return GuildMember(
        member.id, member.global_name or member.name, member.name, member.nick, joined_on
    )

"""The channels in which the bot posts: one control and one look at permissions, wherever chosen."""

from typing import Any, TypeVar

import discord

from bot.clan.posting import PostingChannel, PostingState
from cogs.screens import Controls

S = TypeVar("S")

_WRITTEN = (discord.ChannelType.text, discord.ChannelType.news)
KINDS = {
    PostingChannel.REPORT: _WRITTEN,
    PostingChannel.NOTICES: (
        *_WRITTEN,
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
    ),
    PostingChannel.OFFICERS: _WRITTEN,
}
"""What can be chosen for each."""

Postable = discord.abc.GuildChannel | discord.Thread


def posting_select(
    controls: Controls[S], act: str, state: S, kind: PostingChannel, chosen: int | None
) -> discord.ui.ChannelSelect[Any]:
    """Return the control that chooses the channel for posts of a kind, or none."""
    return controls.channels(
        act,
        state,
        f"{kind.label}: none chosen",
        KINDS[kind],
        [] if chosen is None else [chosen],
        argument=kind.value,
        least=0,
    )


async def channel_here(guild: discord.Guild | None, channel_id: int) -> Postable | None:
    """Return a channel or thread of this server, and of no other; None where it is not to be had.

    A thread that was archived is not among those that are known: then Discord is asked.
    """
    if guild is None:
        return None
    try:
        found = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    except (discord.HTTPException, discord.InvalidData):
        return None
    return found


async def posting_state(
    guild: discord.Guild, kind: PostingChannel, channel_id: int | None
) -> PostingState:
    """Return whether the bot can post of a kind in a channel, and which permissions it lacks."""
    if channel_id is None:
        return PostingState()
    channel = await channel_here(guild, channel_id)
    if channel is None:
        return PostingState(is_set=True, is_there=False)
    lacks = lacking_to_post(channel, guild.me, attaches=kind.has_charts)
    return PostingState(is_set=True, lacks=tuple(lacks))


def lacking_to_post(channel: Postable, who: discord.Member, *, attaches: bool = False) -> list[str]:
    """Return which permissions somebody lacks to post in a channel, as Discord calls them."""
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return ["View Channel"]
    allowed = channel.permissions_for(who)
    in_thread = isinstance(channel, discord.Thread)
    writes = allowed.send_messages_in_threads if in_thread else allowed.send_messages
    send = "Send Messages in Threads" if in_thread else "Send Messages"
    wanted = {"View Channel": allowed.view_channel, send: writes}
    if attaches:
        wanted["Attach Files"] = allowed.attach_files
    return [name for name, is_given in wanted.items() if not is_given]

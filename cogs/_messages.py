"""Discord's messages and places as the intake takes them: no word of a message gets past here."""

import discord

from bot.clan.bridge import embed_line
from bot.clan.questions import is_question
from bot.services.chat import Bridge, ChannelInfo, IncomingMessage, Posted

Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
Place = Channel | discord.Thread
"""Wherever people write; forum posts are threads, announcement channels are text channels."""

_COUNTED = (discord.MessageType.default, discord.MessageType.reply)


def heard_of(message: discord.Message, bridge: Bridge | None = None) -> tuple[IncomingMessage, ...]:
    """Return a message as it counts; none for one that does not, several for a post of lines.

    Of bots and webhooks only those count that repeat the clan chat, in a bridge; there they count
    for who spoke in the game.
    """
    place, author = message.channel, message.author
    if message.type not in _COUNTED or not isinstance(place, Place):
        return ()
    replied = message.reference if message.type is discord.MessageType.reply else None
    reply_to = replied.message_id if replied else None
    if author.bot or message.webhook_id is not None:
        if bridge is None or not _repeats(message, bridge):
            return ()
        place_info, blocks = channel_info_of(place), _blocks(message, bridge)
        return bridge.heard(
            Posted(message.id, place_info, message.created_at, blocks, reply_to, author.id)
        )
    heard = IncomingMessage(
        message.id,
        channel_info_of(place),
        author.id,
        author.display_name,
        author.name,
        message.created_at,
        is_question=is_question(message.content),
        reply_to=reply_to,
    )
    return (heard,)


def _repeats(message: discord.Message, bridge: Bridge) -> bool:
    """Return whether a bot's or webhook's message may be a line of the clan chat.

    Never our own, an answer to a command, or an announcement that the channel follows.
    """
    ours = message.guild is not None and message.author.id == message.guild.me.id
    answers = message.interaction_metadata is not None
    follows = message.flags.is_crossposted
    return bridge.takes(message.author.id) and not (ours or answers or follows)


def _blocks(message: discord.Message, bridge: Bridge) -> list[str]:
    """Return what a message says: its text, or else each embed with its author before it."""
    if message.content and bridge.is_under_names:
        author = message.author.name
        return [embed_line(author, line) for line in message.content.splitlines() if line.strip()]
    if message.content:
        return [message.content]
    return [
        embed_line(embed.author.name, embed.description)
        for embed in message.embeds
        if embed.description
    ]


def channel_info_of(place: Place | discord.ForumChannel) -> ChannelInfo:
    """Return a place by its id, name and kind, and whether the bot can read its past."""
    thread = isinstance(place, discord.Thread)
    return ChannelInfo(
        place.id,
        place.name,
        "thread" if thread else place.type.name,
        place.parent_id if isinstance(place, discord.Thread) else None,
        is_readable(place),
    )


def is_readable(place: Place | discord.abc.GuildChannel) -> bool:
    """Return whether the bot may see a place and what was written there before."""
    if isinstance(place, discord.Thread) and place.parent is None:
        return False
    allowed = place.permissions_for(place.guild.me)
    return allowed.view_channel and allowed.read_message_history


def places_of(
    guild: discord.Guild,
) -> list[discord.TextChannel | discord.VoiceChannel | discord.StageChannel]:
    """Return the channels of a server that people write in, without threads."""
    return [*guild.text_channels, *guild.voice_channels, *guild.stage_channels]

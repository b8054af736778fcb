"""Discord's messages and places as the intake takes them: no word of a message gets past here."""

import discord

from bot.clan.questions import is_question
from bot.services.intake import Heard, Spot

Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
Place = Channel | discord.Thread
"""Wherever people write; forum posts are threads, announcement channels are text channels."""

_COUNTED = (discord.MessageType.default, discord.MessageType.reply)


def heard_of(message: discord.Message) -> Heard | None:
    """Return a message as it counts, or None for one that does not: bots, webhooks, notices."""
    place, author = message.channel, message.author
    if author.bot or message.webhook_id is not None or message.type not in _COUNTED:
        return None
    if not isinstance(place, Place):
        return None
    replied = message.reference if message.type is discord.MessageType.reply else None
    return Heard(
        message.id,
        spot_of(place),
        author.id,
        author.display_name,
        author.name,
        message.created_at,
        is_question=is_question(message.content),
        reply_to=replied.message_id if replied else None,
    )


def spot_of(place: Place) -> Spot:
    """Return a place by its id, name and kind, and whether the bot can read its past."""
    thread = isinstance(place, discord.Thread)
    return Spot(
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

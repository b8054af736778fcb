"""Discord's messages and places as the intake takes them: no word of a message gets past here."""

import discord

from bot.clan.bridge import embed_line
from bot.clan.questions import is_question
from bot.services.chat import Bridge, ChannelInfo, IncomingMessage, Posted

Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
Place = Channel | discord.Thread
"""Wherever people write; forum posts are threads, announcement channels are text channels."""

_VOICE = (discord.VoiceChannel, discord.StageChannel)
_POWERS = discord.Permissions(
    administrator=True,
    manage_guild=True,
    manage_channels=True,
    manage_roles=True,
    manage_messages=True,
    kick_members=True,
    ban_members=True,
    moderate_members=True,
)
"""What a server gives to those who keep order in it."""

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

    Never our own, an answer to a command, or an announcement that the channel follows. Where none
    is named, only a webhook that a person made: bots, and webhooks of theirs, say what anybody lets
    them say, under any name.
    """
    if bridge.source_id is None and (message.webhook_id is None or message.application_id):
        return False
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
    return not lacking(place)


def lacking(place: Place | discord.abc.GuildChannel) -> list[str]:
    """Return which permissions the bot lacks to read a place, as Discord calls them."""
    if isinstance(place, discord.Thread) and place.parent is None:
        return ["View Channel"]
    allowed = place.permissions_for(place.guild.me)
    needed = {
        "View Channel": allowed.view_channel,
        "Read Message History": allowed.read_message_history,
        # Discord lets nobody read the chat of a voice channel that they may not join.
        "Connect": allowed.connect or not isinstance(place, _VOICE),
    }
    return [name for name, is_given in needed.items() if not is_given]


def viewers_of(
    place: Place | discord.abc.GuildChannel,
    officer_roles: frozenset[int],
    *,
    knows_members: bool = True,
) -> frozenset[int] | None:
    """Return who can write in a place, None for everybody, if an ordinary member can.

    Officers and whoever keeps the server see much that is not meant for members: when only they
    can, it is nobody. Where Discord does not say who is on the server, a role that lets members in
    lets in everybody.
    """
    guild = place.guild
    if isinstance(place, discord.Thread):
        return frozenset()  # whoever sees its channel
    if _writes_in(place, guild.default_role):
        return None
    let_in, ordinary, named = _let_in(place, officer_roles)
    if not knows_members:
        return None if any(_writes_in(place, each) for each in ordinary) else frozenset()
    if not ordinary and not named:
        return frozenset()
    people = [
        each
        for each in guild.members
        if not each.bot
        and (each.id in {*named, guild.owner_id} or not let_in.isdisjoint(each.roles))
        and _writes_in(place, each)
    ]
    is_theirs = any(
        each.id != guild.owner_id
        and not any(_is_officers(role, officer_roles) for role in each.roles)
        for each in people
    )
    return frozenset(each.id for each in people) if is_theirs else frozenset()


def needs_members(place: Place | discord.abc.GuildChannel, officer_roles: frozenset[int]) -> bool:
    """Return whether it takes a server's members to tell who can write in a place.

    Not for nearly every private channel; people are many, and are asked for first.
    """
    if isinstance(place, discord.Thread) or _writes_in(place, place.guild.default_role):
        return False
    _, ordinary, named = _let_in(place, officer_roles)
    return bool(ordinary or named)


def _let_in(
    place: discord.abc.GuildChannel, officer_roles: frozenset[int]
) -> tuple[set[discord.Role], set[discord.Role], set[int]]:
    """Return the roles that see a place, those of them that are no officers', and people by id."""
    let_in = {each for each in place.guild.roles if place.permissions_for(each).view_channel}
    named = {each.id for each in place.overwrites if not isinstance(each, discord.Role)}
    return let_in, {each for each in let_in if not _is_officers(each, officer_roles)}, named


def _writes_in(place: discord.abc.GuildChannel, who: discord.Member | discord.Role) -> bool:
    allowed = place.permissions_for(who)
    posts = isinstance(place, discord.ForumChannel) and allowed.send_messages_in_threads
    return allowed.view_channel and (allowed.send_messages or posts)


def _is_officers(role: discord.Role, officer_roles: frozenset[int]) -> bool:
    """Return whether a role keeps order, is the clan's officers', or a bot's own."""
    powers = role.permissions & _POWERS
    if role.is_default():
        return False
    return bool(powers.value) or role.id in officer_roles or role.is_bot_managed()


def places_of(
    guild: discord.Guild,
) -> list[discord.TextChannel | discord.VoiceChannel | discord.StageChannel]:
    """Return the channels of a server that people write in, without threads."""
    return [*guild.text_channels, *guild.voice_channels, *guild.stage_channels]

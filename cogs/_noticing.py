"""A notice to somebody inactive: a draft to edit, then posted where the clan wants notices.

It goes out only after it was recorded, so that two presses never post twice; it pings nobody, and
nobody is ever written to in private.
"""

import re

import discord

from bot.clan.names import escaped
from bot.services.setup import Clan
from cogs._deciding_words import block, one_line
from cogs._permissions import Interaction
from cogs._replies import tell

TO_POST = "It is posted in the notice channel and pings nobody."
TO_COPY = "No notice channel is set: you get it back to copy."

_LONGEST = 2_000
_HARMLESS = discord.AllowedMentions.none()


def draft(name: str, clan: Clan) -> str:
    """Return what a notice says if nobody changes it: plain words, for a form shows no markup."""
    return (
        f"Hi {one_line(name)}! We have not seen you in {one_line(clan.name)} for a while, neither "
        "in the game nor in chat. If you are still around, say hello here. If you are taking a "
        "break, /away tells us until when. Otherwise your place goes to somebody who is waiting "
        "for one."
    )


async def send_notice(interaction: Interaction, clan: Clan, words: str, name: str = "") -> str:
    """Post a notice that was recorded, or give it back to copy; return what became of it.

    The names in it stand there as they are, whatever markup they look like.
    """
    channel_id = clan.notice_channel_id
    if channel_id is None:
        return await _give_back(
            interaction, words, "No notice channel is set; `/clanstats settings` sets one."
        )
    try:
        channel = await _channel_here(interaction, channel_id)
        plain = _with_plain(words, name, clan.name)
        await channel.send(plain, allowed_mentions=_HARMLESS, suppress_embeds=True)
    except (discord.HTTPException, discord.InvalidData):
        return await _give_back(
            interaction, words, f"Discord did not let me post it in <#{channel_id}>."
        )
    return f"The notice stands in <#{channel_id}>."


def _with_plain(words: str, *names: str) -> str:
    """Return a text in which names are no markup; the rest is as the officer wrote it."""
    found = sorted({one_line(each) for each in names} - {""}, key=len, reverse=True)
    if not found:
        return words
    named = re.compile("|".join(map(re.escape, found)))
    return named.sub(lambda each: escaped(each[0]), words)[:_LONGEST]


async def _channel_here(interaction: Interaction, channel_id: int) -> discord.abc.Messageable:
    """Return a channel or thread of this server, and of no other; InvalidData where it is not.

    A thread that was archived is not among those that are known: then Discord is asked.
    """
    guild = interaction.guild
    if guild is None:
        raise discord.InvalidData("no server")
    found = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    if not isinstance(found, discord.abc.Messageable):
        raise discord.InvalidData("nobody writes there")
    return found


async def _give_back(interaction: Interaction, words: str, why: str) -> str:
    await tell(interaction, f"{why} The notice to copy:\n{block(words.splitlines())}")
    return f"{why} You have the notice to copy."

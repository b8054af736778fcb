"""The setup's last page: what to do next, and the message that tells members of `/link`."""

from dataclasses import replace

import discord

from bot.clan.names import escaped
from bot.clan.posting import PostingChannel
from bot.clan.wording import plural
from bot.gateway import CUT
from bot.services.setup import Clan
from cogs._posting_channels import KINDS, channel_here, lacking_to_post
from cogs._replies import Box, small
from cogs.screens import CUT_OFF, Next, Press, Screen, pressed
from cogs.setup.state import CONTROLS, SetupFound, SetupNext, SetupState
from cogs.setup.words import GONE

_NO_GROUP = "First choose the Wise Old Man group on the page Checklist: the rest follows from it."
_REFUSED = "Discord did not let the bot post there. Choose another channel, or copy the message."


class NextStepsScreen(Screen[SetupState, SetupFound]):
    """Posts the message to members where it is wanted."""

    @pressed()
    async def invite_in(self, press: Press[SetupState]) -> SetupNext:
        """Remember where the message to members goes; nothing is posted yet."""
        return Next(replace(press.state, post_id=int(press.values[0])))

    @pressed()
    async def post_invite(self, press: Press[SetupState]) -> SetupNext | None:
        """Post the message to members, where whoever presses could post it too."""
        guild, user = press.interaction.guild, press.interaction.user
        channel_id = press.state.post_id or 0
        channel = await channel_here(guild, channel_id)
        if not isinstance(channel, discord.abc.Messageable) or not isinstance(user, discord.Member):
            await press.tell(_REFUSED)
            return None
        for who, called in ((channel.guild.me, "The bot needs"), (user, "You need")):
            if lacks := lacking_to_post(channel, who):
                await press.tell(f"{called} {' and '.join(lacks)} in <#{channel_id}> for that.")
                return None
        try:
            await channel.send(
                invite_words(press.clan), allowed_mentions=discord.AllowedMentions.none()
            )
        except (discord.HTTPException, *CUT) as error:
            await press.tell(CUT_OFF if isinstance(error, CUT) else _REFUSED)
            return None
        return Next(replace(press.state, post_id=None), f"Posted in <#{channel_id}>.")


def next_page(box: Box, state: SetupState, answer: SetupFound) -> None:
    """Add what to do next, and the message to members."""
    clan, pairs = answer.clan, answer.sure_pairs
    if clan.polled_at is None:
        box.say(_NO_GROUP)
        return
    sure = (
        f"{plural(pairs, 'member')} and their Discord users have the same name: confirm them all "
        "at once."
        if pairs
        else "say whose account is whose, where names do not show it."
    )
    box.say(
        f"1. `/clanstats links`: {sure}",
        "2. `/clanstats report`: see the first report.",
        "3. Tell your members of `/link`. The message below is ready to post:",
    )
    box.rule().say(invite_words(clan)).rule()
    is_there = state.post_id in answer.there
    # Discord takes no channel as chosen that is gone.
    picked = [state.post_id] if state.post_id is not None and is_there else []
    kinds = KINDS[PostingChannel.REPORT]
    box.control(CONTROLS.channels("invite_in", state, "Where to post it", kinds, picked))
    if state.post_id is not None and not is_there:
        box.say(GONE)
    elif state.post_id is not None:
        success = discord.ButtonStyle.success
        box.control(CONTROLS.button("post_invite", state, "Post the message", style=success))
        box.say(small(f"In <#{state.post_id}>, for everybody there; it notifies nobody"))


def invite_words(clan: Clan) -> str:
    """Return what members are told: how to begin, and what they get."""
    return (
        f"**{escaped(clan.name)}** uses ClanStats now.\n"
        "Type `/link` and your RuneScape name, so that the bot knows which account is yours.\n"
        "`/me` then shows your XP, bosses and messages, and what you need for the next rank.\n"
        "`/help` lists what else you can use, and `/privacy show` what the bot keeps about you."
    )

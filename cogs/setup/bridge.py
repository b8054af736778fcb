"""The setup's page of bridges: the channel that repeats the in-game clan chat, how it is read."""

import re

import discord

from bot.clan.bridge import DEFAULT, LONGEST_PATTERN, PRESETS, ChatLine
from bot.clan.broadcasts import Broadcast
from bot.clan.names import escaped
from bot.clan.wording import plural
from bot.services.chat import Bridge
from cogs._history import DiscordHistory
from cogs._messages import Place, channel_info_of
from cogs._replies import Box, small
from cogs.screens import Acknowledge, Field, Next, Press, Screen, option, pressed
from cogs.setup.state import CONTROLS, SetupFound, SetupNext, SetupState
from cogs.setup.words import GONE

_ID = re.compile(r"(?<!\d)\d{15,20}(?!\d)")
_LINE_SHOWN = 200
_KINDS = (discord.ChannelType.text, discord.ChannelType.news)
_CHOOSE_FIRST = "Choose the channel first."
_NO_WORDS = (
    "Discord does not tell the bot what is written there. Switch on Message Content Intent in "
    "Discord's developer portal and restart the bot: it then reads the history by itself."
)
_NO_NUMBER = (
    "A webhook or bot is named by its number, which has 17 digits or more: the first number in a "
    "webhook's address, or Copy User ID on a bot."
)


class BridgeScreen(Screen[SetupState, SetupFound]):
    """Declares a channel a bridge, reads its history again, ends it."""

    @pressed()
    async def channel(self, press: Press[SetupState]) -> SetupNext:
        """Show the page about the picked channel; nothing is decided yet."""
        return _about(press, int(press.values[0]))

    @pressed()
    async def preset(self, press: Press[SetupState]) -> SetupNext | None:
        """Read the channel so from now on, by whoever was named before."""
        place = await _chosen(press)
        if place is None:
            return None
        known = await self.services.bridges.of_clan(press.clan)
        source_id = known[place.id].source_id if place.id in known else None
        return await self._declared(press, place, press.values[0], source_id)

    @pressed(acknowledge=Acknowledge.FORM)
    async def own(self, press: Press[SetupState]) -> None:
        """Ask for a pattern of one's own and for who may speak."""
        place = await _chosen(press)
        if place is None:
            return
        bridge = (await self.services.bridges.of_clan(press.clan)).get(place.id)
        source = DEFAULT if bridge is None else bridge.how.source
        named = str(bridge.source_id) if bridge is not None and bridge.source_id else ""
        known = f"{', '.join(PRESETS)}, or like (?P<name>.+?): (?P<text>.*)"
        only = "Its number; empty: webhooks that people made, and no bot"
        kept = "As it stands in the channel; it is not kept"
        await press.ask(
            "own_pattern",
            "Clan-chat bridge",
            Field("pattern", "Pattern", known, source, longest=LONGEST_PATTERN),
            Field("source", "Only this webhook or bot", only, named, 200, is_required=False),
            Field("line", "A line to try", kept, longest=_LINE_SHOWN, is_required=False),
        )

    @pressed()
    async def own_pattern(self, press: Press[SetupState]) -> SetupNext | None:
        """Declare the bridge and show how the line would be read."""
        named, line = press.filled["source"], press.filled["line"]
        found, place = _ID.search(named), await _chosen(press)
        if place is None:
            return None
        if named and found is None:
            await press.tell(_NO_NUMBER)
            return None
        source_id = int(found[0]) if found else None
        return await self._declared(press, place, press.filled["pattern"], source_id, line)

    @pressed()
    async def again(self, press: Press[SetupState]) -> SetupNext | None:
        """Read what is not stored yet of the channel's history, saying so before and after."""
        place = await _chosen(press)
        if place is None:
            return None
        if not press.interaction.client.intents.message_content:
            await press.tell(_NO_WORDS)
            return None
        services, clan = self.services, press.clan
        await self.redraw(press.interaction, _about(press, place.id, "\u23f3 Reading\u2026"))
        try:
            await services.bridges.start_over(clan, place.id)
            history = DiscordHistory(place.guild, services.bridges)
            stored = await services.backfill.read(clan, history, channel_info_of(place))
        except BaseException:
            note = "Its history could not be read to the end; the next start reads on."
            await self.redraw(press.interaction, _about(press, place.id, note))
            raise
        note = (
            "Its history cannot be read: the bot needs Read Message History there."
            if stored is None
            else f"Its history is read: **{plural(stored, 'line')}** more than before."
        )
        return _about(press, place.id, note)

    @pressed()
    async def end(self, press: Press[SetupState]) -> SetupNext | None:
        """Read the channel as any other from now on."""
        place = await _chosen(press)
        if place is None:
            return None
        await self.services.bridges.end(press.clan, place.id)
        return _about(press, place.id)

    async def _declared(
        self,
        press: Press[SetupState],
        place: Place,
        source: str,
        source_id: int | None,
        line: str = "",
    ) -> SetupNext | None:
        """Declare a channel a bridge, or say in words what is wrong with the pattern."""
        services, clan, info = self.services, press.clan, channel_info_of(place)
        try:
            await services.bridges.declare(clan, info, source, source_id)
        except ValueError as error:
            await press.tell(f"This pattern cannot be used: {escaped(str(error))}.")
            return None
        if not press.interaction.client.intents.message_content:
            await services.backfill.miss(clan, info)
        bridge = services.bridges.at(place.guild.id, place.id)
        tried = f"That line: {as_read(bridge.line(line))}" if line and bridge is not None else ""
        return _about(press, place.id, tried)


def bridge_page(box: Box, state: SetupState, answer: SetupFound) -> None:
    """Add the page about a channel, or about the first bridge there is."""
    chosen = state.bridge_id or next(iter(answer.bridges), None)
    # So that every control of the page says which channel it is about.
    state = SetupState(state.tab, chosen)
    what = "a channel in which a webhook or bot repeats the in-game clan chat"
    box.say(f"**Clan-chat bridge**  {what}")
    if not answer.sees_words:
        box.say("\u26a0\ufe0f Without Message Content Intent nothing can be read there.")
    is_there = chosen in answer.bridges or chosen in answer.there
    # Discord takes no channel as chosen that is gone.
    picked = [chosen] if chosen is not None and is_there else []
    box.control(CONTROLS.channels("channel", state, "The channel", _KINDS, picked))
    if chosen is None:
        return
    if not is_there:
        box.say(GONE)
        return
    bridge = answer.bridges.get(chosen)
    placeholder = "How it writes" if bridge is None else "An own pattern"
    presets = [
        option(
            preset.title,
            key,
            preset.example,
            is_default=bridge is not None and bridge.how.source == key,
        )
        for key, preset in PRESETS.items()
    ]
    box.say(_state(chosen, bridge))
    box.control(CONTROLS.select("preset", state, placeholder, presets))
    buttons = [CONTROLS.button("own", state, "Own pattern or webhook")]
    if bridge is not None:
        box.say(small("People's own messages there count as theirs; no text is kept"))
        buttons.append(CONTROLS.button("again", state, "Read this channel's history again"))
        buttons.append(CONTROLS.button("end", state, "Stop reading it as a bridge"))
    box.add_item(discord.ui.ActionRow(*buttons))


def as_read(found: ChatLine | Broadcast | None) -> str:
    """Return in words what a line of a bridge is taken for."""
    if found is None:
        return "neither talk nor a broadcast of the game, so it does not count"
    if isinstance(found, ChatLine):
        return f"**{escaped(found.name)}** says: {escaped(found.text[:_LINE_SHOWN])}"
    who = f" of **{escaped(found.name)}**" if found.name else ""
    return f"the game tells{who}: {found.kind.value.replace('_', ' ')}"


def _state(channel_id: int, bridge: Bridge | None) -> str:
    if bridge is None:
        return f"<#{channel_id}> is not read as a bridge. Choose how it writes."
    preset = PRESETS.get(bridge.how.source)
    how = preset.title if preset else f"an own pattern, {escaped(bridge.how.source)}"
    who = (
        f"only by number {bridge.source_id}" if bridge.source_id else "by webhooks that people made"
    )
    says = f"\u2705 <#{channel_id}> is read as a bridge, {who}: {how}"
    if preset is None:
        return says
    example = bridge.line(preset.example)
    read = f" \N{RIGHTWARDS ARROW} {as_read(example)}" if example else ""
    return f"{says}\n{small(escaped(preset.example) + read)}"


def _about(press: Press[SetupState], channel_id: int, note: str = "") -> SetupNext:
    return Next(SetupState(press.state.tab, channel_id), note)


async def _chosen(press: Press[SetupState]) -> Place | None:
    """Return the channel that the page is about, if it is there still; else say so."""
    guild, channel_id = press.interaction.guild, press.state.bridge_id
    channel = guild.get_channel(channel_id) if guild is not None and channel_id else None
    if isinstance(channel, Place):
        return channel
    await press.tell(_CHOOSE_FIRST)
    return None

"""The controls of setup's second page: which channel is a bridge, how it writes, and who may.

The page itself tells which channel it is about, so that each press works after a restart too.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import discord

from bot.clan.bridge import DEFAULT, LONGEST_PATTERN, PRESETS, ChatLine
from bot.clan.broadcasts import Broadcast
from bot.clan.names import escaped
from bot.clan.ranks import Permission
from bot.clan.wording import plural
from bot.services.chat import Bridge
from bot.wiring import Services
from cogs._history import DiscordHistory
from cogs._messages import Place, channel_info_of
from cogs._panels import OpensForm, Panel, PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import open_form, tell

Back = Callable[[Services, Interaction], Awaitable[None]]
"""Shows the page that this one was opened from."""

_CHANNEL = "bridge:channel"
_ID = re.compile(r"(?<!\d)\d{15,20}(?!\d)")
_LINE_SHOWN = 200
_CHOOSE_FIRST = "Choose the channel first."
_NO_WORDS = (
    "Discord does not tell the bot what is written there. Switch on Message Content Intent in "
    "Discord's developer portal and restart the bot: it then reads the history by itself."
)


class BridgeView(Panel):
    """A page about one channel that shows what was decided on it."""

    back: Back

    async def show(
        self, interaction: Interaction, chosen: int | None = None, note: str = ""
    ) -> None:
        """Show the page about a channel, or about the first bridge there is."""
        raise NotImplementedError

    async def declare(
        self, interaction: Interaction, place: Place, source: str, source_id: int | None
    ) -> bool:
        """Declare a channel a bridge, or say in words what is wrong with the pattern."""
        try:
            await self.services.bridges.declare(
                clan_of(interaction), channel_info_of(place), source, source_id
            )
        except ValueError as error:
            await tell(interaction, f"This pattern cannot be used: {escaped(str(error))}.")
            return False
        if not interaction.client.intents.message_content:
            await self.services.backfill.miss(clan_of(interaction), channel_info_of(place))
        return True


class BridgeChannelPick(discord.ui.ChannelSelect[BridgeView]):
    """Picks the channel that the page is about."""

    def __init__(self, chosen: int | None = None) -> None:
        chosen_ones = [discord.Object(chosen, type=discord.abc.GuildChannel)] if chosen else []
        super().__init__(
            custom_id=_CHANNEL,
            placeholder="The channel in which the clan chat is repeated",
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            default_values=chosen_ones,
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show the page about the picked channel; nothing is decided yet."""
        if self.view is not None:
            await self.view.show(interaction, self.values[0].id)


class PresetPick(discord.ui.Select[BridgeView]):
    """Picks how the channel's webhook or bot writes."""

    def __init__(self, bridge: Bridge | None = None) -> None:
        super().__init__(
            custom_id="bridge:preset",
            placeholder="How it writes" if bridge is None else "An own pattern",
            options=[
                discord.SelectOption(
                    label=preset.title,
                    value=key,
                    description=preset.example,
                    default=bridge is not None and bridge.how.source == key,
                )
                for key, preset in PRESETS.items()
            ],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Read the channel so from now on, by whoever was named before."""
        place = chosen_place(interaction)
        if self.view is None or place is None:
            await tell(interaction, _CHOOSE_FIRST)
            return
        known = await self.view.services.bridges.of_clan(clan_of(interaction))
        source_id = known[place.id].source_id if place.id in known else None
        if await self.view.declare(interaction, place, self.values[0], source_id):
            await self.view.show(interaction, place.id)


class PatternButton(OpensForm, discord.ui.Button[BridgeView]):
    """Opens the form for an own pattern and for who may speak."""

    def __init__(self) -> None:
        super().__init__(label="Own pattern or webhook", custom_id="bridge:own")

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the pattern."""
        place = chosen_place(interaction)
        if self.view is None or place is None:
            await tell(interaction, _CHOOSE_FIRST)
            return
        known = await self.view.services.bridges.of_clan(clan_of(interaction))
        form = _PatternForm(self.view, place, known.get(place.id))
        await open_form(interaction, form)


class _PatternForm(PanelForm):
    pattern: discord.ui.TextInput["_PatternForm"]
    source: discord.ui.TextInput["_PatternForm"]
    line: discord.ui.TextInput["_PatternForm"]

    def __init__(self, panel: BridgeView, place: Place, bridge: Bridge | None) -> None:
        super().__init__(panel.services, Permission.SET_UP, "Clan-chat bridge")
        self._panel = panel
        self._place = place
        source = DEFAULT if bridge is None else bridge.how.source
        named = str(bridge.source_id) if bridge is not None and bridge.source_id else None
        self.pattern = discord.ui.TextInput(default=source, max_length=LONGEST_PATTERN)
        self.source = discord.ui.TextInput(default=named, required=False, max_length=200)
        self.line = discord.ui.TextInput(required=False, max_length=_LINE_SHOWN)
        words = f"{', '.join(PRESETS)}, or like (?P<name>.+?): (?P<text>.*)"
        for text, description, field in (
            ("Pattern", words, self.pattern),
            (
                "Only this webhook or bot",
                "Its number; empty: webhooks that people made, and no bot",
                self.source,
            ),
            ("A line to try", "As it stands in the channel; it is not kept", self.line),
        ):
            self.add_item(discord.ui.Label(text=text, description=description, component=field))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Declare the bridge and show how the line would be read."""
        named, place = self.source.value.strip(), self._place
        found = _ID.search(named)
        if named and found is None:
            await tell(
                interaction,
                "A webhook or bot is named by its number, which has 17 digits or more: the first "
                "number in a webhook's address, or Copy User ID on a bot.",
            )
            return
        source_id = int(found[0]) if found else None
        if await self._panel.declare(interaction, place, self.pattern.value.strip(), source_id):
            bridge = self.services.bridges.at(place.guild.id, place.id)
            note = ""
            if self.line.value and bridge is not None:
                note = f"That line: {as_read(bridge.line(self.line.value))}"
            await self._panel.show(interaction, place.id, note)


class ReadAgainButton(discord.ui.Button[BridgeView]):
    """Reads the channel's history again, now as a bridge."""

    def __init__(self) -> None:
        super().__init__(label="Read this channel's history again", custom_id="bridge:again")

    async def callback(self, interaction: Interaction) -> None:
        """Read what is not stored yet, saying so before and after."""
        place, guild = chosen_place(interaction), interaction.guild
        if self.view is None or place is None or guild is None:
            await tell(interaction, _CHOOSE_FIRST)
            return
        if not interaction.client.intents.message_content:
            await tell(interaction, _NO_WORDS)
            return
        services, clan, channel_info = (
            self.view.services,
            clan_of(interaction),
            channel_info_of(place),
        )
        await self.view.show(interaction, place.id, "\u23f3 Reading its history\u2026")
        note = "Its history could not be read to the end; the next start reads on."
        try:
            await services.bridges.start_over(clan, place.id)
            history = DiscordHistory(guild, services.bridges)
            stored = await services.backfill.read(clan, history, channel_info)
            note = (
                "Its history cannot be read: the bot needs Read Message History there."
                if stored is None
                else f"Its history is read: **{plural(stored, 'line')}** more than before."
            )
        finally:
            await self.view.show(interaction, place.id, note)


class EndButton(discord.ui.Button[BridgeView]):
    """Ends a bridge."""

    def __init__(self) -> None:
        super().__init__(label="No bridge any more", custom_id="bridge:end")

    async def callback(self, interaction: Interaction) -> None:
        """Read the channel as any other from now on."""
        place = chosen_place(interaction)
        if self.view is None or place is None:
            await tell(interaction, _CHOOSE_FIRST)
            return
        await self.view.services.bridges.end(clan_of(interaction), place.id)
        await self.view.show(interaction, place.id)


class BackButton(discord.ui.Button[BridgeView]):
    """Goes back to the checklist."""

    def __init__(self) -> None:
        super().__init__(label="Back", custom_id="bridge:back")

    async def callback(self, interaction: Interaction) -> None:
        """Show the checklist."""
        if self.view is not None:
            await self.view.back(self.view.services, interaction)


def chosen_place(interaction: Interaction) -> Place | None:
    """Return the channel that the page of an interaction is about, if it is there still."""
    message, guild = interaction.message, interaction.guild
    for part in _parts(message.components) if message is not None else ():
        if isinstance(part, discord.SelectMenu) and part.custom_id == _CHANNEL:
            for picked in part.default_values:
                # Discord sends ids as text, and discord.py leaves this one as it came.
                channel = guild.get_channel(int(picked.id)) if guild is not None else None
                return channel if isinstance(channel, Place) else None
    return None


def as_read(found: ChatLine | Broadcast | None) -> str:
    """Return in words what a line of a bridge is taken for."""
    if found is None:
        return "neither talk nor a broadcast of the game, so it does not count"
    if isinstance(found, ChatLine):
        return f"**{escaped(found.name)}** says: {escaped(found.text[:_LINE_SHOWN])}"
    who = f" of **{escaped(found.name)}**" if found.name else ""
    return f"the game tells{who}: {found.kind.value.replace('_', ' ')}"


def _parts(components: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever a message is built of
    for part in components:
        yield part
        yield from _parts(getattr(part, "children", ()))

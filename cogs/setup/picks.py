"""What is picked during setup: zone, roles, ranks, channels, and whether presence is kept.

Each handler carries out one decision; then the page is drawn as it is afterwards.
"""

import discord

from bot.clan.names import escaped
from bot.clan.posting import PostingChannel
from bot.services.chat import ChannelInfo, UnknownZone
from cogs._messages import is_readable
from cogs._permissions import Interaction
from cogs.screens import Acknowledge, Field, Next, Press, Screen, pressed
from cogs.setup.digest import DigestScreen, DigestSetupState
from cogs.setup.state import SetupFound, SetupNext, SetupState

NO_RANKS = "no"
_CHANGED = "The ranks changed since they were shown. Look at them again."
_EVERYBODYS = "That role is everybody's: it would let everybody in."


class PickScreen(Screen[SetupState, SetupFound]):
    """Carries out what is picked."""

    @pressed(acknowledge=Acknowledge.FORM)
    async def zone(self, press: Press[SetupState]) -> None:
        """Ask for the time zone."""
        field = Field(
            "zone",
            "Time zone of the clan",
            "Like Europe/London, America/New_York or UTC",
            press.clan.zone.key,
            longest=60,
        )
        await press.ask("zone_named", "Time zone", field)

    @pressed()
    async def zone_named(self, press: Press[SetupState]) -> SetupNext | None:
        """Set the zone if there is one of that name."""
        text = press.filled["zone"]
        try:
            await self.services.zones.set_zone(press.clan, text)
        except UnknownZone as error:
            wanted = (
                f"Write `{error.meant}`, if that is meant."
                if error.meant
                else "Write it like `Europe/London`, `America/New_York` or `UTC`."
            )
            await press.tell(f"**{escaped(text)}** is not the time zone of a place. {wanted}")
            return None
        return Next(press.state)

    @pressed()
    async def keep_presence(self, press: Press[SetupState]) -> SetupNext:
        """Keep days in voice, with reactions and commands."""
        await self.services.presence.keep(press.clan, is_kept=True)
        return Next(press.state)

    @pressed()
    async def stop_presence(self, press: Press[SetupState]) -> SetupNext:
        """Keep none of these days, and delete what there is."""
        await self.services.presence.keep(press.clan, is_kept=False)
        return Next(press.state)

    @pressed(acknowledge=Acknowledge.ANSWER)
    async def digest(self, press: Press[SetupState]) -> None:
        """Show when the digest is posted, and how it looks."""
        await DigestScreen(self.services).show(press.interaction, DigestSetupState())

    @pressed()
    async def officers(self, press: Press[SetupState]) -> SetupNext | None:
        """Let the picked roles, and only those, make officers."""
        return await self._give(press, "discord_officers")

    @pressed()
    async def leadership(self, press: Press[SetupState]) -> SetupNext | None:
        """Let the picked roles, and only those, make leadership."""
        return await self._give(press, "discord_leadership")

    async def _give(self, press: Press[SetupState], name: str) -> SetupNext | None:
        guild = press.interaction.guild
        picked = frozenset(map(int, press.values))
        # Discord gives the role of everybody the id of the server.
        if guild is not None and guild.id in picked:
            await press.tell(_EVERYBODYS)
            return None
        await self.services.clans.set_discord_roles(press.clan, **{name: picked})
        return Next(press.state)

    @pressed()
    async def ranks(self, press: Press[SetupState]) -> SetupNext:
        """Let the ranks that were shown give rights, or none."""
        (picked,) = press.values
        clans = self.services.clans
        if picked == NO_RANKS:
            await clans.take_back_ranks(press.clan)
            return Next(press.state)
        is_same = await clans.confirm_ranks(press.clan, picked)
        return Next(press.state, "" if is_same else _CHANGED)

    @pressed()
    async def left_out(self, press: Press[SetupState]) -> SetupNext:
        """Count everywhere but in the picked channels."""
        found = _channel_infos(press.interaction, press.values)
        await self.services.places.leave_out(press.clan, found)
        return Next(press.state)

    @pressed()
    async def posting(self, press: Press[SetupState]) -> SetupNext:
        """Post what the control is about in the picked channel, or nowhere."""
        channel_id = int(press.values[0]) if press.values else None
        kind = PostingChannel(press.argument)
        await self.services.places.post_in(press.clan, kind, channel_id)
        return Next(press.state)


def _channel_infos(interaction: Interaction, picked: tuple[str, ...]) -> list[ChannelInfo]:
    """Return the picked channels by id, name and kind; one that is gone by now is left out."""
    guild = interaction.guild
    found = [guild.get_channel(int(each)) for each in picked] if guild is not None else []
    return [
        ChannelInfo(each.id, each.name, each.type.name, is_readable=is_readable(each))
        for each in found
        if isinstance(each, discord.abc.GuildChannel)
    ]

"""What is picked during setup: the time zone, and roles and channels by Discord's own lists.

Each control carries out one decision, then has the checklist drawn as it is afterwards.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import discord

from bot.clan.names import escaped
from bot.clan.ranks import Permission, Permissions
from bot.services.chat import ChannelInfo, UnknownZone
from cogs._messages import is_readable
from cogs._panels import OpensForm, PanelForm
from cogs._permissions import Interaction, clan_of
from cogs._replies import open_form, tell
from cogs._setup_group import RedrawnSetup

_MOST = 25
_WRITTEN_IN = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]


class ZoneButton(OpensForm, discord.ui.Button[RedrawnSetup]):
    """Opens the form for the time zone."""

    def __init__(self) -> None:
        super().__init__(label="Change", custom_id="setup:zone")

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the zone."""
        if self.view is not None:
            await open_form(interaction, _ZoneForm(self.view, clan_of(interaction).zone.key))


class _ZoneForm(PanelForm):
    zone: discord.ui.TextInput["_ZoneForm"]

    def __init__(self, panel: RedrawnSetup, zone: str) -> None:
        super().__init__(panel.services, Permission.SET_UP, "Time zone")
        self._panel = panel
        self.zone = discord.ui.TextInput(default=zone, min_length=1, max_length=60)
        self.add_item(
            discord.ui.Label(
                text="Time zone of the clan",
                description="Like Europe/London, America/New_York or UTC",
                component=self.zone,
            )
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Set the zone if there is one of that name."""
        text = self.zone.value.strip()
        try:
            await self.services.zones.set_zone(clan_of(interaction), text)
        except UnknownZone as error:
            await tell(
                interaction,
                f"**{escaped(text)}** is not the time zone of a place. "
                + (
                    f"Write `{error.meant}`, if that is meant."
                    if error.meant
                    else "Write it like `Europe/London`, `America/New_York` or `UTC`."
                ),
            )
        else:
            await self._panel.redraw(interaction)


class PresenceButton(discord.ui.Button[RedrawnSetup]):
    """Keeps days in voice, with reactions and commands, or keeps none and deletes them."""

    def __init__(self, *, is_kept: bool = True) -> None:
        super().__init__(
            label="Stop and delete" if is_kept else "Keep them",
            custom_id=f"setup:presence:{is_kept:d}",
        )
        self._is_kept = is_kept

    async def callback(self, interaction: Interaction) -> None:
        """Do what the button says."""
        if self.view is None:
            return
        presence = self.view.services.presence
        await presence.keep(clan_of(interaction), is_kept=not self._is_kept)
        await self.view.redraw(interaction)


class RolePick(discord.ui.RoleSelect[RedrawnSetup]):
    """Picks the roles that give an authority."""

    purpose: ClassVar[str]

    def __init__(self, chosen: Iterable[int]) -> None:
        super().__init__(
            custom_id=f"setup:{self.purpose}",
            placeholder=f"Roles of your {self.purpose}",
            min_values=0,
            max_values=_MOST,
            default_values=[discord.Object(each, type=discord.Role) for each in chosen],
        )

    async def callback(self, interaction: Interaction) -> None:
        """Let the picked roles, and only those, give the authority."""
        if self.view is None:
            return
        if any(role.is_default() for role in self.values):
            await tell(interaction, "That role is everybody's: it would let everybody in.")
            return
        clan = clan_of(interaction)
        permissions = self.given(clan.permissions, frozenset(role.id for role in self.values))
        await self.view.services.clans.set_permissions(clan, permissions)
        await self.view.redraw(interaction)

    def given(self, permissions: Permissions, roles: frozenset[int]) -> Permissions:
        """Return the permissions with these roles."""
        raise NotImplementedError


class OfficersPick(RolePick):
    """Picks the roles of officers."""

    purpose = "officers"

    def given(self, permissions: Permissions, roles: frozenset[int]) -> Permissions:
        """Return the permissions with these roles as officers."""
        return replace(permissions, discord_officers=roles)


class LeadershipPick(RolePick):
    """Picks the roles of the leadership."""

    purpose = "leadership"

    def given(self, permissions: Permissions, roles: frozenset[int]) -> Permissions:
        """Return the permissions with these roles as leadership."""
        return replace(permissions, discord_leadership=roles)


class LeftOutPick(discord.ui.ChannelSelect[RedrawnSetup]):
    """Picks the channels that do not count."""

    def __init__(self, chosen: Iterable[int]) -> None:
        super().__init__(
            custom_id="setup:left-out",
            placeholder="Channels that do not count (none)",
            channel_types=_WRITTEN_IN,
            min_values=0,
            max_values=_MOST,
            default_values=_channels(chosen),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Count everywhere but in the picked channels."""
        if self.view is not None:
            channel_infos = [_channel_info(each) for each in self.values]
            await self.view.services.places.leave_out(clan_of(interaction), channel_infos)
            await self.view.redraw(interaction)


class ReportChannelPick(discord.ui.ChannelSelect[RedrawnSetup]):
    """Picks the channel where the bot speaks of its own accord."""

    def __init__(self, chosen: Iterable[int]) -> None:
        super().__init__(
            custom_id="setup:report-channel",
            placeholder="Where the bot posts its notices (nowhere)",
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            min_values=0,
            max_values=1,
            default_values=_channels(chosen),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Speak in the picked channel."""
        if self.view is not None:
            channel_id = self.values[0].id if self.values else None
            await self.view.services.places.speak_in(clan_of(interaction), channel_id)
            await self.view.redraw(interaction)


def _channels(chosen: Iterable[int]) -> list[discord.Object]:
    return [discord.Object(each, type=discord.abc.GuildChannel) for each in chosen]


def _channel_info(
    picked: discord.app_commands.AppCommandChannel | discord.app_commands.AppCommandThread,
) -> ChannelInfo:
    channel = picked.resolve()
    readable = isinstance(channel, discord.abc.GuildChannel) and is_readable(channel)
    return ChannelInfo(picked.id, picked.name, picked.type.name, is_readable=readable)

"""The setup as a checklist that can be worked through again at any time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.clan.diagnosis import Finding, Severity
from bot.clan.names import escaped
from bot.clan.rank_table import RankTable
from bot.clan.ranks import Permission
from bot.services.setup import Checklist, Clan, Facts, FoundGroup, checklist, intent_findings
from bot.wiring import Services
from cogs._messages import is_readable, places_of
from cogs._permissions import Interaction, clan_in
from cogs._replies import Box, small, when
from cogs._setup_bridge import BridgePanel
from cogs._setup_group import GroupButton, GroupPick, RedrawnSetup
from cogs._setup_picks import (
    LeadershipPick,
    LeftOutPick,
    OfficersPick,
    PresenceButton,
    ReportChannelPick,
    ZoneButton,
)
from cogs._setup_ranks import RanksPick

_HIDE = (
    "To hide the officers' commands from others: Server Settings, Integrations, this bot, and "
    "choose who sees /clanstats, /promotions and /inactive"
)
MARKS = {
    Severity.OK: "\N{WHITE HEAVY CHECK MARK}",
    Severity.WARNING: "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}",
    Severity.FAULT: "\N{CROSS MARK}",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A server as it is at this moment, with what is chosen and still exists."""

    clan: Clan
    lines: Checklist
    ranks: RankTable = ()
    officers: tuple[int, ...] = ()
    leadership: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    report_channel: tuple[int, ...] = ()
    lacks: tuple[Finding, ...] = ()


async def setting_of(services: Services, interaction: Interaction) -> Setting:
    """Return how far the server of an interaction is set up."""
    guild = interaction.guild
    if guild is None:
        raise LookupError("nobody is let in without a server")
    clan = await clan_in(guild, services.clans)
    left_out = await services.places.left_out(clan)
    bridges = frozenset(await services.bridges.of_clan(clan))
    ranks = await services.clans.ranks(clan)
    intents = interaction.client.intents
    sees_words = intents.message_content
    facts = _facts(guild, clan, left_out, bridges, sees_words=sees_words)
    return Setting(
        clan,
        checklist(clan, replace(facts, ranks=ranks)),
        ranks,
        officers=_existing_roles(guild, clan.permissions.discord_officers),
        leadership=_existing_roles(guild, clan.permissions.discord_leadership),
        left_out=tuple(sorted(each for each in left_out if guild.get_channel(each))),
        report_channel=tuple(
            each for each in (clan.report_channel_id,) if each and guild.get_channel(each)
        ),
        # The line of questions says what is missing of words.
        lacks=intent_findings(sees_words=True, sees_members=intents.members),
    )


async def show_setup(services: Services, interaction: Interaction) -> None:
    """Show the checklist where another page is shown."""
    panel = SetupPanel(services, await setting_of(services, interaction))
    await interaction.edit_original_response(view=panel)


class BridgeButton(discord.ui.Button[RedrawnSetup]):
    """Opens the page of the clan-chat bridge."""

    def __init__(self) -> None:
        super().__init__(label="Choose", custom_id="setup:bridge")

    async def callback(self, interaction: Interaction) -> None:
        """Show the page in place of the checklist."""
        if self.view is not None:
            await BridgePanel(self.view.services, show_setup).show(interaction)


class SetupPanel(RedrawnSetup):
    """The checklist with its controls; without a setting, the lasting twin that only listens."""

    def __init__(
        self,
        services: Services,
        setting: Setting | None = None,
        *,
        note: str = "",
        found: Sequence[FoundGroup] = (),
    ) -> None:
        super().__init__(services, Permission.SET_UP, lasting=setting is None)
        if setting is None:
            self._listen()
        else:
            self.add_item(_box(setting, note, found))

    async def redraw(
        self, interaction: Interaction, note: str = "", found: Sequence[FoundGroup] = ()
    ) -> None:
        """Show the panel as it is now, with a note, and with groups to pick from."""
        setting = await setting_of(self.services, interaction)
        panel = SetupPanel(self.services, setting, note=note, found=found)
        await interaction.edit_original_response(view=panel)

    def _listen(self) -> None:
        nobody = FoundGroup(1, "-", 0)
        buttons: discord.ui.ActionRow[RedrawnSetup] = discord.ui.ActionRow(
            GroupButton(chosen=False),
            ZoneButton(),
            BridgeButton(),
            PresenceButton(is_kept=True),
            PresenceButton(is_kept=False),
        )
        self.add_item(buttons)
        for pick in (
            GroupPick([nobody]),
            OfficersPick(()),
            LeadershipPick(()),
            RanksPick(()),
            LeftOutPick(()),
            ReportChannelPick(()),
        ):
            row: discord.ui.ActionRow[RedrawnSetup] = discord.ui.ActionRow(pick)
            self.add_item(row)


def _box(setting: Setting, note: str, found: Sequence[FoundGroup]) -> Box:
    clan, lines = setting.clan, setting.lines
    box = Box("## Set up ClanStats", small("Run this again whenever something changes."))
    if note:
        box.say(note)
    box.rule()
    box.beside(
        _line(lines.group, _group(clan)),
        GroupButton(chosen=clan.wom_group_id is not None),
    )
    if found:
        box.control(GroupPick(found))
    box.beside(_line(lines.zone), ZoneButton())
    box.rule().say(_line(lines.roles), small(_HIDE))
    box.say(small("Officers see the reports")).control(OfficersPick(setting.officers))
    box.say(small("Leadership also decides")).control(LeadershipPick(setting.leadership))
    box.say(_line(lines.ranks))
    if clan.wom_group_id is not None:
        box.control(RanksPick(setting.ranks, confirmed=clan.ranks_confirmed_at is not None))
    box.rule().say(_line(lines.channels))
    box.control(LeftOutPick(setting.left_out))
    box.beside(_line(lines.bridge), BridgeButton())
    box.say(_line(lines.report_channel))
    box.control(ReportChannelPick(setting.report_channel))
    box.rule().say(_line(lines.questions), *map(_line, setting.lacks))
    return box.beside(_line(lines.presence), PresenceButton(is_kept=clan.keeps_presence))


def _line(line: Finding, says: str = "") -> str:
    told = f"{MARKS[line.severity]} **{line.about}**  {says or escaped(line.words)}"
    return f"{told}\n{small(escaped(line.next_step))}" if line.next_step else told


def _group(clan: Clan) -> str:
    if clan.wom_group_id is None or clan.polled_at is None:
        return ""
    read = when(clan.polled_at)
    return (
        f"{escaped(clan.name)} \N{MIDDLE DOT} number {clan.wom_group_id} \N{MIDDLE DOT} read {read}"
    )


def _facts(
    guild: discord.Guild,
    clan: Clan,
    left_out: frozenset[int],
    bridges: frozenset[int],
    *,
    sees_words: bool,
) -> Facts:
    places = places_of(guild)
    speaks = None
    if clan.report_channel_id is not None:
        channel = guild.get_channel(clan.report_channel_id)
        allowed = channel.permissions_for(guild.me) if channel else discord.Permissions.none()
        speaks = allowed.view_channel and allowed.send_messages
    return Facts(
        channels=len(places),
        left_out=[each.name for each in places if each.id in left_out],
        unreadable=[
            each.name for each in places if each.id not in left_out and not is_readable(each)
        ],
        speaks=speaks,
        sees_words=sees_words,
        bridges=[each.name for each in places if each.id in bridges],
    )


def _existing_roles(guild: discord.Guild, role_ids: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(each for each in role_ids if guild.get_role(each)))

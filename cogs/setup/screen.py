"""The setup as a checklist that can be worked through again at any time."""

from collections.abc import Mapping
from dataclasses import replace

import discord

from bot.clan.names import escaped
from bot.clan.posting import PostingChannel, PostingState
from bot.clan.rank_table import fingerprint
from bot.clan.ranks import Permission
from bot.services.setup import Clan, Facts, checklist, intent_findings
from cogs._guild_members import guild_members_in
from cogs._messages import is_readable, places_of
from cogs._permissions import Interaction, clan_in
from cogs._posting_channels import posting_select, posting_state
from cogs._replies import Box, small, when
from cogs.screens import Rendered, option
from cogs.setup.bridge import BridgeScreen, bridge_page
from cogs.setup.group import GroupScreen, ask_group
from cogs.setup.next_steps import NextStepsScreen, next_page
from cogs.setup.picks import NO_RANKS, PickScreen
from cogs.setup.state import CONTROLS, TABS, SetupFound, SetupState, SetupTab
from cogs.setup.words import finding_line

_HIDE = (
    "To hide the officers' commands from others: Server Settings, Integrations, this bot, and "
    "choose who sees /clanstats, /promotions and /inactive"
)
_DELETES = (
    "What is kept of everybody in this clan is deleted, and cannot be brought back. Are you sure?"
)
_MOST = 25
_WRITTEN_IN = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
)


class SetupScreen(GroupScreen, PickScreen, BridgeScreen, NextStepsScreen):
    """The checklist, and a page for each part of it."""

    controls = CONTROLS
    permission = Permission.SET_UP

    async def read(self, interaction: Interaction, state: SetupState) -> SetupFound:
        """Return how far the server of an interaction is set up."""
        guild = interaction.guild
        if guild is None:
            raise LookupError("nobody is let in without a server")
        services = self.services
        clan = await clan_in(guild, services.clans)
        left_out = await services.places.left_out(clan)
        bridges = await services.bridges.of_clan(clan)
        ranks = await services.clans.ranks(clan)
        intents = interaction.client.intents
        chosen = {kind: clan.posts_in(kind) for kind in PostingChannel}
        posting = {kind: await posting_state(guild, kind, each) for kind, each in chosen.items()}
        facts = _facts(guild, left_out, frozenset(bridges), sees_words=intents.message_content)
        return SetupFound(
            clan,
            checklist(clan, replace(facts, ranks=ranks, posting=posting)),
            ranks,
            officers=_existing_roles(guild, clan.permissions.discord_officers),
            leadership=_existing_roles(guild, clan.permissions.discord_leadership),
            left_out=tuple(sorted(each for each in left_out if guild.get_channel(each))),
            posting=_there(chosen, posting),
            # The line of questions says what is missing of words.
            lacks=intent_findings(sees_words=True, sees_members=intents.members),
            sees_words=intents.message_content,
            bridges={each: bridges[each] for each in bridges if guild.get_channel(each)},
            there=_existing_channels(guild, state.bridge_id, state.post_id),
            digest=await services.digests.findings(clan),
            sure_pairs=await self._sure_pairs(interaction, clan, state),
        )

    async def _sure_pairs(self, interaction: Interaction, clan: Clan, state: SetupState) -> int:
        if state.tab is not SetupTab.NEXT or clan.polled_at is None:
            return 0
        queue = await self.services.links.queue(clan, await guild_members_in(interaction))
        return len(queue.sure_pairs)

    def render(self, state: SetupState, answer: SetupFound, note: str = "") -> Rendered:
        """Return the page that is looked at."""
        box = Box("## Set up ClanStats", small("Run this again whenever something changes."))
        if note:
            box.say(note)
        box.rule()
        _PAGES[state.tab](box, state, answer)
        calm = replace(state, asks="")
        tabs = CONTROLS.tabs(calm, {tab.value: label for tab, label in TABS.items()})
        return Rendered(box.rule().add_item(tabs))


def _checklist_page(box: Box, state: SetupState, answer: SetupFound) -> None:
    clan, lines = answer.clan, answer.lines
    primary, secondary = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
    style, label = (primary, "Choose group") if clan.wom_group_id is None else (secondary, "Change")
    box.beside(
        finding_line(lines.group, _group(clan)), CONTROLS.button("group", state, label, style=style)
    )
    if answer.groups:
        ask_group(box, state, answer)
    change = "Change" if clan.zone_chosen else "Choose"
    box.beside(finding_line(lines.zone), CONTROLS.button("zone", state, change))
    for line in (lines.roles, lines.ranks, lines.channels, lines.bridge, *lines.posting):
        box.say(finding_line(line))
    first, *others = answer.digest
    box.beside(finding_line(first), CONTROLS.button("digest", state, "Change"))
    box.say(*map(finding_line, others))
    box.say(finding_line(lines.questions), *map(finding_line, answer.lacks))
    _presence(box, state, answer)


def _presence(box: Box, state: SetupState, answer: SetupFound) -> None:
    said = finding_line(answer.lines.presence)
    if not answer.clan.keeps_presence:
        box.beside(said, CONTROLS.button("keep_presence", state, "Keep them"))
    elif not state.asks:
        box.beside(said, CONTROLS.sure("stop_presence", state, "Stop and delete"))
    else:
        box.say(said, _DELETES)
        yes = {"stop_presence": "Yes, delete them"}
        box.add_item(CONTROLS.confirm(replace(state, asks=""), yes, "No, keep them"))


def _roles_page(box: Box, state: SetupState, answer: SetupFound) -> None:
    clan, lines = answer.clan, answer.lines
    box.say(finding_line(lines.roles), small(_HIDE))
    box.say("**Officers** see the reports")
    box.control(CONTROLS.roles("officers", state, "Roles of your officers", answer.officers))
    box.say("**Leadership** also decides")
    box.control(CONTROLS.roles("leadership", state, "Roles of your leadership", answer.leadership))
    box.rule().say(finding_line(lines.ranks))
    if clan.wom_group_id is None:
        return
    is_confirmed = clan.ranks_confirmed_at is not None
    options = [
        option(
            "These ranks give rights",
            fingerprint(answer.ranks),
            "For accounts that an officer confirmed",
            is_default=is_confirmed,
        ),
        option(
            "Only Discord roles and Manage Server do",
            NO_RANKS,
            "Whatever rank somebody holds in the game",
            is_default=not is_confirmed,
        ),
    ]
    box.control(CONTROLS.select("ranks", state, "Do ranks give rights?", options))


def _channels_page(box: Box, state: SetupState, answer: SetupFound) -> None:
    box.say(finding_line(answer.lines.channels))
    none = "Channels that do not count (none)"
    box.control(
        CONTROLS.channels(
            "left_out", state, none, _WRITTEN_IN, answer.left_out, least=0, most=_MOST
        )
    )
    box.rule()
    for kind, line in zip(PostingChannel, answer.lines.posting, strict=True):
        box.say(finding_line(line), small(kind.means))
        box.control(posting_select(CONTROLS, "posting", state, kind, answer.posting.get(kind)))


_PAGES = {
    SetupTab.CHECKLIST: _checklist_page,
    SetupTab.ROLES: _roles_page,
    SetupTab.CHANNELS: _channels_page,
    SetupTab.BRIDGE: bridge_page,
    SetupTab.NEXT: next_page,
}


def _group(clan: Clan) -> str:
    if clan.wom_group_id is None or clan.polled_at is None:
        return ""
    read = when(clan.polled_at)
    return (
        f"{escaped(clan.name)} \N{MIDDLE DOT} number {clan.wom_group_id} \N{MIDDLE DOT} read {read}"
    )


def _there(
    chosen: Mapping[PostingChannel, int | None], posting: Mapping[PostingChannel, PostingState]
) -> dict[PostingChannel, int]:
    """Return the chosen channels that exist: Discord takes no other as chosen."""
    return {
        kind: channel_id
        for kind, channel_id in chosen.items()
        if channel_id is not None and posting[kind].is_there
    }


def _facts(
    guild: discord.Guild, left_out: frozenset[int], bridges: frozenset[int], *, sees_words: bool
) -> Facts:
    places = places_of(guild)
    return Facts(
        channels=len(places),
        left_out=[each.name for each in places if each.id in left_out],
        unreadable=[
            each.name for each in places if each.id not in left_out and not is_readable(each)
        ],
        sees_words=sees_words,
        bridges=[each.name for each in places if each.id in bridges],
    )


def _existing_channels(guild: discord.Guild, *channel_ids: int | None) -> frozenset[int]:
    return frozenset(each for each in channel_ids if each and guild.get_channel(each))


def _existing_roles(guild: discord.Guild, role_ids: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(each for each in role_ids if guild.get_role(each)))

"""What is picked on the pages of the settings: each pick changes the draft, nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import discord

from bot.clan.labels import ALERTS, SIGNALS, AlertLabel, Label
from bot.clan.policy import AlertKind, Signal
from bot.clan.posting import PostingChannel, posting_finding
from bot.clan.ranks import Authority, below_officers
from bot.clan.wording import role_words
from cogs._panels import OpensForm
from cogs._permissions import Interaction
from cogs._posting_channels import KINDS, posting_state
from cogs._replies import open_form
from cogs._settings_forms import LimitForm
from cogs._settings_sheets import identity
from cogs._settings_state import SettingsSession, SettingsView
from cogs._settings_words import HOLDERS

Options = list[discord.SelectOption]
Kind = TypeVar("Kind", Signal, AlertKind)

_MOST = 25
_EVERYBODY = "everybody"
_MORE = "\N{HORIZONTAL ELLIPSIS}"


class _Several(discord.ui.Select[SettingsView]):
    """Picks any number out of a list that belongs to the policy."""

    part: ClassVar[str]
    name: ClassVar[str]

    def __init__(self, options: Options, nothing: str) -> None:
        super().__init__(
            custom_id=f"settings:{self.part}:{self.name}",
            placeholder=nothing,
            options=options,
            min_values=0,
            max_values=len(options),
            id=identity(self.name, _picked(options)),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Put what was picked into the draft, in the order of the list."""
        if self.view is not None:
            picked = [each.value for each in self.options if each.value in self.values]
            session = self.view.session
            session.draft = session.draft.having(**{self.part: {self.name: picked}})
            await self.view.show(interaction)


class SignalsPick(_Several):
    """Picks the signals that are on."""

    part, name = "promotion", "signals"

    def __init__(self, on: frozenset[Signal]) -> None:
        super().__init__(_labelled(SIGNALS, on), "No signal is on")


class AlertsPick(_Several):
    """Picks the alerts that are on."""

    part, name = "alerts", "on"

    def __init__(self, on: frozenset[AlertKind]) -> None:
        super().__init__(_labelled(ALERTS, on), "No alert is on")


class RecruitsPick(_Several):
    """Picks the ranks of recruits."""

    part, name = "promotion", "recruit_roles"

    def __init__(self, session: SettingsSession) -> None:
        picked = session.clan_settings.policy.promotion.recruit_roles
        super().__init__(_ranks(session, picked), "No recruit ranks")


class ComparisonPick(_Several):
    """Picks the ranks that recruits are compared with."""

    part, name = "promotion", "comparison_ranks"

    def __init__(self, session: SettingsSession) -> None:
        picked = session.clan_settings.policy.promotion.comparison_ranks
        super().__init__(_ranks(session, picked), "No comparison ranks")


class HighestPick(discord.ui.Select[SettingsView]):
    """Picks the highest rank that is suggested."""

    def __init__(self, session: SettingsSession) -> None:
        picked = session.clan_settings.policy.promotion.highest_rank
        usual = below_officers(session.ladder, session.clan_settings.permissions)
        lowest = discord.SelectOption(
            label="The last below officers",
            value=_EVERYBODY,
            description="none" if usual is None else role_words(usual)[:100],
            default=not picked,
        )
        ranks = _ranks(session, [picked] if picked else [], most=_MOST - 1)
        super().__init__(
            custom_id="settings:highest",
            options=[lowest, *ranks],
            id=identity("highest", (picked, usual)),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Put it into the draft."""
        if self.view is not None:
            (picked,) = self.values
            session = self.view.session
            rank = "" if picked == _EVERYBODY else picked
            session.draft = session.draft.having(promotion={"highest_rank": rank})
            await self.view.show(interaction)


class LimitPick(OpensForm, discord.ui.Select[SettingsView]):
    """Picks the rank whose limit is to be another."""

    def __init__(self, session: SettingsSession) -> None:
        limits = session.clan_settings.policy.enforcement.limits
        options = _ranks(session, (), first=limits)
        for option in options:
            days = limits.get(option.value)
            option.description = "as others" if days is None else f"{days} days"
        super().__init__(
            custom_id="settings:limit",
            placeholder=f"Change the limit of{_MORE}",
            options=options,
            id=identity("limit", limits),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Ask for the limit."""
        if self.view is not None:
            await open_form(interaction, LimitForm(self.view, self.values[0]))


class BarPick(discord.ui.Select[SettingsView]):
    """Picks whose steady bar is on the page."""

    def __init__(self, session: SettingsSession) -> None:
        own = session.clan_settings.policy.promotion.steady_by_rank
        ranks = _ranks(session, [session.rank] if session.rank else [], first=own)
        for option in ranks:
            option.description = "its own bar" if option.value in own else "as everybody"
        usual = discord.SelectOption(
            label="Everybody",
            value=_EVERYBODY,
            description="The bar of ranks without one of their own",
            default=session.rank is None,
        )
        super().__init__(
            custom_id="settings:bar",
            options=[usual, *ranks[: _MOST - 1]],
            id=identity("bar", session.rank),
        )

    async def callback(self, interaction: Interaction) -> None:
        """Show that bar."""
        if self.view is not None:
            (picked,) = self.values
            self.view.session.rank = None if picked == _EVERYBODY else picked
            await self.view.show(interaction)


class PermissionPick(discord.ui.Select[SettingsView]):
    """Picks who has a permission."""

    def __init__(self, name: str, now: Authority) -> None:
        options = [
            discord.SelectOption(
                label=words.capitalize(), value=value, default=value == now.name.lower()
            )
            for value, words in HOLDERS.items()
        ]
        super().__init__(custom_id=f"settings:gate:{name}", options=options, id=identity(name, now))
        self._name = name

    async def callback(self, interaction: Interaction) -> None:
        """Put it into the draft, unless it locks out or lets in whoever picks it."""
        if self.view is not None:
            level = Authority[self.values[0].upper()]
            session = self.view.session
            changed: dict[str, Any] = {self._name: level}
            permissions = replace(session.clan_settings.permissions, **changed)
            await self.view.show(interaction, session.permission(interaction, permissions))


class PlacePick(discord.ui.ChannelSelect[SettingsView]):
    """Picks a channel of the bot's."""

    def __init__(self, kind: PostingChannel, chosen: int | None) -> None:
        defaults = (
            []
            if chosen is None
            else [
                discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.channel)
            ]
        )
        super().__init__(
            custom_id=f"settings:place:{kind}",
            placeholder=f"{kind.label}: none chosen",
            channel_types=[*KINDS[kind]],
            min_values=0,
            max_values=1,
            default_values=defaults,
            id=identity(kind, chosen),
        )
        self._kind = kind

    async def callback(self, interaction: Interaction) -> None:
        """Put it into the draft."""
        if self.view is not None:
            place = self.values[0].id if self.values else None
            session = self.view.session
            changed: dict[str, Any] = {self._kind.value: place}
            clan_settings = replace(session.clan_settings, **changed)
            session.draft = replace(session.draft, proposed=clan_settings)
            await self.view.show(interaction, await _mute(interaction, self._kind, place))


async def _mute(interaction: Interaction, kind: PostingChannel, channel_id: int | None) -> str:
    """Return what keeps the bot from posting in a channel, or nothing."""
    guild = interaction.guild
    if guild is None or channel_id is None:
        return ""
    found = posting_finding(kind, await posting_state(guild, channel_id))
    return f"**{found.about}**  {found.words}. {found.next_step}" if found.next_step else ""


def _picked(options: Options) -> list[str]:
    return [each.value for each in options if each.default]


def _labelled(table: Mapping[Kind, Label | AlertLabel], on: frozenset[Kind]) -> Options:
    return [
        discord.SelectOption(
            label=label.name, value=kind, description=label.means, default=kind in on
        )
        for kind, label in table.items()
    ]


def _ranks(
    session: SettingsSession, picked: Iterable[str], first: Iterable[str] = (), most: int = _MOST
) -> Options:
    """Return ranks to pick from, never leaving out one that is picked."""
    chosen = tuple(picked)
    offered = list(dict.fromkeys((*chosen, *first, *session.ranks)))[:most]
    in_order = sorted(offered, key=session.ranks.index)
    return [
        discord.SelectOption(label=role_words(rank)[:100], value=rank, default=rank in chosen)
        for rank in in_order
    ]

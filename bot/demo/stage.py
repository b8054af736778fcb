"""The simulated Discord on which the real bot plays to a made-up clan.

The clan's world, its Wise Old Man and SimCord share one clock. Everything is thrown away at the
end.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import discord
import httpx
from simcord import ChannelHandle, Env, GuildHandle, MemberActor, RoleHandle, UserHandle

from bot.app import ClanBot
from bot.clan.rank_table import fingerprint
from bot.clan.ranks import DEFAULT_PERMISSIONS
from bot.demo.cast import ChannelKind, MadeUpUser
from bot.demo.past import Say, seats_of, store_past
from bot.demo.seed import Cast
from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World, make_world
from bot.reports.worker import Worker
from bot.settings import Settings
from bot.timetable import Timetable
from bot.wiring import Services, open_services

_EVENING = timedelta(hours=19, minutes=30)
_SETTLE_SECONDS = 30.0
_JOINING_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class StageSize:
    """A made-up clan's size and seed."""

    members: int = 150
    days: int = 240
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """The running bot, and the people who can look at it and use it."""

    env: Env
    services: Services
    world: World
    wom: MadeUpWom
    guild: GuildHandle
    channels: Mapping[str, ChannelHandle]
    viewers: Mapping[str, MemberActor]
    timetable: Timetable

    @property
    def front(self) -> ChannelHandle:
        """Return the channel in which commands are tried."""
        return self.channels["bot-commands"]


class SharedClock:
    """SimCord's clock once there is one; until then it stands where the world begins."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.env: Env | None = None

    def __call__(self) -> datetime:
        """Return the simulated instant."""
        return self._start if self.env is None else self.env.now()


@asynccontextmanager
async def open_stage(settings: Settings, part: StageSize, say: Say) -> AsyncIterator[Stage]:
    """Yield the bot in front of a clan with a history, ready to be used.

    `settings` name the folder and the database, which should be new; `say` hears what is going on.
    """
    clock = SharedClock(datetime(2026, 1, 1, tzinfo=UTC) + _EVENING)
    say(f"making up a clan of {part.members} members with {part.days} days of history")
    world = make_world(
        seed=part.seed, members=part.members, days=part.days, now=clock(), tells=True
    )
    wom = MadeUpWom(world, clock)
    transport = httpx.MockTransport(wom)
    async with open_services(settings, clock, draws=Worker, transport=transport) as services:
        bot = ClanBot(services)
        env = Env(bot, settle_timeout=_SETTLE_SECONDS)
        await env.start()
        try:
            await env.advance_time((world.now - env.now()).total_seconds())
            clock.env = env
            yield await _dressed(env, bot, services, world, wom, settings, say)
        finally:
            await env.shutdown()


async def _dressed(  # noqa: PLR0913, PLR0917 - everything that stands on the stage
    env: Env,
    bot: ClanBot,
    services: Services,
    world: World,
    wom: MadeUpWom,
    settings: Settings,
    say: Say,
) -> Stage:
    if bot.user is not None:
        await bot.user.edit(username="ClanStats")
    users = {user.index: _user(env, user) for user in world.users}
    guild = env.create_guild(world.clan_name)
    channels = {
        channel.name: _channel(guild, channel.name, channel.kind) for channel in world.channels
    }
    await env.settle()
    cast = Cast(
        guild.id,
        {index: handle.id for index, handle in users.items()},
        {channel.index: channels[channel.name].id for channel in world.channels},
    )
    seats = seats_of(world)
    clan = await store_past(services, settings, world, cast, say)
    roles = (
        guild.create_role("Leadership", permissions=discord.Permissions(manage_guild=True)),
        guild.create_role("Officer"),
    )
    permissions = replace(
        DEFAULT_PERMISSIONS,
        discord_leadership=frozenset({roles[0].id}),
        discord_officers=frozenset({roles[1].id}),
    )
    await services.clans.set_permissions(clan, permissions)
    appointed = await services.clans.of_guild(guild.id) or clan
    table = await services.clans.ranks(appointed)
    await services.clans.confirm_ranks(appointed, fingerprint(table))
    names = {user.index: f"{user.display_name} ({seat})" for seat, user in seats.items()}
    actors = {}
    for user in world.users:
        nick = names.get(user.index, user.display_name)
        actors[user.index] = guild.add_member(
            users[user.index], roles=_roles(user, roles), nick=nick
        )
        # SimCord looks at every open task on every turn: a hundred joins at once take ten seconds.
        if len(actors) % _JOINING_AT_ONCE == 0:
            await env.settle()
    viewers = {seat: actors[user.index] for seat, user in seats.items()}
    await env.settle()
    # The bot stops it when it closes; who shows the stage starts it, a tour goes without.
    timetable = bot.timetable = Timetable(services, settings, bot.speak, posts=bot.post)
    return Stage(env, services, world, wom, guild, channels, viewers, timetable)


def _user(env: Env, user: MadeUpUser) -> UserHandle:
    return env.create_user(user.name, global_name=user.display_name)


def _channel(guild: GuildHandle, name: str, kind: ChannelKind) -> ChannelHandle:
    if kind is ChannelKind.VOICE:
        return guild.create_voice_channel(name)
    return guild.create_text_channel(name)


def _roles(user: MadeUpUser, roles: tuple[RoleHandle, RoleHandle]) -> list[RoleHandle]:
    leadership, officer = roles
    if user.role in DEFAULT_PERMISSIONS.tier_1:
        return [leadership]
    return [officer] if user.role in DEFAULT_PERMISSIONS.officer_roles else []

"""Reading the bot's servers by REST alone: for people who never let the bot run.

A server is put together from what Discord answers as the gateway would tell it, and read by the
same history as after a gap. Nobody listens meanwhile: voice and reactions stay unseen.
"""

from collections.abc import Callable, Collection
from typing import Any

import discord

from bot.app import settle_in
from bot.clan.wording import first_few
from bot.gateway import CUT, ServerRead
from bot.job_runs import recorded
from bot.journal import traced
from bot.services.ops import FAILED
from bot.services.setup import NO_SERVER
from bot.settings import Settings
from bot.wiring import Services
from cogs._history import read_guild

_MEMBERS_AT_ONCE, _SERVERS_AT_ONCE = 1000, 200
_NAMED = 5
_AWAY = (discord.HTTPException, discord.RateLimited, *CUT)
_REMOVED = "the bot is not in this server any more: invite it again, or forget the clan"
_LEFT_OUT = "who is on the server could not be read, so nobody is seen leaving"


async def harvest(  # noqa: PLR0913, PLR0917 - whose history is read, and what is told of it
    client: discord.Client,
    services: Services,
    settings: Settings,
    only: Collection[int] | None,
    tells: Callable[[str], None],
    new_id: Callable[[], str],
) -> tuple[ServerRead, ...]:
    """Return what was read of each server that the bot is in, and which it was removed from."""
    before = await services.clans.every()
    servers = await _servers(client)
    await settle_in(services.clans, servers, settings.discord_guild_id, settings.wom_group_id)
    wanted = {each: servers[each] for each in servers if only is None or each in only}
    read = []
    for guild_id, name in wanted.items():
        tells(name)
        with traced(new_id) as trace:
            read.append(await _read(client, services, guild_id, trace, name))
    gone = [
        ServerRead(each.name, failed=(_REMOVED,))
        for each in before
        if each.guild_id not in {*servers, NO_SERVER} and (only is None or each.guild_id in only)
    ]
    return (*read, *gone)


async def _read(
    client: discord.Client, services: Services, guild_id: int, trace: str, name: str
) -> ServerRead:
    """Read one server, and record how that went."""
    clan = await services.clans.found(guild_id, name)
    async with recorded(services.upkeep, "harvest", trace, clan) as outcome:
        try:
            read = await _server(client, services, guild_id)
        except (*_AWAY, discord.InvalidData) as error:
            read = ServerRead(name, failed=(f"Discord does not show it ({_said(error)})",))
        outcome.detail |= {"channels": read.channels, "messages": read.messages}
        if read.failed:
            outcome.outcome = FAILED
            outcome.detail["words"] = first_few(read.failed, _NAMED)
            outcome.detail["step"] = "the next harvest reads it from there"
    return read


async def _server(client: discord.Client, services: Services, guild_id: int) -> ServerRead:
    guild, failed = await _guild(client, guild_id)
    if guild.chunked:
        clan = await services.clans.found(guild.id, guild.name)
        here = {member.id for member in guild.members}
        await services.privacy.present(clan, here, all_of_them=True)
    sees_words = client.intents.message_content
    done = await read_guild(services, guild, sees_words=sees_words, hears=False)
    told = [f"#{name}: {why}" for name, why in done.failed]
    if guild.id in done.missing:
        told.append("its active threads cannot be listed")
    return ServerRead(guild.name, done.channels, done.messages, (*failed, *told))


async def _servers(client: discord.Client) -> dict[int, str]:
    """Return the names of all servers that the bot is in, by their ids."""
    found: dict[int, str] = {}
    page: list[Any] = []
    while not found or len(page) == _SERVERS_AT_ONCE:
        after: Any = max(found, default=None)
        page = list(await client.http.get_guilds(_SERVERS_AT_ONCE, after=after, with_counts=False))
        found |= {int(each["id"]): each["name"] for each in page}
        if not page:
            break
    return found


async def _guild(client: discord.Client, guild_id: int) -> tuple[discord.Guild, tuple[str, ...]]:
    """Return a server with its roles and channels, and who is on it if Discord says so.

    Else only the bot itself, and in words what was not told.
    """
    http = client.http
    told: Any = await http.get_guild(guild_id, with_counts=False)
    channels = await http.get_all_guild_channels(guild_id)
    failed: tuple[str, ...] = ()
    members: list[Any] | None = None
    if client.intents.members:
        try:
            members = await _members(client, guild_id)
        except _AWAY as error:
            failed = (f"{_LEFT_OUT} ({_said(error)})",)
    whole = told | {"channels": channels}
    if members is None:
        me = client.user.id if client.user is not None else 0
        whole |= {"members": [await http.get_member(guild_id, me)]}
    else:
        whole |= {"members": members, "member_count": len(members)}
    try:
        # As what the gateway tells at the connecting is taken in: messages know their server by it.
        return client._connection._add_guild_from_data(whole), failed  # noqa: SLF001 - see above
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise discord.InvalidData("nobody can read what it sent") from error


async def _members(client: discord.Client, guild_id: int) -> list[Any]:
    found: list[Any] = []
    after: int | None = None
    while True:
        page = await client.http.get_members(guild_id, _MEMBERS_AT_ONCE, after)
        found += page
        last = max((int(each["user"]["id"]) for each in page), default=0)
        if len(page) < _MEMBERS_AT_ONCE or last <= (after or 0):
            return found
        after = last


def _said(error: BaseException) -> str:
    if isinstance(error, discord.RateLimited):
        return "it asked the bot to slow down"
    if isinstance(error, discord.HTTPException):
        return f"{error.status} {error.response.reason}"
    if isinstance(error, discord.InvalidData):
        return str(error)
    return "the connection was cut"

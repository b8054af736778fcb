"""Who may pass: asked at every command and again at every press, in code.

What Discord hides or shows is comfort; nothing rests on it.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import discord
import structlog
from discord import app_commands
from structlog.contextvars import bind_contextvars

from bot.clan.ranks import Permission, Permissions, may, refusal
from bot.journal import short_id
from bot.reports.worker import draw_for
from bot.services.game import unready
from bot.services.setup import Clan, Clans
from bot.wiring import Services
from cogs._errors import asked
from cogs._replies import tell, think

Interaction = discord.Interaction[discord.Client]

_NOT_HERE = "This works in your clan's server: use it there."
_NOT_INVITED = (
    "The bot is not in this server, so there is no clan here. Somebody with Manage Server can "
    "invite it; whoever runs it has the link."
)

_NOT_SHOWN = "Discord has not shown me this server yet. Try again in a minute."

_PERMISSION = "asks_for_permission"

_log = structlog.get_logger()


class Served(Protocol):
    """A cog that has the services."""

    services: Services


P = ParamSpec("P")
CogT = TypeVar("CogT", bound=Served)
_Callback = Callable[Concatenate[CogT, Interaction, P], Coroutine[Any, Any, None]]


def requires(
    permission: Permission, *, is_heavy: bool = False, needs_numbers: bool = False
) -> Callable[[_Callback[CogT, P]], _Callback[CogT, P]]:
    """Let only those call a command who have the permission; `clan_of` then has their clan.

    Before anything is read, Discord is told that an answer comes: it waits for three seconds.
    A heavy answer is made when it is the caller's turn. Where an answer needs numbers, a clan that
    has none yet is told what to do instead.
    """

    def decorator(callback: _Callback[CogT, P]) -> _Callback[CogT, P]:
        @wraps(callback)
        async def behind(
            cog: CogT, interaction: Interaction, /, *args: P.args, **kwargs: P.kwargs
        ) -> None:
            await think(interaction)
            if not await check_permission(interaction, cog.services.clans, permission):
                return
            if needs_numbers and (words := unready(clan_of(interaction))):
                await tell(interaction, words)
                return
            turn = turn_of(interaction, cog.services) if is_heavy else nullcontext()
            async with turn:
                await callback(cog, interaction, *args, **kwargs)

        setattr(behind, _PERMISSION, permission)
        return behind

    return decorator


def permission_of(
    command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
) -> Permission:
    """Return what `requires` asks for before a command is carried out."""
    return cast("Permission", getattr(command.callback, _PERMISSION))


async def check_permission(interaction: Interaction, clans: Clans, permission: Permission) -> bool:
    """Return whether the caller has the permission here; if not, they are told so privately."""
    trace = interaction.extras["trace"] = short_id()
    bind_contextvars(trace=trace)
    user, guild = interaction.user, interaction.guild
    if guild is None or not isinstance(user, discord.Member):
        await tell(interaction, _NOT_HERE)
        return False
    if interaction.client.get_guild(guild.id) is None:
        # Somebody has the bot for themselves, and uses it in a server that has not.
        await tell(interaction, _NOT_INVITED)
        return False
    if not guild.roles:
        # The session has just begun, or Discord has an outage: who may do what is not known.
        await tell(interaction, _NOT_SHOWN)
        return False
    clan = await clan_in(guild, clans)
    draw_for(clan.clan_id)
    discord_permissions = interaction.permissions
    caller = await clans.caller(
        clan,
        user.id,
        frozenset(role.id for role in user.roles),
        owner=guild.owner_id == user.id,
        manager=discord_permissions.manage_guild or discord_permissions.administrator,
    )
    passes = may(caller, permission, clan.permissions)
    _log.info(
        "asked", what=asked(interaction), user=user.id, permission=permission.value, passes=passes
    )
    if passes:
        interaction.extras |= {"clan": clan, "caller": caller}
    else:
        interaction.extras["clan"] = clan
        await refuse(interaction, permission)
    return passes


async def refuse(interaction: Interaction, permission: Permission) -> None:
    """Tell somebody who may not, who may, and what to do about it."""
    clan = clan_of(interaction)
    counts = clan.ranks_confirmed_at is not None
    await tell(interaction, refusal_words(permission, clan.permissions, ranks_count=counts))


def refusal_words(
    permission: Permission, permissions: Permissions, *, ranks_count: bool = True
) -> str:
    """Return one sentence for somebody who may not: who may, and what to do about it."""
    if permission is Permission.SET_UP:
        next_step = "ask one of them to run this"
    elif ranks_count:
        next_step = (
            "if you are one of them, `/link` your account and have an officer confirm it, "
            "or ask for the Discord role that shows it"
        )
    else:
        next_step = (
            "if you are one of them, ask for the Discord role that shows it, or have somebody with "
            "Manage Server confirm in `/clanstats setup` what your rank in the game gives"
        )
    return f"{refusal(permission, permissions)}: {next_step}."


async def clan_in(guild: discord.Guild, clans: Clans) -> Clan:
    """Return the clan of a server as it is now; only a server nobody has seen costs a write."""
    return await clans.of_guild(guild.id) or await clans.found(guild.id, guild.name)


def caller_may(interaction: Interaction, permission: Permission) -> bool:
    """Return whether the one who was let in has another permission as well."""
    return may(interaction.extras["caller"], permission, clan_of(interaction).permissions)


def turn_of(interaction: Interaction, services: Services) -> AbstractAsyncContextManager[None]:
    """Return the turn for a heavy answer of the one who was let in; NotYourTurn inside."""
    return services.turns.of(interaction.user.id, clan_of(interaction).clan_id)


def clan_of(interaction: Interaction) -> Clan:
    """Return the clan that `check_permission` found."""
    return cast("Clan", interaction.extras["clan"])

"""What Discord shows of our commands: each once, compared first and written where it differs."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

import discord
import structlog
from discord.ext import commands

from bot.clan.shards import Shards

_OPTIONAL = frozenset(
    ("autocomplete", "channel_types", "choices", "description_localizations", "max_length")
) | {"max_value", "min_length", "min_value", "name_localizations", "options", "required"}
"""What a command that Discord knows may have beyond ours, and then is another."""
_EVERYWHERE = frozenset({"contexts", "integration_types"})
"""What Discord keeps of commands that are shown everywhere, and of no others."""
_GONE = frozenset({"dm_permission"})  # for `contexts`

_log = structlog.get_logger()


class ShownCommands:
    """Has Discord show our commands once: in one server alone, or in every server there is.

    What Discord has is compared with what it should have, and written only where that differs.
    While the one server cannot be reached they are shown everywhere.
    """

    def __init__(self, bot: commands.Bot, guild_id: int | None, shards: Shards) -> None:
        self._bot = bot
        self._named = guild_id
        # One process says what is seen everywhere: the one that knows of the named server.
        self._is_in_charge = shards.serves(guild_id or 0)
        self._cleared: set[int] = set()
        self._refused: set[int] = set()
        self._one_look = asyncio.Lock()

    async def begin(self) -> None:
        """Show the commands to Discord; HTTPException when it fails."""
        named = [] if self._named is None else [self._named]
        for guild_id in named:
            self._bot.tree.copy_global_to(guild=discord.Object(guild_id))
        if self._is_in_charge:
            await self.look_after(named)

    async def look_after(self, guild_ids: Collection[int]) -> None:
        """See that Discord shows them as it should, the bot being in these servers."""
        async with self._one_look:
            await self._look_after(guild_ids)
        # One by one, the newest first: whoever invites us does not wait for a thousand others.
        for guild_id in sorted({*guild_ids} - {self._named} - self._cleared, reverse=True):
            async with self._one_look:
                await self._clear(guild_id)

    async def _look_after(self, guild_ids: Collection[int]) -> None:
        ours = [each.to_dict(self._bot.tree) for each in self._bot.tree.get_commands()]
        named = self._named
        is_alone = named in guild_ids and named is not None and await self._in(named, ours)
        # First there, then not here: in between they are seen twice, and never nowhere.
        if self._is_in_charge:
            await self._bring(None, [] if is_alone else ours)

    async def _clear(self, guild_id: int) -> None:
        if guild_id not in self._cleared and await self._in(guild_id, []):
            self._cleared.add(guild_id)

    def forget(self, guild_id: int) -> None:
        """Have a server looked at anew: what was shown there is lost when the bot leaves."""
        self._cleared.discard(guild_id)
        self._refused.discard(guild_id)

    async def _in(self, guild_id: int, wanted: Sequence[Mapping[str, Any]]) -> bool:
        """Show these in a server alone; return whether Discord lets us."""
        try:
            await self._bring(guild_id, wanted)
        except (discord.Forbidden, discord.NotFound) as error:
            if guild_id not in self._refused:
                self._refused.add(guild_id)
                _log.warning(_not_in(guild_id == self._named), guild=guild_id, says=error.text)
            return False
        self._refused.discard(guild_id)
        return True

    async def _bring(self, guild_id: int | None, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Have Discord know exactly these commands everywhere, or in one server."""
        http, application = self._bot.http, self._bot.application_id or 0
        known: Sequence[Mapping[str, Any]]
        if guild_id is None:
            known = await http.get_global_commands(application)
        else:
            known = await http.get_guild_commands(application, guild_id)
        if are_shown(wanted, known):
            return
        payload: Any = list(wanted)
        if guild_id is None:
            await http.bulk_upsert_global_commands(application, payload)
        else:
            await http.bulk_upsert_guild_commands(application, guild_id, payload)
        _log.info("commands shown", commands=len(wanted), guild=guild_id or "everywhere")


def are_shown(wanted: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether Discord knows these commands, and no others, as we say them.

    What it adds of its own does not count, and what is empty is as good as missing.
    """
    key = itemgetter("type", "name")
    ours, theirs = sorted(wanted, key=key), sorted(known, key=key)
    return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))


def _is_same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - whatever JSON can say
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        keys = (ours.keys() | (theirs.keys() & _OPTIONAL)) - _GONE
        keys -= _EVERYWHERE if theirs.get("guild_id") else set()
        return all(_is_same(ours.get(each), theirs.get(each)) for each in keys)
    if isinstance(ours, Sequence) and isinstance(theirs, Sequence) and not isinstance(ours, str):
        return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))
    return ours == theirs or (_is_empty(ours) and _is_empty(theirs))


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", [], {})


def _not_in(is_named: bool) -> str:  # noqa: FBT001 - one of two sentences
    if is_named:
        return (
            "Discord shows no commands in the server that DISCORD_GUILD_ID names, so they are "
            "shown everywhere. Correct the number, or invite the bot there with the link above"
        )
    return "Discord shows no commands in this server. Invite the bot again with the link above"

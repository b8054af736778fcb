"""ClanBot: connects, loads the cogs by name, speaks for the jobs, and closes what it began.

Nothing is decided here, and no message ever pings anybody.
"""

import asyncio
import io
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.reports.documents import Document
from bot.services.publish import ChannelPost, PostResult
from bot.services.setup import Clans
from bot.wiring import Services

_COGS = "cogs"
_COMMANDS = "commands"
"""The file of a package of cogs that is loaded; a package without it is no cog."""
_LONGEST_MESSAGE = 2000
_NOT_THERE = "the channel is gone, or the bot cannot see it"
_MAY_NOT = "the bot lacks View Channel, Send Messages or Attach Files in the channel"
_UNREADABLE = (
    *(LookupError, TypeError, ValueError, AttributeError),
    *(ArithmeticError, AssertionError, discord.DiscordException),
)
"""What discord.py raises on an event that lacks something or says it otherwise."""
_INDISPENSABLE = "READY"
"""The event without which a session is none: then we connect anew."""

_OPTIONAL = frozenset(
    ("autocomplete", "channel_types", "choices", "description_localizations", "max_length")
) | {"max_value", "min_length", "min_value", "name_localizations", "options", "required"}
"""What a command that Discord knows may have beyond ours, and then is another."""
_EVERYWHERE = frozenset({"contexts", "integration_types"})
"""What Discord keeps of commands that are shown everywhere, and of no others."""
_GONE = frozenset({"dm_permission"})  # for `contexts`

_log = structlog.get_logger()


class JobRunner(Protocol):
    """Whoever runs the jobs while the bot is up."""

    def start(self) -> None:
        """Begin to run jobs."""

    def stop(self) -> None:
        """Run none any more."""


class Granted(NamedTuple):
    """Which of the two intents that have to be granted Discord gives the bot, each by itself."""

    words: bool
    members: bool


EVERYTHING, NOTHING = Granted(words=True, members=True), Granted(words=False, members=False)


def intents(granted: Granted) -> discord.Intents:
    """Return what we ask Discord to tell us: of what has to be granted, only what is."""
    wanted = discord.Intents.default()
    wanted.members = granted.members
    wanted.message_content = granted.words
    return wanted


class ClanBot(commands.Bot):
    """The bot as Discord sees it.

    With a guild id the commands appear in that server at once, else everywhere; the WOM group of
    the settings belongs to it, or to the only server there is. What is not `granted` is not asked
    for: Discord would raise PrivilegedIntentsRequired.
    """

    def __init__(
        self,
        services: Services,
        *,
        guild_id: int | None = None,
        group_id: int | None = None,
        timetable: JobRunner | None = None,
        granted: Granted = EVERYTHING,
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            intents=intents(granted),
            help_command=None,
            # Asked for one server after the other, once all are answered: see cogs/_rounds.py.
            chunk_guilds_at_startup=False,
            # What is edited or deleted is told by its id.
            max_messages=None,
            # Elsewhere there is no clan: not in private messages, nor where only a user has us.
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.services = services
        self.timetable = timetable
        self.shown = ShownCommands(self, guild_id)
        self._named = guild_id
        self._group_id = group_id
        # What a parser raises would end the connection, and with it the process.
        parsers = self._connection.parsers
        parsers |= {event: partial(_parsed, event, parse) for event, parse in parsers.items()}

    async def setup_hook(self) -> None:
        """Load every cog, show the commands to Discord, start the jobs."""
        for name in _extensions():
            await self.load_extension(name)
        await self.shown.begin()
        if self.timetable is not None:
            self.timetable.start()

    async def on_message(self, message: discord.Message) -> None:
        """Take no commands from messages; the intake hears them through its own listener."""

    async def on_ready(self) -> None:
        """Make every server's clan known, and in which servers we are no more."""
        await self._settle_in()
        _log.info("ready", servers=len(self.guilds))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Make a new server's clan known; one that removed us before goes on."""
        await self._settle_in()
        _log.info("joined a server", guild=guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that we were removed from a server: after a while its clan is forgotten."""
        await self.services.clans.leave(guild.id)
        _log.info("removed from a server", guild=guild.name)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Make a server's clan known that Discord could not show before.

        At the start all are made known together, once it is known which they are.
        """
        clan = await self.services.clans.of_guild(guild.id) if self.is_ready() else None
        if self.is_ready() and (clan is None or clan.removed_at is not None):
            await self.services.clans.found(guild.id, guild.name)

    async def _settle_in(self) -> None:
        """Note where we are, and give the group of the settings to whom it is meant for."""
        servers = {guild.id: guild.name for guild in self.guilds}
        await settle_in(self.services.clans, servers, self._named, self._group_id)

    async def speak(self, notice: Notice) -> None:
        """Post a notice in the officers' channel; where there is none it is only logged.

        While none is set, what others may read as well is posted in the report channel.
        """
        await self.wait_until_ready()
        clan = await self.services.clans.of_guild(notice.guild_id)
        channel_id = None if clan is None else clan.officer_channel_id
        if clan is not None and channel_id is None and not notice.officers_only:
            channel_id = clan.report_channel_id
        # A channel of another server is none of this clan's, whatever the database says.
        guild = self.get_guild(notice.guild_id)
        channel = None if channel_id is None or guild is None else guild.get_channel(channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            _log.warning("nowhere to speak", guild=notice.guild_id, text=notice.text)
            return
        try:
            await channel.send(notice.within(_LONGEST_MESSAGE))
        except discord.HTTPException as error:
            _log.warning("could not speak", guild=notice.guild_id, reason=str(error))

    async def post(self, post: ChannelPost) -> PostResult:
        """Post in a channel of a server; return whether it stands there, and else why not.

        A connection that is cut is raised: whether it stands there then nobody knows.
        """
        if not self.is_ready():
            return PostResult(Delivery.REFUSED, "the bot was not connected to Discord")
        guild = self.get_guild(post.guild_id)
        channel = None if guild is None else guild.get_channel(post.channel_id)
        if not isinstance(channel, discord.abc.Messageable):
            return PostResult(Delivery.REFUSED, _NOT_THERE)
        text, picture = post.message.text, post.message.picture
        shown = [] if picture is None else [_file(picture)]
        try:
            await channel.send(text, files=shown, suppress_embeds=True)
        except discord.HTTPException as error:
            return _not_posted(error)
        return PostResult(Delivery.POSTED)

    async def close(self) -> None:
        """Stop the jobs, write what was heard, leave Discord."""
        if self.timetable is not None:
            self.timetable.stop()
        await self.services.intake.flush()
        await self.services.presence.flush(is_last=True)
        await super().close()


def _not_posted(error: discord.HTTPException) -> PostResult:
    """Return what Discord's answer says of a post: only an error of its own leaves it open."""
    if isinstance(error, discord.DiscordServerError):
        return PostResult(Delivery.UNSURE, str(error))
    if isinstance(error, discord.NotFound):
        return PostResult(Delivery.REFUSED, _NOT_THERE)
    if isinstance(error, discord.Forbidden):
        return PostResult(Delivery.REFUSED, _MAY_NOT)
    return PostResult(Delivery.REFUSED, f"Discord refused it: {error.text or error.status}")


def _file(picture: Document) -> discord.File:
    content = io.BytesIO(picture.content)
    return discord.File(content, picture.name, description=picture.alt[:1024] or None)


def _extensions() -> Iterator[str]:
    """Yield the names of what is loaded: files without an underscore, commands of packages."""
    for module in pkgutil.iter_modules(import_module(_COGS).__path__):
        name = f"{_COGS}.{module.name}"
        # Not the package itself: unloading it would take all its files out of memory.
        if module.ispkg and find_spec(f"{name}.{_COMMANDS}") is not None:
            yield f"{name}.{_COMMANDS}"
        elif not module.ispkg and not module.name.startswith("_"):
            yield name


async def settle_in(
    clans: Clans, servers: Mapping[int, str], named: int | None, group_id: int | None
) -> None:
    """Note in which servers the bot is, and give the group of the settings to whom it is meant for.

    That is the server that the settings name, or the only one.
    """
    await clans.be_in(servers)
    meant = _server_meant(servers, named)
    clan = None if meant is None else await clans.of_guild(meant)
    if clan is not None:
        clan = await clans.adopt(clan, group_id)
        if group_id not in {None, clan.wom_group_id}:
            _log.info("the group that was chosen in /clanstats setup counts, not WOM_GROUP_ID")
    elif servers and group_id is not None and not await clans.is_served(group_id):
        _log.warning(_whose_group(len(servers), is_named=named is not None))


def _server_meant(servers: Collection[int], named: int | None) -> int | None:
    """Return the server for which the settings are: the one they name, or the only one."""
    if named is not None:
        return named if named in servers else None
    return next(iter(servers)) if len(servers) == 1 else None


def _whose_group(servers: int, *, is_named: bool) -> str:
    if is_named:
        return (
            "WOM_GROUP_ID belongs to the server of DISCORD_GUILD_ID, in which the bot is not. "
            "Invite it there, or correct the number; until then the group is not read"
        )
    return (
        f"WOM_GROUP_ID belongs to one server, and the bot is in {servers}. Name it by "
        "DISCORD_GUILD_ID, or choose the group there by /clanstats setup; until then it is not read"
    )


class ShownCommands:
    """Has Discord show our commands once: in one server alone, or in every server there is.

    What Discord has is compared with what it should have, and written only where that differs.
    While the one server cannot be reached they are shown everywhere.
    """

    def __init__(self, bot: commands.Bot, guild_id: int | None) -> None:
        self._bot = bot
        self._named = guild_id
        self._cleared: set[int] = set()
        self._refused: set[int] = set()
        self._one_look = asyncio.Lock()

    async def begin(self) -> None:
        """Show the commands to Discord; HTTPException when it fails."""
        named = [] if self._named is None else [self._named]
        for guild_id in named:
            self._bot.tree.copy_global_to(guild=discord.Object(guild_id))
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


def _parsed(event: str, parse: Callable[[Any], None], told: object) -> None:
    """Have discord.py take an event; one that cannot be read is left out, and the log says so."""
    try:
        parse(told)
    except _UNREADABLE as error:
        if event == _INDISPENSABLE:
            raise
        _log.warning(
            "Discord sent an event that cannot be read; it is left out",
            kind=event,
            reason=repr(error),
        )

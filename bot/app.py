"""ClanBot: connects, loads the cogs by name, speaks for the jobs, and closes what it began.

Nothing is decided here, and no message ever pings anybody.
"""

import io
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.clan.shards import Shards
from bot.reports.documents import Document
from bot.services.publish import ChannelPost, PostResult
from bot.services.setup import Clans
from bot.shown_commands import ShownCommands
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
ALL_SERVERS = Shards()
OfServers = Callable[[Sequence[discord.Guild]], Awaitable[None]]
"""What is done when the session of some servers begins, is taken up again or is lost."""


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

    def __init__(  # noqa: PLR0913 - what the settings say, each by itself
        self,
        services: Services,
        *,
        guild_id: int | None = None,
        group_id: int | None = None,
        timetable: JobRunner | None = None,
        granted: Granted = EVERYTHING,
        shards: Shards = ALL_SERVERS,
        **of_the_library: Any,  # noqa: ANN401 - its own options
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
            **of_the_library,
        )
        self.services = services
        self.timetable = timetable
        self.our_shards = shards
        self.shown = ShownCommands(self, guild_id, shards)
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
        await self._settle_in(self.our_shards)
        _log.info("ready", servers=len(self.guilds))

    def at_session(self, state: str, listener: OfServers) -> None:
        """Have servers told when their session is `ready`, `resumed` or there is a `disconnect`.

        One that Discord cannot show is told of none but the last: `guild_available` follows.
        """

        async def listen() -> None:
            await listener(told_of(state, self.guilds))

        self.add_listener(listen, f"on_{state}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Make a new server's clan known; one that removed us before goes on."""
        await self._settle_in_around(guild)
        _log.info("joined a server", guild=guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that we were removed from a server: after a while its clan is forgotten."""
        await self.services.clans.leave(guild.id)
        _log.info("removed from a server", guild=guild.name)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Make a server's clan known that Discord could not show before.

        At the start all are made known together, once it is known which they are.
        """
        if not self.has_begun(guild):
            return
        clan = await self.services.clans.of_guild(guild.id)
        if clan is None or clan.removed_at is not None:
            await self.services.clans.found(guild.id, guild.name)
            if self._group_id is not None:
                # It may be the one for which the group of the settings is meant.
                await self._settle_in_around(guild)

    async def _settle_in_around(self, guild: discord.Guild) -> None:
        # Of other shards we may not know yet in which servers we are.
        await self._settle_in(Shards(self.our_shards.count, (self.our_shards.shard_of(guild.id),)))

    def has_begun(self, guild: discord.Guild) -> bool:  # noqa: ARG002 - on shards it matters which
        """Return whether the session of a server has begun: all its servers are known."""
        return self.is_ready()

    async def _settle_in(self, shards: Shards) -> None:
        """Note where we are, and give the group of the settings to whom it is meant for."""
        servers = {guild.id: guild.name for guild in self.guilds if shards.serves(guild.id)}
        await settle_in(self.services.clans, servers, self._named, self._group_id, shards)

    def can_reach(self) -> bool:
        """Return whether we are far enough to post in servers."""
        return self.is_ready()

    async def until_reached(self) -> None:
        """Wait until we are far enough to post in servers."""
        await self.wait_until_ready()

    async def channel_in(self, guild_id: int, channel_id: int) -> object | None:
        """Return a channel of a server, or None; one of another server is none of this clan's."""
        guild = self.get_guild(guild_id)
        if guild is None:
            return None
        found = guild.get_channel(channel_id)
        if found is None and guild.unavailable:
            return await self.channel_asked_for(guild_id, channel_id)
        return found

    async def channel_asked_for(self, guild_id: int, channel_id: int) -> object | None:
        """Return a channel of a server as Discord says when it is asked, or None."""
        try:
            found = await self.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return None
        where = getattr(found, "guild", None)
        return found if where is not None and where.id == guild_id else None

    async def speak(self, notice: Notice) -> None:
        """Post a notice in the officers' channel; where there is none it is only logged.

        While none is set, what others may read as well is posted in the report channel. A cut
        connection and trouble at Discord are raised: then it can be told later.
        """
        await self.until_reached()
        clan = await self.services.clans.of_guild(notice.guild_id)
        channel_id = None if clan is None else clan.officer_channel_id
        if clan is not None and channel_id is None and not notice.officers_only:
            channel_id = clan.report_channel_id
        try:
            channel = None
            if channel_id is not None:
                channel = await self.channel_in(notice.guild_id, channel_id)
            if not isinstance(channel, discord.abc.Messageable):
                _log.warning("nowhere to speak", guild=notice.guild_id, text=notice.text)
                return
            await channel.send(notice.within(_LONGEST_MESSAGE))
        except discord.HTTPException as error:
            if _is_of_discord(error):
                raise
            _log.warning("could not speak", guild=notice.guild_id, reason=str(error))

    async def post(self, post: ChannelPost) -> PostResult:
        """Post in a channel of a server; return whether it stands there, and else why not.

        A connection that is cut is raised: whether it stands there then nobody knows.
        """
        if not self.can_reach():
            return PostResult(Delivery.REFUSED, "the bot was not connected to Discord")
        text, picture = post.message.text, post.message.picture
        shown = [] if picture is None else [_file(picture)]
        try:
            channel = await self.channel_in(post.guild_id, post.channel_id)
            if not isinstance(channel, discord.abc.Messageable):
                return PostResult(Delivery.REFUSED, _NOT_THERE)
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


def told_of(state: str, guilds: Sequence[discord.Guild]) -> Sequence[discord.Guild]:
    """Return the servers that are told of a session: at its begin those that Discord shows.

    Of the others neither channels nor members are known, as if there were none.
    """
    return guilds if state == "disconnect" else [each for each in guilds if not each.unavailable]


def _is_of_discord(error: discord.HTTPException) -> bool:
    """Return whether Discord itself failed, and refused nothing: it may go later."""
    return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _not_posted(error: discord.HTTPException) -> PostResult:
    """Return what Discord's answer says of a post: only an error of its own leaves it open."""
    if _is_of_discord(error):
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
    clans: Clans,
    servers: Mapping[int, str],
    named: int | None,
    group_id: int | None,
    shards: Shards = ALL_SERVERS,
) -> None:
    """Note in which servers the bot is, and give the group of the settings to whom it is meant for.

    That is the server that the settings name, or the only one. Of servers that are not on these
    shards nothing is known.
    """
    await clans.be_in(servers, shards)
    if not shards.is_whole and (named is None or not shards.serves(named)):
        return
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

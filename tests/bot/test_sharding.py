"""The bot on several shards: in one process, and in two that share a PostgreSQL server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import ClanBot
from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.clan.shards import Shards
from bot.gateway import opened_bot
from bot.services.publish import ChannelPost, DigestMessage
from bot.settings import load
from bot.sharding import PAUSE_S, SessionStarts, ShardedBot, StartLimits, bot_of
from tests.bot.cli.conftest import Line, line, path, template
from tests.bot.test_outages import Start, arrived, message_id, staying
from tests.discord_stand_in import (
    CHANNEL_ID,
    GUILD_ID,
    DiscordStand,
    a_channel,
    a_guild,
    a_message,
    discord_stand,
)
from tests.storage.postgres import EMPTY, Server

__all__ = ["line", "path", "template"]

EVEN, ODD = GUILD_ID, GUILD_ID + (1 << 22)
"""Two servers, of which Discord tells on two shards."""
ODD_CHANNEL = CHANNEL_ID + (1 << 22)
ON_EVEN = (EVEN >> 22) % 2
BUCKETS = {"total": 1000, "remaining": 999, "reset_after": 60_000, "max_concurrency": 16}


def two_servers(stand: DiscordStand) -> None:
    channel = a_channel(id=str(ODD_CHANNEL), guild_id=str(ODD))
    stand.guilds = [a_guild(), a_guild(id=str(ODD), name="Odd Ones", channels=[channel])]
    limits = {"url": "", "shards": 2, "session_start_limit": BUCKETS}
    stand.answers.insert(0, ("GET", "/gateway/bot", limits))


def in_odd(number: int) -> dict[str, Any]:
    return a_message(message_id(number), channel_id=str(ODD_CHANNEL), guild_id=str(ODD))


@dataclass
class Processes:
    """Processes of one bot, each with services of its own on one database."""

    line: Line
    stand: DiscordStand
    stack: AsyncExitStack
    server: Server | None = None

    async def start(self, **keys: str) -> Start:
        """Return a process that may begin; keys are of its environment."""
        own = {} if self.server is None else {"DATABASE_URL": self.address}
        settings = load(self.line.environment | own | keys, None)
        services = await self.stack.enter_async_context(
            self.line.open_services(settings, alone=True)
        )
        await services.duties.begin()
        return Start(
            self.stand,
            services,
            settings,
            lambda granted: opened_bot(services, settings, granted=granted),
        )

    @property
    def address(self) -> str:
        assert self.server is not None
        return self.server.url(EMPTY, "postgresql").render_as_string(hide_password=False)


@pytest.fixture
async def processes(line: Line) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        stack.enter_context(capture_logs())
        stand = await stack.enter_async_context(discord_stand())
        two_servers(stand)
        yield Processes(line, stand, stack)


@pytest.fixture
async def shared(processes: Processes, server: Server) -> Processes:
    server.wipe()
    processes.server = server
    return processes


def names(bot: ClanBot) -> set[str]:
    return {each.name for each in bot.guilds}


@asynccontextmanager
async def staying_beside(start: Start) -> AsyncIterator[None]:
    """Let a second bot stay; what is left of it the first one's end waits for."""
    bot = asyncio.ensure_future(start.stays())
    try:
        yield
    finally:
        bot.cancel()
        await asyncio.wait({bot})


async def has_read(start: Start, guild_id: int) -> None:
    """Wait until the gap of a server is read."""
    while not start.services.intake.listens(guild_id):  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.01)


async def counted(start: Start, guild_id: int) -> int:
    clan = await start.services.clans.of_guild(guild_id)
    assert clan is not None
    await start.services.intake.flush()
    return (await start.services.upkeep.status(clan)).messages


async def removed(start: Start) -> list[bool]:
    known = sorted(await start.services.clans.known(), key=lambda each: each.guild_id)
    return [each.removed_at is not None for each in known]


async def test_without_a_count_the_bot_is_the_plain_one() -> None:
    assert bot_of(load({}, None)) is ClanBot


async def test_a_shard_that_breaks_off_costs_its_own_servers_alone(processes: Processes) -> None:
    start = await processes.start(SHARD_COUNT="2")
    async with staying(start) as until:
        await until(arrived(start))
        bot = start.bots[0]
        assert names(bot) == {"Amber Lanterns", "Odd Ones"}
        for guild_id in (EVEN, ODD):
            await until(has_read(start, guild_id))
            assert start.services.intake.listens(guild_id)
        even_session = start.services.intake.session_of(EVEN)
        assert all(bot.has_begun(each) for each in bot.guilds)
        await start.stand.hang_up(4000, shard_id=1 - ON_EVEN)
        resumed = await until(start.stand.resumed())
        assert resumed["session_id"] == f"a-session{1 - ON_EVEN}/2"
        await start.stand.tell("MESSAGE_CREATE", in_odd(1))
        await start.stand.tell("MESSAGE_CREATE", a_message(message_id(2)))
        await until(start.stand.caught_up())
        await until(has_read(start, ODD))
        assert start.services.intake.session_of(EVEN) == even_session, "nothing of it was missed"
        assert start.services.intake.listens(EVEN)
        assert [await counted(start, each) for each in (EVEN, ODD)] == [1, 1]
    assert await removed(start) == [False, False]
    assert start.pauses == []


async def test_a_server_is_read_as_soon_as_its_own_shard_has_begun(processes: Processes) -> None:
    """Not once all have: another shard may be kept waiting for minutes."""
    start = await processes.start(SHARD_COUNT="2")
    async with staying(start) as until:
        await until(arrived(start))
        bot = start.bots[0]
        await until(has_read(start, EVEN))
        vars(bot)["_begun"].discard(1 - ON_EVEN)
        even, odd = sorted(bot.guilds, key=lambda guild: guild.id != EVEN)
        assert (bot.has_begun(even), bot.has_begun(odd)) == (True, False)
        session = start.services.intake.session_of(EVEN)
        bot.dispatch("guild_unavailable", even)
        bot.dispatch("guild_available", even)
        await until(has_read(start, EVEN))
        assert start.services.intake.session_of(EVEN) != session


async def test_each_process_hears_and_answers_for_its_own_shards(shared: Processes) -> None:
    even = await shared.start(SHARD_COUNT="2", SHARD_IDS=str(ON_EVEN))
    odd = await shared.start(SHARD_COUNT="2", SHARD_IDS=str(1 - ON_EVEN))
    async with AsyncExitStack() as stack:
        until = await stack.enter_async_context(staying(even))
        await until(arrived(even))
        await stack.enter_async_context(staying_beside(odd))
        await until(arrived(odd))
        assert [names(each.bots[0]) for each in (even, odd)] == [{"Amber Lanterns"}, {"Odd Ones"}]
        for number in (1, 2, 3):
            await even.stand.tell("MESSAGE_CREATE", in_odd(number))
        await even.stand.tell("MESSAGE_CREATE", a_message(message_id(9)))
        await until(even.stand.caught_up())
        await until(has_read(even, EVEN))
        await until(has_read(odd, ODD))
        assert await counted(even, EVEN) == 1
        assert await counted(odd, ODD) == 3
        assert even.services.intake.listens(EVEN)
        assert not even.services.intake.listens(ODD)
    # Neither takes the servers of the other one for left.
    assert await removed(even) == [False, False]
    puts = [each for each in even.stand.asked if each[0] == "PUT" and each[1].endswith("/commands")]
    assert len(puts) == 1


async def test_what_is_written_during_a_rolling_restart_is_counted_once(shared: Processes) -> None:
    keys = {"SHARD_COUNT": "2", "SHARD_IDS": str(1 - ON_EVEN)}
    async with AsyncExitStack() as first:
        processes = Processes(shared.line, shared.stand, first, shared.server)
        old = await processes.start(**keys)
        async with staying(old) as until:
            await until(arrived(old))
            await until(has_read(old, ODD))
            await old.stand.tell("MESSAGE_CREATE", in_odd(1))
            await until(old.stand.caught_up())
    # Nobody is there: Discord keeps what is written.
    written = [in_odd(2), in_odd(1)]
    shared.stand.answers.insert(0, ("GET", f"/channels/{ODD_CHANNEL}/messages", written))
    new = await shared.start(**keys)
    async with staying(new) as until:
        await until(arrived(new))
        await new.stand.tell("MESSAGE_CREATE", in_odd(3))
        await until(new.stand.caught_up())
        await until(has_read(new, ODD))
        assert await counted(new, ODD) == 3


async def test_a_process_that_stands_in_posts_where_it_is_not_told_of(shared: Processes) -> None:
    even = await shared.start(SHARD_COUNT="2", SHARD_IDS=str(ON_EVEN))
    channel = a_channel(id=str(ODD_CHANNEL), guild_id=str(ODD))
    even.stand.answers[:0] = [
        ("GET", f"/channels/{ODD_CHANNEL}", channel),
        ("POST", f"/channels/{ODD_CHANNEL}/messages", in_odd(7)),
    ]
    message = DigestMessage("A digest", None)
    async with staying(even) as until:
        await until(arrived(even))
        bot = even.bots[0]
        assert bot.get_guild(ODD) is None
        posted = await bot.post(ChannelPost(ODD, ODD_CHANNEL, message))
        assert posted.delivery is Delivery.POSTED
        # Whatever the database says: that is a channel of another server.
        elsewhere = await bot.post(ChannelPost(EVEN + (2 << 22), ODD_CHANNEL, message))
        assert elsewhere.delivery is Delivery.REFUSED
        gone = await bot.post(ChannelPost(ODD, 12345, message))
        assert (gone.delivery, "the channel is gone" in str(gone.refusal)) == (
            Delivery.REFUSED,
            True,
        )
        await bot.speak(Notice(ODD, "to nobody"))
    sent = [each for each in even.stand.asked if each[0] == "POST" and "messages" in each[1]]
    assert sent == [("POST", f"/channels/{ODD_CHANNEL}/messages")]


@dataclass
class Sessions:
    """Session starts as Discord allows them; nobody waits, and `waited` says how long."""

    limits: Sequence[StartLimits | Exception]
    waited: list[float] = field(default_factory=list)
    buckets: list[int] = field(default_factory=list)
    seconds: float = 100.0
    asked: int = 0

    def starts(self, count: int) -> SessionStarts:
        duties: Any = self
        return SessionStarts(
            self.asks, Shards(count, tuple(range(count))), duties, lambda: self.seconds, self.sleep
        )

    async def asks(self) -> StartLimits:
        found = self.limits[min(self.asked, len(self.limits) - 1)]
        self.asked += 1
        if isinstance(found, Exception):
            raise found
        return found

    async def identify(self, bucket: int, pause_s: float) -> None:
        assert pause_s == PAUSE_S
        self.buckets.append(bucket)

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.seconds += seconds


async def test_sessions_begin_one_after_the_other_where_discord_lets_one_begin_at_once() -> None:
    discord_says = Sessions([StartLimits(3, 1, 100)])
    starts = discord_says.starts(3)
    for shard_id in range(3):
        await starts.turn(shard_id)
    assert discord_says.waited == [PAUSE_S, PAUSE_S]
    assert discord_says.buckets == [0, 0, 0]
    assert discord_says.asked == 1


async def test_sessions_of_other_buckets_begin_at_once() -> None:
    discord_says = Sessions([StartLimits(32, 16, 100)])
    starts = discord_says.starts(32)
    await asyncio.gather(*(starts.turn(shard_id) for shard_id in range(16)))
    assert discord_says.waited == []
    assert discord_says.buckets == [*range(16)]
    await starts.turn(16)
    assert discord_says.waited == [PAUSE_S]
    assert discord_says.buckets[-1] == 0


async def test_no_session_begins_beyond_those_that_discord_allows_a_day() -> None:
    discord_says = Sessions([StartLimits(3, 16, 2, 7200.0), StartLimits(3, 16, 1000)])
    starts = discord_says.starts(3)
    with capture_logs() as logs:
        for shard_id in range(3):
            await starts.turn(shard_id)
    assert discord_says.waited == [7201.0]
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == [
        "Discord lets the bot begin no more sessions today; waiting until it does"
    ]


async def test_what_discord_says_is_asked_anew_after_a_minute_and_is_no_must() -> None:
    discord_says = Sessions([OSError("away"), StartLimits(9, 16, 1000)])
    starts = discord_says.starts(2)
    with capture_logs() as logs:
        await starts.turn(1)
        discord_says.seconds += 61
        await starts.turn(1)
        discord_says.seconds += 61
        await starts.turn(1)
    assert discord_says.asked == 3
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == []


async def test_more_shards_are_advised_once() -> None:
    discord_says = Sessions([StartLimits(9, 16, 1000)])
    starts = discord_says.starts(2)
    with capture_logs() as logs:
        await starts.turn(1)
        discord_says.seconds += 61
        await starts.turn(1)
    (told,) = [each["event"] for each in logs]
    assert told.startswith("Discord advises 9 shards, and SHARD_COUNT is 2: raise it in every")


async def test_the_bot_of_shards_asks_for_exactly_its_own(shared: Processes) -> None:
    start = await shared.start(SHARD_COUNT="2", SHARD_IDS="1")
    async with staying(start) as until:
        begun = await until(start.stand.identified())
        assert begun["shard"] == [1, 2]
        assert isinstance(start.bots[0], ShardedBot)

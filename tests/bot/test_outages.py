"""The bot on a Discord that is away, refuses, or sends what nobody can read; over real sockets."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import discord
import pytest
from structlog.testing import capture_logs

from bot.app import ClanBot, Granted
from bot.gateway import NoDiscord, opened_bot, read_setup, stay
from bot.settings import Settings, load
from bot.wiring import Services
from tests.bot.cli.conftest import Line, line, path, template
from tests.bot.services.group import GROUP_ID
from tests.discord_stand_in import (
    CHANNEL_ID,
    DROPPED,
    GUILD_ID,
    MEMBERS,
    TOKEN,
    USER_ID,
    WORDS,
    DiscordStand,
    Refusal,
    a_channel,
    a_guild,
    a_member,
    a_message,
    discord_stand,
)
from tests.storage.rows import NOW

__all__ = ["line", "path", "template"]

T = TypeVar("T")


@dataclass
class Start:
    """A bot that is to stay on a Discord; nobody really waits, and `pauses` says how long."""

    stand: DiscordStand
    services: Services
    settings: Settings
    opens_bot: Callable[[Granted], object]
    bots: list[ClanBot] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    back_after: int = 3
    """After how many pauses Discord is as usual again."""

    async def stays(self, token: str = TOKEN) -> None:
        @asynccontextmanager
        async def opened(granted: Granted) -> AsyncIterator[ClanBot]:
            async with self.opens_bot(granted) as bot:  # type: ignore[attr-defined]
                bot._connection.guild_ready_timeout = 0.0
                self.bots.append(bot)
                yield bot

        await stay(token, opened, sleep=self.sleep, timer=lambda: self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        if len(self.pauses) == self.back_after:
            self.stand.as_usual()

    async def messages(self) -> int:
        """Return how many messages were counted."""
        clan = await self.services.clans.found(GUILD_ID, "Amber Lanterns")
        await self.services.intake.flush()
        return (await self.services.upkeep.status(clan)).messages


@pytest.fixture
async def start(line: Line) -> AsyncIterator[Start]:
    settings = load(line.environment, None)
    async with AsyncExitStack() as stack:
        # To paint the tracebacks of a dozen attempts takes longer than the attempts.
        stack.enter_context(capture_logs())
        stand = await stack.enter_async_context(discord_stand())
        services = await stack.enter_async_context(line.open_services(settings))
        yield Start(
            stand,
            services,
            settings,
            lambda granted: opened_bot(services, settings, granted=granted),
        )


@asynccontextmanager
async def staying(start: Start) -> AsyncIterator[Callable[[Awaitable[T]], Awaitable[T]]]:
    """Let the bot stay, and yield what waits for something unless the bot ends before."""
    before = asyncio.all_tasks()
    bot = asyncio.ensure_future(start.stays())

    async def until(something: Awaitable[T]) -> T:
        waiting = asyncio.ensure_future(something)
        await asyncio.wait({bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if bot.done():
            waiting.cancel()
            bot.result()
        return await waiting

    try:
        yield until
    finally:
        # Once: what is lost of it on the way is our fault.
        bot.cancel()
        await asyncio.wait({bot})
        # What was begun ends by itself: a connection that closes must not be cancelled.
        left = asyncio.all_tasks() - before
        if left:
            _, endless = await asyncio.wait(left, timeout=20)
            assert endless == set()


async def arrived(start: Start) -> None:
    """Wait until the next session is begun and the bot knows its server."""
    await start.stand.identified()
    async with asyncio.timeout(60):
        await start.bots[-1].wait_until_ready()


def warnings(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each["event"] for each in logs if each["log_level"] == "warning"]


def message_id(number: int = 0) -> int:
    return discord.utils.time_snowflake(NOW) + number


async def test_a_bot_begins_its_day_on_the_stand_in(start: Start) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        await start.stand.tell("MESSAGE_CREATE", a_message(message_id()))
        await until(start.stand.caught_up())
        assert await start.messages() == 1
    assert ("PUT", f"/applications/{start.bots[0].application_id}/commands") in start.stand.asked
    assert start.pauses == []


async def test_the_start_asks_nothing_for_each_of_many_servers(start: Start) -> None:
    for number in range(1, 61):
        guild = a_guild(id=str(GUILD_ID + 1_000 * number), member_count=900, channels=[])
        everyone, *others = guild["roles"]
        start.stand.guilds.append(guild | {"roles": [everyone | {"id": guild["id"]}, *others]})
    async with staying(start) as until:
        await until(arrived(start))
        assert len(start.bots[-1].guilds) == 61
        assert start.stand.members_of == []
        assert len(start.stand.asked) < 10


@pytest.mark.parametrize("route", ["/users/@me", "/oauth2/applications/@me", "/app*/commands"])
@pytest.mark.parametrize(
    ("status", "words"), [(503, "503 Service Unavailable"), (DROPPED, "disconnected")]
)
async def test_while_discord_is_away_at_the_start_it_waits_longer_and_longer(
    start: Start, route: str, status: int, words: str
) -> None:
    start.stand.refusals.append(Refusal(status, path=route, times=100))
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
    assert start.pauses == [5, 10, 20]
    assert all(bot.is_closed() for bot in start.bots)
    told = warnings(logs)
    assert [each.rpartition("; ")[2] for each in told] == [
        f"trying again in {seconds} seconds" for seconds in (5, 10, 20)
    ]
    assert all(each.startswith("Discord is away (") and words in each for each in told)


async def test_the_pauses_end_at_five_minutes_and_begin_anew_after_a_long_session(
    start: Start,
) -> None:
    start.stand.refusals.append(Refusal(503, path="/users/@me", times=100))
    start.back_after = 8
    async with staying(start) as until:
        await until(arrived(start))
        start.seconds += 301
        await start.stand.say("no JSON")
        await until(arrived(start))
    assert start.pauses == [5, 10, 20, 40, 80, 160, 300, 300, 5]


async def test_what_discord_refuses_at_the_start_is_told_and_asked_again(start: Start) -> None:
    start.stand.refusals.append(Refusal(403, path="/app*/commands", code=50001, times=3))
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
    assert start.pauses == [5, 10, 20]
    assert "refuses what the bot asks at the start (403 Forbidden, refused)" in warnings(logs)[0]


@pytest.mark.parametrize("at_the_gateway", [False, True])
async def test_only_a_wrong_token_ends_it_and_in_words(
    start: Start,
    at_the_gateway: bool,  # noqa: FBT001 - a row of the table
) -> None:
    if at_the_gateway:
        start.stand.closes.append(4004)
    with pytest.raises(NoDiscord, match=r"does not know this token.*Reset Token"):
        await start.stays(TOKEN if at_the_gateway else "another")
    assert start.pauses == []
    assert all(bot.is_closed() for bot in start.bots)
    assert len(start.bots) == at_the_gateway


async def test_a_token_that_is_reset_while_the_bot_runs_ends_it_in_words(start: Start) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        await start.stand.hang_up(4004)
        with pytest.raises(NoDiscord, match=r"does not know this token.*Reset Token"):
            await until(start.stand.identified())
    assert start.pauses == []


async def test_an_intent_that_is_switched_off_while_the_bot_runs_costs_itself_alone(
    start: Start,
) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        start.stand.flags = MEMBERS
        await start.stand.hang_up(4014)
        begun = await until(start.stand.identified())
    asked = discord.Intents._from_value(begun["intents"])
    assert (asked.members, asked.message_content) == (True, False)
    assert start.pauses == []


@pytest.mark.parametrize("flags", [MEMBERS, WORDS])
async def test_what_the_portal_grants_is_asked_for_and_nothing_else(
    start: Start, flags: int
) -> None:
    start.stand.flags = flags
    async with staying(start) as until:
        begun = await until(start.stand.identified())
    asked = discord.Intents._from_value(begun["intents"])
    assert (asked.members, asked.message_content) == (bool(flags & MEMBERS), bool(flags & WORDS))
    assert start.pauses == []


async def test_intents_that_are_refused_cost_themselves_and_not_the_bot(start: Start) -> None:
    start.stand.closes.append(4014)
    async with staying(start) as until:
        begun = [await until(start.stand.identified()) for _ in range(2)]
        await until(start.bots[1].wait_until_ready())
    asked = [discord.Intents._from_value(each["intents"]) for each in begun]
    assert [(each.members, each.message_content) for each in asked] == [
        (True, True),
        (False, False),
    ]
    assert start.pauses == []


async def test_intents_that_are_refused_again_are_waited_out(start: Start) -> None:
    start.stand.closes += [4014, 4014]
    async with staying(start) as until:
        await until(start.stand.identified())
        await until(start.stand.identified())
        await until(arrived(start))
    assert start.pauses == [5]


async def test_a_session_that_discord_ends_for_good_begins_anew(start: Start) -> None:
    start.stand.closes.append(4011)
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(start.stand.identified())
            await until(arrived(start))
    assert start.pauses == [5]
    assert warnings(logs) == ["Discord ended the connection (code 4011); trying again in 5 seconds"]


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(start: Start) -> None:
    start.stand.refusals.append(Refusal(503, path="/gateway", times=100))
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
    assert start.pauses == [5, 10, 20]
    assert warnings(logs)[0] == (
        "Discord is away (503 from its gateway); trying again in 5 seconds"
    )


async def test_a_gateway_that_goes_away_is_told_in_words_and_found_again(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        await until(start.stand.caught_up())
        start.stand.refusals.append(Refusal(503, path="/gateway", times=2))
        await start.stand.hang_up(4000)
        await until(start.stand.resumed())
    told = [each for each in caplog.records if "trying again" in each.getMessage()]
    assert [each.levelname for each in told] == ["WARNING"] * 2
    assert told[0].getMessage() == (
        "Discord is away (503 from its gateway); trying again in 0 seconds"
    )
    assert [each.exc_info for each in told] == [None, None]
    assert len(start.bots) == 1


def in_server(start: Start, guild_id: int | None) -> None:
    """Have DISCORD_GUILD_ID name a server at the next start."""
    settings = start.settings.model_copy(update={"discord_guild_id": guild_id})
    start.opens_bot = lambda granted: opened_bot(start.services, settings, granted=granted)


async def begins(start: Start) -> None:
    """Start, look after the commands, and stop."""
    async with staying(start) as until:
        await until(arrived(start))
        await until(looked_after(start))


async def looked_after(start: Start) -> None:
    """Look after the commands once more, behind whoever does already."""
    await start.bots[-1].shown.look_after([each.id for each in start.bots[-1].guilds])


def ours(start: Start) -> set[str]:
    """Return the names of all commands."""
    return {each.name for each in start.bots[-1].tree.get_commands()}


async def test_commands_are_shown_once_whatever_server_is_named_and_after_that_changed(
    start: Start,
) -> None:
    for named in (None, GUILD_ID, None, GUILD_ID):
        in_server(start, named)
        async with staying(start) as until:
            await until(arrived(start))
            here, everywhere = ((), ours(start)) if named is None else (ours(start), ())
            await until(start.stand.shows(here, GUILD_ID))
            await until(start.stand.shows(everywhere))


@pytest.mark.parametrize("named", [None, GUILD_ID])
async def test_commands_that_discord_knows_already_are_not_sent_again(
    start: Start, named: int | None
) -> None:
    in_server(start, named)
    await begins(start)
    start.stand.asked.clear()
    await begins(start)
    assert [each for each in start.stand.asked if each[0] == "PUT"] == []


async def test_a_changed_command_is_sent_again(start: Start) -> None:
    await begins(start)
    report = next(each for each in start.stand.commands["everywhere"] if each["name"] == "me")
    report["options"] = []
    await begins(start)
    report = next(each for each in start.stand.commands["everywhere"] if each["name"] == "me")
    assert report["options"]


async def test_a_bot_that_was_removed_and_invited_again_has_its_commands(start: Start) -> None:
    in_server(start, GUILD_ID)
    async with staying(start) as until:
        await until(arrived(start))
        await until(start.stand.shows(ours(start), GUILD_ID))
        await start.stand.lose(GUILD_ID)
        await until(start.stand.shows(ours(start)))
        await start.stand.invite(a_guild())
        await until(start.stand.shows(ours(start), GUILD_ID))
        await until(start.stand.shows(()))


async def test_a_server_of_elsewhere_is_told_in_words_and_the_commands_are_shown(
    start: Start,
) -> None:
    in_server(start, GUILD_ID + 77)
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
            await until(start.stand.shows(ours(start)))
    assert start.pauses == []
    told = [each for each in logs if "shows no commands" in each["event"]]
    assert [(each["log_level"], each["guild"]) for each in told] == [("warning", GUILD_ID + 77)]
    assert "Correct the number, or invite the bot there" in told[0]["event"]


def a_press(guild_id: int | None, name: str = "me") -> dict[str, Any]:
    """Return what Discord says when somebody uses a command of an app that they have installed."""
    user = {"id": str(USER_ID), "username": "zezima", "discriminator": "0", "avatar": None}
    there = {"guild_id": str(guild_id), "guild": {"id": str(guild_id), "features": []}}
    member = a_member() | {"user": user, "permissions": str(1 << 3)}
    return {
        "id": "123456789012345678",
        "application_id": str(CHANNEL_ID),
        "type": 2,
        "token": "a-press",
        "version": 1,
        "channel_id": str(CHANNEL_ID),
        "channel": a_channel() if guild_id else {"id": str(CHANNEL_ID), "type": 1},
        "data": {"id": "9", "name": name, "type": 1},
        "authorizing_integration_owners": {"1": str(USER_ID)},
        "context": 0 if guild_id else 1,
        "attachment_size_limit": 10_000,
        "entitlements": [],
        **(there | {"member": member} if guild_id else {"user": user}),
    }


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (GUILD_ID + 77, "The bot is not in this server, so there is no clan here."),
        (None, "This works in your clan's server: use it there."),
    ],
)
async def test_whoever_has_the_bot_for_themselves_founds_no_clan_elsewhere(
    start: Start, where: int | None, words: str
) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        await start.stand.tell("INTERACTION_CREATE", a_press(where))
        deferred = await until(start.stand.answered())
        answer = await until(start.stand.answered())
    assert deferred["data"]["flags"] & 64
    assert answer["data"]["content"].startswith(words)
    assert answer["data"]["flags"] & 64
    assert [each.guild_id for each in await start.services.clans.known()] == [GUILD_ID]


async def test_a_server_that_discord_cannot_show_yet_is_looked_at_once_it_does(
    start: Start,
) -> None:
    """It stands among the servers of the session, without a name, channel, role or member."""
    start.stand.guilds[0]["unavailable"] = True
    named = {"discord_guild_id": None, "wom_group_id": GROUP_ID}
    settings = start.settings.model_copy(update=named)
    start.opens_bot = lambda granted: opened_bot(start.services, settings, granted=granted)
    active_threads = ("GET", f"/guilds/{GUILD_ID}/threads/active")
    async with staying(start) as until:
        await until(arrived(start))
        await start.stand.tell("INTERACTION_CREATE", a_press(GUILD_ID))
        await until(start.stand.answered())
        answer = await until(start.stand.answered())
        assert answer["data"]["content"].startswith("Discord has not shown me this server yet")
        assert await start.services.clans.known() == ()
        assert active_threads not in start.stand.asked
        presence = start.services.presence._servers
        assert presence[GUILD_ID].looked_at is None
        await start.stand.tell("GUILD_CREATE", a_guild())
        await until(listened_to(start))
        (clan,) = await start.services.clans.known()
        assert clan.name == "Amber Lanterns"
        assert active_threads in start.stand.asked
        assert presence[GUILD_ID].looked_at == NOW


async def listened_to(start: Start) -> None:
    """Wait until the server's gap is read, and the group of the settings is its clan's."""
    async with asyncio.timeout(60):
        group_id = None
        while group_id != GROUP_ID or not start.services.intake.listens(GUILD_ID):
            await start.stand.caught_up()
            clan = await start.services.clans.of_guild(GUILD_ID)
            group_id = None if clan is None else clan.wom_group_id


async def test_while_discord_cannot_show_a_server_its_channel_is_asked_for(start: Start) -> None:
    start.stand.guilds[0]["unavailable"] = True
    start.stand.answers.insert(0, ("GET", f"/channels/{CHANNEL_ID}", a_channel()))
    async with staying(start) as until:
        await until(arrived(start))
        found = await start.bots[-1].channel_in(GUILD_ID, CHANNEL_ID)
        assert isinstance(found, discord.TextChannel)
        assert await start.bots[-1].channel_in(GUILD_ID + 1, CHANNEL_ID) is None


async def test_a_clan_that_removes_the_bot_is_noted_and_goes_on_when_it_is_back(
    start: Start,
) -> None:
    async with staying(start) as until:
        await until(arrived(start))
        await start.stand.lose(GUILD_ID)
        await until(noted(start, [NOW]))
        await start.stand.invite(a_guild())
        await until(noted(start, [None]))


async def test_a_server_that_was_left_while_the_bot_was_away_is_noted(start: Start) -> None:
    await start.services.clans.found(GUILD_ID + 9, "Gone")
    async with staying(start) as until:
        await until(arrived(start))
        await until(noted(start, [NOW, None]))


async def noted(start: Start, removed: list[datetime | None]) -> None:
    """Wait until it is noted since when the bot is not in the known servers."""
    async with asyncio.timeout(60):
        found: list[datetime | None] = []
        while found != removed:
            found = [each.removed_at for each in await start.services.clans.known()]


@pytest.mark.parametrize("named", [None, GUILD_ID + 1])
async def test_the_group_of_the_settings_is_one_server_s(start: Start, named: int | None) -> None:
    other = a_guild(id=str(GUILD_ID + 1), name="Other", channels=[], roles=[])
    start.stand.guilds = [a_guild()] if named is None else [a_guild(), other]
    await start.services.clans.adopt(await start.services.clans.found(0, "Group"), GROUP_ID)
    in_server(start, named)
    async with staying(start) as until:
        await until(arrived(start))
        await until(groups(start, {named or GUILD_ID: GROUP_ID}))


async def test_of_several_servers_none_has_the_group_and_the_start_says_so(start: Start) -> None:
    other = a_guild(id=str(GUILD_ID + 1), name="Other", channels=[], roles=[])
    start.stand.guilds = [a_guild(), other]
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
            await until(start.stand.caught_up())
            await until(noted(start, [None, None]))
    (told,) = [each for each in warnings(logs) if "WOM_GROUP_ID" in each]
    assert told.startswith("WOM_GROUP_ID belongs to one server, and the bot is in 2. Name it by")
    assert {each.wom_group_id for each in await start.services.clans.every()} == {None}


async def groups(start: Start, wanted: dict[int, int]) -> None:
    """Wait until the clans with a group are these."""
    found: dict[int, int] = {}
    async with asyncio.timeout(60):
        while found != wanted:
            known = await start.services.clans.known()
            found = {each.guild_id: each.wom_group_id for each in known if each.wom_group_id}


async def test_commands_work_in_servers_alone(start: Start) -> None:
    await begins(start)
    for each in start.stand.commands["everywhere"]:
        assert (each["contexts"], each["integration_types"]) == ([0], [0])


@pytest.mark.parametrize(("guild_id", "is_there"), [(GUILD_ID, True), (GUILD_ID + 77, False)])
@pytest.mark.usefixtures("start")
async def test_the_setup_tells_whether_the_bot_is_in_a_server(
    guild_id: int,
    is_there: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert (await read_setup(TOKEN, guild_id)).is_in_guild is is_there


def without(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in names}


MALFORMED: list[tuple[str, Any]] = [
    ("CHANNEL_CREATE", without(a_channel(), "id")),
    ("CHANNEL_CREATE", without(a_channel(), "position")),
    ("CHANNEL_UPDATE", without(a_channel(), "position")),
    ("CHANNEL_UPDATE", None),
    ("GUILD_CREATE", a_guild(id=str(GUILD_ID + 9), channels=[without(a_channel(), "id")])),
    ("GUILD_CREATE", a_guild(id=str(GUILD_ID + 9), roles=[{}])),
    ("GUILD_MEMBER_ADD", {"guild_id": str(GUILD_ID), "user": {}}),
    ("GUILD_MEMBER_UPDATE", without(a_member() | {"guild_id": str(GUILD_ID)}, "roles")),
    ("MESSAGE_CREATE", without(a_message(1), "author")),
    ("MESSAGE_CREATE", a_message(1, id="no number")),
    ("MESSAGE_DELETE", {}),
    ("THREAD_CREATE", {"guild_id": str(GUILD_ID), "id": "5", "type": 11}),
    ("TYPING_START", a_channel(channel_id=str(CHANNEL_ID), user_id="5", timestamp=10**40)),
    ("INTERACTION_CREATE", {"id": "1"}),
    ("INTERACTION_CREATE", []),
]


@pytest.mark.parametrize(
    ("event", "told"), MALFORMED, ids=[f"{n}-{each[0]}" for n, each in enumerate(MALFORMED)]
)
async def test_an_event_that_cannot_be_read_is_left_out_and_the_session_goes_on(
    start: Start,
    event: str,
    told: Any,  # noqa: ANN401 - whatever JSON can say
) -> None:
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
            await start.stand.tell(event, told)
            await start.stand.tell("MESSAGE_CREATE", a_message(message_id()))
            await until(start.stand.caught_up())
            assert await start.messages() == 1
    assert start.pauses == []
    assert len(start.bots) == 1
    assert [each["kind"] for each in logs if "left out" in each["event"]] == [event]


@pytest.mark.parametrize(
    "frame",
    [
        "no JSON",
        "[]",
        '{"op": 10}',
        '{"op": 0, "t": "READY", "s": 1, "d": {}}',
        '{"op": 0, "t": "READY", "s": 1, "d": {"session_id": "s", "resume_gateway_url": "ws://x"}}',
    ],
)
@pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning")  # discord.py's, to hello
@pytest.mark.parametrize("at_once", [True, False], ids=["instead of hello", "later"])
async def test_a_frame_that_nobody_can_read_begins_the_session_anew(
    start: Start,
    frame: str,
    at_once: bool,  # noqa: FBT001 - a row of the table
) -> None:
    start.stand.guilds.clear()
    if at_once:
        start.stand.first_frames.append(frame)
    with capture_logs() as logs:
        async with staying(start) as until:
            await until(arrived(start))
            if not at_once:
                await start.stand.say(frame)
                await until(arrived(start))
            await until(start.stand.caught_up())
    gc.collect()
    assert start.pauses == [5]
    assert warnings(logs)[0].startswith("Discord sent what nobody can read (")


async def test_an_answer_that_is_no_json_is_waited_out(start: Start) -> None:
    start.stand.answers.insert(0, ("GET", "/users/@me", "<html>Please log in</html>"))
    start.back_after = 1
    async with staying(start) as until:
        await until(arrived(start))
    assert start.pauses == [5]

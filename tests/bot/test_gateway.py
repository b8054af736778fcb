"""How the bot stays on Discord when Discord says no; what answers is a client without a network."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import discord
import pytest
from structlog.testing import capture_logs

from bot.app import NOTHING, ClanBot, Granted
from bot.clan.digest_slots import Delivery
from bot.clan.notices import Notice
from bot.gateway import DiscordSetup, NoDiscord, opened_bot, read_setup, stay
from bot.jobs import BotJob
from bot.rhythm import Every
from bot.services.ops import Outcome
from bot.services.publish import ChannelPost, DigestMessage, PostResult
from bot.settings import load
from bot.timetable import Timetable
from tests.bot.cli.conftest import TOKEN, Line, line, path, template
from tests.storage.rows import HOUR

__all__ = ["line", "path", "template"]


Reads = Callable[[str], Coroutine[Any, Any, DiscordSetup]]


class Refused(discord.Client):
    """A client to whom Discord says one thing, or nothing."""

    def __init__(self, answer: Exception | None) -> None:
        super().__init__(intents=discord.Intents.none())
        self.answer = answer
        self.token = ""

    async def start(self, token: str, *, reconnect: bool = True) -> None:
        assert reconnect
        self.token = token
        if self.answer is not None:
            raise self.answer


class Door:
    """Opens a client that hears the next answer, and remembers who was let in with what."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.opened: list[tuple[Granted, Refused]] = []

    @asynccontextmanager
    async def __call__(self, granted: Granted) -> AsyncIterator[Refused]:
        client = Refused(self.answers.pop(0))
        self.opened.append((granted, client))
        async with client:
            yield client


def granting(*, words: bool, members: bool) -> Reads:
    """Return a portal in which these intents are switched on."""

    async def reads(token: str) -> DiscordSetup:
        assert token == TOKEN
        return DiscordSetup("Lantern", has_content=words, has_members=members)

    return reads


async def test_a_token_that_discord_does_not_know_is_told_in_words() -> None:
    door = Door(discord.LoginFailure("Improper token has been passed."))
    with pytest.raises(NoDiscord, match="Reset Token"):
        await stay(TOKEN, door, reads=granting(words=True, members=True))


@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("members", [True, False])
async def test_each_intent_is_asked_for_if_it_is_granted(
    words: bool,  # noqa: FBT001 - a row of the table
    members: bool,  # noqa: FBT001 - likewise
) -> None:
    door = Door(None)
    with capture_logs() as logs:
        await stay(TOKEN, door, reads=granting(words=words, members=members))
    assert [granted for granted, _ in door.opened] == [Granted(words, members)]
    told = " ".join(str(each["event"]) for each in logs if each["log_level"] == "warning")
    assert ("Message Content Intent" in told) is not words
    assert ("Server Members Intent" in told) is not members
    assert ("no question is noticed" in told) is not words
    assert ("only when they write" in told) is not members


async def test_what_is_granted_and_refused_all_the_same_is_not_asked_for_again() -> None:
    door = Door(discord.PrivilegedIntentsRequired(None), None)
    await stay(TOKEN, door, reads=granting(words=True, members=False))
    assert [granted for granted, _ in door.opened] == [Granted(words=True, members=False), NOTHING]
    assert [client.token for _, client in door.opened] == [TOKEN, TOKEN]
    assert all(client.is_closed() for _, client in door.opened)


@pytest.mark.parametrize(
    "missing",
    [
        socket.gaierror(-3, "Temporary failure in name resolution"),
        ConnectionRefusedError(111, "Connection refused"),
        aiohttp.ServerTimeoutError("no answer"),
        TimeoutError(),
    ],
)
async def test_a_network_that_is_missing_at_boot_is_waited_for(missing: Exception) -> None:
    door = Door(None)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def reads(token: str) -> DiscordSetup:
        if len(pauses) < 3:
            raise missing
        return await granting(words=True, members=True)(token)

    with capture_logs() as logs:
        await stay(TOKEN, door, reads=reads, sleep=sleep, timer=lambda: 0.0)
    assert pauses == [5, 10, 20]
    assert all("Discord is away (" in each["event"] for each in logs if "again" in each["event"])


async def test_whatever_happens_the_bot_is_closed_and_its_jobs_have_ended(line: Line) -> None:
    settings = load(line.environment, None)
    began = asyncio.Event()

    async def forever(_: Timetable, __: Outcome) -> None:
        began.set()
        await asyncio.Event().wait()

    async with line.open_services(settings) as services:
        clan = await services.clans.found(5, "Iron Cabbage")
        bots = []

        async def fails_at_work() -> None:
            async with opened_bot(services, settings, granted=NOTHING) as bot:
                bots.append(bot)
                timetable = bot.timetable
                assert isinstance(timetable, Timetable)
                timetable.start()
                timetable.keep(BotJob("forever", lambda _: Every(HOUR, 0 * HOUR), forever))
                await began.wait()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails_at_work()
        assert bots[0].is_closed()
        assert (await services.upkeep.status(clan)).runs["forever"].outcome == "stopped"


async def test_a_notice_of_a_job_is_spoken_by_the_bot(line: Line) -> None:
    settings = load(line.environment, None)
    async with (
        line.open_services(settings) as services,
        opened_bot(services, settings, granted=NOTHING) as bot,
    ):
        bot._ready.set()
        assert isinstance(bot.timetable, Timetable)
        with capture_logs() as logs:
            await bot.timetable._outlet(Notice(5, "late"))
    assert [(each["event"], each["text"]) for each in logs] == [("nowhere to speak", "late")]


@pytest.mark.parametrize(
    ("raised", "delivery"),
    [
        (aiohttp.ClientConnectorError(MagicMock(), OSError("no route")), Delivery.REFUSED),
        (aiohttp.ServerDisconnectedError(), Delivery.UNSURE),
        (TimeoutError(), Delivery.UNSURE),
    ],
)
async def test_only_who_never_reached_discord_knows_that_nothing_was_posted(
    line: Line, monkeypatch: pytest.MonkeyPatch, raised: Exception, delivery: Delivery
) -> None:
    async def cut_off(_bot: ClanBot, _post: ChannelPost) -> PostResult:
        raise raised

    monkeypatch.setattr(ClanBot, "post", cut_off)
    settings = load(line.environment, None)
    async with (
        line.open_services(settings) as services,
        opened_bot(services, settings, granted=NOTHING) as bot,
    ):
        assert isinstance(bot.timetable, Timetable)
        result = await bot.timetable._posts(ChannelPost(5, 6, DigestMessage("the week")))
        assert result.delivery is delivery
        monkeypatch.undo()
        early = await bot.post(ChannelPost(5, 6, DigestMessage("the week")))
        assert early.refusal == "the bot was not connected to Discord"


class ShownSetup(discord.Client):
    """A client to whom Discord shows an application with these flags, or says no."""

    def __init__(self, flags: discord.ApplicationFlags, refusal: Exception | None = None) -> None:
        super().__init__(intents=discord.Intents.none())
        self.flags = flags
        self.refusal = refusal

    async def login(self, token: str) -> None:
        assert token == TOKEN
        if self.refusal is not None:
            raise self.refusal

    async def application_info(self) -> discord.AppInfo:
        return discord.AppInfo(self._connection, APPLICATION | {"flags": self.flags.value})


APPLICATION: Any = {
    "id": "1",
    "name": "Lantern",
    "description": "",
    "icon": None,
    "owner": {"id": "2", "username": "somebody", "discriminator": "0", "avatar": None},
    "bot_public": False,
    "bot_require_code_grant": False,
    "verify_key": "",
    "summary": "",
}


@pytest.mark.parametrize(
    ("flags", "has_content", "has_members"),
    [
        (discord.ApplicationFlags(), False, False),
        (discord.ApplicationFlags(gateway_message_content_limited=True), True, False),
        (
            discord.ApplicationFlags(gateway_message_content=True, gateway_guild_members=True),
            True,
            True,
        ),
    ],
)
async def test_the_setup_tells_which_intents_are_on(
    flags: discord.ApplicationFlags,
    has_content: bool,  # noqa: FBT001 - a row of the table
    has_members: bool,  # noqa: FBT001 - likewise
) -> None:
    shown = await read_setup(TOKEN, opens_client=lambda: ShownSetup(flags))
    assert shown.name == "Lantern"
    assert shown.granted == Granted(words=has_content, members=has_members)
    assert shown.is_in_guild is None


async def test_the_invite_link_has_scopes_and_permissions_filled_in() -> None:
    shown = await read_setup(TOKEN, opens_client=lambda: ShownSetup(discord.ApplicationFlags()))
    asked = dict(parse_qsl(urlsplit(shown.invite).query))
    assert (asked["client_id"], asked["scope"]) == ("1", "bot applications.commands")
    given = {name for name, is_on in discord.Permissions(int(asked["permissions"])) if is_on}
    # View Channels has two names in discord.py.
    assert given - {"view_channel"} == {
        "read_messages",
        "read_message_history",
        "send_messages",
        "attach_files",
    }


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (discord.LoginFailure("no"), "does not know this token"),
        (OSError("no route"), "cannot be reached"),
        (discord.DiscordException("odd"), "cannot be reached"),
        (aiohttp.ServerDisconnectedError(), "cannot be reached"),
        (TypeError("a page instead of JSON"), "cannot be reached"),
    ],
)
async def test_a_setup_that_shows_nothing_says_why(refusal: Exception, words: str) -> None:
    with pytest.raises(NoDiscord, match=words):
        await read_setup(
            TOKEN, opens_client=lambda: ShownSetup(discord.ApplicationFlags(), refusal)
        )

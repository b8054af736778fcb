"""`clanstats harvest`: read over REST from a Discord on a loopback socket; nobody ever connects."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.clan.spans import Span
from bot.cli.context import CannotDo, CliContext
from bot.cli.harvesting import DoneByRun, harvest, services_alone
from bot.services.view import Detail, ViewQuery, read_view
from bot.settings import load
from storage.columns import first_snowflake
from storage.engine import Database
from storage.errors import DatabaseOwned
from storage.owner import owning
from tests.bot.cli.conftest import Line, line, path, template
from tests.bot.services.contents import instant, one, rows
from tests.discord_stand_in import (
    CHANNEL_ID,
    DROPPED,
    GUILD_ID,
    TOKEN,
    USER_ID,
    WORDS,
    DiscordStand,
    Refusal,
    a_channel,
    a_guild,
    a_message,
    discord_stand,
)
from tests.storage.rows import HOUR, NOW

__all__ = ["line", "path", "template"]

OTHER_ID = CHANNEL_ID + 70


class Reader:
    """A command line before a Discord that is read, and what it said last."""

    def __init__(self, line: Line, stand: DiscordStand, capture: Any) -> None:  # noqa: ANN401 - pytest's own
        self.line, self.stand, self._capture = line, stand, capture
        self.out = self.err = ""

    def context(self, **keys: str) -> CliContext:
        return self.line.context(**{"DISCORD_TOKEN": TOKEN, **keys})

    async def reads(self, clan: str | None = None, **keys: str) -> int:
        with capture_logs():
            code = await harvest(self.context(**keys), clan, verbose=False)
        self.out, self.err = (" ".join(each.split()) for each in self._capture.readouterr())
        return code

    def says(self, channel_id: int, *sent_at: datetime) -> None:
        """Let a channel hold messages, the newest first, as Discord gives them."""
        said = [
            a_message(first_snowflake(at) + channel_id % 100, channel_id=str(channel_id))
            for at in sorted(sent_at, reverse=True)
        ]
        for each in said:
            del each["member"], each["guild_id"]  # no history has them
        self.stand.answers.insert(0, ("GET", f"/channels/{channel_id}/messages", said))

    @property
    def database(self) -> Any:  # noqa: ANN401 - a path
        return self.line.database

    def kept(self, statement: str) -> Any:  # noqa: ANN401 - any column
        return one(self.database, statement)


@pytest_asyncio.fixture
async def reader(line: Line, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Reader]:
    async with discord_stand() as stand:
        made = Reader(line, stand, capsys)
        made.says(CHANNEL_ID, NOW - HOUR, NOW - 2 * HOUR)
        yield made


async def test_both_sides_are_read_without_the_gateway(reader: Reader) -> None:
    assert await reader.reads() == 0
    assert "10 members on Wise Old Man, 10 with news" in reader.out
    assert "Amber Lanterns: 1 channel read, 2 new messages" in reader.out
    assert reader.err == ""
    assert reader.kept("SELECT count(*) FROM messages") == 2
    assert (
        reader.kept("SELECT cursor_id FROM channels")
        == first_snowflake(NOW - HOUR) + CHANNEL_ID % 100
    )
    assert [each for _, each in reader.stand.asked if "gateway" in each] == []
    # The clan of the group is that of the only server.
    assert rows(reader.database, "SELECT guild_id, wom_group_id FROM clans") == [
        {"guild_id": GUILD_ID, "wom_group_id": int(reader.line.environment["WOM_GROUP_ID"])}
    ]
    outcomes = rows(reader.database, "SELECT job, outcome FROM job_runs ORDER BY id")
    assert [(each["job"], each["outcome"]) for each in outcomes] == [
        ("poll", "done"),
        ("harvest", "done"),
    ]


async def test_what_was_read_counts_as_seen_and_nobody_saw_voice(reader: Reader) -> None:
    await reader.reads()
    clock = reader.line.clock
    for _ in range(3):
        clock.forward(timedelta(minutes=5))  # less than a moment, and still nobody listened
        assert await reader.reads() == 0
    (gap,) = rows(reader.database, "SELECT * FROM blind_spots")
    assert (instant(gap["started_at"]), instant(gap["ended_at"])) == (NOW, clock.now)
    assert (gap["channel_id"], gap["is_read"]) == (None, 1)
    async with reader.line.open_services(load(reader.line.environment, None)) as services:
        (clan,) = await services.clans.every()
        assert clan.listened_at == clock.now
        database = Database(reader.database)
        async with database.reading() as connection:
            view = await read_view(connection, clan, ViewQuery(clock.now, detail=Detail.LIFE))
        await database.close()
    span = Span(NOW, clock.now)
    assert view.blind(span) == ()
    assert view.unseen(span) == (span,)


async def test_what_is_written_while_it_reads_is_not_called_read(reader: Reader) -> None:
    await reader.reads()
    reader.line.clock.forward(HOUR)
    before, clock = reader.line.clock.now, reader.line.clock
    told = reader.stand._told

    def slowly(method: str, where: str) -> Any:  # noqa: ANN401 - an answer
        clock.forward(timedelta(minutes=1))
        return told(method, where)

    reader.stand._told = slowly  # type: ignore[method-assign, assignment]
    await reader.reads()
    listened = instant(reader.kept("SELECT listened_at FROM clans"))
    assert listened is not None
    assert before < listened < clock.now - timedelta(minutes=2)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, 50001, "#general: View Channel or Read Message History is missing"),
        (503, 0, "#general: Discord did not answer (503)"),
    ],
)
async def test_a_channel_that_cannot_be_read_costs_itself_and_is_read_later(
    reader: Reader, status: int, code: int, words: str
) -> None:
    reader.stand.guilds[0]["channels"].append(a_channel(id=str(OTHER_ID), name="pvm"))
    reader.says(OTHER_ID, NOW - HOUR)
    where = f"/channels/{CHANNEL_ID}/messages"
    reader.stand.refusals.append(Refusal(status, "GET", where, times=9, code=code))
    assert await reader.reads() == 1
    assert f"Amber Lanterns: {words}" in reader.err
    assert "1 channel read, 1 new message" in reader.out
    assert reader.kept("SELECT outcome FROM job_runs WHERE job = 'harvest'") == "failed"
    reader.stand.refusals.clear()
    reader.line.clock.forward(HOUR)
    assert await reader.reads() == 0
    assert reader.kept("SELECT count(*) FROM messages") == 3


async def test_a_channel_that_the_bot_is_not_let_into_is_no_failure(reader: Reader) -> None:
    hidden = {"id": str(GUILD_ID), "type": 0, "allow": "0", "deny": str(1 << 10)}
    officers = a_channel(id=str(OTHER_ID), name="officers", permission_overwrites=[hidden])
    reader.stand.guilds[0]["channels"].append(officers)
    for role in reader.stand.guilds[0]["roles"]:
        role["permissions"] = str((1 << 10) | (1 << 16))
    assert await reader.reads() == 0


async def test_a_token_that_discord_does_not_know_costs_the_half_that_needs_it(
    reader: Reader,
) -> None:
    assert await reader.reads(DISCORD_TOKEN="another") == 1
    assert "Discord: Discord does not know this token" in reader.err
    assert "Reset Token" in reader.err
    assert "10 members on Wise Old Man" in reader.out


@pytest.mark.parametrize("where", ["/users/@me", "/users/@me/guilds", f"/guilds/{GUILD_ID}"])
@pytest.mark.parametrize("status", [503, DROPPED])
async def test_a_discord_that_is_away_costs_that_half(
    reader: Reader, where: str, status: int
) -> None:
    reader.stand.refusals.append(Refusal(status, "GET", where, times=99))
    with _without_waiting():
        assert await reader.reads() == 1
    assert "Discord" in reader.err
    assert "10 members on Wise Old Man" in reader.out


async def test_a_wise_old_man_that_is_away_costs_that_half(reader: Reader) -> None:
    await reader.reads()
    reader.line.clock.forward(HOUR)
    reader.line.group.answers["group"] = httpx.Response(503)
    reader.says(CHANNEL_ID, NOW)
    assert await reader.reads() == 1
    assert "1 new message" in reader.out


async def test_a_server_that_removed_the_bot_is_told_once(reader: Reader) -> None:
    await reader.reads()
    reader.stand.guilds = [a_guild(id=str(GUILD_ID + 50), name="Swamp Tofu", channels=[])]
    assert await reader.reads() == 1
    assert "Iron Cabbage: the bot is not in this server any more: invite it again" in reader.err
    assert "Swamp Tofu: 0 channels read" in reader.out
    await reader.reads()
    assert "Iron Cabbage" not in reader.err


async def test_in_no_server_at_all_it_says_how_to_come_to_one(reader: Reader) -> None:
    reader.stand.guilds = []
    assert await reader.reads() == 1
    assert "invite it: https://discord.com/" in reader.err


async def test_only_the_clan_that_is_named_is_read(reader: Reader) -> None:
    reader.stand.guilds.append(a_guild(id=str(GUILD_ID + 50), name="Swamp Tofu", channels=[]))
    reader.line.environment["DISCORD_GUILD_ID"] = str(GUILD_ID)
    await reader.reads()
    assert await reader.reads(str(GUILD_ID)) == 0
    assert "Swamp Tofu" not in reader.out
    with pytest.raises(CannotDo, match="No clan is called"):
        await reader.reads("Nobody")


async def test_who_is_on_the_server_is_known_by_the_name_there_and_who_left_is_noted(
    reader: Reader,
) -> None:
    reader.stand.guilds[0]["members"][1]["nick"] = "Zez of the Lanterns"
    await reader.reads()
    assert reader.kept("SELECT name FROM authors") == "Zez of the Lanterns"
    assert reader.kept("SELECT left_at FROM authors") is None
    del reader.stand.guilds[0]["members"][1]
    await reader.reads()
    assert reader.kept("SELECT left_at FROM authors") is not None


async def test_without_the_members_intent_nobody_is_asked_for_and_it_says_so(
    reader: Reader,
) -> None:
    reader.stand.flags = WORDS
    assert await reader.reads() == 0
    assert "switch on Server Members Intent" in reader.out
    assert ("GET", f"/guilds/{GUILD_ID}/members") not in reader.stand.asked
    assert reader.kept("SELECT name FROM authors") == "zezima"
    del reader.stand.guilds[0]["members"][1]
    await reader.reads()
    assert reader.kept("SELECT left_at FROM authors") is None


async def test_members_that_cannot_be_read_cost_themselves(reader: Reader) -> None:
    where = f"/guilds/{GUILD_ID}/members"
    reader.stand.refusals.append(Refusal(403, "GET", where, times=9))
    assert await reader.reads() == 1
    assert "who is on the server could not be read" in reader.err
    assert "1 channel read, 2 new messages" in reader.out
    assert str(USER_ID) not in reader.err


async def test_beside_a_bot_that_runs_there_is_nothing_to_do(reader: Reader) -> None:
    await reader.reads()
    with (
        owning(reader.database, "`clanstats run`", NOW),
        pytest.raises(DoneByRun, match=r"`clanstats run`.*it listens, polls and reads"),
    ):
        await reader.reads()


async def test_another_harvest_is_waited_for_half_a_minute(reader: Reader) -> None:
    await reader.reads()
    naps: list[float] = []
    held = contextlib.ExitStack()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            held.close()

    settings = load(reader.line.environment, None)
    for patience in (3, None):
        naps.clear()
        held.enter_context(owning(reader.database, "`clanstats harvest`", NOW))
        if patience is None:
            naps += [0.0] * 3
            with pytest.raises(DatabaseOwned):
                async with services_alone(reader.context(), settings, "a test", sleep):
                    pass
            assert len(naps) == 33
            held.close()
        else:
            async with services_alone(reader.context(), settings, "a test", sleep):
                assert naps == [1.0] * 3


@contextlib.contextmanager
def _without_waiting() -> Any:  # noqa: ANN401 - a generator
    """Let discord.py try again at once where it would wait for seconds."""

    async def at_once(_seconds: float) -> None:
        """Wait for nothing."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("discord.http.asyncio.sleep", at_once)
        yield

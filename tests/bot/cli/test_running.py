"""`clanstats run`: what it needs, and how it is told to end."""

import asyncio
import errno
import os
import signal
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.cli.running import until_told, while_ours
from bot.reports.worker import Worker
from bot.sharding import ShardedBot
from storage.engine import Database
from storage.errors import WAIT_SECONDS
from storage.owner import owner_of
from tests.bot.cli.conftest import ALL_ON, TOKEN, Line
from tests.bot.services.group import GROUP_ID
from tests.storage.beside import WRITES, beside
from tests.storage.postgres import EMPTY, Server
from tests.storage.rows import NOW
from tests.storage.test_owner import owned_by_another


def test_all_that_is_missing_is_told_at_once(line: Line) -> None:
    shown = line.types("run", WOM_CONTACT="")
    assert shown.exit_code == 2
    keys = [fault.split()[0] for fault in shown.stderr.splitlines()]
    assert keys == ["DISCORD_TOKEN", "WOM_CONTACT", ".env"]


def test_a_database_that_is_newer_stops_the_start_before_discord_is_asked(line: Line) -> None:
    line.ages("9999")
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert shown.exit_code == 1
    assert "install the newest version" in shown.stderr


def test_it_stays_on_discord_with_its_jobs_and_ends_with_0(line: Line) -> None:
    shown = line.types("run", DISCORD_TOKEN=TOKEN, DISCORD_GUILD_ID="5")
    assert shown.exit_code == 0
    (bot,) = line.stays
    assert bot.is_closed()
    assert bot.timetable is not None
    # Whose the group is shows when Discord says where the bot is.
    assert line.clans() == ()


def test_on_a_server_it_serves_its_shards_and_lets_go_of_them(line: Line, server: Server) -> None:
    server.wipe()
    url = server.url(EMPTY, "postgresql").render_as_string(hide_password=False)
    keys = {"DATABASE_URL": url, "SHARD_COUNT": "4", "SHARD_IDS": "2-3"}
    shown = line.types("run", DISCORD_TOKEN=TOKEN, **keys)
    assert shown.exit_code == 0
    (bot,) = line.stays
    assert isinstance(bot, ShardedBot)
    assert (bot.shard_ids, bot.shard_count) == ([2, 3], 4)
    assert "serving shards" in shown.stderr
    assert "2-3 of 4" in shown.stderr
    assert server.ask(EMPTY, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'") == []


def test_the_link_that_invites_the_bot_is_printed_once(line: Line) -> None:
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert shown.stdout == f"Invite Lantern to a server: {ALL_ON.invite}\n"


def test_the_log_says_what_missing_keys_cost_and_no_secret(line: Line) -> None:
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert "without WOM_GROUP_SECRET nobody refreshes" in shown.stderr
    assert TOKEN not in shown.stderr


@pytest.mark.parametrize(
    "error", [BrokenProcessPool(), OSError(errno.ENOMEM, "Cannot allocate memory")], ids=repr
)
def test_a_process_that_draws_and_does_not_start_is_told_and_all_else_goes_on(
    line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def breaks(_: Worker) -> None:
        raise error

    monkeypatch.setattr(Worker, "warm", breaks)
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert shown.exit_code == 0
    assert len(line.stays) == 1
    assert "no pictures can be drawn" in shown.stderr


def no_signals(_number: int, _callback: object) -> None:
    """Be Windows, whose event loop knows none."""
    raise NotImplementedError


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("knows_signals", [True, False], ids=["here", "on Windows"])
async def test_what_runs_is_cancelled_and_cleans_up_when_the_process_is_told_to_end(
    told: signal.Signals,
    knows_signals: bool,  # noqa: FBT001 - a row of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = []
    # Whoever starts the tests with nohup has them ignore it.
    inherited = signal.signal(told, signal.default_int_handler)
    before = signal.getsignal(told)
    if not knows_signals:
        monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", no_signals)

    async def bot() -> int:
        try:
            os.kill(os.getpid(), told)
            await asyncio.Event().wait()
        finally:
            closed.append("flushed")
        return 1

    try:
        assert await until_told(bot()) == 0
        assert closed == ["flushed"]
        assert knows_signals or signal.getsignal(told) == before
    finally:
        signal.signal(told, inherited)


async def test_who_was_started_by_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:

        async def bot() -> int:
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
            return 7

        assert await until_told(bot()) == 7
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_a_cancel_that_is_swallowed_is_repeated() -> None:
    swallowed = []

    async def bot() -> int:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.append("once")
        await asyncio.Event().wait()
        return 1

    assert await until_told(bot(), patience_s=0.01) == 0
    assert swallowed == ["once"]


async def test_what_never_ends_is_given_up() -> None:
    is_over = asyncio.Event()

    async def bot() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        while not is_over.is_set():
            with suppress(asyncio.CancelledError):
                await is_over.wait()
        return 1

    def give_up(code: int) -> None:
        is_over.set()
        raise InterruptedError(code)

    with pytest.raises(InterruptedError, match="1"):
        await until_told(bot(), patience_s=0.01, give_up=give_up)


async def test_what_was_begun_on_the_way_may_end_by_itself() -> None:
    ended = []

    async def closes() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ended.append("closed")

    async def bot() -> int:
        begun.append(asyncio.ensure_future(closes()))
        return 0

    begun: list[asyncio.Future[None]] = []
    assert await until_told(bot()) == 0
    assert ended == ["closed"]


async def test_what_ends_by_itself_ends_with_its_own_code_or_error() -> None:
    async def well() -> int:
        return 3

    async def ill() -> int:
        raise ZeroDivisionError

    assert await until_told(well()) == 3
    with pytest.raises(ZeroDivisionError):
        await until_told(ill())


async def test_where_there_are_no_signals_cancelling_from_outside_cleans_up_too() -> None:
    closed = []
    began = asyncio.Event()

    async def bot() -> int:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            closed.append("flushed")
        return 1

    outside = asyncio.ensure_future(until_told(bot()))
    await began.wait()
    outside.cancel()
    with pytest.raises(asyncio.CancelledError):
        await outside
    assert closed == ["flushed"]


def test_a_second_run_says_who_has_the_database_and_ends(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    before = line.database.read_bytes()
    with owned_by_another(line.database) as other:
        shown = line.types("run", DISCORD_TOKEN=TOKEN)
        assert shown.exit_code == 1
        assert f"is in use by `clanstats run`, process {other.pid} on " in shown.stderr
        assert "stop it first, or set DATA_DIR" in shown.stderr
    assert line.stays == []
    assert line.database.read_bytes() == before
    assert line.types("run", DISCORD_TOKEN=TOKEN).exit_code == 0


def test_a_run_owns_the_database_until_its_end(line: Line) -> None:
    assert line.types("run", DISCORD_TOKEN=TOKEN).exit_code == 0
    (owner,) = line.owners
    assert owner is not None
    assert owner.startswith(f"`clanstats run`, process {os.getpid()} on ")
    assert owner_of(line.database) is None


@pytest.mark.parametrize("command", ["backup", "poll", "promotions"])
def test_while_the_bot_runs_other_commands_work(line: Line, command: str) -> None:
    line.make(1, "Iron Cabbage", GROUP_ID)
    assert line.types("poll").exit_code == 0
    with owned_by_another(line.database):
        shown = line.types(command)
    assert shown.exit_code == 0, shown.stderr


def test_a_command_that_writes_says_who_holds_the_database_in_the_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.make(1, "Iron Cabbage", GROUP_ID)
    impatient = partial(Database, busy=timedelta(milliseconds=20))
    monkeypatch.setattr("bot.wiring.Database", impatient)
    with beside(line.database, *WRITES) as other:
        shown = line.types("poll")
        assert shown.exit_code == 1
        assert f"is held by another program: database is locked; stop process {other.pid} " in (
            shown.stderr
        )
        assert line.types("backup").exit_code == 0
    assert WAIT_SECONDS == 30


def test_where_the_settings_were_sought_is_said(line: Line) -> None:
    shown = line.types("run")
    assert shown.exit_code == 2
    assert "DISCORD_TOKEN is not set" in shown.stderr
    assert f".env was sought at {line.env_file}, which is not there" in shown.stderr
    line.env_file.with_name(".env.txt").touch()
    assert "only .env.txt is there: rename it" in line.types("run").stderr
    line.env_file.mkdir()
    line.env_file.with_name(".env.txt").unlink()
    assert f"{line.env_file}, which is a folder" in line.types("run").stderr
    line.env_file.rmdir()
    line.env_file.write_text("POLL_EVERY=often", "utf-8")
    assert f"Settings come from {line.env_file} and" in line.types("run").stderr


@pytest.mark.parametrize("command", [("report", "--out", "x"), ("promotions",), ("inactive",)])
def test_from_another_folder_no_second_database_is_made_by_looking(
    line: Line, tmp_path: Path, command: tuple[str, ...]
) -> None:
    place = tmp_path / "elsewhere"
    shown = line.types(*command, DATABASE_URL="", DATA_DIR=str(place))
    assert shown.exit_code == 1
    assert f"There is no database at {place}/clan_data.db" in shown.stderr
    assert f".env was sought at {line.env_file}" in shown.stderr
    assert not place.exists()


@pytest.mark.parametrize("command", ["run", "poll", "migrate"])
def test_a_new_database_is_made_where_it_is_said(line: Line, tmp_path: Path, command: str) -> None:
    place = tmp_path / "new"
    keys = {"DATABASE_URL": "", "DATA_DIR": str(place), "DISCORD_TOKEN": TOKEN}
    shown = line.types(command, **keys)
    assert shown.exit_code == 0
    said = f"A new, empty database was made: {place}/clan_data.db"
    assert said in shown.stdout + shown.stderr
    assert "alembic" not in shown.stderr
    shown = line.types(command, **keys)
    assert said not in shown.stdout + shown.stderr


def test_beside_backups_the_bot_asks_before_it_begins_anew(line: Line) -> None:
    assert line.types("backup").exit_code == 0
    (backup,) = (line.database.parent / "backups").iterdir()
    line.database.write_bytes(b"")
    for command in ("run", "poll", "migrate", "promotions"):
        shown = line.types(command, DISCORD_TOKEN=TOKEN)
        assert shown.exit_code == 1
        assert f"{line.database} is empty, but there are backups of it" in shown.stderr
        assert f"`clanstats restore {backup}` brings it back; to begin anew, move" in shown.stderr
    assert line.types("restore", str(backup)).exit_code == 0
    assert line.types("run", DISCORD_TOKEN=TOKEN).exit_code == 0


def test_runs_that_a_kill_left_open_are_closed_at_the_next_start(line: Line) -> None:
    line.make(5, "Iron Cabbage")
    line.says(
        "INSERT INTO job_runs (clan_id, job, trace, started_at, detail) "
        "VALUES (1, 'poll', 't1', 0, '{}')"
    )
    line.types("run", DISCORD_TOKEN=TOKEN)
    run = line.run("poll")
    assert (run.outcome, run.detail) == ("stopped", {"words": "the bot was killed before it ended"})
    assert run.ended_at == NOW


@dataclass
class Shards:
    """Shards that are ours until somebody else takes them, or the server says something odd."""

    taken: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0
    error: Exception | None = None

    async def begin(self) -> None:
        self.begun += 1

    async def keep(self) -> None:
        await self.taken.wait()
        if self.error is not None:
            raise self.error


async def test_who_loses_its_shards_leaves_discord_and_waits_for_them_again() -> None:
    shards: Any = Shards()
    ended: list[str] = []

    async def stays() -> None:
        shards.taken.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("left")

    async def leaves() -> None:
        ended.append("ended")

    assert not await while_ours(shards, stays)
    assert ended == ["left"]
    shards.taken.clear()
    assert await while_ours(shards, leaves)
    assert (ended, shards.begun) == (["left", "ended"], 2)
    shards.error = ConnectionError("odd")
    with pytest.raises(ConnectionError):
        await while_ours(shards, stays)
    assert ended == ["left", "ended", "left"]


async def test_what_ends_the_stay_ends_the_process() -> None:
    shards: Any = Shards()

    async def fails() -> None:
        raise ConnectionError("no such token")

    with pytest.raises(ConnectionError, match="no such token"):
        await while_ours(shards, fails)

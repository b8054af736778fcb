"""`clanstats run`: what it needs, and how it is told to end."""

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from bot.cli.running import until_told
from tests.bot.cli.conftest import ALL_ON, TOKEN, Line
from tests.storage.rows import NOW


def test_all_that_is_missing_is_told_at_once(line: Line) -> None:
    shown = line.types("run", WOM_CONTACT="")
    assert shown.exit_code == 2
    keys = [fault.split()[0] for fault in shown.stderr.splitlines()]
    assert keys == ["DISCORD_TOKEN", "WOM_CONTACT"]


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


def test_the_link_that_invites_the_bot_is_printed_once(line: Line) -> None:
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert shown.stdout == f"Invite Lantern to a server: {ALL_ON.invite}\n"


def test_the_log_says_what_missing_keys_cost_and_no_secret(line: Line) -> None:
    shown = line.types("run", DISCORD_TOKEN=TOKEN)
    assert "without WOM_GROUP_SECRET nobody refreshes" in shown.stderr
    assert TOKEN not in shown.stderr


def no_signals(_number: int, _callback: object) -> None:
    """Be Windows, whose event loop knows none."""
    raise NotImplementedError


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("knows_signals", [True, False], ids=["here", "on Windows"])
async def test_what_runs_is_cancelled_and_cleans_up_when_the_process_is_told_to_end(
    told: signal.Signals,
    knows_signals: bool,  # noqa: FBT001 - a row of the table
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = []
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

    assert await until_told(bot()) == 0
    assert closed == ["flushed"]
    assert knows_signals or signal.getsignal(told) == before


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

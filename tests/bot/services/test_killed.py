"""The bot is killed while it writes, again and again, and nothing is lost or there twice."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.cast import to_ms
from bot.demo.wom_server import MadeUpWom
from tests.bot.demo.conftest import Clock
from tests.bot.services import mortal
from tests.bot.services.contents import one, rows
from tests.bot.services.talk import kept, told
from tests.storage.postgres import EMPTY, Server, fresh_name
from tests.storage.rows import Place

ROOT = Path(__file__).parents[3]
MISSED = 30
"""How many messages are written while the bot is dead."""
MOMENTS = {"question": (2, 14), "flush": (1, 25), "page": (1, 4), "poll": (1, 2)}
"""In which deed, and between which of them, the bot is killed."""


@dataclass(frozen=True)
class Bot:
    """A bot that can be killed: where its data is, and how much is written before it is done."""

    folder: Path
    in_the_end: int = len(mortal.messages())
    url: str = ""


def started(bot: Bot, written: int) -> "subprocess.Popen[str]":
    numbers = (str(written), str(bot.in_the_end))
    command = [sys.executable, "-m", mortal.__name__, str(bot.folder), *numbers]
    command += [bot.url] if bot.url else []
    return subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def lived(bot: Bot, written: int, action: str = "", times: int = 0) -> list[str]:
    """Start the bot, kill it when it does a deed for the nth time, and return all that it said.

    Without a deed it may finish.
    """
    said: list[str] = []
    with started(bot, written) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.strip())
            times -= bool(action) and action in line
            if action and not times:
                process.send_signal(signal.SIGKILL)
    assert process.returncode == (-signal.SIGKILL if action else 0)
    return said


def test_a_bot_that_is_killed_while_writing_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path,
) -> None:
    bot = Bot(tmp_path)
    chance = Random(2026)  # noqa: S311 - made-up moments
    written = 0
    for action in ("question", "flush", "page", "question", "poll"):
        said = lived(bot, written, action, chance.randint(*MOMENTS[action]))
        written = int(said[-1].split()[0]) + MISSED
    assert lived(bot, written)[-1] == f"{bot.in_the_end} done"
    path = tmp_path / "clan_data.db"
    assert one(path, "PRAGMA integrity_check") == "ok"
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert kept(path) == told(mortal.messages(), ZoneInfo("UTC"))
    assert_the_game_side_is_whole(path, bot.in_the_end)


HALF_WRITTEN = {
    "question": ("observations", "present_values"),
    "flush": ("messages", "author_days"),
}
"""What the transaction that follows a deed writes first, and at which table it is held up then."""
_HELD_UP = (
    "SELECT 1 FROM pg_locks wrote JOIN pg_locks waits USING (pid) WHERE NOT waits.granted"
    " AND wrote.mode = 'RowExclusiveLock' AND wrote.granted AND wrote.relation = ?::text::regclass"
)


def killed_half_way(bot: Bot, written: int, action: str, server: Server, name: str) -> int:
    """Kill the bot while the server holds half of a transaction; return how much it had heard."""
    first, next_one = HALF_WRITTEN[action]
    with started(bot, written) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if action in line)
        server.ask(name, "BEGIN")
        server.ask(name, f"LOCK TABLE {next_one} IN SHARE MODE")
        until = time.monotonic() + 20
        try:
            while not server.ask(name, _HELD_UP, first):
                assert time.monotonic() < until, f"nothing waits at {next_one}"
                time.sleep(0.01)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    server.ask(name, "ROLLBACK")
    return int(said.split()[0])


def test_a_bot_that_is_killed_while_a_server_writes_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path, server: Server
) -> None:
    name = fresh_name()
    server.wipe()
    server.make(name, EMPTY)
    place, written = server.url(name), 0
    bot = Bot(tmp_path, 100, server.url(name, "postgresql").render_as_string())
    try:
        for action in HALF_WRITTEN:
            written = MISSED + killed_half_way(bot, written, action, server, name)
        assert lived(bot, written)[-1] == f"{bot.in_the_end} done"
        assert kept(place) == told(mortal.messages()[: bot.in_the_end], ZoneInfo("UTC"))
        assert_the_game_side_is_whole(place, bot.in_the_end)
    finally:
        server.drop(name)


def assert_the_game_side_is_whole(place: Place, in_the_end: int) -> None:
    world, now = mortal.world(), mortal.now_after(in_the_end)
    here = rows(place, "SELECT player_id, role FROM memberships WHERE left_at IS NULL")
    assert {row["player_id"]: row["role"] for row in here} == {
        player.player_id: player.role_at(now) for player in world.present(now)
    }
    seen = rows(place, "SELECT player_id, seen_at, xp FROM observations ORDER BY seen_at")
    assert len({(row["player_id"], row["seen_at"]) for row in seen}) == len(seen)
    tracker = MadeUpWom(world, Clock(now)).tracker
    newest = {row["player_id"]: (row["seen_at"], row["xp"]) for row in seen}
    for player in tracker.shown(to_ms(now)):
        looked_ms = tracker.updated_ms(player, to_ms(now))
        if looked_ms is not None:
            xp = player.path["overall"].value_at_ms(looked_ms)
            assert newest[player.player_id] == (looked_ms, xp)

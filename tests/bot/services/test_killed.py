"""The bot is killed while it writes, again and again, and nothing is lost or there twice."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.cast import to_ms
from bot.demo.wom_server import MadeUpWom
from tests.bot.demo.conftest import Clock
from tests.bot.services import mortal
from tests.bot.services.contents import one, rows
from tests.bot.services.talk import kept, told

ROOT = Path(__file__).parents[3]
MISSED = 30
"""How many messages are written while the bot is dead."""
MOMENTS = {"question": (2, 14), "flush": (1, 25), "page": (1, 4), "poll": (1, 2)}
"""In which deed, and between which of them, the bot is killed."""


def started(folder: Path, written: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", mortal.__name__, str(folder), str(written)]
    return subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def lived(folder: Path, written: int, action: str = "", times: int = 0) -> list[str]:
    """Start the bot, kill it when it does a deed for the nth time, and return all that it said.

    Without a deed it may finish.
    """
    said: list[str] = []
    with started(folder, written) as process:
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
    chance = Random(2026)  # noqa: S311 - made-up moments
    written = 0
    for action in ("question", "flush", "page", "question", "poll"):
        said = lived(tmp_path, written, action, chance.randint(*MOMENTS[action]))
        written = int(said[-1].split()[0]) + MISSED
    assert lived(tmp_path, written)[-1] == f"{len(mortal.messages())} done"
    path = tmp_path / "clan_data.db"
    assert one(path, "PRAGMA integrity_check") == "ok"
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert kept(path) == told(mortal.messages(), ZoneInfo("UTC"))
    assert_the_game_side_is_whole(path)


def assert_the_game_side_is_whole(path: Path) -> None:
    world, now = mortal.world(), mortal.now_after(len(mortal.messages()))
    here = rows(path, "SELECT player_id, role FROM memberships WHERE left_at IS NULL")
    assert {row["player_id"]: row["role"] for row in here} == {
        player.player_id: player.role_at(now) for player in world.present(now)
    }
    seen = rows(path, "SELECT player_id, seen_at, xp FROM observations ORDER BY seen_at")
    assert len({(row["player_id"], row["seen_at"]) for row in seen}) == len(seen)
    tracker = MadeUpWom(world, Clock(now)).tracker
    newest = {row["player_id"]: (row["seen_at"], row["xp"]) for row in seen}
    for player in tracker.shown(to_ms(now)):
        looked_ms = tracker.updated_ms(player, to_ms(now))
        if looked_ms is not None:
            xp = player.path["overall"].value_at_ms(looked_ms)
            assert newest[player.player_id] == (looked_ms, xp)

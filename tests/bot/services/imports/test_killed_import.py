"""An import is killed at random instants, and what is there in the end is as if it never was."""

import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import pytest

from tests.bot.services.contents import contents, one, rows
from tests.bot.services.imports import mortal
from tests.bot.services.imports.builder import BEGIN, OldBot, raw_of
from tests.storage.killed import KILLS
from tests.storage.rows import DAY

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.timeout(300 + 30 * KILLS)


def told(path: Path, old: Path, kill_after: int = 0, chance: Random | None = None) -> list[str]:
    """Run the import; kill it a random moment after so many steps."""
    command = [sys.executable, "-m", mortal.__name__, str(path), str(old)]
    said: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.strip())
            if kill_after and len(said) == kill_after and chance is not None:
                moment = chance.random() / 50
                threading.Timer(moment, process.send_signal, [signal.SIGKILL]).start()
    return said


def by_names(path: Path) -> dict[str, object]:
    """Return what is counted, by Discord's ids and names of players: ours may differ."""
    shown = contents(path)
    return {
        table: sorted(map(str, shown[table]))
        for table in ("observations", "metric_changes", "present_values", "author_totals")
    } | {"messages": [row["message_id"] for row in rows(path, "SELECT message_id FROM messages")]}


def test_an_import_that_is_killed_loses_nothing_and_takes_nothing_twice(
    path: Path, tmp_path: Path
) -> None:
    old = OldBot(tmp_path / "old.db")
    old.members("noob")
    for player in range(6):
        for n in range(5):
            at = BEGIN + n * DAY
            raw = raw_of(70 + player, at, n * 100, {"zulrah": 10 * n})
            old.snapshot(player * 10 + n, f"p{player}", at, raw)
    lines = [
        {
            "id": (1_700_000_000_000 + n * 60_000 << 22) - (1_420_070_400_000 << 22),
            "author_id": 50 + n % 7,
            "author_name": f"user{n % 7}",
            "content": "what is bis?" if n % 5 == 0 else "gz",
            "channel_id": 900,
            "channel_name": "general",
            "guild_id": 1,
        }
        for n in range(6_000)
    ]
    old.put("discord_messages", lines)
    fresh = path.read_bytes()
    whole = Path(shutil.copy(path, tmp_path / "whole.db"))
    assert told(whole, old.path)[-1] == "done 0"
    chance = Random(2026)  # noqa: S311 - made-up moments
    for _ in range(KILLS):
        told(path, old.path, chance.randint(1, 11), chance)
        assert one(path, "PRAGMA integrity_check") == "ok"
        here = one(path, "SELECT count(*) FROM messages")
        assert here == one(path, "SELECT coalesce(sum(messages), 0) FROM author_days")
        if here == len(lines):  # there is nothing left to kill: it begins anew
            assert by_names(path) == by_names(whole)
            path.write_bytes(fresh)
    assert told(path, old.path)[-1] == "done 0"
    assert by_names(path) == by_names(whole)
    assert one(path, "SELECT count(*) FROM messages") == len(lines)

"""`clanstats watchdog`: how it ends, what it says, and what it does not load."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.context import CliContext
from bot.cli.watching import EVERY_S, WatchRequest, watchdog
from tests.bot.cli.conftest import Line
from tests.bot.test_watchdog import Webhook, webhook
from tests.storage.rows import DAY

__all__ = ["webhook"]

ROOT = Path(__file__).parents[3]
LOADED = """
import sys
from bot.cli import main
sys.argv = ["clanstats", "watchdog", "--once", "--quiet"]
try:
    main()
except SystemExit as ended:
    print(ended.code)
print(sorted(name for name in sys.modules if name.split(".")[0] == "discord"
             or name.startswith("bot.services")))
"""


@pytest.mark.parametrize(("data", "ends"), [(".", "0"), ("none", "1")])
def test_neither_discord_nor_the_services_are_loaded(data: str, ends: str, line: Line) -> None:
    line.make(1, "Amber Lanterns")
    place = line.database if data == "." else line.database.with_name(data)
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env={"DATABASE_URL": f"sqlite:///{place}", "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    *_, code, loaded = done.stdout.splitlines()
    assert (code, loaded) == (ends, "[]"), done.stderr


def test_once_ends_with_1_when_something_is_wrong_and_says_it_here_too(
    line: Line, webhook: Webhook
) -> None:
    line.make(1, "Amber Lanterns")
    keys = {"WATCHDOG_WEBHOOK": webhook.address}
    shown = line.types("watchdog", "--once", **keys)
    assert (shown.exit_code, webhook.sent) == (0, [])
    assert shown.stdout.startswith("All is well")
    line.says("UPDATE clans SET listened_at = 1000")
    shown = line.types("watchdog", "--once", "--quiet", "--after", "30m", **keys)
    assert shown.exit_code == 1
    assert (
        "The bot works, but has not been on Discord since 1970-01-01 00:00 UTC. See" in shown.stdout
    )
    assert webhook.sent == []


def test_what_is_typed_wrongly_ends_in_words(line: Line) -> None:
    shown = line.types("watchdog", "--quiet")
    assert (shown.exit_code, "add --once" in shown.stderr) == (1, True)
    assert line.types("watchdog", "--once", "--after", "soon").exit_code == 2
    secret = "https://discord.com/api/hooks/1/nobody-may-see-this"
    shown = line.types("watchdog", WATCHDOG_WEBHOOK=secret)
    assert (shown.exit_code, "nobody-may-see" in shown.output) == (2, False)


class Enough(Exception):
    """The test has seen enough."""


def test_it_goes_on_looking_and_logs_what_changed_and_no_address(
    line: Line, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    line.make(1, "Amber Lanterns")
    line.says("UPDATE clans SET listened_at = 1000")
    naps: list[float] = []
    webhook.status = 404

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if naps.count(EVERY_S) == 2:
            webhook.status = 204
        if naps.count(EVERY_S) == 4:
            raise Enough

    given = CliContext({**line.environment, "WATCHDOG_WEBHOOK": webhook.address}, line.env_file)
    with pytest.raises(Enough):
        asyncio.run(watchdog(given, WatchRequest(DAY), sleep=sleep))
    logged = capsys.readouterr().err
    assert logged.count("has not been on Discord since") == 1
    assert logged.count("make a new one") == 2
    assert "nobody-may-see" not in logged
    assert len(webhook.sent) == 3


def test_without_a_webhook_it_says_that_nobody_is_told(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    async def sleep(_seconds: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        asyncio.run(
            watchdog(CliContext(line.environment, line.env_file), WatchRequest(), sleep=sleep)
        )
    assert "WATCHDOG_WEBHOOK is not set" in capsys.readouterr().err

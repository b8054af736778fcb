"""The port: who reaches it, what is answered there, and what happens when it is taken."""

import asyncio
import socket
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from bot.metrics import Telemetry, serving
from tests.bot.cli.conftest import TOKEN, Line, line, path, template
from tests.bot.metrics.scraping import LOOPBACK, scraping

__all__ = ["line", "path", "template"]


async def test_it_lives_before_anything_is_open_and_says_why_it_is_not_ready() -> None:
    async with scraping(Telemetry()) as scraper:
        assert await scraper.get("/healthz") == (200, "ok\n")
        assert await scraper.unready() == [
            "The database is not open yet: the bot starts.",
            "The bot is not on Discord.",
        ]
        metrics = await scraper.metrics()
    assert metrics.value("ready") == 0
    assert metrics.value("poll_age_seconds", quantile="0.5") is None


async def test_nothing_else_is_there_and_nothing_can_be_sent() -> None:
    async with scraping(Telemetry()) as scraper:
        assert (await scraper.get("/"))[0] == 404
        url = f"http://{LOOPBACK}:{scraper.port}/metrics"
        async with scraper.session.post(url, data="x") as answer:
            assert answer.status == 405


async def test_it_is_told_in_the_format_that_prometheus_asks_for_with_help_for_each() -> None:
    async with scraping(Telemetry()) as scraper:
        url = f"http://{LOOPBACK}:{scraper.port}/metrics"
        async with scraper.session.get(url) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=")
        metrics = await scraper.metrics()
    ours = [each for name, each in metrics.families.items() if name.startswith("clanstats_")]
    assert len(ours) > 15
    for family in ours:
        assert family.documentation.endswith("."), family.name
        assert "_created" not in family.name


async def test_no_other_address_of_the_machine_leads_there() -> None:
    async with scraping(Telemetry()) as scraper:
        # Of the same machine, and not the one that is listened on.
        for other in ("127.0.0.2", "::1"):
            with pytest.raises(OSError, match=r".+"):
                await asyncio.open_connection(other, scraper.port)


@pytest.mark.parametrize(("address", "warns"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104 - what is warned of
async def test_an_address_that_others_reach_is_warned_of(
    address: str,
    warns: bool,  # noqa: FBT001 - a row of the table
) -> None:
    with capture_logs() as logs:
        async with serving(Telemetry(), address, 0):
            pass
    assert any("without a password" in each["event"] for each in logs) == warns


async def test_a_port_that_is_taken_is_told_once_and_had_as_soon_as_it_is_free() -> None:
    naps: list[float] = []
    freed, tried = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            tried.set()
            await freed.wait()

    with capture_logs() as logs, socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        async with serving(Telemetry(), LOOPBACK, port, sleep=sleep) as listening:
            await tried.wait()
            assert not listening.done()
            other.close()
            freed.set()
            assert await listening == port
    assert naps == [30.0] * 3
    (told,) = (each for each in logs if each["log_level"] == "error")
    assert "METRICS_PORT cannot be used, so the bot goes on without metrics" in told["event"]
    assert told["port"] == port


def free_port() -> int:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        return int(other.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex((LOOPBACK, port)) == 0


@pytest.mark.parametrize("is_set", [True, False])
def test_the_bot_listens_only_where_a_port_is_set(
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
    is_set: bool,  # noqa: FBT001 - a row of the table
) -> None:
    port, seen = free_port(), list[bool]()
    stays = line.stay_on_discord

    async def stay(*said: object) -> None:
        await asyncio.sleep(0)
        seen.append(await asyncio.to_thread(answers, port))
        await stays(*said)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "stay_on_discord", stay)
    keys = {"METRICS_PORT": str(port)} if is_set else {}
    shown = line.types("run", DISCORD_TOKEN=TOKEN, **keys)
    assert shown.exit_code == 0, shown.stderr
    assert seen == [is_set]


def test_whoever_asks_for_no_metrics_loads_nothing_of_them() -> None:
    code = "import sys, bot.cli.running; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "bot.cli.running" in loaded
    assert not {"prometheus_client", "aiohttp.web", "bot.metrics"} & loaded

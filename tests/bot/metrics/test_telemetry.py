"""What is measured, against facts; and what keeps the bot from being ready."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from bot.gateway import opened_bot
from bot.metrics import Telemetry
from bot.settings import load
from bot.wiring import open_services
from storage import clans
from tests.bot.metrics.scraping import Scraper, scraping
from tests.bot.test_outages import Start, arrived, line, message_id, path, start, staying, template
from tests.discord_stand_in import GUILD_ID, TOKEN, USER_ID, Refusal, a_message
from tests.storage.rows import NOW
from wom.errors import WomUnreachable

__all__ = ["line", "path", "start", "template"]

POLLED_MINUTES = [3, 59, 7, 11, 45, 30, 1, 240, 22, 13]


@dataclass
class Watched:
    """A bot that starts on a Discord, and somebody who asks how it is doing.

    `ahead_s` is by how much the clock of the heartbeats runs ahead of the real one.
    """

    start: Start
    telemetry: Telemetry
    scraper: Scraper
    ahead_s: float = 0.0


@pytest.fixture
async def watched(start: Start) -> AsyncIterator[Watched]:
    telemetry = Telemetry(lambda: perf_counter() + found.ahead_s)
    telemetry.watch(start.services)
    start.opens_bot = lambda granted: telemetry.watched(
        opened_bot(start.services, start.settings, granted=granted)
    )
    async with scraping(telemetry) as scraper:
        found = Watched(start, telemetry, scraper)
        yield found


async def until_unready(scraper: Scraper, *, is_unready: bool) -> list[str]:
    """Ask until the bot is ready, or is not, and return why not."""
    for _ in range(6_000):
        found = await scraper.unready()
        if bool(found) == is_unready:
            return found
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_bot_that_arrived_is_ready_and_what_it_heard_is_counted(watched: Watched) -> None:
    start, scraper = watched.start, watched.scraper
    assert await scraper.unready() == ["The bot is not on Discord."]
    async with staying(start) as until:
        await until(arrived(start))
        assert await until(scraper.unready()) == []
        for number in range(3):
            await start.stand.tell("MESSAGE_CREATE", a_message(message_id(number)))
        await until(start.stand.caught_up())
        heard = await until(scraper.metrics())
        await start.services.intake.flush()
        stored = await until(scraper.metrics())
    assert heard.value("ready") == 1
    assert heard.value("servers") == 1
    assert heard.value("gateway_connected", shard="0") == 1
    assert heard.value("gateway_sessions_total", begun="new") == 1
    assert heard.value("messages_heard_total") == 3
    assert heard.value("messages_waiting") == 3
    assert heard.value("messages_stored_total", source="live") == 0
    assert stored.value("messages_stored_total", source="live") == 3
    assert stored.value("messages_waiting") == 0
    assert stored.value("gateway_lag_seconds_count") == 3
    # They were written at the very moment at which the clock of the tests stands.
    assert stored.value("gateway_lag_seconds_sum") == 0
    assert await scraper.unready() == ["The bot is not on Discord."]


async def test_neither_names_nor_ids_stand_in_what_is_told(watched: Watched) -> None:
    async with staying(watched.start) as until:
        await until(arrived(watched.start))
        await watched.start.stand.tell("MESSAGE_CREATE", a_message(message_id()))
        await until(watched.start.stand.caught_up())
        await watched.start.services.intake.flush()
        _, text = await until(watched.scraper.get("/metrics"))
    key = watched.start.settings.wom_api_key
    assert key is not None
    secrets = (TOKEN, key.get_secret_value(), str(GUILD_ID), str(USER_ID))
    for secret in (*secrets, "zezima", "Amber Lanterns", "hello"):
        assert secret not in text


async def test_a_gateway_that_answers_no_heartbeat_is_not_ready_before_discord_py_sees_it(
    watched: Watched,
) -> None:
    start, scraper = watched.start, watched.scraper
    start.stand.interval_ms = 20
    async with staying(start) as until:
        await until(arrived(start))
        assert await until(scraper.unready()) == []
        start.stand.is_deaf = True
        for _ in range(2):
            await until(start.stand.unanswered())
        assert await until(scraper.unready()) == []
        watched.ahead_s = 45.0
        (fault,) = await until(scraper.unready())
        metrics = await until(scraper.metrics())
        lag_s = metrics.value("gateway_heartbeat_seconds", shard="0")
        watched.ahead_s = 0.0
        start.stand.is_deaf = False
        assert await until(until_unready(scraper, is_unready=False)) == []
    assert fault == "Discord has not answered shard 0 for 45 seconds."
    assert lag_s is not None
    assert 44 < lag_s < 50
    assert metrics.value("ready") == 0


async def test_a_connection_that_is_gone_is_not_ready_until_it_is_back(watched: Watched) -> None:
    start, scraper = watched.start, watched.scraper
    async with staying(start) as until:
        await until(arrived(start))
        start.stand.refusals.append(Refusal(503, path="/gateway", times=1_000_000))
        await start.stand.hang_up(4000)
        gone = await until(until_unready(scraper, is_unready=True))
        metrics = await until(scraper.metrics())
        lives = await until(scraper.get("/healthz"))
        start.stand.as_usual()
        assert await until(until_unready(scraper, is_unready=False)) == []
        await until(start.stand.resumed())
        await until(start.stand.caught_up())
        resumed = await until(scraper.metrics())
    assert gone == ["Shard 0 is not connected to Discord."]
    assert metrics.value("gateway_connected", shard="0") == 0
    assert metrics.value("gateway_heartbeat_seconds", shard="0") is None
    assert lives == (200, "ok\n")
    assert resumed.value("gateway_sessions_total", begun="resumed") == 1


async def test_a_database_that_went_back_is_not_ready_and_tells_no_poll_ages(
    watched: Watched,
) -> None:
    database = watched.start.services.upkeep._database
    async with staying(watched.start) as until:
        await until(arrived(watched.start))
        async with database.writing() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        (fault,) = await until(watched.scraper.unready())
        metrics = await until(watched.scraper.metrics())
    assert fault.startswith("The database is at revision 0001, and this version needs 0")
    assert metrics.value("ready") == 0
    assert metrics.value("clans", state="polled") is None
    assert metrics.value("gateway_connected", shard="0") == 1


async def test_services_that_close_are_asked_nothing_any_more(start: Start) -> None:
    telemetry = Telemetry()
    telemetry.watch(start.services)
    async with scraping(telemetry) as scraper:
        assert await scraper.unready() == ["The bot is not on Discord."]
        telemetry.leave()
        assert (await scraper.unready())[0] == "The database is not open yet: the bot starts."
        assert (await scraper.metrics()).value("clans", state="polled") is None


async def test_poll_ages_are_those_within_which_each_part_of_the_clans_lies(
    start: Start,
) -> None:
    database = start.services.upkeep._database
    async with database.writing() as connection:
        for number, minutes in enumerate(POLLED_MINUTES, 1):
            clan = await clans.found(connection, number, f"Clan {number}", NOW)
            polled_at = NOW - timedelta(minutes=minutes)
            await clans.change(connection, clan.clan_id, wom_group_id=number, polled_at=polled_at)
        waiting = await clans.found(connection, 90, "Waiting", NOW)
        await clans.change(connection, waiting.clan_id, wom_group_id=90)
        await clans.found(connection, 91, "Without a group", NOW)
        gone = await clans.found(connection, 92, "Gone", NOW)
        long_ago = NOW - timedelta(days=9)
        await clans.change(connection, gone.clan_id, wom_group_id=92, polled_at=long_ago)
        await clans.leave(connection, 92, NOW)
    telemetry = Telemetry()
    telemetry.watch(start.services)
    async with scraping(telemetry) as scraper:
        metrics = await scraper.metrics()
    # The slow way: the smallest age that so many of the ages are no larger than.
    for name in ("0.5", "0.9", "0.99", "1"):
        least = min(
            age
            for age in POLLED_MINUTES
            if sum(each <= age for each in POLLED_MINUTES) >= float(name) * len(POLLED_MINUTES)
        )
        assert metrics.value("poll_age_seconds", quantile=name) == least * 60, name
    found = {
        state: metrics.value("clans", state=state)
        for state in ("polled", "never_polled", "without_group")
    }
    assert found == {"polled": 10, "never_polled": 1, "without_group": 1}


async def test_what_wise_old_man_is_asked_is_counted_and_what_is_left_of_its_budget(
    start: Start,
) -> None:
    telemetry = Telemetry()
    telemetry.watch(start.services)
    services = start.services
    clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
    await services.clans.adopt(clan, start.settings.wom_group_id)
    clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
    async with scraping(telemetry) as scraper:
        before = await scraper.metrics()
        await services.poll.poll(clan)
        after = await scraper.metrics()
    assert before.value("wom_requests_limit") == before.value("wom_requests_left") == 100
    asked = after.value("wom_request_seconds_count", status="200")
    assert asked is not None
    assert asked >= 2
    assert after.value("wom_requests_left") == 100 - asked
    assert after.value("wom_wait_seconds_total") == 0
    for work in ("read", "write", "commit", "wait"):
        count = after.value("database_seconds_count", work=work)
        assert count is not None
        assert count > 0
    assert after.labels("database_seconds_count", "work") == {"read", "write", "commit", "wait"}


async def test_a_wise_old_man_that_is_not_reached_is_told_as_no_answer(
    path: Path, tmp_path: Path
) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    async def at_once(_: float) -> None:
        """Wait no time at all."""

    environment = {"DATABASE_URL": f"sqlite:///{path}", "DATA_DIR": str(tmp_path)}
    telemetry = Telemetry()
    async with open_services(
        load(environment, None), lambda: NOW, transport=httpx.MockTransport(away), sleep=at_once
    ) as services:
        telemetry.watch(services)
        clan = await services.clans.found(1, "One")
        await services.clans.join_group(clan, 1, "One")
        clan = await services.clans.found(1, "One")
        with pytest.raises(WomUnreachable):
            await services.poll.poll(clan)
        async with scraping(telemetry) as scraper:
            metrics = await scraper.metrics()
    assert metrics.value("wom_request_seconds_count", status="none") == 4


async def test_the_loop_tells_how_late_it_comes_round() -> None:
    telemetry = Telemetry()
    keeping = asyncio.create_task(telemetry.keep_time(nap_s=0.001))
    async with scraping(telemetry) as scraper:
        for held_s in (0.0, 0.06):
            await asyncio.sleep(0.001)
            held_until = perf_counter() + held_s
            while perf_counter() < held_until:
                """Hold the loop up."""
            await asyncio.sleep(0.003)
        keeping.cancel()
        metrics = await scraper.metrics()
    count = metrics.value("loop_lag_seconds_count")
    on_time = metrics.value("loop_lag_seconds_bucket", le="0.02")
    assert count is not None
    assert on_time is not None
    assert count > on_time

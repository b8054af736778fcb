"""A bot that is killed: hears, reads history and polls on a real database, tells how far it came.

    python -m tests.bot.services.mortal FOLDER HOW_MANY_ARE_WRITTEN OF_HOW_MANY [DATABASE_URL]

Says `<messages heard so far> <deed>` before each deed, so that a kill upon a line meets the deed:
a page of history, a flush, a poll, and every question of one.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from functools import cache

import httpx
import structlog

from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World, make_world
from bot.services.chat import IncomingMessage
from bot.settings import load
from bot.wiring import Services, open_services
from tests.bot.demo.conftest import Clock
from tests.bot.services.past import Past
from tests.bot.services.talk import GENERAL, PVM, heard

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GUILD_ID = 1
_FLUSH_EVERY, _POLL_EVERY = 5, 50
_APART = timedelta(minutes=6)


@cache
def world() -> World:
    return make_world(seed=11, members=15, days=40, now=START)


@cache
def messages(how_many: int = 600) -> tuple[IncomingMessage, ...]:
    """Return all that is ever written; every seventh asks, every fifth replies to one before it."""
    found: list[IncomingMessage] = []
    for number in range(how_many):
        found.append(
            heard(
                number,
                1 + number * 7 % 9,
                START + number * _APART,
                (GENERAL, PVM)[number % 3 == 0],
                asks=number % 7 == 0,
                reply_to=found[number - 1 - number % 4].message_id if number % 5 == 4 else None,
            )
        )
    return tuple(found)


def now_after(how_many: int) -> datetime:
    return messages()[how_many - 1].sent_at if how_many else START


def written_at(now: datetime) -> int:
    return sum(message.sent_at <= now for message in messages())


def say(how_many: int, action: str) -> None:
    sys.stdout.write(f"{how_many} {action}\n")
    sys.stdout.flush()


async def live(folder: str, written: int, in_the_end: int, url: str = "") -> None:
    clock = Clock(now_after(written))
    wom = MadeUpWom(world(), clock)
    wom.limited = False
    of_server = {"DATABASE_URL": url} if url else {}
    settings = load({"DATA_DIR": folder, "WOM_API_KEY": "key"} | of_server, None)

    def tells(request: httpx.Request) -> httpx.Response:
        say(written_at(clock.now), "question")
        return wom(request)

    transport = httpx.MockTransport(tells)
    async with open_services(settings, clock, transport=transport) as services:
        await catch_up(services, written)
        await poll(services, written)
        for number, message in enumerate(messages()[written:in_the_end], written + 1):
            clock.now = message.sent_at
            services.intake.hear(GUILD_ID, message)
            if number % _FLUSH_EVERY == 0:
                say(number, "flush")
                await services.intake.flush()
            if number % _POLL_EVERY == 0:
                await poll(services, number)
        await services.intake.flush()
        await poll(services, in_the_end)
    say(in_the_end, "done")


async def catch_up(services: Services, written: int) -> None:
    clan = await services.clans.found(GUILD_ID, "Amber Lanterns")
    await services.clans.join_group(clan, world().group_id, clan.name)
    past = Past(GENERAL, PVM, page=20)
    past.messages = list(messages()[:written])

    async def tell() -> None:
        say(written, "page")

    past.between = tell
    await services.backfill.catch_up(clan, past)


async def poll(services: Services, number: int) -> None:
    clan = await services.clans.of_guild(GUILD_ID)
    if clan is not None:
        say(number, "poll")
        await services.poll.poll(clan)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(live(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))

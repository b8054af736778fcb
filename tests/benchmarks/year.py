"""`python -m tests.benchmarks.year [members] [days]`: a year of running, as a table.

Every day its chat is heard, Wise Old Man is polled and each job of the night is run. What has to
stay flat are memory, the longest stall of the loop and the longest hold of the writer; what grows
are facts alone. At the end an answer before the last night is compared with the one after it.
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import structlog

from bot.clan.notices import Notice
from bot.clan.spans import Period
from bot.demo.seed import _heard, own_cast
from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World, make_world
from bot.rhythm import Daily
from bot.services.setup import Clan
from bot.settings import Settings
from bot.timetable import JOBS, Timetable
from bot.wiring import Services, leave_loaded, open_services, tidy
from storage.engine import Database
from tests.benchmarks.desk import longest_stall
from tests.benchmarks.histories import settings_for
from tests.benchmarks.idle import resident_kilobytes
from tests.cogs.town import Timer

_END = datetime(2026, 11, 20, 12, tzinfo=UTC)
_MONTH = 30
_NIGHTLY = tuple(each for each in JOBS if isinstance(each.rhythm(settings_for(Path("x"))), Daily))


class YearOfWom:
    """A made-up WOM whose large answers of a day are made before that day is measured."""

    def __init__(self, world: World) -> None:
        self.now = world.start_at
        self._wom = MadeUpWom(world, lambda: self.now)
        self._paths = [f"/v2/groups/{world.group_id}{end}" for end in ("", "/bulk-hiscores")]
        self._ready: dict[str, httpx.Response] = {}

    def prepare(self, now: datetime) -> None:
        """Make the answers of an instant."""
        self.now = now
        self._ready = {
            path: self._wom(httpx.Request("GET", f"https://wom{path}")) for path in self._paths
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer with what is ready, or else make it now."""
        ready = self._ready.get(request.url.path)
        if ready is None:
            return self._wom(request)
        return httpx.Response(ready.status_code, headers=ready.headers, content=ready.content)


@dataclass
class Longest:
    """The longest of something, in milliseconds, since it was last read."""

    ms: float = 0.0

    def note(self, seconds: float) -> None:
        """Note one more."""
        self.ms = max(self.ms, seconds * 1000)

    def read(self) -> float:
        """Return the longest and begin again."""
        found, self.ms = self.ms, 0.0
        return found


def watch_writer(held: Longest) -> None:
    """Have every database note for how long its writer is held."""
    writing = Database.writing

    @asynccontextmanager
    async def watched(database: Database) -> AsyncIterator[Any]:
        async with writing(database) as connection:
            began = time.perf_counter()
            yield connection
        held.note(time.perf_counter() - began)

    Database.writing = watched  # type: ignore[assignment, method-assign]


async def main(members: int, days: int) -> None:
    """Print a row for each month."""
    world = make_world(seed=1, members=members, days=days, now=_END)
    wom, held, stalled, timer = YearOfWom(world), Longest(), Longest(), Timer()
    watch_writer(held)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder) / "clan.db", HISTORY_DAYS="0")
        async with open_services(
            settings,
            lambda: wom.now,
            transport=httpx.MockTransport(wom),
            sleep=timer.sleep,
            timer=timer,
        ) as services:
            clan = await _joined(services, world)
            leave_loaded()
            year = _Year(services, settings, clan, world)
            _say(_HEAD)
            for number, (now, heard) in enumerate(year.days(), 1):
                wom.prepare(now)
                await _watched(year.day(heard), stalled)
                if number % _MONTH == 0:
                    _say(_row(number, Path(folder), held.read(), stalled.read()))
            await year.compare()


_HEAD = (
    "| day | database | archive | copies | memory | longest hold of the writer "
    "| longest stall |\n|---|---|---|---|---|---|---|"
)


def _row(day: int, folder: Path, held_ms: float, stalled_ms: float) -> str:
    def megabytes(pattern: str) -> float:
        return sum(each.stat().st_size for each in folder.rglob(pattern)) / 1e6

    hot, archive = megabytes("clan.db*"), megabytes("*archive.db*")
    rest = megabytes("*") - hot - archive
    memory = resident_kilobytes(os.getpid()) / 1024
    return (
        f"| {day} | {hot:.1f} MB | {archive:.1f} MB | {rest:.1f} MB | {memory:.0f} MB "
        f"| {held_ms:.0f} ms | {stalled_ms:.0f} ms |"
    )


async def _joined(services: Services, world: World) -> Clan:
    clan = await services.clans.found(1, world.clan_name)
    await services.clans.join_group(clan, world.group_id, world.clan_name)
    await services.zones.set_zone(clan, world.zone.key)
    return await services.clans.found(1, world.clan_name)


async def _watched(work: Coroutine[Any, Any, None], stalled: Longest) -> None:
    over = asyncio.Event()
    watching = asyncio.create_task(longest_stall(over))
    await work
    over.set()
    stalled.note(await watching)


class _Year:
    def __init__(self, services: Services, settings: Settings, clan: Clan, world: World) -> None:
        self._services = services
        self._clan = clan
        self._world = world
        self._timetable = Timetable(services, settings, _unheard)

    def days(self) -> Iterator[tuple[datetime, list[Any]]]:
        """Yield the end of each day with what was said in it."""
        heard = _heard(self._world, own_cast(self._world), None)
        by_day = {
            number: list(said)
            for number, said in groupby(
                heard, lambda each: (each.sent_at - self._world.start_at) // timedelta(days=1)
            )
        }
        for number in range((self._world.now - self._world.start_at).days):
            yield self._world.start_at + timedelta(days=number + 1), by_day.get(number, [])

    async def day(self, heard: list[Any]) -> None:
        """Hear a day's chat as it comes, poll once, and do what is done at night."""
        for start in range(0, len(heard), 50):
            await self._services.intake.store(self._clan, heard[start : start + 50])
        await self._run("poll")
        for job in _NIGHTLY:
            await self._timetable.run(job)
        tidy()  # as the bot does every few minutes: nothing else looks through what is old

    async def _run(self, name: str) -> None:
        (job,) = (each for each in JOBS if each.name == name)
        await self._timetable.run(job)

    async def compare(self) -> None:
        """Say whether the answers are those of before the archive took its last part."""
        before = await self._answers()
        moved = await self._services.archive.move()
        _say(f"moved at the end: {moved}; answers equal: {before == await self._answers()}")

    async def _answers(self) -> list[str]:
        services, clan = self._services, self._clan
        services.identities.let_go()
        return [
            repr(await services.publish.clan_report(clan, Period.YEAR)),
            repr(await services.review.promotions(clan)),
            repr(await services.review.alerts(clan)),
        ]


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def _unheard(_notice: Notice) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _members, _days = (int(each) for each in [*sys.argv[1:], *["305", "365"][len(sys.argv) - 1 :]])
    asyncio.run(main(_members, _days))

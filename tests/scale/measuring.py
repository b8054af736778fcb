"""What is measured at one size: answers, a flush in every clan, an hour of polls, intake."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
from sqlalchemy import text, update
from sqlalchemy.engine import URL

from bot.clan.notices import Notice
from bot.clan.spans import HOUR, Period
from bot.demo.cast import Persona
from bot.reports.documents import Document
from bot.reports.worker import Drawable, Drawing, Inline
from bot.services.chat import ChannelInfo, IncomingMessage
from bot.services.game import SharedBudget
from bot.services.setup import Clan
from bot.services.view import Visitor
from bot.settings import Settings, load
from bot.timetable import JOBS, Timetable
from bot.wiring import Services, leave_loaded, open_services
from storage.columns import first_snowflake
from storage.engine import Database, url_of
from storage.tables import CLANS
from tests.scale.loading import APART, NOW, Story
from tests.scale.machine import resident_megabytes
from tests.scale.wom import ManyWoms

_FLUSHES = 3
_HOUR_S, _A_TURN_S = 3_600.0, 75.0
_MILLION = 1_000_000

Found = dict[str, float]
"""What was measured, by its name; those of `GROWING` grow with the clans."""

GROWING = frozenset(
    (
        "database, MB",
        "flush, processor ms",
        "flush, statements",
        "hour of polls, processor s",
        "hour of polls, statements",
    )
)


class Undrawn(Inline):
    """Draws nothing: how long a drawing takes does not depend on the clans."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:  # noqa: ARG002 - see Draws
        """Return an empty document."""
        return Document(drawing.name, b"")


@dataclass
class Statements:
    """How many statements the database was told, and commits, since it was last read."""

    count: int = 0

    def note(self, work: str, _seconds: float) -> None:
        """Note one more."""
        self.count += work != "wait"

    def read(self) -> int:
        """Return how many there were, and begin again."""
        found, self.count = self.count, 0
        return found


class VirtualTime:
    """Seconds that pass only while somebody sleeps; whoever sleeps beside does so at once."""

    def __init__(self, start_at: datetime) -> None:
        self._start_at = start_at
        self.now_s = 0.0
        self.end_s = float("inf")
        self.over = asyncio.Event()

    def __call__(self) -> float:
        return self.now_s

    def clock(self) -> datetime:
        """Return the instant."""
        return self._start_at + timedelta(seconds=self.now_s)

    async def sleep(self, seconds: float) -> None:
        """Let time pass; after its end nobody wakes up."""
        self.now_s += seconds
        if self.now_s > self.end_s:
            self.over.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Effort:
    """How many clans are asked, how many processes hear messages at the same time, how long."""

    sample: int
    processes: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Host:
    """Many clans in a database, and how they came there."""

    place: Path | URL
    story: Story
    clans: int
    trial: int
    """A number of its own: what is written is written only once."""
    effort: Effort

    @property
    def address(self) -> str:
        """The database as DATABASE_URL has it."""
        if isinstance(self.place, Path):
            return f"sqlite:///{self.place}"
        return self.place.set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def salt(self) -> int:
        """Return by what the ids of this trial's messages differ from others'."""
        return (self.trial + 1) << 18

    @property
    def users(self) -> list[int]:
        """Who writes in the first clan."""
        return [user.user_id for user in self.story.world.users]

    @property
    def channel(self) -> int:
        """Where they write."""
        return self.story.world.channels[0].channel_id


async def measured(host: Host, folder: Path, tells: Callable[[str], None]) -> Found:
    """Return what was measured, one after the other."""
    found: Found = {"database, MB": await _size(host.place)}
    time_now = VirtualTime(NOW + (host.trial + 1) * 2 * HOUR)
    woms = ManyWoms(host.story.world, time_now.clock(), time_now)
    settings = load(
        {
            "DATA_DIR": str(folder),
            "DATABASE_URL": host.address,
            "WOM_CONTACT": "x",
            "WOM_API_KEY": "a-key",
        },
        None,
    )
    await _all_polled(host.place, time_now.clock())
    began_s = time.perf_counter()
    async with _opened(settings, time_now, woms) as services:
        found["start, ms"] = (time.perf_counter() - began_s) * 1000
        statements = Statements()
        services.vitals.watch(statements.note, lambda *_: None)
        tells("answers")
        found |= await _answers(services, host)
        tells("a flush in every clan")
        found |= await _flushes(services, host, statements)
        tells("an hour of polls")
        found |= await _polls(services, settings, time_now, woms)
        found["hour of polls, statements"] = statements.read()
        found["memory of the bot, MB"] = resident_megabytes()
    for count in host.effort.processes:
        tells(f"intake by {count}")
        found |= await _intake(host, count)
    return found


@asynccontextmanager
async def _opened(
    settings: Settings, time_now: VirtualTime, woms: ManyWoms
) -> AsyncIterator[Services]:
    async with open_services(
        settings,
        time_now.clock,
        draws=Undrawn,
        transport=httpx.MockTransport(woms),
        sleep=time_now.sleep,
        timer=time_now,
    ) as services:
        # By virtual time too, or no window of requests would end; as an instant, so that those of
        # the trial before are over.
        if isinstance(shares := services.wom._shares, SharedBudget):
            shares._server_s = lambda: time_now.clock().timestamp()
        leave_loaded()
        yield services


async def _size(place: Path | URL) -> float:
    if isinstance(place, Path):
        files = place.parent.glob(f"{place.name}*")
        return sum(each.stat().st_size for each in files) / _MILLION
    database = Database(place)
    async with database.reading() as connection:
        size = await connection.scalar(text("SELECT pg_database_size(current_database())"))
    await database.close()
    return float(size or 0) / _MILLION


async def _all_polled(place: Path | URL, now: datetime) -> None:
    """Have no clan overdue: what is measured is an ordinary hour."""
    database = Database(place)
    async with database.writing() as connection:
        await connection.execute(update(CLANS).values(polled_at=now))
    await database.close()


def _sampled(host: Host) -> Iterator[int]:
    return iter(range(0, host.clans, max(host.clans // host.effort.sample, 1)))


async def _answers(services: Services, host: Host) -> Found:
    """Ask each of some clans for its report and its leader's card, twice: cold, and then warm."""
    leader = next(each for each in host.story.world.users if each.persona is Persona.LEADER)
    found: Found = {}
    clans = [(number, await _clan(services, number)) for number in _sampled(host)]
    for way in ("cold", "warm"):
        reports, cards = list[Took](), list[Took]()
        for number, clan in clans:
            user_id = leader.user_id + number * APART
            visitor = Visitor(user_id, leader.display_name, leader.name)
            reports.append(await _took(services.publish.clan_report(clan, Period.WEEK)))
            cards.append(await _took(services.cards.of_self(clan, visitor, Period.MONTH)))
        found |= _quantiles(f"report, {way}", reports) | _quantiles(f"/me, {way}", cards)
    return found


async def _clan(services: Services, number: int) -> Clan:
    clan = await services.clans.of_guild(1 + number * APART)
    assert clan is not None
    return clan


class Took(NamedTuple):
    """How long something took, by the clock and of the processor, in milliseconds."""

    ms: float
    processor_ms: float


async def _took(answer: Awaitable[object]) -> Took:
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    assert await answer is not None
    cpu_s = time.process_time() - began_cpu_s
    return Took((time.perf_counter() - began_s) * 1000, cpu_s * 1000)


def _quantiles(name: str, times: Sequence[Took]) -> Found:
    ordered = sorted(each.ms for each in times)
    return {
        f"{name} p50, ms": median(ordered),
        f"{name} p99, ms": ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)],
        f"{name} p50, processor ms": median(each.processor_ms for each in times),
    }


async def _flushes(services: Services, host: Host, statements: Statements) -> Found:
    """Hear a message in each clan and write them all; return the median of some such flushes."""
    times, counts = list[Took](), list[int]()
    for number in range(_FLUSHES + 1):
        for clan in range(host.clans):
            services.intake.hear(1 + clan * APART, _message(host, number, clan))
        statements.read()
        times.append(await _took(services.intake.flush()))
        counts.append(statements.read())
    # The first finds the clans' channels.
    return {
        "flush of a message in each clan, ms": median(each.ms for each in times[1:]),
        "flush, processor ms": median(each.processor_ms for each in times[1:]),
        "flush, statements": median(counts[1:]),
    }


def _message(host: Host, number: int, clan: int) -> IncomingMessage:
    sent_at = NOW + timedelta(seconds=number + 1)
    user = host.story.world.users[0]
    message_id = first_snowflake(sent_at) + host.salt + clan
    channel = ChannelInfo(host.channel + clan * APART, "general", "text")
    user_id = user.user_id + clan * APART
    return IncomingMessage(message_id, channel, user_id, user.display_name, user.name, sent_at)


async def _polls(
    services: Services, settings: Settings, time_now: VirtualTime, woms: ManyWoms
) -> Found:
    """Let an hour and a turn pass by virtual time, as the timetable polls."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    (job,) = (each for each in JOBS if each.name == "poll")
    timetable = Timetable(services, settings, _unheard, timer=time_now, sleep=time_now.sleep)
    time_now.end_s = _HOUR_S + _A_TURN_S
    timetable.keep(job)
    await time_now.over.wait()
    await timetable.finished()
    cpu_s = time.process_time() - began_cpu_s - woms.cpu_s
    state = await services.vitals.look()
    polled = [age for age in state.poll_ages if age.total_seconds() <= time_now.end_s]
    return {
        "hour of polls, processor s": cpu_s,
        "hour of polls, s (with the stand-in)": time.perf_counter() - began_s,
        "clans polled in that hour": len(polled),
        "requests of that hour": len(woms.asked_s),
        "most requests in a minute": woms.most_in_a_window(),
        "oldest poll after it, minutes": max(state.poll_ages).total_seconds() / 60,
    }


async def _unheard(_notice: Notice) -> None:
    """Nobody listens."""


async def _intake(host: Host, count: int) -> Found:
    """Have so many processes hear for a while at the same time, each for its share of the clans."""
    workers = [await _worker(host, number, count) for number in range(count)]
    for worker in workers:
        assert await worker.stdout.readline() == b"ready\n"  # type: ignore[union-attr]
    for worker in workers:
        worker.stdin.write(b"\n")  # type: ignore[union-attr]
    told = [json.loads((await worker.communicate())[0]) for worker in workers]
    assert all(each["stored"] == each["heard"] for each in told), told
    return {
        f"messages a second by {count}": sum(each["stored"] / each["seconds"] for each in told),
        f"memory of each of {count}, MB": max(each["megabytes"] for each in told),
    }


async def _worker(host: Host, number: int, of: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.scale.worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told: dict[str, Any] = {
        "place": url_of(host.place).render_as_string(hide_password=False),
        "clans": list(range(number, host.clans, of)) or [0],
        "users": host.users,
        "channel": host.channel,
        # Different from those of other processes, and of other trials.
        "salt": host.salt + ((of * 8 + number + 1) << 10),
        "seconds": host.effort.seconds,
    }
    assert process.stdin is not None
    process.stdin.write(f"{json.dumps(told)}\n".encode())
    return process

"""The jobs, done by hand against a small group behind the real client; nobody waits for a clock."""

import asyncio
import gc
import io
import os
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio

from bot.clan.names import escaped
from bot.clan.notices import Notice
from bot.clan.posting import PostingChannel
from bot.jobs import BotJob, ClanJob
from bot.journal import open_journal
from bot.rhythm import Daily, Every, Monthly, Rhythm, Weekly
from bot.services.ops import THE_BOT, Outcome
from bot.services.people import Visitor
from bot.services.publish import DashboardPlaces, report_folder
from bot.services.setup import Clan
from bot.settings import Settings, load
from bot.timetable import JOBS, Timetable
from bot.wiring import Services, open_services
from storage import clans, forgotten
from storage.runs import Run
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import one
from tests.bot.services.group import CODE, GROUP_ID, Group, Someone
from tests.bot.services.talk import MINUTE, heard, kept, told
from tests.storage.conftest import path, template
from tests.storage.rows import DAY, HOUR, NOW, opened

__all__ = ["path", "template"]

BY_NAME: dict[str, BotJob | ClanJob] = {job.name: job for job in JOBS}


@dataclass
class Desk:
    """A timetable whose jobs a test does by name, and what they said."""

    services: Services
    settings: Settings
    timetable: Timetable
    group: Group
    clock: Clock
    said: list[Notice]

    async def do(self, name: str) -> None:
        await self.timetable.run(BY_NAME[name])

    async def clan(self, guild_id: int = 1, group_id: int | None = GROUP_ID) -> Clan:
        clan = await self.services.clans.found(guild_id, f"Clan {guild_id}")
        if group_id is not None:
            await self.services.clans.join_group(clan, group_id, clan.name)
        return await self.services.clans.of_guild(guild_id) or clan

    async def runs(self, clan: Clan) -> dict[str, Run]:
        return dict((await self.services.upkeep.status(clan)).runs)


@dataclass
class Said:
    """An outlet; a broken one fails instead of listening."""

    notices: list[Notice] = field(default_factory=list)
    is_broken: bool = False

    async def __call__(self, notice: Notice) -> None:
        if self.is_broken:
            raise ConnectionError("Discord is away")
        self.notices.append(notice)


@pytest.fixture
def outlet() -> Said:
    return Said()


@pytest_asyncio.fixture
async def desk(path: Path, outlet: Said) -> AsyncIterator[Desk]:
    settings = load(
        {
            "DATABASE_URL": f"sqlite:///{path}",
            "WOM_GROUP_ID": str(GROUP_ID),
            "WOM_GROUP_SECRET": CODE,
            "WOM_API_KEY": "a-key",
            "WOM_CONTACT": "a test",
        },
        None,
    )
    group = Group(*(Someone(player_id) for player_id in range(1, 11)))
    clock = Clock(NOW)
    async with open_services(settings, clock, transport=httpx.MockTransport(group)) as services:
        timetable = Timetable(services, settings, outlet)
        yield Desk(services, settings, timetable, group, clock, outlet.notices)


async def test_a_poll_is_recorded_with_what_came_of_it(desk: Desk) -> None:
    clan = await desk.clan()
    desk.group.members[3].updated_at = None
    await desk.do("poll")
    run = (await desk.runs(clan))["poll"]
    assert run.outcome == "done"
    assert run.ended_at == NOW
    assert run.detail == {
        "members": 10,
        "updated": 9,
        "unchanged": 0,
        "failed": 1,
        "reasons": ["Player 3: never updated on WOM"],
    }


async def test_what_cannot_be_is_recorded_with_whose_it_is(desk: Desk) -> None:
    clan = await desk.clan()
    desk.group.members[3].bosses["zulrah"] = -7
    await desk.do("poll")
    run = (await desk.runs(clan))["poll"]
    words = "Zulrah -7 cannot be right: nothing of this look was kept"
    assert (run.outcome, run.detail["odd"]) == ("done", {"3": words})
    assert run.detail["reasons"] == [f"Player 3: {words}"]


async def test_a_roster_that_is_not_believed_is_refused_and_told_once(desk: Desk) -> None:
    clan = await desk.clan(guild_id=5)
    await desk.do("poll")
    everybody = dict(desk.group.members)
    desk.group.members = {1: everybody[1]}
    await desk.do("poll")
    await desk.do("poll")
    run = (await desk.runs(clan))["poll"]
    assert run.outcome == "refused"
    assert run.detail["doubt"] == "9 of 10 members are missing from WOM's answer"
    assert [notice.guild_id for notice in desk.said] == [5]
    assert "9 of 10 members" in desk.said[0].text


async def test_a_group_of_any_name_is_no_markup_in_what_is_said(desk: Desk) -> None:
    clan = await desk.clan()
    await desk.do("poll")
    async with desk.services.clans._database.writing() as connection:
        await clans.change(connection, clan.clan_id, name="*Iron* <@77> @everyone")
    desk.group.members = {1: desk.group.members[1]}
    await desk.do("poll")
    (notice,) = desk.said
    assert f"roster of {escaped('*Iron* <@77> @everyone')} was not" in notice.text


async def test_a_doubt_that_came_back_after_a_good_poll_is_told_again(desk: Desk) -> None:
    await desk.clan()
    everybody = desk.group.members
    for roster in (everybody, {1: everybody[1]}, everybody, {1: everybody[1]}):
        desk.group.members = roster
        await desk.do("poll")
    assert len(desk.said) == 2


async def test_a_clan_without_a_group_is_not_polled(desk: Desk) -> None:
    clan = await desk.clan(group_id=None)
    await desk.do("poll")
    assert desk.group.requests == []
    assert "poll" not in await desk.runs(clan)


async def test_a_failed_poll_is_recorded_and_the_next_clan_is_polled_all_the_same(
    desk: Desk,
) -> None:
    lost = await desk.clan(1, group_id=999)
    desk.group.answers["v2/groups/999"] = httpx.Response(404, json={"message": "no such group"})
    found = await desk.clan(2)
    await desk.do("poll")
    failed = (await desk.runs(lost))["poll"]
    assert failed.outcome == "failed"
    assert failed.detail["error"] == "WomNotFound"
    assert (await desk.runs(found))["poll"].outcome == "done"


async def test_what_fails_is_in_the_log_under_the_trace_of_its_run(desk: Desk) -> None:
    clan = await desk.clan(1, group_id=999)
    desk.group.answers["v2/groups/999"] = httpx.Response(404, json={"message": "no such group"})
    log = io.StringIO()
    with open_journal("INFO", "text", clock=desk.clock, stream=log):
        await desk.do("poll")
    trace = (await desk.runs(clan))["poll"].trace
    failed = next(line for line in log.getvalue().splitlines() if "job failed" in line)
    assert f"[{trace}]" in failed
    assert "job=poll" in failed
    assert "Traceback" in log.getvalue()


async def test_a_notice_that_cannot_be_said_stops_nothing(desk: Desk, outlet: Said) -> None:
    first, second = await desk.clan(1), await desk.clan(2)
    await desk.do("poll")
    desk.group.members = {1: desk.group.members[1]}
    outlet.is_broken = True
    await desk.do("poll")
    assert (await desk.runs(first))["poll"].outcome == "refused"
    assert (await desk.runs(second))["poll"].outcome == "refused"


async def test_what_could_not_be_said_is_said_the_next_time_and_then_no_more(
    desk: Desk, outlet: Said
) -> None:
    clan = await desk.clan()
    await desk.do("poll")
    await desk.services.places.post_in(clan, PostingChannel.OFFICERS, 7)
    visitor = Visitor(901, "User 1", "somebody")
    assert (await desk.services.links.claim(clan, visitor, "Player 1")).refusal is None
    desk.group.members = {1: desk.group.members[1]}
    desk.clock.forward(4 * HOUR)
    told = {}
    for job in ("watch", "poll", "tell-officers"):
        outlet.is_broken = True
        await desk.do(job)
        outlet.is_broken = False
        for _ in range(2):
            await desk.do(job)
        told[job] = [notice.text.split(" ")[0] for notice in desk.said]
        desk.said.clear()
    assert told == {"watch": ["Late:"], "poll": ["Wise"], "tell-officers": ["1"]}


async def test_the_code_is_sent_for_its_own_group_and_for_no_other(desk: Desk) -> None:
    own, other, none = await desk.clan(1), await desk.clan(2, 999), await desk.clan(3, None)
    await desk.do("update-all")
    assert desk.group.asked() == ["update-all"]
    assert CODE.encode() in desk.group.bodies[-1]
    assert (await desk.runs(own))["update-all"].detail == {"queued": 10}
    for clan in (other, none):
        assert "update-all" not in await desk.runs(clan)


async def test_a_backup_is_verified_and_recorded_for_the_whole_bot(desk: Desk, path: Path) -> None:
    clan = await desk.clan()
    await desk.do("backup")
    run = (await desk.runs(clan))["backup"]
    assert run.clan_id is None
    assert (path.parent / "backups" / run.detail["copy"]).is_file()


async def test_a_flush_leaves_no_record(desk: Desk) -> None:
    clan = await desk.clan()
    await desk.do("flush")
    assert await desk.runs(clan) == {}


async def test_what_becomes_late_is_told_once_and_again_only_after_it_was_done(desk: Desk) -> None:
    await desk.clan()
    await desk.do("poll")
    desk.clock.forward(2 * HOUR)
    await desk.do("watch")
    assert desk.said == []
    desk.clock.forward(HOUR)
    await desk.do("watch")
    await desk.do("watch")
    assert [notice.text for notice in desk.said] == [
        "Late: poll was last done 3 h ago. /clanstats status says why."
    ]
    await desk.do("poll")
    await desk.do("watch")
    desk.clock.forward(3 * HOUR)
    await desk.do("watch")
    assert len(desk.said) == 2


async def test_of_two_late_jobs_the_second_is_told_alone_when_it_becomes_late(desk: Desk) -> None:
    await desk.clan()
    desk.clock.forward(3 * HOUR)
    await desk.do("watch")
    desk.clock.forward(3 * DAY)
    await desk.do("watch")
    assert [notice.text.removeprefix("Late: ").split(".")[0] for notice in desk.said] == [
        "poll was never done",
        "backup was never done; update-all was never done",
    ]


async def test_nobody_is_told_of_an_update_that_is_never_done_for_them(desk: Desk) -> None:
    await desk.clan(group_id=999)
    desk.clock.forward(3 * DAY)
    await desk.do("watch")
    assert "update-all" not in desk.said[0].text


async def test_officers_hear_of_claims_once_and_once_a_day_at_most(desk: Desk) -> None:
    clan = await desk.clan()
    await desk.do("poll")

    async def claimed(number: int) -> None:
        visitor = Visitor(900 + number, f"User {number}", "somebody")
        assert (await desk.services.links.claim(clan, visitor, f"Player {number}")).refusal is None

    await claimed(1)
    await desk.do("tell-officers")
    assert desk.said == [], "no channel of officers, nobody to tell"
    await desk.services.places.post_in(clan, PostingChannel.OFFICERS, 7)
    said = []
    for number, wait in ((2, HOUR), (3, 22 * HOUR), (None, HOUR), (None, 2 * DAY)):
        await desk.do("tell-officers")
        said.append([notice.text for notice in desk.said])
        desk.said.clear()
        desk.clock.forward(wait)
        if number is not None:
            await claimed(number)
    decide = "Decide in `/clanstats links`."
    assert said == [
        [f"1 new claim waiting: Player 1. {decide}"],
        [],
        [],
        [f"2 new claims waiting (3 in all): Player 2, Player 3. {decide}"],
    ]
    await desk.do("tell-officers")
    assert desk.said == [], "nothing is new"


async def test_a_clan_that_nobody_asked_about_in_a_while_is_let_go(desk: Desk) -> None:
    clan = await desk.clan()
    await desk.services.links.queue(clan, [])
    for passed, remembered in ((20 * MINUTE, 1), (11 * MINUTE, 0)):
        desk.clock.forward(passed)
        await desk.do("let-go")
        assert len(desk.services.identities) == remembered


async def test_a_backup_is_restored_on_trial_and_that_is_recorded_once_a_month(desk: Desk) -> None:
    clan = await desk.clan()
    await desk.do("rehearsal")
    assert "rehearsal" not in await desk.runs(clan)
    await desk.do("backup")
    await desk.do("rehearsal")
    first = (await desk.runs(clan))["rehearsal"]
    assert (first.outcome, first.detail["players"]) == ("done", 0)
    desk.clock.forward(DAY)
    await desk.do("rehearsal")
    assert (await desk.runs(clan))["rehearsal"] == first


async def test_every_job_is_on_the_timetable_with_its_own_rhythm(desk: Desk) -> None:
    assert list(BY_NAME) == [
        *("flush", "take-over", "tidy", "poll", "update-all"),
        *("let-go", "backup", "rehearsal", "check", "archive", "pages", "recount", "forget-clans"),
        "forget",
        *("report", "dashboard", "cleanup", "tell-officers", "digest", "watch"),
    ]
    assert {name: str(job.rhythm(desk.settings)) for name, job in BY_NAME.items()} == {
        "flush": "every 0:00:03",
        "take-over": "every 0:00:05",
        "tidy": "every 0:05:00",
        "poll": "every 1:00:00, first after 0:00:10",
        "update-all": "every 12:00:00, first after 0:02:00",
        "let-go": "every 0:10:00",
        "backup": "daily at 4",
        "rehearsal": "daily at 6",
        "check": "Sun at 03:00",
        "archive": "daily at 5",
        "pages": "every 1:00:00, first after 0:00:10",
        "recount": "every 1:00:00, first after 0:00:10",
        "forget-clans": "daily at 5",
        "forget": "daily at 5",
        "report": "Mon at 06:00",
        "dashboard": "daily at 3",
        "cleanup": "day 1 at 04:30",
        "tell-officers": "every 1:00:00, first after 0:02:00",
        "digest": "every 0:10:00, first after 0:01:00",
        "watch": "every 0:15:00",
    }
    desk.timetable.start()
    assert {task.get_name() for task in asyncio.all_tasks()} >= BY_NAME.keys()
    desk.timetable.stop()
    await desk.timetable.finished()
    assert not {task.get_name() for task in asyncio.all_tasks()} & BY_NAME.keys()


async def test_a_timetable_that_never_started_can_be_stopped(desk: Desk) -> None:
    desk.timetable.stop()
    await desk.timetable.finished()
    assert not desk.timetable.is_running


async def test_a_job_that_runs_when_we_stop_is_cancelled_and_recorded_before_all_is_closed(
    desk: Desk,
) -> None:
    clan = await desk.clan()
    began = asyncio.Event()

    async def forever(_: Timetable, __: Outcome) -> None:
        began.set()
        await asyncio.Event().wait()

    desk.timetable.start()
    desk.timetable.keep(BotJob("forever", lambda _: Every(HOUR, timedelta(0)), forever))
    await began.wait()
    desk.timetable.stop()
    await desk.timetable.finished()
    assert (await desk.runs(clan))["forever"].outcome == "stopped"


async def test_a_job_that_swallows_its_cancellation_is_begun_no_more_all_the_same(
    desk: Desk,
) -> None:
    began = asyncio.Event()

    async def stubborn(_: Timetable, __: Outcome) -> None:
        began.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    desk.timetable.keep(
        BotJob("stubborn", lambda _: Every(HOUR, timedelta(0)), stubborn, recorded=False)
    )
    await began.wait()
    desk.timetable.stop()
    await desk.timetable.finished()
    assert "stubborn" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_who_left_is_forgotten_only_where_the_clan_wants_it_and_only_counts_are_recorded(
    desk: Desk,
) -> None:
    wants, keeps = await desk.clan(1, None), await desk.clan(2, None)
    for clan in (wants, keeps):
        await desk.services.intake.store(clan, [heard(clan.guild_id, user=77_077)])
        await desk.services.privacy.left(clan, 77_077)
    await desk.services.privacy.keep_left_for(wants, 30)
    desk.clock.forward(31 * DAY)
    await desk.do("forget")
    run = (await desk.runs(wants))["forget"]
    assert run.detail == {"people": 1, "messages": 1}
    assert "forget" not in await desk.runs(keeps)
    assert (await desk.services.dossier.kept(wants, 77_077)).messages == 0
    assert (await desk.services.dossier.kept(keeps, 77_077)).messages == 1


async def test_a_count_that_was_stopped_goes_on(desk: Desk, path: Path) -> None:
    clan = await desk.clan()
    desk.services.intake.hear(clan.guild_id, heard(1))
    await desk.do("flush")
    async with opened(path) as database, database.writing() as connection:
        day = NOW.date() + 2 * DAY
        await clans.change(
            connection, clan.clan_id, zone="Pacific/Kiritimati", recounted_from_on=day
        )
    await desk.do("recount")
    assert kept(path) == told([heard(1)], ZoneInfo("Pacific/Kiritimati"))
    assert one(path, "SELECT recounted_from_on FROM clans") is None


@pytest.fixture
def circle() -> Iterator[Callable[[], bool]]:
    """Make garbage that only a full collection frees; tell whether it is still there."""

    class Circle:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    kept_alive = Circle()
    seen = weakref.ref(kept_alive)
    del kept_alive
    yield lambda: seen() is not None
    gc.enable()


async def test_what_nobody_refers_to_is_freed_when_nobody_writes(
    desk: Desk, circle: Callable[[], bool]
) -> None:
    await desk.clan()
    desk.services.intake.hear(1, heard(1))
    await desk.do("flush")
    await desk.do("tidy")
    assert circle(), "somebody had just written"
    await desk.do("flush")
    await desk.do("tidy")
    assert not circle()


async def test_a_clan_in_which_somebody_always_writes_is_tidied_now_and_then(
    desk: Desk, circle: Callable[[], bool]
) -> None:
    for _ in range(6):
        await desk.do("tidy")
    assert circle()
    await desk.do("tidy")
    assert not circle()


class Turning:
    """Time that passes for a timetable while it sleeps, and a wall clock that somebody sets."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.passed_s = 0.0
        self.sleepers: list[tuple[float, asyncio.Event]] = []
        self.awaited: Callable[[], int] = lambda: 0

    def timer(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.Event()
        self.sleepers.append((self.passed_s + seconds, awake))
        await awake.wait()

    async def passes(self, length: timedelta) -> None:
        """Let time pass, by both clocks, to each moment at which somebody wakes up.

        It stands still until as many sleep as are awaited: the database answers in its own time.
        """
        end_s = self.passed_s + length.total_seconds()
        while True:
            await settled()
            while len(self.sleepers) < self.awaited():
                await settled()
            at_s = min([at for at, _ in self.sleepers] + [end_s])
            self.clock.forward(timedelta(seconds=at_s - self.passed_s))
            self.passed_s = at_s
            if at_s >= end_s:
                return
            for each in [each for each in self.sleepers if each[0] <= at_s]:
                self.sleepers.remove(each)
                each[1].set()


async def settled() -> None:
    """Let everybody who can go on do so."""
    for _ in range(6):
        await asyncio.sleep(0)


@dataclass
class Ticking:
    """A timetable of jobs that only count, and the clocks it goes by."""

    turning: Turning
    timetable: Timetable
    done: list[str] = field(default_factory=list)

    def counts(self, name: str, rhythm: Rhythm) -> None:
        async def count(_: Timetable, __: Outcome) -> None:
            self.done.append(name)

        self.timetable.keep(BotJob(name, lambda _: rhythm, count, recorded=False))

    async def ran(self, length: timedelta) -> dict[str, int]:
        """Return how often each job was done while time passed."""
        self.done.clear()
        await self.turning.passes(length)
        return dict(Counter(self.done))


@pytest_asyncio.fixture
async def ticking(desk: Desk) -> AsyncIterator[Ticking]:
    turning = Turning(desk.clock)
    timetable = Timetable(
        desk.services, desk.settings, Said(), timer=turning.timer, sleep=turning.sleep
    )
    turning.awaited = lambda: len(timetable._kept)
    made = Ticking(turning, timetable)
    made.counts("often", Every(10 * MINUTE))
    made.counts("hourly", Every(HOUR, timedelta(seconds=10)))
    async with desk.services.upkeep.run("daily", None, "a-trace"):
        """It was done when it was due last."""
    made.counts("daily", Daily(hour=4))
    yield made
    timetable.stop()
    await timetable.finished()


async def test_what_somebody_did_since_it_was_due_is_not_made_up_for(
    desk: Desk, ticking: Ticking
) -> None:
    """Also when that was since the start, as another process may have done it."""
    ticking.counts("missed", Weekly(weekday=6, hour=3))
    ticking.counts("done", Weekly(weekday=6, hour=3))
    await ticking.ran(5 * MINUTE)
    async with desk.services.upkeep.run("done", None, "a-trace"):
        """It is done meanwhile."""
    assert await ticking.ran(HOUR) == {"often": 6, "hourly": 1, "missed": 1}


async def test_what_a_clock_that_ran_ahead_noted_as_done_is_made_up_for(
    desk: Desk, ticking: Ticking
) -> None:
    desk.clock.forward(365 * DAY)
    async with desk.services.upkeep.run("missed", None, "a-trace"):
        """As far as that clock knew."""
    desk.clock.forward(-365 * DAY)
    ticking.counts("missed", Weekly(weekday=6, hour=3))
    assert (await ticking.ran(HOUR))["missed"] == 1


async def test_who_is_taken_over_after_a_turn_that_came_early_is_made_up_for(
    ticking: Ticking,
) -> None:
    """A clock that is set back delays no turn, and shows the hour of it once more."""
    ticking.counts("missed", Daily(hour=13))
    assert (await ticking.ran(25 * MINUTE))["missed"] == 1, "made up for after the start"
    ticking.turning.clock.forward(-10 * MINUTE)
    assert (await ticking.ran(36 * MINUTE))["missed"] == 1, "its turn, at 12:51"
    ticking.timetable._missed["missed"].note({THE_BOT})
    assert (await ticking.ran(25 * MINUTE))["missed"] == 1


@pytest.mark.parametrize(
    ("rhythm", "hours"),
    [(Daily(hour=2), 14), (Weekly(weekday=6, hour=12), 48), (Monthly(day=28, hour=12), 24 * 8)],
)
async def test_what_was_made_up_for_is_done_again_when_it_is_due_next(
    ticking: Ticking, rhythm: Rhythm, hours: int
) -> None:
    assert rhythm.first_wait(NOW) == hours * HOUR
    ticking.counts("missed", rhythm)
    assert "missed" not in await ticking.ran(10 * MINUTE)
    assert (await ticking.ran(HOUR))["missed"] == 1
    assert "missed" not in await ticking.ran((hours - 2) * HOUR)
    assert (await ticking.ran(HOUR))["missed"] == 1


async def test_what_was_missed_for_some_clans_is_made_up_for_those_alone(
    desk: Desk, tmp_path: Path
) -> None:
    done, killed, late = [await desk.clan(number) for number in (1, 2, 3)]
    async with desk.services.clans._database.writing() as connection:
        for clan in (done, killed, late):
            await clans.change(connection, clan.clan_id, polled_at=NOW)
    for clan, passed in ((late, -8 * DAY), (done, timedelta(0))):
        desk.clock.now = NOW + passed
        async with desk.services.upkeep.run("report", clan.clan_id, "a-trace"):
            """Written for them, when the process was killed on its way to the others."""
    settings = desk.settings.model_copy(update={"report_dir": tmp_path})
    turning = Turning(desk.clock)
    timetable = Timetable(desk.services, settings, Said(), timer=turning.timer, sleep=turning.sleep)
    written: asyncio.Queue[Clan] = asyncio.Queue()

    async def report(_: Timetable, clan: Clan, __: Outcome) -> None:
        written.put_nowait(clan)

    job = BY_NAME["report"]
    assert isinstance(job, ClanJob)
    timetable.keep(replace(job, action=report))
    while not turning.sleepers:
        await settled()
    for passed, expected in ((HOUR, {killed, late}), (3 * DAY, {done, killed, late})):
        await turning.passes(passed)
        found = [await written.get() for _ in expected]
        assert {each.clan_id for each in found} == {each.clan_id for each in expected}
        while not turning.sleepers:
            await settled()
    timetable.stop()
    await timetable.finished()
    assert written.empty()


async def test_the_week_s_report_is_written_where_the_settings_say_and_nowhere_else(
    desk: Desk, tmp_path: Path
) -> None:
    clan = await desk.clan()
    await desk.do("poll")
    await desk.do("report")
    assert "report" not in await desk.runs(clan)
    folder = tmp_path / "drive" / "clan"
    settings = desk.settings.model_copy(update={"report_dir": folder})
    timetable = Timetable(desk.services, settings, Said())
    await timetable.run(BY_NAME["report"])
    assert {each.name for each in folder.iterdir()} == {"report.png", "clan_report.xlsx"}
    assert (await desk.runs(clan))["report"].outcome == "done"
    other = await desk.services.clans.found(7, "Swamp Tofu")
    places = [report_folder(folder, each, [clan, other]) for each in (clan, other)]
    assert places == [folder / "1", folder / "7"]


async def test_a_dashboard_whose_copy_fails_is_written_and_the_run_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    clan = await desk.clan()
    await desk.do("poll")
    folder, drive = tmp_path / "pages", tmp_path / "drive"
    desk.services.dashboards._places = DashboardPlaces(folder, drive)
    settings = desk.settings.model_copy(update={"dashboard_dir": folder})
    timetable = Timetable(desk.services, settings, Said())
    await timetable.run(BY_NAME["dashboard"])
    assert (folder / "dashboard" / "index.html").is_file()
    run = (await desk.runs(clan))["dashboard"]
    assert run.outcome == "failed"
    assert "not copied to LOCAL_DRIVE_PATH: that folder is not there" in str(run.detail)
    drive.mkdir()
    await timetable.run(BY_NAME["dashboard"])
    assert (await desk.runs(clan))["dashboard"].outcome == "done"
    assert (drive / "dashboard" / "index.html").is_file()


async def test_a_dashboard_that_a_kill_took_away_is_there_soon_after_the_next_start(
    desk: Desk, tmp_path: Path
) -> None:
    clan = await desk.clan()
    await desk.services.clans.found(7, "Swamp Tofu")
    folder, drive = tmp_path / "pages", tmp_path / "drive"
    desk.services.dashboards._places = DashboardPlaces(folder, drive)
    taken = [each / str(clan.guild_id) / ".dashboard.abc12345.former" for each in (folder, drive)]
    for each in taken:
        each.mkdir(parents=True)
        (each / "index.html").write_text("the former page")
    await desk.do("pages")
    for each in taken:
        assert (each.parent / "dashboard" / "index.html").read_text() == "the former page"
        assert not each.exists()


async def test_half_written_pages_go_with_the_other_leftovers(desk: Desk, tmp_path: Path) -> None:
    clan = await desk.clan()
    settings = desk.settings.model_copy(update={"dashboard_dir": tmp_path / "pages"})
    desk.services.dashboards._places = DashboardPlaces(tmp_path / "pages")
    place = tmp_path / "pages" / str(clan.guild_id)
    folder, page = place / ".dashboard.abc12345.part", place / ".clan_dashboard.html.abc.part"
    folder.mkdir(parents=True)
    page.write_text("half")
    for each in (folder, page):
        os.utime(each, (0, 0))
    await Timetable(desk.services, settings, Said()).run(BY_NAME["cleanup"])
    assert (await desk.runs(clan))["cleanup"].detail["files"] == 2
    assert list(place.iterdir()) == []


async def test_old_records_and_leftover_files_go_and_the_newest_of_each_stays(
    desk: Desk, path: Path
) -> None:
    clan = await desk.clan()
    await desk.do("poll")
    await desk.do("poll")
    left = path.with_name(".clan_report.xlsx.abc123.part")
    theirs = path.with_name(".another.abc123.part")
    for each in (left, theirs):
        each.write_bytes(b"half")
        os.utime(each, (0, 0))
    desk.clock.forward(120 * DAY)
    await desk.do("poll")
    await desk.do("poll")
    await desk.do("cleanup")
    run = (await desk.runs(clan))["cleanup"]
    assert run.detail == {"runs": 2, "files": 1}
    assert (left.exists(), theirs.exists()) == (False, True)
    desk.clock.forward(120 * DAY)
    await desk.do("cleanup")
    runs = await desk.runs(clan)
    assert "poll" in runs
    assert runs["cleanup"].detail["runs"] == 1
    assert one(path, "SELECT count(*) FROM job_runs WHERE job = 'poll'") == 1


async def test_jobs_are_done_as_often_as_their_rhythm_says(ticking: Ticking) -> None:
    assert NOW.hour == 12
    assert await ticking.ran(6 * HOUR) == {"often": 35, "hourly": 6}
    assert await ticking.ran(DAY) == {"often": 144, "hourly": 24, "daily": 1}


@pytest.mark.parametrize("back", [HOUR, 30 * DAY])
async def test_a_clock_that_is_set_back_stops_no_job(ticking: Ticking, back: timedelta) -> None:
    await ticking.ran(14 * HOUR)
    ticking.turning.clock.forward(-back)
    assert await ticking.ran(HOUR) == {"often": 6, "hourly": 1}
    # By the clock it is 4 in the morning an hour later than by the time that passed.
    assert (await ticking.ran(4 * HOUR))["daily"] == 1
    assert "daily" not in await ticking.ran(12 * HOUR)


@pytest.mark.parametrize("days", [1, 30, 180, 3_650])
async def test_a_clock_that_jumps_ahead_makes_up_for_each_job_once(
    ticking: Ticking, days: int
) -> None:
    await ticking.ran(HOUR)
    ticking.turning.clock.forward(days * DAY)
    # Within half a minute it is noticed.
    assert await ticking.ran(timedelta(seconds=31)) == {"often": 1, "hourly": 1, "daily": 1}
    assert await ticking.ran(HOUR) == {"often": 6, "hourly": 1}
    ticking.turning.clock.forward(-days * DAY)
    assert await ticking.ran(HOUR) == {"often": 6, "hourly": 1}
    assert (await ticking.ran(DAY))["daily"] == 1


async def test_a_job_that_takes_long_leaves_out_the_turns_that_it_missed(ticking: Ticking) -> None:
    async def long(_: Timetable, __: Outcome) -> None:
        ticking.done.append("long")
        await ticking.turning.sleep(150)

    ticking.timetable.keep(BotJob("long", lambda _: Every(MINUTE), long, recorded=False))
    assert (await ticking.ran(timedelta(minutes=12)))["long"] == 4


async def test_however_often_a_job_was_done_nothing_is_left_of_it(ticking: Ticking) -> None:
    await ticking.ran(HOUR)
    tasks, kept = len(asyncio.all_tasks()), len(ticking.timetable._running)
    await ticking.ran(4 * HOUR)
    assert (len(asyncio.all_tasks()), len(ticking.timetable._running)) == (tasks, kept)
    assert len(ticking.turning.sleepers) <= kept


async def test_clans_that_removed_the_bot_are_left_in_peace_and_forgotten_in_the_end(
    desk: Desk,
) -> None:
    clan = await desk.clan()
    await desk.services.clans.leave(clan.guild_id)
    for name in ("poll", "watch", "update-all"):
        await desk.do(name)
    assert (desk.group.asked(), desk.said) == ([], [])
    desk.clock.now = NOW + 29 * DAY
    await desk.do("forget-clans")
    assert len(await desk.services.clans.known()) == 1
    desk.clock.now = NOW + 30 * DAY
    await desk.do("forget-clans")
    assert await desk.services.clans.known() == ()


async def test_whom_another_process_had_forgotten_stands_in_our_file_by_the_next_morning(
    desk: Desk, path: Path
) -> None:
    clan = await desk.clan()
    async with opened(path) as theirs, theirs.writing() as connection:
        await forgotten.note(connection, clan.clan_id, {"aa": NOW})
    assert forgotten.remembered(forgotten.file_beside(path)) == {}
    await desk.do("forget-clans")
    assert forgotten.remembered(forgotten.file_beside(path)) == {(clan.guild_id, "aa"): NOW}


async def test_a_poll_that_is_stopped_is_recorded_as_stopped_without_a_traceback(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    clan = await desk.clan()
    began = asyncio.Event()

    async def forever(*_: object, **__: object) -> None:
        began.set()
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.services.poll, "poll", forever)
        desk.timetable.keep(replace(BY_NAME["poll"], rhythm=lambda _: Every(HOUR, timedelta())))
        await began.wait()
        desk.timetable.stop()
        await desk.timetable.finished()
    run = (await desk.runs(clan))["poll"]
    assert (run.outcome, run.detail) == ("stopped", {"words": "the bot was told to end"})
    assert [each for each in caplog.records if each.exc_info] == []


async def test_a_clan_without_a_server_is_not_polled(desk: Desk) -> None:
    await desk.clan(guild_id=0)
    await desk.do("poll")
    assert desk.group.asked() == []


async def test_messages_that_cannot_be_written_keep_nobody_from_looking_who_is_in_voice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise LookupError

    looked = []

    async def looks() -> None:
        looked.append(desk.clock())

    monkeypatch.setattr(desk.services.intake, "flush", fails)
    monkeypatch.setattr(desk.services.presence, "flush", looks)
    with pytest.raises(LookupError):
        await desk.timetable.flush(Outcome())
    assert looked == [NOW]

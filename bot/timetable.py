"""Every job on one screen, and the one guard around them all.

A job that fails is logged with its trace and recorded, and stops no other: not the next one, and
not the same job for the next clan. A job never overlaps itself: it is due again once it ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot import clan_turns
from bot.clan.diagnosis import Severity
from bot.clan.notices import Notice
from bot.clan.spans import Period
from bot.clan_turns import ClanTurns, Slices, held_before
from bot.digesting import PostOutlet, nowhere, officers_notice, post_digests
from bot.job_runs import recorded
from bot.jobs import BotJob, ClanJob, LocalJob, Telling
from bot.journal import traced
from bot.late_notices import DoubtNotices, LateNotices
from bot.missed import EVERYBODY, Missed, Owed
from bot.reports.documents import write_report
from bot.reports.worker import draw_for
from bot.rhythm import Alarm, Daily, Every, Monthly, Weekly
from bot.services.chat import Flushed
from bot.services.ops import FAILED, REHEARSAL, THE_BOT, LockLost, Outcome, poll_clan
from bot.services.publish import report_folder, report_folders
from bot.services.setup import Clan, Narrows
from bot.settings import Settings
from bot.wiring import Services, tidy

T = TypeVar("T")

Outlet = Callable[[Notice], Awaitable[None]]
"""Whoever says on Discord what a job has to say."""

_NO_TIME = timedelta()
_OFTEN_ENOUGH = 6
"""How often tidying may be put off because people write."""

_log = structlog.get_logger()


class Timetable:
    """Runs the jobs while the bot is up; `outlet` says what they have to say, `posts` posts it.

    Time passes by `timer`, seconds of a clock that nobody sets, by default the event loop's.
    """

    def __init__(  # noqa: PLR0913 - its outlets, and what tests replace
        self,
        services: Services,
        settings: Settings,
        outlet: Outlet,
        *,
        posts: PostOutlet = nowhere,
        timer: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._services = services
        self._settings = settings
        self._outlet = outlet
        self._posts = posts
        self._timer = timer
        self._sleep = sleep
        self._doubts, self.digests = DoubtNotices(), services.digests
        self.late_notices = LateNotices(services.upkeep.lateness, services.clock)
        self._is_quiet = False
        self._put_off = 0
        self._running: set[asyncio.Task[Any]] = set()
        self._kept: dict[str, asyncio.Task[None]] = {}
        self._turns: dict[str, ClanTurns] = {}
        self._missed: dict[str, Missed] = {}
        self._taken = 0

    @property
    def is_running(self) -> bool:
        """Return whether jobs are begun."""
        return bool(self._kept)

    def start(self) -> None:
        """Begin to run jobs in the running event loop."""
        self._taken, _ = self._services.duties.newer(0)
        for job in JOBS:
            self.keep(job)

    def keep(self, job: BotJob | ClanJob) -> None:
        """Run a job again and again, as its rhythm says, until we stop."""
        task = self._kept[job.name] = asyncio.create_task(self._keep(job), name=job.name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def stop(self) -> None:
        """Begin no job any more and cancel those that run; `finished()` waits for their end."""
        while self._kept:
            self._kept.popitem()[1].cancel()
        for turns in self._turns.values():
            turns.stop()

    async def finished(self) -> None:
        """Stop, and wait until the jobs that ran have recorded how they ended."""
        self.stop()
        await asyncio.gather(*self._running, return_exceptions=True)
        for turns in self._turns.values():
            await turns.drained()

    async def _keep(self, job: BotJob | ClanJob) -> None:
        rhythm, clock = job.rhythm(self._settings), self._services.clock
        timer = self._timer or asyncio.get_running_loop().time
        missed = self._missed[job.name] = Missed(rhythm, clock, timer)
        missed.note(EVERYBODY)
        action = partial(self._at_its_hour, job)
        if isinstance(job, ClanJob) and isinstance(rhythm, Every):
            slices = Slices(rhythm.length)
            action = partial(self._turns_of(job).next_turn, slices)
            rhythm = Every(slices.tick)
        # Not by its cancellation alone: whatever runs in a job may swallow that.
        while job.name in self._kept:
            while nap_s := min(missed.turn.nap_s(clock(), timer()), missed.nap_s()):
                await self._sleep(nap_s)
            began_s, is_turn = timer(), not missed.turn.nap_s(clock(), timer())
            owed = missed.begin()
            if is_turn:  # whoever is taken over from here on has to wait for the one after
                missed.turn = Alarm.after(rhythm.next_wait(clock(), _NO_TIME), clock(), began_s)
            try:
                await (action() if is_turn else self._make_up(job, owed))
            except asyncio.CancelledError:
                _log.info("a job is stopped before its end", job=job.name)
                raise
            if is_turn:  # what was made up for is due all the same when it would have been
                took = timedelta(seconds=timer() - began_s)
                missed.turn = Alarm.after(rhythm.next_wait(clock(), took), clock(), timer())

    async def _at_its_hour(self, job: BotJob | ClanJob) -> None:
        """Do a job whose hour has come; clans that are taken over from here on are made up for."""
        await self.run(job, held_before(self._services.duties, self._taken))

    async def _make_up(self, job: BotJob | ClanJob, owed: Owed) -> None:
        """Do a job for those to whom it is owed, where nobody did it since it was due."""
        upkeep = self._services.upkeep
        if isinstance(job, ClanJob):
            undone = partial(upkeep.not_done_since, job.name, owed.since)
            await self.run(job, lambda clans: undone(owed.among(clans)))
        elif owed.is_to(THE_BOT):
            done_at = await _guarded(job.name, lambda _: upkeep.last_done_at(job.name))
            if done_at is None or done_at < owed.since:
                await self.run(job)

    async def run(self, job: BotJob | ClanJob, narrows: Narrows | None = None) -> None:
        """Do a job now for everybody whom it is for; nothing that fails in it gets out.

        Of clans only for those to whom they are narrowed, if they are.
        """
        if isinstance(job, ClanJob):
            await self._turns_of(job).turn(narrows)
        elif isinstance(job, LocalJob):
            await _guarded(job.name, partial(self._for_bot, job))
        elif self._services.duties.has(THE_BOT):
            with self._services.duties.doing(THE_BOT):
                await _guarded(job.name, partial(self._for_bot, job))

    def _turns_of(self, job: ClanJob) -> ClanTurns:
        async def action(clan: Clan) -> None:
            await _guarded(job.name, partial(self._for_clan, job, clan))

        async def guards(turn: Awaitable[None]) -> None:
            await _guarded(job.name, lambda _: turn)

        if job.name not in self._turns:
            self._turns[job.name] = ClanTurns(
                self._services, self._settings, job, action, guards, job.narrows(self)
            )
        return self._turns[job.name]

    async def take_over(self, _outcome: Outcome) -> None:
        """Do for clans that this process took over what is due or was missed, as at a start."""
        self._taken, clan_ids = self._services.duties.newer(self._taken)
        if clan_ids:
            for missed in self._missed.values():
                missed.note(clan_ids)
            await asyncio.gather(*(each.take_over(clan_ids) for each in self._turns.values()))

    async def flush(self, _outcome: Outcome) -> None:
        """Write what was heard, and who was there without writing."""
        try:
            self._is_quiet = await self._services.intake.flush() == Flushed()
        finally:  # whoever does not look for long is taken for one who slept
            await self._services.presence.flush()

    async def tidy(self, _outcome: Outcome) -> None:
        """Free what nobody refers to, at a moment when nobody writes; a busy clan has none long."""
        self._put_off += 1
        if self._is_quiet or self._put_off > _OFTEN_ENOUGH:
            self._put_off = 0
            tidy()

    async def recount(self, _outcome: Outcome) -> None:
        """Go on counting by a clan's new time zone where that was stopped before its end."""
        await self._services.zones.recount()

    async def let_go(self, _outcome: Outcome) -> None:
        """Forget who is who in the clans that nobody asked about in a while."""
        self._services.identities.let_go()

    async def forget_clans(self, _outcome: Outcome) -> None:
        """Forget the clans that removed the bot long enough ago, and note whom others forgot."""
        await self._services.privacy.forget_again()
        for clan in await self._services.privacy.forget_removed(self._settings.forget_clan_after):
            _log.info("a clan that removed the bot is forgotten", guild=clan.guild_id)

    async def back_up(self, outcome: Outcome) -> None:
        """Keep a verified copy of the database."""
        await self._services.upkeep.back_up(outcome)

    async def rehearse(self, _outcome: Outcome) -> None:
        """Once a month restore the newest backup on trial; a trial that failed is made again."""
        if not await self._services.upkeep.must_rehearse():
            return
        with traced() as trace:
            async with recorded(self._services.upkeep, REHEARSAL, trace) as outcome:
                await self._services.upkeep.rehearse(outcome)

    async def check(self, outcome: Outcome) -> None:
        """Look whether the database is whole, in small pieces that hold up nobody."""
        findings = [each async for each in self._services.integrity.check()]
        outcome.detail["found"] = [
            [each.about, each.words, each.next_step]
            for each in findings
            if each.severity is Severity.FAULT
        ]

    async def archive(self, outcome: Outcome) -> None:
        """Move what is old to the archive, and give the room back."""
        moved = await self._services.archive.move()
        pages = await self._services.archive.give_back()
        outcome.detail |= {"messages": moved.messages, "changes": moved.changes, "pages": pages}
        outcome.detail["longest_ms"] = round(moved.longest_s * 1000)

    async def poll(self, clan: Clan, outcome: Outcome) -> Telling | None:
        """Read what is new on Wise Old Man; a roster that is not believed has to be told."""
        result = await poll_clan(self._services.poll, self._services.cases, clan, outcome)
        return self._doubts.telling(clan, result.doubt)

    async def report(self, clan: Clan, _outcome: Outcome) -> None:
        """Write the week's report into the folder of the settings."""
        clans, folder = await self._services.clans.every(), self._settings.report_dir or Path()
        files = await self._services.publish.report_files(clan, Period.WEEK)
        await asyncio.to_thread(write_report, report_folder(folder, clan, clans), files)

    async def dashboard(self, clan: Clan, outcome: Outcome) -> None:
        """Write the clan's dashboard into the folder of the settings, and its copy."""
        made = await self._services.dashboards.renew(clan, await self._services.clans.every())
        if made.fault is not None:
            outcome.outcome = FAILED
            outcome.detail["words"] = f"not copied to LOCAL_DRIVE_PATH: {made.fault}"

    async def restore_pages(self, _outcome: Outcome) -> None:
        """Have the dashboards in their places again that a kill took away as it renewed them."""
        await self._services.dashboards.restore(await self._services.clans.every())

    async def clean_up(self, outcome: Outcome) -> None:
        """Delete records of runs that nobody asks for any more, and files that a kill left."""
        clans, our = await self._services.clans.every(), self._settings
        places = report_folders((our.report_dir, our.dashboard_dir, our.local_drive_path), clans)
        outcome.detail |= await self._services.upkeep.clean_up(places)
        outcome.detail["files"] += await self._services.dashboards.restore(clans)

    async def update_all(self, clan: Clan, outcome: Outcome) -> None:
        """Have Wise Old Man refresh the members who do not refresh themselves."""
        secret = self._settings.wom_group_secret
        if secret is not None and clan_turns.is_own_group(self._settings, clan):
            outcome.detail["queued"] = await self._services.poll.update_all(
                clan, secret.get_secret_value()
            )

    async def forget(self, clan: Clan, outcome: Outcome) -> None:
        """Forget who left the server long enough ago; only how many is recorded, never who."""
        gone = await self._services.privacy.forget_left(clan)
        outcome.detail |= {"people": gone.people, "messages": gone.messages}

    async def watch(self, clan: Clan, _outcome: Outcome) -> Telling | None:
        """Tell the jobs that became late, each once until it was done again."""
        late = await self._late(clan)
        return self.late_notices.telling(clan, late)

    async def _late(self, clan: Clan) -> dict[str, datetime | None]:
        """Return the late jobs that are expected of a clan, and when each was last done."""
        expected = {
            job.name for job in JOBS if isinstance(job, BotJob) or job.is_for(self._settings, clan)
        }
        return await self.late_notices.late(clan, expected)

    async def digest(self, clan: Clan, _outcome: Outcome) -> None:
        """Post the clan's digests that are due."""
        await post_digests(self._services, self._posts, clan, self._late)

    async def tell_officers(self, clan: Clan, _outcome: Outcome) -> Telling | None:
        """Tell officers, daily at most, of new claims and newcomers nobody answered; each once."""
        return await officers_notice(self._services, clan)

    async def _for_bot(self, job: BotJob, trace: str) -> None:
        async with self._round(job, trace) as outcome:
            await job.action(self, outcome)

    async def _for_clan(self, job: ClanJob, clan: Clan, trace: str) -> None:
        draw_for(clan.clan_id, is_behind=True)
        async with self._round(job, trace, clan) as outcome:
            telling = await job.action(self, clan, outcome)
        if telling is not None:
            await self._outlet(telling.notice)
            await telling.note()

    def _round(
        self, job: BotJob | ClanJob, trace: str, clan: Clan | None = None
    ) -> AbstractAsyncContextManager[Outcome]:
        if job.recorded:
            return recorded(self._services.upkeep, job.name, trace, clan)
        return self._services.upkeep.watched(job.name, trace)


async def _guarded(name: str, action: Callable[[str], Awaitable[T]]) -> T | None:
    """Return what the action makes of a new trace id, or None when it failed: the log says why."""
    with traced() as trace:
        try:
            return await action(trace)
        except LockLost:
            _log.warning("a job is left to another process, which may be at it by now", job=name)
        except Exception:  # noqa: BLE001 - the job guard, see above
            _log.exception("job failed", job=name)
    return None


_SOON, _LATER, _HOUR = timedelta(seconds=10), timedelta(minutes=2), timedelta(hours=1)
_MINUTE, _TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)

JOBS: tuple[BotJob | ClanJob, ...] = (
    LocalJob("flush", lambda _: Every(timedelta(seconds=3)), Timetable.flush),
    LocalJob("take-over", lambda _: Every(timedelta(seconds=5)), Timetable.take_over),
    LocalJob("tidy", lambda _: Every(timedelta(minutes=5)), Timetable.tidy),
    ClanJob(
        "poll",
        lambda our: Every(our.poll_every, _SOON),
        Timetable.poll,
        clan_turns.has_group,
        is_due=clan_turns.is_overdue,
        is_slow=clan_turns.reads_history,
    ),
    ClanJob(
        "update-all",
        lambda our: Every(our.update_all_every, _LATER),
        Timetable.update_all,
        clan_turns.is_own_group,
    ),
    LocalJob("let-go", lambda _: Every(_TEN_MINUTES), Timetable.let_go),
    BotJob("backup", lambda _: Daily(hour=4), Timetable.back_up),
    BotJob(REHEARSAL, lambda _: Daily(hour=6), Timetable.rehearse, recorded=False),
    BotJob("check", lambda _: Weekly(weekday=6, hour=3), Timetable.check),
    # After the backup: what moves is in a copy.
    BotJob("archive", lambda _: Daily(hour=5), Timetable.archive),
    BotJob("pages", lambda _: Every(_HOUR, _SOON), Timetable.restore_pages, recorded=False),
    BotJob("recount", lambda _: Every(_HOUR, _SOON), Timetable.recount, recorded=False),
    BotJob("forget-clans", lambda _: Daily(hour=5), Timetable.forget_clans, recorded=False),
    ClanJob("forget", lambda _: Daily(hour=5), Timetable.forget, clan_turns.forgets),
    ClanJob("report", lambda our: Weekly(*our.report_at), Timetable.report, clan_turns.reports),
    ClanJob("dashboard", lambda _: Daily(hour=3), Timetable.dashboard, clan_turns.has_dashboard),
    BotJob("cleanup", lambda our: Monthly(*our.cleanup_at), Timetable.clean_up),
    ClanJob(
        "tell-officers",
        lambda _: Every(_HOUR, _LATER),
        Timetable.tell_officers,
        clan_turns.has_officer_channel,
        recorded=False,
    ),
    # Before officers are told of the same by the next job.
    ClanJob(
        "digest",
        lambda _: Every(_TEN_MINUTES, _MINUTE),
        Timetable.digest,
        clan_turns.posts_digests,
        narrows=lambda on: on.digests.due_among,
        recorded=False,
    ),
    ClanJob(
        "watch",
        lambda _: Every(timedelta(minutes=15)),
        Timetable.watch,
        narrows=lambda on: on.late_notices.among,
        recorded=False,
    ),
)

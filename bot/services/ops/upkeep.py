"""How the bot itself is doing: what ran when, what is late, what is wrong and how to mend it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.clan.cases import Case
from bot.clan.coverage import full_words, next_step
from bot.clan.diagnosis import Finding, warning
from bot.clan.enforcement import Verdict
from bot.clan.evidence import Coverage, strip
from bot.clan.policy import Policy
from bot.clan.punctuality import Job, Late
from bot.clan.spans import Period, last
from bot.clan.wording import ago
from bot.recent import Recent
from bot.services.chat import MOST_CHANNELS, kept_channels
from bot.services.game import AGAIN
from bot.services.ops.disk_use import DiskUse, disk_use_of
from bot.services.ops.lateness import Lateness
from bot.services.ops.remedies import NO_COPY
from bot.services.ops.rounds import DONE, FAILED, REFUSED, STOPPED, Outcome, failure
from bot.services.ops.troubles import (
    disk_troubles,
    full_troubles,
    gap_troubles,
    hidden_troubles,
    integrity_troubles,
    list_troubles,
    lost_troubles,
    odd_troubles,
    rank_troubles,
)
from bot.services.people import IdentityCache
from bot.services.publish import report_coverage
from bot.services.review import context_of, standing_cases, verdicts_in
from bot.services.setup import Clan, Clock, policy_of
from bot.services.view import ClanView, ViewQuery, read_view, roster_of, verdict_query
from storage import authors, players, runs
from storage.archive import moved_before
from storage.backup import BACKUPS, back_up, drop_leftovers, keep_elsewhere, newest_copy
from storage.engine import Database
from storage.errors import StorageError
from storage.restore import Examined, examine
from storage.runs import Run

_log = structlog.get_logger()

_COVERED = Period.MONTH
_MOST_UNRECORDED = 2_000
_OF_A_FILE = frozenset({"backup", "archive"})
_ELSEWHERE = "another process of the bot polls this clan and posts its digests at the moment"
_GIVEN_BACK = "wait a minute; if it stays so, whoever runs the bot looks for `shards` in the log"
_RUNS_KEPT, _AT_ONCE = timedelta(days=90), 200
_UNEXPECTED = "something that nobody expected"
_REHEARSED_EVERY = timedelta(days=30)

REHEARSAL = "rehearsal"
"""The job that restores the newest backup on trial."""

_TOLD_TO_END = (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit)
"""What ends a run from outside; the run did not fail."""


@dataclass(frozen=True, slots=True)
class Status:
    """All that /clanstats status says."""

    version: str
    members: int
    polled_at: datetime | None
    next_poll_at: datetime | None
    runs: Mapping[str, Run]
    late: tuple[Late, ...]
    evidence: tuple[str, ...]
    coverage: tuple[str, ...]
    next_step: str | None
    channels: int
    unreadable: tuple[str, ...]
    messages: int
    disk: DiskUse
    watched_at: datetime | None
    troubles: tuple[Finding, ...]
    verdicts: Mapping[Verdict, int]
    policy: Policy


class Upkeep:
    """Records runs, keeps backups, and knows what is late."""

    def __init__(  # noqa: PLR0913 - what it watches, and what it says about itself
        self,
        database: Database,
        clock: Clock,
        jobs: tuple[Job, ...],
        *,
        version: str,
        refreshed_group: int | None,
        identities: IdentityCache | None = None,
        elsewhere: Path | None = None,
        most_channels: int = MOST_CHANNELS,
        watched_at: Callable[[], datetime | None] = lambda: None,
        works_for: Callable[[int], bool] = lambda _clan_id: True,
    ) -> None:
        self._database = database
        self._identities = identities
        self._elsewhere = elsewhere
        self._most_channels = most_channels
        self._watched_at = watched_at
        self._works_for = works_for
        self._clock = clock
        self.jobs = jobs
        self._version = version
        self.lateness = Lateness(database, clock, jobs, refreshed_group)
        self._unrecorded: Recent[tuple[str, int | None], Run] = Recent(_MOST_UNRECORDED)

    @asynccontextmanager
    async def run(self, job: str, clan_id: int | None, trace: str) -> AsyncIterator[Outcome]:
        """Record a run of a job around what is done inside; an exception passes and is recorded.

        What cannot be recorded, as on a full disk, is kept in memory for status.
        """
        outcome, started_at = Outcome(), self._clock()
        try:
            run_id = await self._database.write(
                lambda connection: runs.begin(connection, job, clan_id, trace, started_at)
            )
            try:
                yield outcome
            except _TOLD_TO_END:
                outcome = Outcome(STOPPED, {"words": "the bot was told to end"})
                raise
            except BaseException as error:
                outcome = Outcome(FAILED, failure(error))
                raise
            finally:
                ended = outcome.outcome, outcome.detail, self._clock()
                await self._database.write(lambda connection: runs.end(connection, run_id, *ended))
        except StorageError as error:
            detail = failure(error)
            self._unrecorded[job, clan_id] = Run(
                job, clan_id, trace, started_at, self._clock(), FAILED, detail
            )
            raise
        self._unrecorded.pop((job, clan_id), None)

    @asynccontextmanager
    async def watched(self, job: str, trace: str) -> AsyncIterator[Outcome]:
        """Keep in memory how something failed that is done too often to be recorded."""
        started_at = self._clock()
        try:
            yield Outcome()
        except _TOLD_TO_END:
            raise
        except BaseException as error:
            self._unrecorded[job, None] = Run(
                job, None, trace, started_at, self._clock(), FAILED, failure(error)
            )
            raise
        self._unrecorded.pop((job, None), None)

    async def back_up(self, outcome: Outcome) -> None:
        """Copy the database beside itself, verified, and elsewhere if that is set; note what was.

        That it could not be kept elsewhere is noted, for status; the backup stands all the same.
        """
        path = self._database.path
        if path is None:
            outcome.detail["copy"] = NO_COPY
            return
        try:
            copy = await back_up(path, path.parent / BACKUPS, self._clock())
        except StorageError as error:
            if error.copy is not None:
                await self._keep_elsewhere(error.copy, outcome)
            raise
        outcome.detail["copy"] = copy.name
        await self._keep_elsewhere(copy, outcome)

    async def _keep_elsewhere(self, copy: Path, outcome: Outcome) -> None:
        if self._elsewhere is None:
            return
        try:
            await keep_elsewhere(copy, self._elsewhere, self._clock())
        except StorageError as error:
            _log.warning("the backup is not kept elsewhere", reason=str(error))
            outcome.detail["not_elsewhere"] = failure(error).get("words", _UNEXPECTED)

    async def must_rehearse(self) -> bool:
        """Return whether no backup was restored on trial for a month, and there is one."""
        path, now = self._database.path, self._clock()
        if path is None or newest_copy(path.parent / BACKUPS, path.stem) is None:
            return False
        async with self._database.reading() as connection:
            done = await runs.last_runs(connection, None, DONE)
        last = done.get(REHEARSAL)
        # What is still to come was noted by a clock that ran ahead.
        return last is None or not timedelta() <= now - last.started_at < _REHEARSED_EVERY

    async def rehearse(self, outcome: Outcome) -> Examined | None:
        """Restore the newest backup into a temporary file and check it; note what it holds."""
        path = self._database.path
        copy = None if path is None else newest_copy(path.parent / BACKUPS, path.stem)
        if path is None or copy is None:
            return None
        found = await examine(copy, path, self._clock())
        outcome.detail |= {"copy": copy.name, "players": found.players, "messages": found.messages}
        return found

    async def clean_up(self, folders: Sequence[Path] = ()) -> dict[str, int]:
        """Delete what grows and nobody asks for any more; return how much of it that was.

        Records of runs in small pieces, and files that a kill left half-written beside the database
        or in some folders. Backups are rotated whenever one is made.
        """
        now, runs_gone, gone = self._clock(), 0, _AT_ONCE
        while gone == _AT_ONCE:
            gone = await self._database.write(
                lambda connection: runs.forget_before(connection, now - _RUNS_KEPT, _AT_ONCE)
            )
            runs_gone += gone
        path = self._database.path
        places = [*folders, *([] if path is None else [path.parent])]
        return {"runs": runs_gone, "files": await asyncio.to_thread(drop_leftovers, places, now)}

    async def last_done_at(self, job: str) -> datetime | None:
        """Return when a job was last begun that went well, for whatever clan."""
        now = self._clock()
        async with self._database.reading() as connection:
            return await runs.last_done_at(connection, job, DONE, now)

    async def not_done_since(
        self, job: str, since: datetime, clans: Sequence[Clan]
    ) -> Sequence[Clan]:
        """Return those of some clans for whom a job did not end well since an instant."""
        ids, now = [each.clan_id for each in clans], self._clock()
        async with self._database.reading() as connection:
            ended = await runs.last_ended(connection, ids, [job], DONE, now)
        done = {clan_id for (clan_id, _), at in ended.items() if at >= since}
        return [each for each in clans if each.clan_id not in done]

    async def late(self, clan: Clan) -> tuple[Late, ...]:
        """Return the jobs of a clan, or of the whole bot, that are overdue."""
        return await self.lateness.of(clan)

    async def status(self, clan: Clan, sure_pairs: int | None = None) -> Status:
        """Return how the bot and this clan's numbers are doing."""
        now = self._clock()
        query = _evidence_query(clan, now)
        async with self._database.reading() as connection:
            policy = await policy_of(connection, clan)
            query |= verdict_query(policy, now, silence_only=True)
            view = await read_view(connection, clan, query, cache=self._identities)
            cases = await standing_cases(connection, clan)
            places = await authors.channels(connection, clan.clan_id)
            ran = await runs.last_runs(connection, clan.clan_id)
            changed_at = await players.last_change_at(connection, clan.clan_id)
            archived_before = moved_before(connection)
        ran |= self._newer(clan, ran)
        if self._database.path is None:  # what a server does itself never ran
            ran = {job: run for job, run in ran.items() if job not in _OF_A_FILE}
        known, verdicts = await asyncio.to_thread(_known, view, policy, cases, sure_pairs)
        late = await self.late(clan)
        disk = disk_use_of(self._database.path, archived_before)
        counted = [each for each in places.values() if each.is_counted and not each.is_gone]
        unreadable = tuple(sorted(each.name for each in counted if not each.is_readable))
        open_gaps = [gap for gap in view.gaps if gap.ended_at is None]
        lost = [(gap.channel, gap.reason) for gap in open_gaps if gap.channel and gap.is_lost]
        late_read = [
            (gap.channel, gap.reason) for gap in open_gaps if gap.channel and not gap.is_lost
        ]
        return Status(
            version=self._version,
            members=len(view.people.places),
            polled_at=clan.polled_at,
            next_poll_at=self._next_poll_at(clan, ran.get("poll"), now),
            runs=ran,
            late=late,
            evidence=strip(known, now, clan.zone),
            coverage=full_words(known.links),
            next_step=next_step(known.links),
            channels=sum(each.is_readable for each in counted),
            unreadable=unreadable,
            messages=sum(writer.messages for writer in view.people.writers.values()),
            disk=disk,
            watched_at=self._watched_at(),
            troubles=(
                *disk_troubles(disk),
                *self._troubles(clan, ran, late, now),
                *integrity_troubles(ran.get("check")),
                *rank_troubles(view),
                *list_troubles(view, changed_at),
                *full_troubles(kept_channels(places.values()), self._most_channels),
                *odd_troubles(view, ran.get("poll")),
                *hidden_troubles([(each.name, each.reason) for each in view.hidden_channels]),
                *lost_troubles(lost),
                *gap_troubles(late_read),
            ),
            verdicts=verdicts,
            policy=policy,
        )

    def _next_poll_at(self, clan: Clan, run: Run | None, now: datetime) -> datetime | None:
        """Return when the next poll is due, None where it is overdue or there was none yet."""
        began = [at for at in (clan.polled_at, run and run.started_at) if at is not None]
        every = next(job.every for job in self.jobs if job.name == "poll")
        due_at = max(began) + every if clan.polled_at is not None else now
        return due_at if due_at > now else None

    async def evidence(self, clan: Clan) -> tuple[str, ...]:
        """Return how well the clan was seen in the last month, in words."""
        now = self._clock()
        async with self._database.reading() as connection:
            view = await read_view(
                connection, clan, _evidence_query(clan, now), cache=self._identities
            )
        return strip(await asyncio.to_thread(_coverage, view), now, clan.zone)

    def _newer(self, clan: Clan, ran: Mapping[str, Run]) -> dict[str, Run]:
        """Return the runs of a clan, or of the whole bot, that only memory knows."""
        return {
            job: run
            for (job, clan_id), run in self._unrecorded.items()
            if clan_id in {None, clan.clan_id}
            and (job not in ran or run.started_at >= ran[job].started_at)
        }

    def _troubles(
        self, clan: Clan, ran: Mapping[str, Run], late: tuple[Late, ...], now: datetime
    ) -> list[Finding]:
        found = []
        if clan.wom_group_id is None:
            found.append(
                warning(
                    "group", "no Wise Old Man group yet", "run /clanstats setup and name the group"
                )
            )
        if not self.lateness.is_refreshed(clan):
            found.append(
                warning(
                    "group",
                    "nobody refreshes the members on Wise Old Man",
                    "set WOM_GROUP_SECRET, or ask members to use the RuneLite plugin",
                )
            )
        if not self._works_for(clan.clan_id):
            found.append(warning("jobs", _ELSEWHERE, _GIVEN_BACK))
        overdue = {each.job.name: each for each in late}
        for job, run in sorted(ran.items()):
            if run.outcome in (FAILED, REFUSED):
                words = run.detail.get("words") or run.detail.get("doubt") or _UNEXPECTED
                since = overdue.pop(job).since if job in overdue else None
                how_long = (
                    f"has {run.outcome} for {ago(since, now)}"
                    if since is not None
                    else f"{run.outcome} {ago(run.started_at, now)} ago"
                )
                step = run.detail.get("step") or f"look for {run.trace} in the log"
                found.append(warning(job, f"{job} {how_long}: {words}", step))
            elif why := run.detail.get("not_elsewhere"):
                words = f"the last backup was not copied to BACKUP_COPY_DIR: {why}"
                found.append(warning(job, words, "see that the folder is there and has room"))
            elif history := run.detail.get("history"):
                words = f"the year before the bot came could not be read yet: {history}"
                found.append(warning(job, words, AGAIN))
        found += [
            warning(
                each.job.name,
                f"{each.job.name} is late: last done {ago(each.since, now)} ago"
                if each.since
                else f"{each.job.name} has not been done yet",
                "see the log, or restart the bot",
            )
            for each in overdue.values()
        ]
        return found


def _evidence_query(clan: Clan, now: datetime) -> ViewQuery:
    span = last(_COVERED, now, clan.zone)
    return ViewQuery(now, frozenset({_COVERED}), hours_from=span.start)


def _known(
    view: ClanView, policy: Policy, cases: Sequence[Case], sure_pairs: int | None
) -> tuple[Coverage, dict[Verdict, int]]:
    context = context_of(view, policy, cases, silence_only=True)
    return _coverage(view, sure_pairs), verdicts_in(context)


def _coverage(view: ClanView, sure_pairs: int | None = None) -> Coverage:
    roster, span = roster_of(view, [_COVERED]), view.spans[_COVERED]
    said = sum(count for at, count in view.chat.hours if at in span)
    heard = view.clan.listened_at is not None
    return report_coverage(view, roster, _COVERED, said if heard else None, sure_pairs)

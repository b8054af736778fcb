"""How the bot itself is doing: what ran when, what is late, what is wrong and how to mend it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.clan.cases import Case
from bot.clan.coverage import full_words, next_step
from bot.clan.diagnosis import Finding, Severity, warning
from bot.clan.enforcement import Verdict
from bot.clan.evidence import Coverage
from bot.clan.policy import Policy
from bot.clan.punctuality import Job, Late, late_jobs
from bot.clan.rank_table import rank_table
from bot.clan.spans import Period, last
from bot.clan.wording import ago, first_few, plural
from bot.reports.definitions import strip
from bot.services.chat import NO_ACCESS
from bot.services.ops.rounds import DONE, FAILED, REFUSED, Outcome, failure
from bot.services.people import IdentityCache
from bot.services.publish import report_coverage
from bot.services.review import context_of, standing_cases, verdicts_in
from bot.services.setup import Clan, Clock, policy_of, ranks_finding
from bot.services.view import ClanView, ViewQuery, read_view, roster_of, verdict_query
from storage import authors, runs
from storage.backup import back_up
from storage.engine import Database
from storage.runs import Run

_COVERED = Period.MONTH
_NAMED = 5
_UNEXPECTED = "something that nobody expected"
_MISSING = ("is missing", "are missing")
"""How a reason ends that somebody on the server can do something about."""
_LET_IN_OR_LEAVE_OUT = (
    "give the bot View Channel and Read Message History there, or leave it out in /clanstats setup"
)
_AGAIN = "nothing to do: the bot tries again, at least once an hour"


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
    database_bytes: int | None
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
    ) -> None:
        self._database = database
        self._identities = identities
        self._clock = clock
        self.jobs = jobs
        self._version = version
        self._refreshed_group = refreshed_group
        self._started_at = clock()

    @asynccontextmanager
    async def run(self, job: str, clan_id: int | None, trace: str) -> AsyncIterator[Outcome]:
        """Record a run of a job around what is done inside; an exception passes and is recorded."""
        async with self._database.writing() as connection:
            run_id = await runs.begin(connection, job, clan_id, trace, self._clock())
        outcome = Outcome()
        try:
            yield outcome
        except BaseException as error:
            outcome = Outcome(FAILED, failure(error))
            raise
        finally:
            async with self._database.writing() as connection:
                await runs.end(connection, run_id, outcome.outcome, outcome.detail, self._clock())

    async def back_up(self) -> str | None:
        """Copy the database beside itself and verify the copy; None for one that is not a file."""
        path = self._database.path
        if path is None:
            return None
        return (await back_up(path, path.parent / "backups", self._clock())).name

    async def late(self, clan: Clan) -> tuple[Late, ...]:
        """Return the jobs of a clan, or of the whole bot, that are overdue."""
        async with self._database.reading() as connection:
            done = await runs.last_runs(connection, clan.clan_id, DONE)
        succeeded = {job: run.ended_at for job, run in done.items() if run.ended_at is not None}
        return late_jobs(self._jobs_of(clan), succeeded, self._started_at, self._clock())

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
        known, verdicts = await asyncio.to_thread(_known, view, policy, cases, sure_pairs)
        late = await self.late(clan)
        counted = [each for each in places.values() if each.is_counted and not each.is_gone]
        unreadable = tuple(sorted(each.name for each in counted if not each.is_readable))
        open_gaps = [each for each in view.gaps if each.ended_at is None and each.channel]
        unread = {each.channel: each.reason for each in open_gaps if each.channel}
        poll_every = next(job.every for job in self.jobs if job.name == "poll")
        return Status(
            version=self._version,
            members=len(view.people.places),
            polled_at=clan.polled_at,
            next_poll_at=clan.polled_at + poll_every if clan.polled_at else None,
            runs=ran,
            late=late,
            evidence=strip(known, now, clan.zone),
            coverage=full_words(known.links),
            next_step=next_step(known.links),
            channels=sum(each.is_readable for each in counted),
            unreadable=unreadable,
            messages=sum(writer.messages for writer in view.people.writers.values()),
            database_bytes=_size(self._database),
            troubles=(
                *self._troubles(clan, ran, late, now),
                *_rank_troubles(view),
                *_hidden_troubles({each.name: each.reason for each in view.hidden_channels}),
                *_lost_troubles({n: why for n, why in unread.items() if n in unreadable}),
                *_gap_troubles({n: why for n, why in unread.items() if n not in unreadable}),
            ),
            verdicts=verdicts,
            policy=policy,
        )

    async def evidence(self, clan: Clan, sure_pairs: int) -> tuple[str, ...]:
        """Return how well the clan was seen in the last month, in words."""
        now = self._clock()
        async with self._database.reading() as connection:
            view = await read_view(
                connection, clan, _evidence_query(clan, now), cache=self._identities
            )
        return strip(await asyncio.to_thread(_coverage, view, sure_pairs), now, clan.zone)

    def _jobs_of(self, clan: Clan) -> list[Job]:
        refreshed = self._is_refreshed(clan)
        return [
            job
            for job in self.jobs
            if job.name == "backup"
            or (clan.wom_group_id is not None and (refreshed or job.name != "update-all"))
        ]

    def _is_refreshed(self, clan: Clan) -> bool:
        return clan.wom_group_id is not None and clan.wom_group_id == self._refreshed_group

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
        if not self._is_refreshed(clan):
            found.append(
                warning(
                    "group",
                    "nobody refreshes the members on Wise Old Man",
                    "set WOM_GROUP_SECRET, or ask members to use the RuneLite plugin",
                )
            )
        for job, run in sorted(ran.items()):
            if run.outcome in (FAILED, REFUSED):
                words = run.detail.get("words") or run.detail.get("doubt") or _UNEXPECTED
                found.append(
                    warning(
                        job,
                        f"{job} {run.outcome} {ago(run.started_at, now)} ago: {words}",
                        f"look for {run.trace} in the log",
                    )
                )
        found += [
            warning(
                each.job.name,
                f"{each.job.name} is late: last done {ago(each.since, now)} ago"
                if each.since
                else f"{each.job.name} was not done yet",
                "see the log, or restart the bot",
            )
            for each in late
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


def _coverage(view: ClanView, sure_pairs: int | None) -> Coverage:
    roster, span = roster_of(view, [_COVERED]), view.spans[_COVERED]
    said = sum(count for at, count in view.chat.hours if at in span)
    heard = view.clan.listened_at is not None
    return report_coverage(view, roster, _COVERED, said if heard else None, sure_pairs)


def _rank_troubles(view: ClanView) -> list[Finding]:
    """Return that the ranks in the game give no rights before somebody confirmed them."""
    held = Counter(place.role for place in view.people.places)
    finding = ranks_finding(view.clan, rank_table(held, view.clan.permissions))
    if finding.severity is Severity.OK:
        return []
    return [finding._replace(words=f"ranks in the game: {finding.words}")]


def _hidden_troubles(unread: Mapping[str, str]) -> list[Finding]:
    """Return what it costs that members write where the bot never could read."""
    if not unread:
        return []
    return [
        warning(
            "channels",
            f"members write in {_channels(unread)}, which the bot cannot read: "
            "who can write there is never called silent",
            _LET_IN_OR_LEAVE_OUT,
        )
    ]


def _lost_troubles(unread: Mapping[str, str]) -> list[Finding]:
    """Return what it costs that channels cannot be read any more."""
    if not unread:
        return []
    return [
        warning(
            "channels",
            f"{_channels(unread)} can't be read any more: who wrote there is never called silent",
            _LET_IN_OR_LEAVE_OUT,
        )
    ]


def _channels(unread: Mapping[str, str]) -> str:
    """Return channels by name, each with what it lacks where that is known exactly."""
    return first_few([f"#{name}{_lacks(why)}" for name, why in sorted(unread.items())], _NAMED)


def _lacks(reason: str) -> str:
    return f" ({reason})" if reason.endswith(_MISSING) and reason != NO_ACCESS else ""


def _gap_troubles(unread: Mapping[str, str]) -> list[Finding]:
    """Return which channels are seen but have history that is not read, and what each lacks."""
    found = [
        warning(
            "channels",
            f"#{name} is not read to the end: {reason}",
            _give(reason) if reason.endswith(_MISSING) else _AGAIN,
        )
        for name, reason in sorted(unread.items())[:_NAMED]
    ]
    more = len(unread) - _NAMED
    if more > 0:
        found.append(
            warning("channels", f"{plural(more, 'more channel')} not read to the end", _AGAIN)
        )
    return found


def _give(reason: str) -> str:
    what = "View Channel and Read Message History" if NO_ACCESS in reason else "that"
    return f"give the bot {what} there; it is read at once"


def _size(database: Database) -> int | None:
    path = database.path
    if path is None:
        return None
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())

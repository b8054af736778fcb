"""Which jobs are late, of one clan or of many by one query; the whole bot's count for all."""

from collections.abc import Sequence
from datetime import datetime

from bot.clan.punctuality import Job, Late, late_jobs
from bot.services.ops.rounds import DONE
from bot.services.setup import Clan, Clock
from storage import runs
from storage.engine import Database

_OF_THE_BOT = frozenset({"backup", "check"})
"""Jobs that are expected whatever a clan has chosen."""


class Lateness:
    """Knows what was done when since the bot was started, and what is overdue."""

    def __init__(
        self, database: Database, clock: Clock, jobs: Sequence[Job], refreshed_group: int | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._refreshed_group = refreshed_group
        self._started_at = clock()

    async def of(self, clan: Clan) -> tuple[Late, ...]:
        """Return the jobs of a clan, or of the whole bot, that are overdue."""
        return (await self.among([clan])).get(clan.clan_id, ())

    async def among(self, clans: Sequence[Clan]) -> dict[int, tuple[Late, ...]]:
        """Return what is overdue by clan id, of those of the clans where anything is."""
        now = self._clock()
        async with self._database.reading() as connection:
            ended = await runs.last_ended(
                connection,
                [each.clan_id for each in clans],
                [job.name for job in self._jobs],
                DONE,
                now,
            )
        found: dict[int, tuple[Late, ...]] = {}
        for clan in clans:
            late = self._late(clan, ended, now)
            if late:
                found[clan.clan_id] = late
        return found

    def is_refreshed(self, clan: Clan) -> bool:
        """Return whether the bot has Wise Old Man refresh the clan's members."""
        return clan.wom_group_id is not None and clan.wom_group_id == self._refreshed_group

    def _late(
        self, clan: Clan, ended: dict[tuple[int | None, str], datetime], now: datetime
    ) -> tuple[Late, ...]:
        expected = self._expected(clan)
        keys = [(whose, job.name) for job in expected for whose in (clan.clan_id, None)]
        # Of what is done for the bot and for clans, the newest.
        done: dict[str, datetime] = {}
        for whose, job in keys:
            if (at := ended.get((whose, job))) is not None:
                done[job] = max(at, done.get(job, at))
        return late_jobs(expected, done, self._started_at, now)

    def _expected(self, clan: Clan) -> list[Job]:
        refreshed = self.is_refreshed(clan)
        return [
            job
            for job in self._jobs
            if job.name in _OF_THE_BOT
            or (clan.wom_group_id is not None and (refreshed or job.name != "update-all"))
        ]

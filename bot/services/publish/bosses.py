"""What a clan killed: a report of bosses alone, from the game and nothing of chat."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from bot.clan.activity import totals
from bot.clan.coverage import linked
from bot.clan.evidence import coverage, strip
from bot.clan.gains import Course, is_first_listed
from bot.clan.metrics import MetricKind, threshold
from bot.clan.spans import Period, day_of
from bot.reports.boss_report import BossReport, boss_report
from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.worker import Drawing
from bot.services.publish.publisher import Publisher
from bot.services.publish.report import metric_gains, present_metrics
from bot.services.setup import Clan
from bot.services.view import (
    ClanView,
    Detail,
    ViewQuery,
    read_view,
    roster_of,
    totals_before,
)
from storage.columns import to_ms


@dataclass(frozen=True, slots=True)
class BossFiles:
    """What a clan killed, with its picture."""

    report: BossReport
    chart: Document


class Bosses(Publisher):
    """Arranges what a clan killed, and has it drawn."""

    async def files(self, clan: Clan, period: Period) -> BossFiles:
        """Return what a clan killed in a period that ends now, with the picture."""
        report = await self.report(clan, period)
        return BossFiles(report, await self._draws.draw(Drawing.BOSSES_CHART, report))

    async def report(self, clan: Clan, period: Period) -> BossReport:
        """Return what a clan killed in a period that ends now."""
        query = ViewQuery(
            self._clock(),
            detail=Detail.BOSSES,
            game_windows=frozenset({period}),
            compared=period,
            measured=period,
        )
        async with self._database.reading() as connection:
            view = await read_view(connection, clan, query, cache=self._identities)
        return await asyncio.to_thread(_report, view, period)


def _report(view: ClanView, period: Period) -> BossReport:
    roster = roster_of(view, [period])
    seen_at = min((row.seen_at for row in view.game.first.values()), default=None)
    # Nothing is said of chat: it is not in it.
    known = coverage(roster, view.clan.polled_at, linked(roster), None, ())
    words = [each for each in strip(known, view.as_of, view.clan.zone) if "chat" not in each]
    report = ClanReport(
        clan=view.clan.name,
        zone=view.clan.zone.key,
        period=period,
        span=view.spans[period],
        roster=roster,
        totals=totals(roster.members, period, None),
        before=totals_before(view, None),
        bosses=metric_gains(view)[MetricKind.BOSS],
        present_bosses=present_metrics(view)[MetricKind.BOSS],
        evidence=tuple(words),
        seen_from=None if seen_at is None else day_of(seen_at, view.clan.zone),
    ).without(view.people.hidden)
    return boss_report(report, list(_first_kills(view)))


def _first_kills(view: ClanView) -> Iterator[tuple[int, str, float]]:
    """Yield (player id, boss, kills) of whoever was first listed for a boss in view."""
    game = view.game
    for path in game.paths:
        name, kind = game.metrics[path.metric_id]
        if kind is not MetricKind.BOSS or path.at_end is None:
            continue
        looked = None if path.first_at_ms is None else game.first.get(path.player_id)
        is_first_look = looked is not None and to_ms(looked.seen_at) == path.first_at_ms
        course = Course(path.at_start, path.first, path.at_end, is_first_look)
        if is_first_listed(course, threshold(name, kind)):
            yield path.player_id, name, path.at_end

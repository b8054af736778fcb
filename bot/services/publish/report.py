"""What goes out: the clan's report and its files, arranged from one consistent moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clan.activity import Change, ChangeKind, Totals, heatmap, totals
from bot.clan.coverage import linked
from bot.clan.evidence import Blind, Coverage, coverage
from bot.clan.gains import MetricGain, metric_gain
from bot.clan.metrics import MetricKind, threshold
from bot.clan.spans import WINDOWS, Period, Span, last
from bot.clan.standings import MessageCounts, Roster, TopBoss
from bot.reports.clan_report import ClanReport
from bot.reports.definitions import strip
from bot.reports.documents import Document
from bot.reports.lists import Suggestions, suggestions
from bot.reports.worker import Drawing, Draws
from bot.services.chat import blind_times
from bot.services.publish.trend import (
    LONGEST,
    Hours,
    daily_messages,
    first_heard,
    read_trend,
    trend_days,
)
from bot.services.review import open_inactivity, open_promotions
from bot.services.setup import Clan, Clock
from bot.services.view import Muster, People, muster_now, read_people, read_roster
from storage import chat, players
from storage import metrics as stored
from storage.engine import Connection, Database
from storage.metrics import MetricPath

Metrics = Mapping[int, tuple[str, MetricKind]]
"""Name and kind by metric id."""

_TABLES = (MetricKind.SKILL, MetricKind.BOSS)
"""The kinds that a report has tables of."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """A report with the files that go with it."""

    report: ClanReport
    chart: Document
    workbook: Document


class Publish:
    """Arranges reports and has them drawn."""

    def __init__(self, database: Database, draws: Draws, clock: Clock) -> None:
        self._database = database
        self._draws = draws
        self._clock = clock

    async def report_files(
        self, clan: Clan, period: Period, *, leadership: bool = False
    ) -> ReportFiles:
        """Return the clan's report with its chart and workbook.

        Leadership's copy has the suggestions: it is for whoever may decide on them, and stays so.
        """
        report = await self.clan_report(clan, period, leadership=leadership)
        chart, workbook = await asyncio.gather(
            self._draws.draw(Drawing.REPORT_CHART, report),
            self._draws.draw(Drawing.CLAN_WORKBOOK, report),
        )
        return ReportFiles(report, chart, workbook)

    async def for_everybody(self, files: ReportFiles) -> ReportFiles:
        """Return the same report without what only leadership's copy has."""
        if files.report.suggestions is None:
            return files
        report = replace(files.report, suggestions=None)
        workbook = await self._draws.draw(Drawing.CLAN_WORKBOOK, report)
        return ReportFiles(report, files.chart, workbook)

    async def clan_report(
        self, clan: Clan, period: Period, *, leadership: bool = False
    ) -> ClanReport:
        """Return all that the report says about the period that ends now."""
        now = self._clock()
        span = last(period, now, clan.zone)
        spans = {each: last(each, now, clan.zone) for each in {*WINDOWS, period}}
        async with self._database.reading() as connection:
            people = await read_people(connection, clan)
            metrics = await read_metrics(connection)
            gained = await metric_gains(connection, clan, metrics, span, *_TABLES)
            tops = top_bosses(gained[MetricKind.BOSS])
            roster = await read_roster(
                connection, clan, people, now, spans, asked=period, weekly=True, top_bosses=tops
            )
            before = await _totals_before(connection, clan, people, period, span.before())
            hours = await chat.clan_hours(
                connection, clan.clan_id, min(span.start, span.end - LONGEST), span.end
            )
            present = await _present(connection, clan, metrics)
            days = trend_days(span, clan.zone)
            written = daily_messages(hours, days, clan.zone, first_heard(hours, clan.zone))
            trend = await read_trend(connection, clan, days, written)
            changes = await _changes(connection, clan, span)
            blind = await blind_times(connection, clan, span)
            muster = await muster_now(connection, clan, now) if leadership else None
        messages = _messages(clan, hours, span)
        known = report_coverage(clan, roster, period, messages, blind)
        report = ClanReport(
            clan=clan.name,
            zone=clan.zone.key,
            period=period,
            span=span,
            roster=roster,
            totals=totals(roster.members, period, messages),
            before=before,
            skills=gained[MetricKind.SKILL],
            bosses=gained[MetricKind.BOSS],
            present_skills=present[MetricKind.SKILL],
            present_bosses=present[MetricKind.BOSS],
            heatmap=heatmap(((at, n) for at, n in hours if at in span), clan.zone),
            trend=trend,
            changes=changes,
            evidence=strip(known, now, clan.zone),
            suggestions=None if muster is None else await asyncio.to_thread(_suggested, muster),
        )
        return report.without(people.hidden)


def _suggested(muster: Muster) -> Suggestions:
    """Return what the rules suggest about those who did not opt out."""
    promotions, inactive = open_promotions(muster), open_inactivity(muster)
    found = suggestions(promotions, inactive, muster.policy, muster.at)
    return found.without(muster.opted_out())


def report_coverage(  # noqa: PLR0913, PLR0917 - all that is known of how well we see
    clan: Clan,
    roster: Roster,
    period: Period,
    messages: int | None,
    blind: Sequence[Blind],
    sure_pairs: int | None = None,
) -> Coverage:
    """Return how well the clan is observed over a period."""
    links = linked(roster, roster.heard.get(period, MessageCounts()), sure_pairs)
    return coverage(roster, clan.polled_at, links, messages, blind)


def _messages(clan: Clan, hours: Hours, span: Span) -> int | None:
    """Return the clan's messages, or None when no channel was ever heard."""
    written = sum(messages for at, messages in hours if at in span)
    return written if written or clan.listened_at is not None else None


async def _totals_before(
    connection: Connection, clan: Clan, people: People, period: Period, span: Span
) -> Totals:
    """Return the totals of an earlier span over today's members."""
    roster = await read_roster(connection, clan, people, span.end, {period: span})
    hours = await chat.clan_hours(connection, clan.clan_id, span.start, span.end)
    return totals(roster.members, period, sum(messages for _, messages in hours) or None)


async def read_metrics(connection: Connection) -> Metrics:
    """Return name and kind of every metric by id."""
    found = await stored.metric_ids(connection)
    return {number: (name, MetricKind(kind)) for name, (number, kind) in found.items()}


async def metric_gains(
    connection: Connection, clan: Clan, metrics: Metrics, span: Span, *kinds: MetricKind
) -> dict[MetricKind, dict[int, dict[str, MetricGain]]]:
    """Return what each member gained since the span's start, by kind, player and metric.

    Of all kinds, or only of those named.
    """
    wanted = [number for number, (_, kind) in metrics.items() if kind in kinds]
    paths = await stored.paths(connection, clan.clan_id, span.start, wanted if kinds else None)
    return await asyncio.to_thread(_metric_gains, paths, metrics)


def _metric_gains(
    paths: Sequence[MetricPath], metrics: Metrics
) -> dict[MetricKind, dict[int, dict[str, MetricGain]]]:
    found: dict[MetricKind, dict[int, dict[str, MetricGain]]] = {kind: {} for kind in MetricKind}
    thresholds = {number: threshold(*metric) for number, metric in metrics.items()}
    for player_id, number, at_start, first_inside, at_end in paths:
        gain = metric_gain(at_start, first_inside, at_end, thresholds[number])
        if gain is not None and (gain.earned or gain.entered_at):
            name, kind = metrics[number]
            found[kind].setdefault(player_id, {})[name] = gain
    return found


async def _present(
    connection: Connection, clan: Clan, metrics: Metrics
) -> dict[MetricKind, dict[int, dict[str, float]]]:
    found: dict[MetricKind, dict[int, dict[str, float]]] = {kind: {} for kind in MetricKind}
    for player_id, number, value in await stored.ranked_values(connection, clan.clan_id):
        name, kind = metrics[number]
        found[kind].setdefault(player_id, {})[name] = value
    return found


async def _changes(connection: Connection, clan: Clan, span: Span) -> tuple[Change, ...]:
    events = await players.events_between(connection, clan.clan_id, span.start, span.end)
    return tuple(
        Change(
            ChangeKind(event.kind),
            event.player_id,
            name,
            event.happened_at,
            event.before,
            event.after,
        )
        for event, name in events
    )


def top_bosses(bosses: Mapping[int, Mapping[str, MetricGain]]) -> dict[int, TopBoss]:
    """Return the boss that each member killed most, by player id."""
    found = {}
    for player_id, gains in bosses.items():
        kills, name = max((gain.earned, name) for name, gain in gains.items())
        if kills:
            found[player_id] = TopBoss(name, int(kills))
    return found

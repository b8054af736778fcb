"""What goes out: the clan's report and its files, arranged from one consistent moment."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clan.activity import Change, ChangeKind, TrendStep, heatmap, totals
from bot.clan.cases import Case
from bot.clan.coverage import linked
from bot.clan.evidence import Coverage, coverage, strip
from bot.clan.gains import MetricGain
from bot.clan.metrics import MetricKind, threshold
from bot.clan.policy import Policy
from bot.clan.spans import WINDOWS, Period, Span, day_of, last
from bot.clan.standings import MessageCounts, Roster
from bot.clan.waiting import question_figures
from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.lists import Suggestions, suggestions
from bot.reports.question_tables import QuestionTables, question_tables
from bot.reports.worker import Drawing
from bot.services.publish.asked import asked_by_people, author_names
from bot.services.publish.publisher import Publisher
from bot.services.publish.trend import Hours, TrendSteps, trend_lines, trend_steps
from bot.services.review import (
    ReviewContext,
    context_of,
    open_inactivity,
    open_promotions,
    standing_cases,
)
from bot.services.setup import Clan, policy_of
from bot.services.view import (
    ClanView,
    Detail,
    ViewQuery,
    path_gain,
    read_view,
    roster_of,
    totals_before,
    verdict_query,
)
from storage import questions
from storage.questions import QuestionRow

LONGEST_CHAT = Period.QUARTER
"""Messages of a longer window are read only when it is asked for."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """A report with the files that go with it."""

    report: ClanReport
    chart: Document
    workbook: Document


class Publish(Publisher):
    """Arranges reports and has them drawn."""

    async def report_files(
        self, clan: Clan, period: Period, *, leadership: bool = False
    ) -> ReportFiles:
        """Return the clan's report with its chart and workbook.

        Leadership's copy has the suggestions: it is for whoever may decide on them, and stays so.
        """
        report = await self.clan_report(clan, period, leadership=leadership)
        chart, workbook = await asyncio.gather(
            self._draws.draw(Drawing.REPORT_CHART, report.without_tables()),
            self._draws.draw(Drawing.CLAN_WORKBOOK, report),
        )
        return ReportFiles(report, chart, workbook)

    async def report_summary(self, clan: Clan, period: Period) -> tuple[ClanReport, Document]:
        """Return the clan's report with its chart and no workbook, as everybody may see it."""
        report = await self.clan_report(clan, period)
        return report, await self._draws.draw(Drawing.REPORT_CHART, report.without_tables())

    async def clan_report(
        self, clan: Clan, period: Period, *, leadership: bool = False
    ) -> ClanReport:
        """Return all that the report says about the period that ends now."""
        now = self._clock()
        query = report_query(period, now, clan.zone)
        async with self._database.reading() as connection:
            policy = await policy_of(connection, clan) if leadership else None
            if policy is not None:
                query |= verdict_query(policy, now)
            view = await read_view(connection, clan, query, cache=self._identities)
            span = view.spans[period]
            asked = await questions.of_span(connection, clan.clan_id, span.start, span.end)
            cases = await standing_cases(connection, clan) if leadership else ()
        if policy is None:
            return await asyncio.to_thread(report_of, view, period, asked)
        return await asyncio.to_thread(_leaders_report, view, period, asked, policy, cases)


def report_query(period: Period, now: datetime, zone: ZoneInfo) -> ViewQuery:
    """Return what a report asks of a clan: messages of a year only when the year is asked for."""
    span = last(period, now, zone)
    steps = trend_steps(period, span, zone)
    windows = frozenset(each for each in WINDOWS if each <= LONGEST_CHAT) | {period}
    return ViewQuery(
        now,
        windows,
        Detail.WEEKS | Detail.METRICS,
        game_windows=frozenset(WINDOWS) - windows,
        compared=period,
        measured=period,
        trend_from=_gains_from(steps),
        hours_from=min(span.before(zone).start, steps.starts[0]),
    )


def _gains_from(steps: TrendSteps) -> datetime:
    """Return from when on gains are drawn: a year's own, for two have too many observations."""
    return steps.first if steps.step is TrendStep.WEEK else steps.starts[0]


def _leaders_report(
    view: ClanView,
    period: Period,
    asked: Sequence[QuestionRow],
    policy: Policy,
    cases: Sequence[Case],
) -> ClanReport:
    context = context_of(view, policy, cases)
    report = replace(report_of(view, period, asked), suggestions=suggested_in(context))
    return report.without(view.people.hidden)


def report_of(
    view: ClanView, period: Period, asked: Sequence[QuestionRow] | None = None
) -> ClanReport:
    """Return the report of one of the view's windows, which it compared and measured.

    Without what was `asked` in it, nothing is known of questions.
    """
    clan, span = view.clan, view.spans[period]
    before, steps = span.before(clan.zone), trend_steps(period, span, clan.zone)
    gained, present = metric_gains(view), present_metrics(view)
    roster = roster_of(view, sorted({*WINDOWS, period}))
    hours, heard_at = view.chat.hours, view.chat.heard_from
    trend, earlier = trend_lines(
        steps,
        clan.zone,
        hours=hours,
        life=view.game.life,
        heard_from=heard_at,
        read_from=_gains_from(steps),
    )
    messages = _messages(clan, hours, span)
    written_before = sum(count for at, count in hours if at in before)
    known = report_coverage(view, roster, period, messages)
    seen_at = min((row.seen_at for row in view.game.first.values()), default=None)
    return ClanReport(
        clan=clan.name,
        zone=clan.zone.key,
        period=period,
        span=span,
        roster=roster,
        totals=totals(roster.members, period, messages),
        before=totals_before(view, written_before or None),
        skills=gained[MetricKind.SKILL],
        bosses=gained[MetricKind.BOSS],
        present_skills=present[MetricKind.SKILL],
        present_bosses=present[MetricKind.BOSS],
        heatmap=heatmap(((at, n) for at, n in hours if at in span), clan.zone),
        trend=trend,
        earlier=earlier,
        changes=_changes(view, span),
        questions=None if messages is None or asked is None else _questions(view, asked),
        evidence=strip(known, view.as_of, clan.zone),
        heard_from=None if heard_at is None else day_of(heard_at, clan.zone),
        seen_from=None if seen_at is None else day_of(seen_at, clan.zone),
    ).without(view.people.hidden)


def _questions(view: ClanView, asked: Sequence[QuestionRow]) -> QuestionTables:
    by_people = asked_by_people(view.people, asked)
    figures = question_figures(by_people, view.as_of, view.clan.zone)
    return question_tables(figures, author_names(view.people))


def suggested_in(context: ReviewContext) -> Suggestions:
    """Return what the rules suggest."""
    promotions, inactive = open_promotions(context), open_inactivity(context)
    return suggestions(promotions, inactive, context.policy, context.at)


def report_coverage(
    view: ClanView,
    roster: Roster,
    period: Period,
    messages: int | None,
    sure_pairs: int | None = None,
) -> Coverage:
    """Return how well the clan is observed over a period."""
    links = linked(roster, roster.heard.get(period, MessageCounts()), sure_pairs)
    blind = view.blind(view.spans[period])
    return coverage(roster, view.clan.polled_at, links, messages, blind)


def _messages(clan: Clan, hours: Hours, span: Span) -> int | None:
    """Return the clan's messages, or None when no channel was ever heard."""
    written = sum(messages for at, messages in hours if at in span)
    return written if written or clan.listened_at is not None else None


def metric_gains(view: ClanView) -> dict[MetricKind, dict[int, dict[str, MetricGain]]]:
    """Return what each member gained in the measured window, by kind, player and metric."""
    found: dict[MetricKind, dict[int, dict[str, MetricGain]]] = {kind: {} for kind in MetricKind}
    metrics = view.game.metrics
    thresholds = {number: threshold(*metric) for number, metric in metrics.items()}
    for path in view.game.paths:
        gain = path_gain(path, view.game.first, thresholds[path.metric_id])
        if gain is not None and (gain.earned or gain.entered_at):
            name, kind = metrics[path.metric_id]
            found[kind].setdefault(path.player_id, {})[name] = gain
    return found


def present_metrics(view: ClanView) -> dict[MetricKind, dict[int, dict[str, float]]]:
    """Return what every metric is now, by kind, player and metric; -1 is unranked."""
    found: dict[MetricKind, dict[int, dict[str, float]]] = {kind: {} for kind in MetricKind}
    for player_id, number, value in view.game.present:
        name, kind = view.game.metrics[number]
        found[kind].setdefault(player_id, {})[name] = value
    return found


def _changes(view: ClanView, span: Span) -> tuple[Change, ...]:
    return tuple(
        Change(
            ChangeKind(event.kind),
            event.player_id,
            name,
            event.happened_at,
            event.before,
            event.after,
        )
        for event, name in view.events
        if event.happened_at in span
    )


def report_folder(folder: Path, clan: Clan, clans: Collection[Clan]) -> Path:
    """Return where a clan's report goes: into the folder itself, or one for each of several."""
    return folder if len(clans) == 1 else folder / str(clan.guild_id)


def report_folders(places: Iterable[Path | None], clans: Collection[Clan]) -> tuple[Path, ...]:
    """Return every folder into which something may have been written of one clan or several."""
    given = [each for each in places if each is not None]
    return (*given, *(place / str(clan.guild_id) for place in given for clan in clans))

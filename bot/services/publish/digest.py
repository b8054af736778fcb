"""A clan's digest: read once, told as text with the report's chart, posted once per slot.

A slot is claimed in a transaction before it is posted and noted afterwards: who is killed in
between posts nothing twice.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.activity import ChangeKind
from bot.clan.alerts import Alert
from bot.clan.cases import Case, CaseState
from bot.clan.diagnosis import Finding
from bot.clan.digest import (
    ClaimWaiting,
    DigestFacts,
    DigestTotal,
    MetricSide,
    OfficersFacts,
    OfficersSteps,
    digest_text,
    officers_text,
    quiet_wins,
    records_broken,
    untold_claims,
)
from bot.clan.digest_slots import (
    Delivery,
    DigestAudience,
    DigestInterval,
    DigestPlan,
    DigestPost,
    digest_finding,
    due_slot,
    post_trouble,
)
from bot.clan.metrics import UNRANKED, MetricKind
from bot.clan.policy import AlertKind
from bot.clan.spans import Period, Span, merged
from bot.clan.waiting import question_figures
from bot.reports.clan_report import ClanReport, TotalRow, doubts, total_rows
from bot.reports.documents import Document
from bot.reports.worker import Drawing
from bot.services.publish.asked import asked_by_people, author_names
from bot.services.publish.publisher import Publisher
from bot.services.publish.report import report_of, report_query
from bot.services.review import standing_cases
from bot.services.setup import Clan
from bot.services.view import ClanView, read_view
from storage import digests, players, questions
from storage.conflicts import begins_again
from storage.digests import DigestPostRow, DigestRow
from storage.engine import Connection
from storage.questions import QuestionRow

_BLIND_AT_MOST = 0.1
"""Of a span of which chat was missed for a larger share, messages are compared with no other."""

_GAME, _CHAT = ("XP gained", "Boss kills"), ("Messages",)
_DUE = {
    CaseState.OPEN: "to decide",
    CaseState.SECONDING: "for a second officer",
    CaseState.APPROVED: "to carry out in the game",
}


class DigestMessage(NamedTuple):
    """A digest as it is posted; `newcomers` are the players it names as answered by nobody."""

    text: str
    picture: Document | None = None
    newcomers: tuple[int, ...] = ()


class OfficersSource(NamedTuple):
    """What the digest of officers is made of; `late` are sentences about jobs."""

    claims: Sequence[ClaimWaiting] = ()
    alerts: Sequence[Alert] = ()
    late: Sequence[str] = ()


class ChannelPost(NamedTuple):
    """Something to post in a channel of a server, and nowhere else."""

    guild_id: int
    channel_id: int
    message: DigestMessage


class PostResult(NamedTuple):
    """What became of a post, and why it surely does not stand there."""

    delivery: Delivery
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class DigestState:
    """When a clan wants its digest, and the newest that was begun for each audience."""

    plan: DigestPlan
    posts: Mapping[DigestAudience, DigestPost] = field(default_factory=dict)


class Digests(Publisher):
    """Keeps when a clan's digest is due, and says what is in it."""

    async def state(self, clan: Clan) -> DigestState:
        """Return when the digest is due, and how the newest ones went."""
        async with self._database.reading(is_quick=True) as connection:
            return await _state(connection, clan)

    async def findings(self, clan: Clan) -> tuple[Finding, ...]:
        """Return the digest's line of the checklist, and what is wrong with that of officers."""
        state, now = await self.state(clan), self._clock()
        has_channel = clan.report_channel_id is not None
        members, officers = (state.posts.get(each) for each in DigestAudience)
        line = digest_finding(state.plan, members, now, clan.zone, has_channel=has_channel)
        other = post_trouble(officers, now, clan.zone, "Officers' digest")
        return (line, other) if other is not None and state.plan.is_on else (line,)

    @begins_again
    async def plan_as(self, clan: Clan, interval: DigestInterval, day: int, hour: int) -> None:
        """Have the digest at a day and hour of the clan's clock, on or off as it was."""
        async with self._database.writing() as connection:
            plan = (await _state(connection, clan)).plan
            changed = plan._replace(interval=interval, day=day, hour=hour)
            await digests.put(connection, clan.clan_id, _row(changed))

    @begins_again
    async def link_to(self, clan: Clan, link: str | None) -> None:
        """Show a link to the clan's dashboard in the digest, or none."""
        async with self._database.writing() as connection:
            plan = (await _state(connection, clan)).plan
            await digests.put(connection, clan.clan_id, _row(plan._replace(link=link)))

    @begins_again
    async def switch(self, clan: Clan, *, is_on: bool) -> None:
        """Post the digest from its next slot on, or no more."""
        async with self._database.writing() as connection:
            plan = (await _state(connection, clan)).plan
            since = (plan.on_since or self._clock()) if is_on else None
            await digests.put(connection, clan.clan_id, _row(plan._replace(on_since=since)))

    async def due(self, clan: Clan, audience: DigestAudience) -> datetime | None:
        """Return the slot that has to be posted now, or None."""
        return self._due_in(await self.state(clan), clan, audience)

    async def due_among(self, clans: Sequence[Clan]) -> list[Clan]:
        """Return those of some clans that have a slot to be posted now, by one read for all."""
        ids = [each.clan_id for each in clans]
        async with self._database.reading() as connection:
            rows = await digests.of_clans(connection, ids)
            posts = await digests.posts_of_clans(connection, ids)
        states = {key: _as_state(row, posts.get(key, {})) for key, row in rows.items()}
        return [
            clan
            for clan in clans
            if clan.clan_id in states
            and any(self._due_in(states[clan.clan_id], clan, each) for each in DigestAudience)
        ]

    @begins_again
    async def claim(self, clan: Clan, audience: DigestAudience) -> datetime | None:
        """Take the slot that is due, so that nobody posts it again; None when none is any more."""
        async with self._database.writing() as connection:
            slot = self._due_in(await _state(connection, clan), clan, audience)
            if slot is not None:
                await digests.claim(connection, clan.clan_id, audience, slot, self._clock())
        return slot

    @begins_again
    async def note(
        self,
        clan: Clan,
        audience: DigestAudience,
        slot: datetime,
        result: PostResult,
        newcomers: Collection[int] = (),
    ) -> None:
        """Note what became of a slot that was claimed; of what nobody knows nothing is noted.

        Officers heard of the newcomers whom a post names that stands there.
        """
        if result.delivery is Delivery.UNSURE:
            return
        is_posted = result.delivery is Delivery.POSTED
        async with self._database.writing() as connection:
            await digests.note(
                connection,
                clan.clan_id,
                audience,
                slot,
                self._clock() if is_posted else None,
                None if is_posted else result.refusal,
            )
            if is_posted and newcomers:
                await players.tell_unanswered(connection, clan.clan_id, newcomers, self._clock())

    async def for_members(self, clan: Clan) -> DigestMessage:
        """Return the digest of the period that ends now, as everybody may read it."""
        now = self._clock()
        async with self._database.reading() as connection:
            plan = (await _state(connection, clan)).plan
            period = plan.interval.period
            query = report_query(period, now, clan.zone)
            view = await read_view(connection, clan, query, cache=self._identities)
            span = view.spans[period]
            asked = await questions.of_span(connection, clan.clan_id, span.start, span.end)
        report, text = await asyncio.to_thread(_told, view, period, asked, plan.link)
        picture = await self._draws.draw(Drawing.REPORT_CHART, report.without_tables())
        return DigestMessage(text, picture)

    async def for_officers(
        self, clan: Clan, source: OfficersSource, steps: OfficersSteps
    ) -> DigestMessage | None:
        """Return what waits for officers and was not told to them that day, or None."""
        now = self._clock()
        async with self._database.reading() as connection:
            told = await players.told_unanswered(connection, clan.clan_id, now - timedelta(days=1))
            cases = await standing_cases(connection, clan)
        newcomers = _newcomers(source.alerts, told)
        facts = OfficersFacts(
            steps,
            untold_claims(source.claims, clan.officers_told_at, now),
            [*newcomers.values()],
            _cases_due(cases),
            source.late,
        )
        digest = officers_text(clan.name, facts, now)
        named = tuple(newcomers)[: digest.named]
        return DigestMessage(digest.text, newcomers=named) if digest.text else None

    def _due_in(self, state: DigestState, clan: Clan, audience: DigestAudience) -> datetime | None:
        return due_slot(state.plan, state.posts.get(audience), self._clock(), clan.zone)


async def _state(connection: Connection, clan: Clan) -> DigestState:
    row = await digests.of_clan(connection, clan.clan_id)
    if row is None:
        return DigestState(DigestPlan())
    return _as_state(row, await digests.posts(connection, clan.clan_id))


def _as_state(row: DigestRow, posts: Mapping[str, DigestPostRow]) -> DigestState:
    plan = DigestPlan(DigestInterval(row.interval), row.day, row.hour, row.link, row.on_since_at)
    found = {DigestAudience(audience): DigestPost(*post) for audience, post in posts.items()}
    return DigestState(plan, found)


def _row(plan: DigestPlan) -> DigestRow:
    return DigestRow(plan.interval, plan.day, plan.hour, plan.link, plan.on_since)


def _newcomers(alerts: Sequence[Alert], told: set[int]) -> dict[int, str]:
    people = (each.profile.main for each in alerts if each.kind is AlertKind.UNANSWERED)
    return {each.player_id: each.name for each in people if each.player_id not in told}


def _cases_due(cases: Sequence[Case]) -> dict[str, int]:
    counts = Counter(case.state for case in cases)
    return {words: counts[state] for state, words in _DUE.items()}


def _told(
    view: ClanView, period: Period, asked: Sequence[QuestionRow], link: str | None
) -> tuple[ClanReport, str]:
    report = _as_heard(view, report_of(view, period))
    return report, digest_text(_facts(view, report, asked, link))


def _as_heard(view: ClanView, report: ClanReport) -> ClanReport:
    """Return the report with the messages of a span only where that span was heard.

    None at all where nobody listened for a part of it: then none were counted, not none written.
    """
    totals, before = report.totals, report.before
    if not totals.messages and _missed(view, report.span):
        totals = totals._replace(messages=None)
    if not _is_comparable(view, report.span):
        before = before._replace(messages=None)
    return replace(report, totals=totals, before=before)


def _facts(
    view: ClanView, report: ClanReport, asked: Sequence[QuestionRow], link: str | None
) -> DigestFacts:
    sides = list(_sides(report))
    figures = question_figures(asked_by_people(view.people, asked), view.as_of, view.clan.zone)
    names = author_names(view.people)
    game, chat = _sums(view, report)
    return DigestFacts(
        clan=report.clan,
        days=report.period.value,
        start=report.span.start,
        end=view.as_of,
        game=game,
        chat=chat,
        joined=_came(report, ChangeKind.JOINED),
        returned=_came(report, ChangeKind.RETURNED),
        wins=quiet_wins(sides),
        records=records_broken(sides),
        helpers=[(names[each.who], each.answers) for each in figures.helpers if each.who in names],
        doubts=doubts(report),
        evidence=report.evidence,
        link=link,
    )


def _came(report: ClanReport, kind: ChangeKind) -> list[str]:
    """Return who came and is here still, each once, by the names that they bear now."""
    members = report.roster.by_player()
    came = dict.fromkeys(each.player_id for each in report.changes if each.kind is kind)
    here = (members[each] for each in came if each in members)
    return [member.name for member in here if not member.is_alt]


def _sums(view: ClanView, report: ClanReport) -> tuple[list[DigestTotal], list[DigestTotal]]:
    rows = {row.label: row for row in total_rows(report)}
    game = [_total(rows[label]) for label in _GAME]
    chat = [_total(rows[label]) for label in _CHAT if report.totals.messages is not None]
    is_fair = _is_comparable(view, report.span)
    active = _total(rows["Members active"], is_fair=is_fair)._replace(is_exact=True)
    (chat or game).append(active)
    return game, chat


def _is_comparable(view: ClanView, span: Span) -> bool:
    """Return whether chat was heard in a span and in the one before it."""
    return _heard(view, span) and _heard(view, span.before(view.clan.zone))


def _total(row: TotalRow, *, is_fair: bool = True) -> DigestTotal:
    before = row.before if row.is_fair and is_fair else None
    return DigestTotal(row.label, row.now, before)


def _heard(view: ClanView, span: Span) -> bool:
    """Return whether chat was heard from the span's start on, but for little of it."""
    since = view.chat.heard_from
    return since is not None and since <= span.start and _missed(view, span) <= _BLIND_AT_MOST


def _missed(view: ClanView, span: Span) -> float:
    """Return of which share of a span up to now nothing of the whole clan's chat was seen."""
    past = Span(span.start, max(min(span.end, view.as_of), span.start))
    blind = merged((each.span for each in view.blind(past) if each.where is None), past)
    return sum((each.length for each in blind), timedelta()) / max(past.length, timedelta(1))


def _sides(report: ClanReport) -> Iterator[MetricSide]:
    """Yield what each member is ranked in, and what they had before where that is known."""
    tables = (
        (MetricKind.SKILL, report.present_skills, report.skills),
        (MetricKind.BOSS, report.present_bosses, report.bosses),
    )
    for member in report.roster.members:
        is_dated = member.gains(report.period).is_dated
        for kind, present, gained in tables:
            gains = gained.get(member.player_id, {})
            for metric, value in present.get(member.player_id, {}).items():
                if value == UNRANKED:
                    continue
                gain = gains.get(metric)
                before: float | None = value if is_dated else None
                if gain is not None and is_dated:
                    entered = gain.entered_at is not None
                    before = None if entered else value - gain.earned + gain.dropped
                yield MetricSide(member.player_id, member.name, metric, kind, value, before)

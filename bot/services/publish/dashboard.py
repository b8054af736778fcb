"""The dashboard: read once for all windows, drawn elsewhere, and put on the disk whole."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import TrendStep
from bot.clan.cases import Case
from bot.clan.policy import Policy
from bot.clan.ranks import Tier
from bot.clan.spans import DAY, WEEK, WINDOWS, Period, day_of, day_span
from bot.clan.waiting import waits_of
from bot.reports.dashboard.facts import (
    ChannelCount,
    DashboardFacts,
    DashboardOptions,
    QuestionCount,
)
from bot.reports.documents import Document, restore_folder, write_folder, write_whole
from bot.reports.worker import Drawing, Draws, uncollected
from bot.services.people import IdentityCache
from bot.services.publish.asked import asked_by_people
from bot.services.publish.newcomers import who_stayed
from bot.services.publish.publisher import Publisher
from bot.services.publish.report import (
    report_folder,
    report_folders,
    report_of,
    report_query,
    suggested_in,
)
from bot.services.publish.trend import TrendSteps, xp_by_step
from bot.services.review import context_of, standing_cases
from bot.services.setup import Clan, Clock, policy_of
from bot.services.view import (
    BASELINE_LEAD,
    WEEKS,
    ClanView,
    Detail,
    ViewQuery,
    messages_of,
    read_view,
    verdict_query,
)
from storage import questions
from storage.backup import LEFT_BEHIND
from storage.columns import to_ms
from storage.engine import Database
from storage.questions import QuestionRow

FOLDER = "dashboard"
"""Under what name the folder is written."""
_ORDINARY = 3
"""So many members who are no officers have to have written in a channel that everybody is told."""


PLAIN = DashboardOptions()
"""What every member may see."""


@dataclass(frozen=True, slots=True)
class WrittenDashboard:
    """Where a dashboard stands, where it was copied to, and why it was not, if so."""

    path: Path
    copy: Path | None = None
    fault: str | None = None


class DashboardPlaces(NamedTuple):
    """Where dashboards stand, and the folder that everything is copied to, as the settings say."""

    home: Path
    copies_to: Path | None = None


_NOWHERE_ELSE = DashboardPlaces(Path())


class Dashboards(Publisher):
    """Arranges dashboards, has them drawn, and writes them."""

    def __init__(
        self,
        database: Database,
        draws: Draws,
        clock: Clock,
        identities: IdentityCache | None = None,
        places: DashboardPlaces = _NOWHERE_ELSE,
    ) -> None:
        super().__init__(database, draws, clock, identities)
        self._places = places

    async def facts(self, clan: Clan, options: DashboardOptions = PLAIN) -> DashboardFacts:
        """Return what a dashboard is arranged from."""
        now, has_lists = self._clock(), options.inactive or options.officers
        query = dashboard_query(now, clan.zone)
        async with self._database.reading() as connection:
            policy = await policy_of(connection, clan) if has_lists else None
            if policy is not None:
                query |= verdict_query(policy, now)
            view = await read_view(connection, clan, query, cache=self._identities)
            cases = await standing_cases(connection, clan) if has_lists else ()
            span = view.spans[Period.YEAR]
            asked = await questions.of_span(connection, clan.clan_id, span.start, span.end)
        return await asyncio.to_thread(_facts, view, asked, options, policy, cases)

    async def page(self, clan: Clan, options: DashboardOptions = PLAIN) -> Document:
        """Return the dashboard in one file."""
        return await self._made(Drawing.DASHBOARD_PAGE, clan, options)

    async def folder(self, clan: Clan, options: DashboardOptions = PLAIN) -> Document:
        """Return the dashboard's folder as an archive."""
        return await self._made(Drawing.DASHBOARD_FOLDER, clan, options)

    async def _made(self, drawing: Drawing, clan: Clan, options: DashboardOptions) -> Document:
        # A year is a hundred thousand objects and no garbage: a collection would hold up the loop,
        # also one that begins when all is arranged, while they still wait to be drawn.
        with uncollected():
            return await self._draws.draw(drawing, await self.facts(clan, options))

    async def write(
        self,
        clan: Clan,
        out: Path,
        options: DashboardOptions = PLAIN,
        *,
        clans: Collection[Clan],
        single: bool = False,
    ) -> WrittenDashboard:
        """Write the dashboard into a folder, and copy it; a copy that fails loses nothing.

        Of several clans each is copied into a folder of its own. What is private is not copied.
        """
        made = await (self.page if single else self.folder)(clan, options)
        if options.is_private:
            return WrittenDashboard(await asyncio.to_thread(_written, made, out))
        return await asyncio.to_thread(self._put, made, out, clan, clans)

    async def renew(self, clan: Clan, clans: Collection[Clan]) -> WrittenDashboard:
        """Write the folder that all may see where the settings say, and copy it."""
        return await self.put(await self.folder(clan), clan, clans)

    async def restore(self, clans: Collection[Clan]) -> int:
        """Have every dashboard in its place again that a kill took away as it was renewed.

        What else it left of them goes once it is a day old; return how much that was.
        """
        before = (self._clock() - LEFT_BEHIND).timestamp()
        return await asyncio.to_thread(_restored, report_folders(self._places, clans), before)

    async def put(self, made: Document, clan: Clan, clans: Collection[Clan]) -> WrittenDashboard:
        """Write one that is made, and that all may see, where the settings say, and copy it.

        OSError where it could not be written.
        """
        out = report_folder(self._places.home, clan, clans)
        return await asyncio.to_thread(self._put, made, out, clan, clans)

    def _put(
        self, made: Document, out: Path, clan: Clan, clans: Collection[Clan]
    ) -> WrittenDashboard:
        path, copies_to = _written(made, out), self._places.copies_to
        if copies_to is None:
            return WrittenDashboard(path)
        if not copies_to.is_dir():
            # It is never made: a drive may only not be plugged in.
            return WrittenDashboard(path, fault="that folder is not there")
        try:
            return WrittenDashboard(path, _written(made, report_folder(copies_to, clan, clans)))
        except OSError as error:
            return WrittenDashboard(path, fault=error.strerror or str(error))


def _written(made: Document, out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    if made.name.endswith(".zip"):
        write_folder(out / FOLDER, made.content)
        return out / FOLDER
    write_whole(out / made.name, made.content)
    return out / made.name


def _restored(folders: Iterable[Path], before: float) -> int:
    gone = 0
    for folder in folders:
        # A drive that is not there, or lets nobody in, keeps no other from being put right.
        with suppress(OSError):
            gone += restore_folder(folder / FOLDER, before)
    return gone


def dashboard_query(now: datetime, zone: ZoneInfo) -> ViewQuery:
    """Return what a dashboard asks of a clan: what the report of each window asks, at once."""
    query = report_query(Period.YEAR, now, zone)
    windows = frozenset(WINDOWS)
    of_all = ViewQuery(now, windows, Detail.TALK, detailed=windows, look_back=Period.YEAR * DAY)
    return query | of_all


def _facts(
    view: ClanView,
    asked: Sequence[QuestionRow],
    options: DashboardOptions,
    policy: Policy | None,
    cases: Sequence[Case],
) -> DashboardFacts:
    weeks = _weeks(view)
    suggestions = None
    if policy is not None:
        suggestions = suggested_in(context_of(view, policy, cases)).without(view.people.hidden)
    has_talk = view.chat.heard_from is not None
    return DashboardFacts(
        reports={period: report_of(view.on(period), period) for period in WINDOWS},
        options=options,
        chats={
            period: {
                who: chat
                for who, chat in messages_of(view, view.chat.wrote[period]).items()
                if who not in view.people.hidden
            }
            for period in WINDOWS
            if has_talk
        },
        asked=_asked(view, asked) if has_talk else {},
        channels=_channels(view, everything=options.officers),
        stayed={period: who_stayed(view, view.spans[period]) for period in WINDOWS},
        weeks=tuple(day_of(start, view.clan.zone) for start in weeks.starts),
        weekly_xp=_weekly_xp(view, weeks),
        suggestions=suggestions,
    )


def _weeks(view: ClanView) -> TrendSteps:
    zone = view.clan.zone
    after = day_of(view.as_of, zone) + DAY
    firsts = [after - number * WEEK for number in range(WEEKS, 0, -1)]
    return TrendSteps(TrendStep.WEEK, tuple(day_span(day, zone).start for day in firsts), 0)


def _weekly_xp(view: ClanView, weeks: TrendSteps) -> dict[int, tuple[int | None, ...]]:
    first = weeks.starts[0]
    since_ms = to_ms(first - BASELINE_LEAD)
    lately = [row for row in view.game.life if row[1] > since_ms]
    found: dict[int, tuple[int | None, ...]] = dict.fromkeys(
        (row[0] for row in view.game.life), (None,) * len(weeks.starts)
    )
    for player_id, rows in groupby(lately, key=itemgetter(0)):
        found[player_id] = xp_by_step(weeks, list(rows), first)
    return {who: weekly for who, weekly in found.items() if who not in view.people.hidden}


def _asked(view: ClanView, rows: Sequence[QuestionRow]) -> dict[Period, QuestionCount]:
    """Return by window how many questions were asked, and how many of them were answered."""
    asked = asked_by_people(view.people, rows)
    found = {}
    for period in WINDOWS:
        waits = waits_of([each for each in asked if each.asked_at in view.spans[period]])
        found[period] = QuestionCount(waits.asked, waits.answered)
    return found


def _channels(view: ClanView, *, everything: bool) -> tuple[ChannelCount, ...]:
    """Return the messages by channel; only of those in which ordinary members write, or of all."""
    counts: dict[int, list[int]] = {}
    ordinary: dict[int, set[int]] = {}
    windows = sorted(view.query.windows)
    mine = _ordinary_authors(view)
    for channel, author, since in view.chat.in_channels:
        found = counts.setdefault(channel, [0] * len(windows))
        counts[channel] = [have + new for have, new in zip(found, since, strict=True)]
        if author in mine:
            ordinary.setdefault(channel, set()).add(mine[author])
    return tuple(
        ChannelCount(view.chat.channels[channel], dict(zip(windows, found, strict=True)))
        for channel, found in sorted(counts.items())
        if channel in view.chat.channels
        and (everything or len(ordinary.get(channel, ())) >= _ORDINARY)
    )


def _ordinary_authors(view: ClanView) -> Mapping[int, int]:
    """Return the authors of people of whom no account holds an officer's rank; whose each is."""
    permissions, roles = (
        view.clan.permissions,
        {each.player_id: each.role for each in view.people.places},
    )

    def is_ordinary(role: str) -> bool:
        return role not in permissions.officer_roles and permissions.tier(role) != Tier.LEADERSHIP

    return {
        author: number
        for number, person in enumerate(view.people.persons.people)
        if (held := [roles[each] for each in person.players if each in roles])
        and all(map(is_ordinary, held))
        for author in person.authors
    }

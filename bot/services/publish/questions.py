"""A clan's questions: which are open, how long answers take, who helps, and where nobody does."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.clan.evidence import strip
from bot.clan.spans import Period, Span, last
from bot.clan.waiting import QuestionFigures, question_figures
from bot.services.publish.asked import asked_by_people, author_names
from bot.services.publish.publisher import ClanReader
from bot.services.publish.report import report_coverage
from bot.services.setup import Clan
from bot.services.view import ClanView, ViewQuery, read_view, roster_of
from storage import authors, questions
from storage.authors import ChannelRow
from storage.questions import QuestionRow


class AskedIn(NamedTuple):
    """A channel in which was asked: its Discord id, that of its channel for a thread, its name."""

    discord_channel_id: int
    parent_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class QuestionsAnswer:
    """The questions of a period; `names` are by the keys of people, `channels` by those of places.

    Before `heard_from` nobody listened.
    """

    period: Period
    span: Span
    figures: QuestionFigures
    names: Mapping[int, str]
    channels: Mapping[int, AskedIn]
    zone: str
    as_of: datetime
    heard_from: datetime | None
    evidence: tuple[str, ...]


class ClanQuestions(ClanReader):
    """Reads what was asked in a clan."""

    async def asked(self, clan: Clan, period: Period) -> QuestionsAnswer:
        """Return what the questions of the period that ends now come to."""
        now = self._clock()
        span = last(period, now, clan.zone)
        query = ViewQuery(now, frozenset({period}), hours_from=span.start)
        async with self._database.reading() as connection:
            view = await read_view(connection, clan, query, cache=self._identities)
            rows = await questions.of_span(connection, clan.clan_id, span.start, span.end)
            places = await authors.channels(connection, clan.clan_id)
        return await asyncio.to_thread(_answer, view, period, rows, list(places.values()))


def _answer(
    view: ClanView, period: Period, rows: Sequence[QuestionRow], places: Sequence[ChannelRow]
) -> QuestionsAnswer:
    span, zone = view.spans[period], view.clan.zone
    roster = roster_of(view, [period])
    written = sum(count for at, count in view.chat.hours if at in span)
    known = report_coverage(view, roster, period, written or None)
    return QuestionsAnswer(
        period,
        span,
        question_figures(asked_by_people(view.people, rows), view.as_of, zone),
        author_names(view.people),
        {
            each.channel_id: AskedIn(each.discord_channel_id, each.parent_id, each.name)
            for each in places
        },
        zone.key,
        view.as_of,
        view.chat.heard_from,
        strip(known, view.as_of, zone),
    )

"""What was written in a clan up to one instant, and when nobody listened."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from operator import add
from typing import Any, NamedTuple

from bot.clan.policy import STEADY_DAYS
from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import DAY, Span, day_of, day_span, edges, whole_days
from bot.clan.standings import Chat
from bot.clan.together import OwnAnswer, Together, joint_hours, own_pairs
from bot.services.setup import Clan
from bot.services.view.query import Detail, ViewQuery
from storage import authors, channel_counts, chat, messages, questions
from storage.engine import Connection

WEEKS = 13
"""How many weeks Detail.WEEKS reads; the last ends today."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = Chat()


@dataclass(frozen=True, slots=True)
class ChatView:
    """What was written; all by author id. `wrote` is by the days of a window first.

    `earlier` is of the span before the compared window, `weekly` of the last WEEKS, oldest first;
    `capped` by window and cap. `on_days` are the days of the eight weeks with a message, a bit
    each, and the answers then. `was_answered` tells of newcomers who wrote whether anybody
    answered. Before `heard_from` nobody listened. `hours` are the whole clan's messages.
    `earlier_of` is `earlier` of each detailed window. `in_channels` are (channel, author, messages
    in each window), `channels` their names.
    """

    wrote: Mapping[int, Mapping[int, Chat]]
    earlier: Mapping[int, Chat] = field(default_factory=dict)
    weekly: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    capped: Mapping[tuple[int, int], Mapping[int, int]] = field(default_factory=dict)
    on_days: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    was_answered: Mapping[int, bool] = field(default_factory=dict)
    heard_from: datetime | None = None
    hours: Sequence[tuple[datetime, int]] = ()
    earlier_of: Mapping[int, Mapping[int, Chat]] = field(default_factory=dict)
    in_channels: Sequence[tuple[int, int, tuple[int, ...]]] = ()
    channels: Mapping[int, str] = field(default_factory=dict)


NO_CHAT = ChatView({})
"""What a view of the game alone knows of chat."""


class Writers(NamedTuple):
    """The authors whose messages are counted, None for all; `newcomers` are asked who answered.

    `head` is the first author by any of a person who has several: what is theirs together, the cap
    of an hour and the days, stands there.
    """

    authors: Sequence[int] | None
    head: Mapping[int, int]
    newcomers: Sequence[int]


async def read_chat(
    connection: Connection, clan: Clan, query: ViewQuery, writers: Writers
) -> ChatView:
    """Return what was written."""
    cid, at, spans = clan.clan_id, query.as_of, query.spans(clan.zone)
    after = day_of(at, clan.zone) + DAY
    asked = {days: spans[days] for days in sorted(query.windows)}
    weeks = _weeks(after) if Detail.WEEKS in query.detail else []
    wrote, earlier_of, weekly = await _written(
        connection, clan, query, asked, weeks, writers.authors
    )
    wrote_lately = {who for by_author in weekly for who in by_author}
    since = at - timedelta(days=query.newcomer_days)
    view = ChatView(
        wrote=wrote,
        earlier=earlier_of.get(query.compared or 0, {}),
        earlier_of=earlier_of,
        **(await _talk(connection, clan, asked) if Detail.TALK in query.detail else {}),
        weekly={who: tuple(week.get(who, 0) for week in weekly) for who in wrote_lately},
        capped=await _capped(connection, clan, query, spans),
        on_days=(
            await chat.days_written(connection, cid, after - STEADY_DAYS * DAY, after)
            if Detail.LIFE in query.detail
            else {}
        ),
        was_answered=(
            await messages.answered_authors(
                connection, cid, writers.newcomers, since, ANSWER_WINDOW, writers.head
            )
            if Detail.SCORES in query.detail
            else {}
        ),
        heard_from=await chat.first_hour(connection, cid, _EPOCH, at),
        hours=(
            ()
            if query.hours_from is None
            else await chat.clan_hours(connection, cid, query.hours_from, query.ends_at(clan.zone))
        ),
    )
    if not writers.head:
        return view
    return await _of_persons(connection, clan, query, view, writers.head)


async def _talk(connection: Connection, clan: Clan, asked: Mapping[int, Span]) -> dict[str, Any]:
    """Return the fields about channels."""
    starts = [span.start for span in asked.values()]
    names = await authors.channels(connection, clan.clan_id)
    return {
        "in_channels": await channel_counts.by_channel_and_author(connection, clan.clan_id, starts),
        "channels": {each.channel_id: each.name for each in names.values()},
    }


async def _of_persons(
    connection: Connection, clan: Clan, query: ViewQuery, view: ChatView, head: Mapping[int, int]
) -> ChatView:
    """Return the same with what persons of several authors did together."""
    spans = query.spans(clan.zone)
    counted = {days: spans[days] for days in query.counted_windows}
    eight_weeks = _eight_weeks(query.as_of, clan)
    joint_spans = [*(spans[days] for days, _ in view.capped), *counted.values()]
    answer_spans = [*counted.values(), *([eight_weeks] if view.on_days else [])]
    if not joint_spans and not answer_spans:
        return view
    cid = clan.clan_id
    hours, own = [], []
    if joint_spans:
        start, end = min(x.start for x in joint_spans), max(x.end for x in joint_spans)
        hours = await chat.hours_of(connection, cid, sorted(head), start, end)
    if answer_spans:
        since = min(x.start for x in answer_spans)
        own = await questions.answered_among(connection, cid, own_pairs(head), since)
    others = head.keys() - set(head.values())

    def joined() -> tuple[Together, dict[int, dict[int, Chat]]]:
        together = Together(head, joint_hours(head, hours), [OwnAnswer(*row) for row in own])
        return together, {
            days: _counted(view.wrote[days], together, span, clan) for days, span in counted.items()
        }

    # A year of hours takes long to count: beside the loop, which others wait for.
    together, joint = await asyncio.to_thread(joined)
    return replace(
        view,
        wrote={**view.wrote, **joint},
        capped={
            (days, cap): {who: count for who, count in by_author.items() if who not in others}
            | together.capped(spans[days], cap)
            for (days, cap), by_author in view.capped.items()
        },
        on_days=_without_own(view.on_days, together.answered_themselves(eight_weeks)),
    )


def _eight_weeks(at: datetime, clan: Clan) -> Span:
    after = day_of(at, clan.zone) + DAY
    first = after - STEADY_DAYS * DAY
    return Span(day_span(first, clan.zone).start, day_span(after, clan.zone).start)


def _counted(
    by_author: Mapping[int, Chat], together: Together, span: Span, clan: Clan
) -> dict[int, Chat]:
    """Return what each author did in a window, without answers to oneself and with joint days."""
    found = dict(by_author)
    for who, answers in together.answered_themselves(span).items():
        found[who] = found[who]._replace(answers=found[who].answers - answers)
    for who, days in together.days(span, clan.zone).items():
        found[who] = found.get(who, _NOTHING)._replace(active_days=days)
    return found


def _without_own(
    on_days: Mapping[int, tuple[int, int]], own: Mapping[int, int]
) -> dict[int, tuple[int, int]]:
    return {who: (days, answers - own.get(who, 0)) for who, (days, answers) in on_days.items()}


def _weeks(after: date) -> list[tuple[date, date]]:
    """Return the weeks [first, after) before a day, the oldest first."""
    return [(after - 7 * (n + 1) * DAY, after - 7 * n * DAY) for n in reversed(range(WEEKS))]


async def _written(  # noqa: PLR0913, PLR0917 - when, and by whom
    connection: Connection,
    clan: Clan,
    query: ViewQuery,
    asked: Mapping[int, Span],
    weeks: Sequence[tuple[date, date]],
    whose: Sequence[int] | None,
) -> tuple[dict[int, dict[int, Chat]], dict[int, dict[int, Chat]], list[dict[int, int]]]:
    """Return what each author wrote in each window, in the spans before some, and in each week.

    A window is its whole days, and the hours at its edges; windows that end now share those.
    """
    spans = list(asked.values())
    compared = [days for days in query.compared_windows if days in asked]
    spans += [asked[days].before(clan.zone) for days in compared]
    days = [whole_days(span, clan.zone) for span in spans]
    counted = [list(asked).index(each) for each in query.counted_windows]
    summed = [number for number in range(len(spans)) if number not in counted]
    stretches = [*(days[number] for number in summed), *weeks]
    sums = await chat.messages_on_days(connection, clan.clan_id, stretches, whose)
    stretches = [days[number] for number in counted]
    counts = await chat.written_on_days(connection, clan.clan_id, stretches, whose)
    found: list[dict[int, Chat]] = [{} for _ in spans]
    for number, by_sum in zip(summed, sums, strict=False):
        found[number] = {who: Chat(messages) for who, messages in by_sum.items()}
    for number, by_count in zip(counted, counts, strict=True):
        found[number] = {who: Chat(*each) for who, each in by_count.items()}
    parts = sorted({(edge.start, edge.end) for span in spans for edge in edges(span, clan.zone)})
    in_hours = await chat.written_in_hours(connection, clan.clan_id, parts, whose)
    by_part = dict(zip(parts, in_hours, strict=True))
    for span, by_author in zip(spans, found, strict=True):
        for edge in edges(span, clan.zone):
            for who, counts_then in by_part[edge.start, edge.end].items():
                before = by_author.get(who, _NOTHING)
                by_author[who] = Chat._make(map(add, before, counts_then))
    earlier = dict(zip(compared, found[len(asked) :], strict=True))
    return dict(zip(asked, found, strict=False)), earlier, sums[len(summed) :]


async def _capped(
    connection: Connection, clan: Clan, query: ViewQuery, spans: Mapping[int, Span]
) -> dict[tuple[int, int], dict[int, int]]:
    caps = sorted(query.caps)
    asked = [(spans[days].start, spans[days].end, cap) for days, cap in caps]
    found = await chat.capped_messages(connection, clan.clan_id, asked)
    return dict(zip(caps, found, strict=True))

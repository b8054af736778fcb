"""Every member's both sides at one instant, from a handful of statements whatever the numbers.

Nothing is decided here: names meet in people.py, gains come from bot/clan/gains.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.clan.gains import gains_between
from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, Period, Span, day_of, edges, whole_days
from bot.clan.standings import Chat, Link, Member, Roster, TopBoss, in_house_order
from bot.services.clans import Clan
from bot.services.people import Known, People
from storage import chat, snapshots
from storage.engine import Connection
from storage.players import Place
from storage.snapshots import Seen

WEEKS = 13
NO_BOSSES: Mapping[int, TopBoss] = {}
_LONGEST_CHAT = Period.QUARTER
_SILENT = Chat()
_UNSEEN = Seen(0, datetime.min.replace(tzinfo=UTC), *[UNRANKED] * 5)
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class _Sides:
    """All that was read for a roster, before it is joined."""

    people: People
    spans: Mapping[Period, Span]
    now: Mapping[int, Seen]
    first: Mapping[int, Seen]
    starts: Mapping[Period, Mapping[int, Seen]]
    wrote: Mapping[Period, Mapping[int, Chat]]
    weeks: Mapping[int, tuple[int, ...]]
    top_bosses: Mapping[int, TopBoss]


async def read_roster(  # noqa: PLR0913 - whose, when and how much
    connection: Connection,
    clan: Clan,
    people: People,
    now: datetime,
    spans: Mapping[Period, Span],
    *,
    asked: Period | None = None,
    weekly: bool = False,
    top_bosses: Mapping[int, TopBoss] = NO_BOSSES,
) -> Roster:
    """Return the members with the gains and messages of the given spans, as of `now`.

    Messages of a year are read only when the year is asked for or the one span there is; the
    weekly messages of a quarter only when asked for.
    """
    cid = clan.clan_id
    of_chat = {
        period: span
        for period, span in spans.items()
        if period <= _LONGEST_CHAT or period is asked or len(spans) == 1
    }
    at_now, *at_starts = await snapshots.seen_at(
        connection, cid, [now, *(span.start for span in spans.values())]
    )
    sides = _Sides(
        people=people,
        spans=spans,
        now=at_now,
        first=await snapshots.first_seen(connection, cid),
        starts=dict(zip(spans, at_starts, strict=True)),
        wrote=await written(connection, clan, of_chat),
        weeks=await _weeks(connection, clan, now) if weekly else {},
        top_bosses=top_bosses,
    )
    # Joined in a thread: a thousand members take tens of milliseconds, which the gateway must
    # not wait for.
    return Roster(await asyncio.to_thread(_joined, sides), now)


async def written(
    connection: Connection, clan: Clan, spans: Mapping[Period, Span]
) -> dict[Period, dict[int, Chat]]:
    """Return what each author wrote in each span: its whole days, and the hours at its edges.

    Questions, answers and active days are counted only when there is one span.
    """
    on_days = await _on_days(connection, clan, list(spans.values()))
    # Windows that end now share their last hours.
    in_hours = {
        edge: await chat.written_in_hours(connection, clan.clan_id, edge.start, edge.end)
        for edge in {edge for span in spans.values() for edge in edges(span, clan.zone)}
    }
    found: dict[Period, dict[int, Chat]] = {}
    for (period, span), sums in zip(spans.items(), on_days, strict=True):
        for edge in edges(span, clan.zone):
            for who, wrote in in_hours[edge].items():
                sums[who] = sums.get(who, Chat()) + Chat(*wrote)
        found[period] = sums
    return found


async def _on_days(
    connection: Connection, clan: Clan, spans: Sequence[Span]
) -> list[dict[int, Chat]]:
    days = [whole_days(span, clan.zone) for span in spans]
    if len(days) == 1:
        wrote = await chat.written_on_days(connection, clan.clan_id, *days[0])
        return [{who: Chat(*counts) for who, counts in wrote.items()}]
    of_spans = await chat.messages_on_days(connection, clan.clan_id, days)
    return [{who: Chat(n) for who, n in by_author.items()} for by_author in of_spans]


async def _weeks(connection: Connection, clan: Clan, now: datetime) -> dict[int, tuple[int, ...]]:
    """Return each author's messages in the last weeks, oldest first; the last ends today."""
    after = day_of(now, clan.zone) + DAY
    stretches = [(after - 7 * (n + 1) * DAY, after - 7 * n * DAY) for n in reversed(range(WEEKS))]
    of_weeks = await chat.messages_on_days(connection, clan.clan_id, stretches)
    authors = {who for by_author in of_weeks for who in by_author}
    return {who: tuple(by_author.get(who, 0) for by_author in of_weeks) for who in authors}


def _joined(sides: _Sides) -> tuple[Member, ...]:
    people = sides.people
    return in_house_order(
        tuple(_member(place, sides, people.known.get(place.player_id)) for place in people.places)
    )


def _member(place: Place, sides: _Sides, known: Known | None) -> Member:
    now = sides.now.get(place.player_id, _UNSEEN)
    author = None if known is None else known.author
    return Member(
        player_id=place.player_id,
        name=place.name,
        role=place.role,
        joined_at=place.joined_at,
        account_type=place.account_type,
        status=place.status,
        person=author and author.name,
        discord_user_id=author and author.discord_user_id,
        link=Link.NONE if known is None else known.link,
        game={
            period: gains_between(
                starts.get(place.player_id) or sides.first.get(place.player_id),
                sides.now.get(place.player_id),
                sides.spans[period],
            )
            for period, starts in sides.starts.items()
        },
        chat=author and _chat(author.author_id, sides.wrote),
        total_xp=_ranked(now.xp),
        total_kills=_ranked(now.kills),
        total_ehp=_ranked(now.ehp),
        total_ehb=_ranked(now.ehb),
        total_messages=author and author.messages,
        updated_at=place.updated_at,
        changed_at=place.changed_at,
        wrote_at=author and author.wrote_at,
        top_boss=sides.top_bosses.get(place.player_id),
        weekly_messages=sides.weeks.get(author.author_id, ()) if author else (),
    )


def _chat(author_id: int, wrote: Mapping[Period, Mapping[int, Chat]]) -> dict[Period, Chat]:
    return {period: by_author.get(author_id, _SILENT) for period, by_author in wrote.items()}


def _ranked(value: _Number) -> _Number | None:
    return None if value == UNRANKED else value

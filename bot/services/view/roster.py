"""Every member's both sides at one instant, from a handful of statements whatever the numbers.

Nothing is decided here: names meet in people.py, gains come from bot/clan/gains.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.clan.gains import UNKNOWN, Gains, gains_by_player
from bot.clan.metrics import UNRANKED
from bot.clan.spans import DAY, Period, Span, day_of, edges, whole_days
from bot.clan.standings import Chat, Member, MessageCounts, Roster, TopBoss, in_house_order
from bot.services.setup import Clan
from bot.services.view.people import Known, People
from storage import chat, snapshots
from storage.authors import Writer
from storage.engine import Connection
from storage.players import MemberRow
from storage.snapshots import ObservationRow

WEEKS = 13
NO_BOSSES: Mapping[int, TopBoss] = {}
_LONGEST_CHAT = Period.QUARTER
_SILENT = Chat()
_UNSEEN = ObservationRow(0, datetime.min.replace(tzinfo=UTC), *[UNRANKED] * 5)
_Number = TypeVar("_Number", int, float)
_Length = TypeVar("_Length", bound=int)


@dataclass(frozen=True, slots=True)
class _Sides:
    """All that was read for a roster, before it is joined."""

    people: People
    spans: Mapping[Period, Span]
    now: Mapping[int, ObservationRow]
    first: Mapping[int, ObservationRow]
    starts: Mapping[Period, Mapping[int, ObservationRow]]
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
    return await asyncio.to_thread(_joined, sides, now)


async def written(
    connection: Connection, clan: Clan, spans: Mapping[_Length, Span]
) -> dict[_Length, dict[int, Chat]]:
    """Return what each author wrote in each span: its whole days, and the hours at its edges.

    Questions, answers and active days are counted only when there is one span.
    """
    on_days = await _on_days(connection, clan, list(spans.values()))
    # Windows that end now share their last hours.
    parts = sorted(
        {(edge.start, edge.end) for span in spans.values() for edge in edges(span, clan.zone)}
    )
    wrote = await chat.written_in_hours(connection, clan.clan_id, parts)
    in_hours = dict(zip(parts, wrote, strict=True))
    found: dict[_Length, dict[int, Chat]] = {}
    for (period, span), sums in zip(spans.items(), on_days, strict=True):
        for edge in edges(span, clan.zone):
            for who, counts in in_hours[edge.start, edge.end].items():
                sums[who] = sums.get(who, _SILENT) + Chat(*counts)
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


def _joined(sides: _Sides, now: datetime) -> Roster:
    people = sides.people
    game = {
        period: gains_by_player(starts, sides.first, sides.now, sides.spans[period])
        for period, starts in sides.starts.items()
    }
    members = tuple(
        _member(place, sides, game, people.known.get(place.player_id)) for place in people.places
    )
    here = {place.player_id for place in people.places}
    return Roster(
        in_house_order(members),
        now,
        heard={period: _heard(people, by_author) for period, by_author in sides.wrote.items()},
        conflicts=sum(each.player_id in here for each in people.persons.conflicts),
        claims=people.persons.waiting(here),
    )


def _member(
    place: MemberRow,
    sides: _Sides,
    game: Mapping[Period, Mapping[int, Gains]],
    known: Known | None,
) -> Member:
    seen = sides.now.get(place.player_id)
    now = seen or _UNSEEN
    return Member(
        player_id=place.player_id,
        name=place.name,
        role=place.role,
        joined_at=place.joined_at,
        account_type=place.account_type,
        status=place.status,
        game={
            period: by_player.get(place.player_id, UNKNOWN) for period, by_player in game.items()
        },
        total_xp=_ranked(now.xp),
        total_kills=_ranked(now.kills),
        total_ehp=_ranked(now.ehp),
        total_ehb=_ranked(now.ehb),
        updated_at=place.updated_at,
        changed_at=place.changed_at,
        seen_at=None if seen is None else seen.seen_at,
        top_boss=sides.top_bosses.get(place.player_id),
        has_no_discord=place.has_no_discord,
        **_of_person(place, known, sides),
    )


def _of_person(place: MemberRow, known: Known | None, sides: _Sides) -> dict[str, Any]:
    """Return the fields that say whose a member is.

    Of who opted out it is what WOM shows, and what the clan chat's speaker of a name said.
    """
    if known is None:
        return {"accounts": (place.name,)}
    user = {"discord_user_id": known.user_id, "link": known.link}
    if known.opted_out and not known.authors:
        marks = {"opted_out": True, "is_hidden": known.is_hidden}
        return {"accounts": known.accounts, **marks, **user}
    authors, is_main = known.authors, known.alt_of is None
    return {
        "person": known.person,
        "chat": _chat(authors, sides.wrote) if is_main else None,
        "total_messages": sum(each.messages for each in authors) if is_main else None,
        "wrote_at": max((each.wrote_at for each in authors if each.wrote_at), default=None),
        "weekly_messages": _weekly(authors, sides.weeks),
        "alt_of": known.alt_of,
        "accounts": known.accounts,
        **user,
    }


def _chat(
    authors: Sequence[Writer], wrote: Mapping[Period, Mapping[int, Chat]]
) -> dict[Period, Chat]:
    """Return what the authors of one person wrote; who is linked and wrote nothing is silent."""
    if len(authors) == 1:
        who = authors[0].author_id
        return {period: by_author.get(who, _SILENT) for period, by_author in wrote.items()}
    return {
        period: _together([by_author.get(each.author_id, _SILENT) for each in authors])
        for period, by_author in wrote.items()
    }


def _together(chats: Sequence[Chat]) -> Chat:
    """Return the sum; of the days, those of the busiest author, for they may be the same days."""
    days = max((each.active_days for each in chats), default=0)
    return sum(chats, _SILENT)._replace(active_days=days)


def _weekly(authors: Sequence[Writer], weeks: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    known = [weeks[each.author_id] for each in authors if each.author_id in weeks]
    return tuple(map(sum, zip(*known, strict=True)))


def _heard(people: People, by_author: Mapping[int, Chat]) -> MessageCounts:
    """Return the messages of a span on each side, and how many of them are somebody's."""
    found = dict.fromkeys(MessageCounts._fields, 0)
    for writer in people.writers:
        messages = by_author.get(writer.author_id, _SILENT).messages
        side = "bridge" if writer.discord_user_id is None else "discord"
        found[side] += messages
        if writer.author_id in people.persons.by_author:
            found[f"{side}_attributed"] += messages
    return MessageCounts(**found)


def _ranked(value: _Number) -> _Number | None:
    return None if value == UNRANKED else value

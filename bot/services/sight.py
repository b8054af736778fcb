"""All that was seen of a clan up to one instant: what profiles are made from.

Some twenty statements whatever the number of members. What was seen later is not in it; who is
whose, and what WOM says of an account, is known only as it is today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.clan.activity import ChangeKind
from bot.clan.evidence import Blind
from bot.clan.gains import metric_gain
from bot.clan.leave import Exempt, Exemption, Leave, exempt_on
from bot.clan.metrics import RAIDS, Kind, threshold
from bot.clan.persons import Persons
from bot.clan.policy import STEADY_DAYS, Policy
from bot.clan.questions import ANSWER_WINDOW
from bot.clan.spans import DAY, Span, day_of, days_between, last_days
from bot.clan.standings import Chat
from bot.services.book import Book, read_book
from bot.services.clans import Clan
from bot.services.leave import leave_of
from bot.services.publish import blind_times
from bot.services.roster import written
from storage import absences, chat, exemptions, messages, metrics, players, snapshots
from storage.authors import Writer
from storage.engine import Connection
from storage.players import Event, Place
from storage.snapshots import Seen

RAID_DAYS = 30
"""The window in which raids gained are told."""

_BASELINE_LEAD = timedelta(days=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GameSight:
    """What WOM showed; all by player id.

    `starts` are the headlines at the start of each window, by its days; `seen` are those of
    `snapshots.rises`, oldest first; the raids are in all, and gained in RAID_DAYS.
    """

    now: Mapping[int, Seen]
    first: Mapping[int, Seen]
    starts: Mapping[int, Mapping[int, Seen]]
    seen: Sequence[tuple[int, int, int, int]]
    raids: Mapping[int, int]
    raids_gained: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ChatSight:
    """What was written; all by author id. `wrote` and `capped` by the days of a window first.

    `on_days` are the days of the eight weeks with a message, a bit each, and the answers then.
    `was_answered` tells of newcomers who wrote whether anybody answered. Before `heard_from`
    nobody listened.
    """

    wrote: Mapping[int, Mapping[int, Chat]]
    capped: Mapping[int, Mapping[int, int]]
    on_days: Mapping[int, tuple[int, int]]
    was_answered: Mapping[int, bool]
    heard_from: datetime | None
    blind: Sequence[Blind]


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything, as of `at`; `days` are those of the eight weeks that end then.

    `places` are the members of then by player id, with their roles of then.
    """

    clan: Clan
    policy: Policy
    at: datetime
    spans: Mapping[int, Span]
    days: Sequence[date]
    places: Mapping[int, Place]
    persons: Persons
    writers: Mapping[int, Writer]
    game: GameSight
    chat: ChatSight
    events: Sequence[Event]
    leaves: Sequence[Leave]
    exempt: Exempt


async def read_sight(  # noqa: PLR0913 - of whom, by what, and when
    connection: Connection,
    clan: Clan,
    policy: Policy,
    at: datetime,
    *,
    now: datetime,
    look_back: timedelta = timedelta(),
) -> Sight:
    """Return what was seen of a clan up to `at`, which is `now` or before it.

    Signs of life are looked for as far back as the policy's longest window, and `look_back`.
    """
    spans = {days: last_days(days, at, clan.zone) for days in policy.windows()}
    today = day_of(at, clan.zone)
    back_to = min(at - look_back, *(span.start for span in spans.values()))
    book = await read_book(connection, clan)
    persons = await book.persons()
    newcomers = _newcomers(book, persons, at - timedelta(days=policy.alerts.newcomer_days))
    gone = await absences.of_clan(connection, clan.clan_id, day_of(back_to, clan.zone))
    found = await players.events_between(connection, clan.clan_id, back_to, now)
    events = [event for event, _ in found]
    places = _places_at(book, events, at)
    return Sight(
        clan=clan,
        policy=policy,
        at=at,
        spans=spans,
        days=days_between(today - (STEADY_DAYS - 1) * DAY, today),
        places=places,
        persons=persons,
        writers={writer.author_id: writer for writer in book.writers},
        game=await _game(connection, clan, spans, at, back_to),
        chat=await _chat(connection, clan, policy, spans, at, newcomers),
        events=[event for event in events if event.happened_at <= at],
        leaves=[leave_of(row) for row in gone],
        exempt=await _exempt(connection, clan, today),
    )


def _places_at(book: Book, events: Sequence[Event], at: datetime) -> dict[int, Place]:
    """Return who was a member at an instant, with the role of then."""
    roles = {
        event.player_id: event.before
        for event in events  # newest first, so that the first one after `at` stays
        if event.happened_at > at and event.kind in _ROLE_KINDS and event.before
    }
    return {
        place.player_id: place._replace(role=roles.get(place.player_id, place.role))
        for place in (*book.places.values(), *book.former)
        if (place.left_at is None or place.left_at > at)
        and (place.joined_at is None or place.joined_at <= at)
    }


_ROLE_KINDS = frozenset({ChangeKind.PROMOTED, ChangeKind.DEMOTED, ChangeKind.ROLE})


async def _game(
    connection: Connection,
    clan: Clan,
    spans: Mapping[int, Span],
    at: datetime,
    back_to: datetime,
) -> GameSight:
    cid = clan.clan_id
    instants = [at, *(span.start for span in spans.values())]
    at_end, *at_starts = await snapshots.seen_at(connection, cid, instants, at)
    kinds = await metrics.metric_ids(connection)
    raids = {number: name for name, (number, _) in kinds.items() if name in RAIDS}
    return GameSight(
        now=at_end,
        first=await snapshots.first_seen(connection, cid, at),
        starts=dict(zip(spans, at_starts, strict=True)),
        seen=await snapshots.rises(connection, cid, back_to - _BASELINE_LEAD, here_at=at),
        raids=_sums(await metrics.ranked_values(connection, cid, raids)),
        raids_gained=await _raids_gained(connection, clan, raids, at),
    )


def _sums(values: Sequence[tuple[int, int, float]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for player_id, _, value in values:
        found[player_id] = found.get(player_id, 0) + int(value)
    return found


async def _raids_gained(
    connection: Connection, clan: Clan, raids: Mapping[int, str], at: datetime
) -> dict[int, int]:
    start = last_days(RAID_DAYS, at, clan.zone).start
    found: dict[int, int] = {}
    for path in await metrics.paths(connection, clan.clan_id, start, raids):
        least = threshold(raids[path.metric_id], Kind.BOSS)
        gain = metric_gain(path.at_start, path.first_inside, path.at_end, least)
        if gain is not None:
            found[path.player_id] = found.get(path.player_id, 0) + int(gain.earned)
    return found


async def _chat(  # noqa: PLR0913, PLR0917 - whose, by what, and when
    connection: Connection,
    clan: Clan,
    policy: Policy,
    spans: Mapping[int, Span],
    at: datetime,
    newcomers: Sequence[int],
) -> ChatSight:
    cid, rules = clan.clan_id, policy.promotion
    today = day_of(at, clan.zone)
    longest = min(spans.values(), key=lambda span: span.start)
    heard_from = await chat.first_hour(connection, cid, _EPOCH, at)
    capped = {
        days: await chat.capped_messages(
            connection, cid, spans[days].start, spans[days].end, rules.hour_cap
        )
        for days in {rules.pillar_days, RAID_DAYS}
    }
    since = at - timedelta(days=policy.alerts.newcomer_days)
    first = today - (STEADY_DAYS - 1) * DAY
    return ChatSight(
        wrote=await written(connection, clan, spans),
        capped=capped,
        on_days=await chat.days_written(connection, cid, first, today + DAY),
        was_answered=await messages.answered_authors(
            connection, cid, newcomers, since, ANSWER_WINDOW
        ),
        heard_from=heard_from,
        blind=_blind(await blind_times(connection, clan, longest), longest, heard_from),
    )


def _blind(known: Sequence[Blind], longest: Span, heard_from: datetime | None) -> tuple[Blind, ...]:
    """Return the blind times with the one before anybody listened."""
    begun_at = heard_from or longest.end
    if begun_at <= longest.start:
        return tuple(known)
    return (*known, Blind(Span(longest.start, begun_at)))


def _newcomers(book: Book, persons: Persons, since: datetime) -> list[int]:
    """Return the authors of those who joined since an instant."""
    fresh = {
        place.player_id
        for place in book.places.values()
        if place.joined_at is not None and place.joined_at >= since
    }
    return [
        author_id
        for person in persons.people
        if fresh.intersection(person.players)
        for author_id in person.authors
    ]


async def _exempt(connection: Connection, clan: Clan, today: date) -> Exempt:
    rows = await exemptions.standing(connection, clan.clan_id, today)
    held = (Exemption(row.player_id, row.role, row.reason, row.until_on) for row in rows)
    return exempt_on(held, today)

"""The one read of a clan: everything that an answer is made from, each source read once.

A few dozen statements at most, whatever the number of members. Nothing is joined or decided here.
What was seen after the query's instant is not in it; who is whose, and what WOM says of an
account, is known only as it is today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.clan.activity import ChangeKind
from bot.clan.claims import Effect, allows
from bot.clan.evidence import Blind, unheard, unread
from bot.clan.leave import Exempt, Exemption, Leave, exempt_on
from bot.clan.policy import STEADY_DAYS
from bot.clan.spans import DAY, HOUR, Span, day_of, days_between
from bot.clan.together import heads
from bot.services.people import IdentityCache, leave_of
from bot.services.setup import Clan
from bot.services.view.chat import NO_CHAT, ChatView, Writers, read_chat
from bot.services.view.game import GameView, read_game
from bot.services.view.people import People, read_people
from bot.services.view.presence import NO_PRESENCE, PresenceView, read_presence
from bot.services.view.query import Detail, ViewQuery
from storage import absences, blind_spots, clans, exemptions, messages, players
from storage.engine import Connection
from storage.players import MemberRow, MembershipEventRow

_ROLE_KINDS = frozenset({ChangeKind.PROMOTED, ChangeKind.DEMOTED, ChangeKind.ROLE})
_CAME = frozenset({ChangeKind.JOINED, ChangeKind.RETURNED})
_NOBODY: frozenset[int] = frozenset()
_WROTE_LATELY = timedelta(days=180)
"""So long before a channel was lost one who wrote there may still be missed in it."""
_NOBODY_EXEMPT = exempt_on((), date.min)


@dataclass(frozen=True, slots=True)
class ClanView:
    """All that was read of a clan; `spans` are the windows by their days.

    `members` are those of the query's instant by player id, with their roles of then; `people` who
    is who today. `events` (with the player's name, the newest first) reach back as far as the
    longest window. `days` are those of the eight weeks that end with the query's instant. Who
    wrote in the channels that have `gaps` stands in `wrote_in`, by channel id. `mains` are by user
    the accounts that were the main ones then, where that is another one today.
    """

    clan: Clan
    query: ViewQuery
    spans: Mapping[int, Span]
    days: Sequence[date]
    people: People
    members: Mapping[int, MemberRow]
    game: GameView
    chat: ChatView
    presence: PresenceView = NO_PRESENCE
    listened_at: datetime | None = None
    gaps: Sequence[blind_spots.Blindness] = ()
    hidden_channels: Sequence[blind_spots.HiddenChannel] = ()
    wrote_in: Mapping[int, frozenset[int]] = field(default_factory=dict)
    events: Sequence[tuple[MembershipEventRow, str]] = ()
    leaves: Sequence[Leave] = ()
    exempt: Exempt = _NOBODY_EXEMPT
    mains: Mapping[int, int] = field(default_factory=dict)

    @property
    def as_of(self) -> datetime:
        """Return the instant that everything is as of."""
        return self.query.as_of

    def on(self, days: int) -> "ClanView":
        """Return the view as one of its detailed windows has it: compared, counted and measured."""
        return replace(
            self,
            query=replace(self.query, compared=days, counted=days, measured=days),
            # Before the first poll of the first clan no metric is known, and none has paths.
            game=replace(
                self.game,
                earlier=self.game.earlier_of[days],
                paths=self.game.paths_of.get(days, ()),
            ),
            chat=replace(self.chat, earlier=self.chat.earlier_of[days]),
        )

    def blind(self, span: Span) -> tuple[Blind, ...]:
        """Return the times of a span in which chat was not seen, the clan's unread gap first."""
        lost = (
            Blind(
                Span(gap.started_at, gap.ended_at or max(span.end, gap.started_at)),
                gap.channel,
                self.wrote_in.get(gap.channel_id or 0, _NOBODY) if gap.is_lost else None,
            )
            for gap in self.gaps
            if not gap.is_read and (gap.ended_at is None or gap.ended_at > span.start)
        )
        hidden = (Blind(span, each.name, users=each.viewers) for each in self.hidden_channels)
        return (*unread(self.listened_at, span), *lost, *hidden)

    def unseen(self, span: Span) -> tuple[Span, ...]:
        """Return the times of a span in which nobody saw who talked, reacted or used a command.

        What has no history is not read afterwards.
        """
        kept_from = self.presence.kept_from
        before = () if kept_from is None else unheard(kept_from, span)
        away = (
            Span(gap.started_at, gap.ended_at or max(span.end, gap.started_at))
            for gap in self.gaps
            if gap.channel_id is None
        )
        known = (*unread(self.listened_at, span), *before)
        return (*(each.span for each in known), *away)

    def unheard(self, span: Span) -> tuple[Blind, ...]:
        """Return those times, and the time of the span before anybody listened."""
        # What was seen is graded up to now, while the windows end with the hour.
        graded = Span(span.start - HOUR, span.end)
        return (*self.blind(graded), *unheard(self.chat.heard_from, graded))


async def read_view(
    connection: Connection,
    clan: Clan,
    query: ViewQuery,
    people: People | None = None,
    cache: IdentityCache | None = None,
) -> ClanView:
    """Return what the query asks of a clan; `people` where they were read already."""
    if people is None:
        alone = query.is_of_game_alone
        people = await read_people(connection, clan, cache=cache, without_chat=alone)
    spans = query.spans(clan.zone)
    today = day_of(query.as_of, clan.zone)
    days = days_between(today - (STEADY_DAYS - 1) * DAY, today)
    back_to = query.back_to(clan.zone)
    has_life = Detail.LIFE in query.detail
    outside = _outside(people, query) if has_life else ()
    whose = _accounts(people, query.about)
    game = await read_game(connection, clan, query, back_to, whose, outside)
    if query.is_of_game_alone:
        members = _members_at(people, (), query.as_of, clan)
        return ClanView(clan, query, spans, days, people, members, game, NO_CHAT)
    found = await players.events_between(connection, clan.clan_id, back_to)
    gaps = await blind_spots.blindness(connection, clan.clan_id, back_to - HOUR)
    return ClanView(
        clan=clan,
        query=query,
        spans=spans,
        days=days,
        people=people,
        members=_members_at(people, [event for event, _ in found], query.as_of, clan),
        game=game,
        chat=await read_chat(connection, clan, query, _writers(people, query)),
        presence=await read_presence(connection, clan, query),
        listened_at=await _listened_at(connection, clan),
        gaps=gaps,
        hidden_channels=await blind_spots.hidden_channels(connection, clan.clan_id),
        wrote_in=await _wrote_in(connection, clan, gaps),
        events=[each for each in found if each[0].happened_at <= query.as_of],
        leaves=await _leaves(connection, clan, back_to) if has_life else (),
        exempt=await _exempt(connection, clan, today) if has_life else _NOBODY_EXEMPT,
    )


def _accounts(people: People, about: int | None) -> tuple[int, ...] | None:
    """Return the accounts of the one person whom a query is about; None for everybody."""
    if about is None:
        return None
    person = people.persons.by_player.get(about)
    return () if person is None else person.players


def _outside(people: People, query: ViewQuery) -> tuple[int, ...]:
    """Return the accounts outside the clan, surely theirs, of people who have one inside it."""
    here = {member.player_id for member in people.places}
    links = people.persons.links
    return tuple(
        player_id
        for person in people.persons.people
        if query.about is None or query.about in person.players
        if not here.isdisjoint(person.players)
        for player_id in person.players
        if player_id not in here and allows(links[player_id], Effect.SILENCE)
    )


def _members_at(
    people: People, events: Sequence[MembershipEventRow], at: datetime, clan: Clan
) -> dict[int, MemberRow]:
    """Return who was a member at an instant, with the role of then and since when they held it.

    Whoever joins later than the roster was read has no day that can be believed.
    """
    known_until = max(filter(None, (at, clan.polled_at, clan.listened_at)))
    changes = [event for event in events if event.kind in _ROLE_KINDS]
    # Newest first, so that of those after `at` the earliest stays: who came then was away before.
    moves = {
        each.player_id: each.kind
        for each in events
        if each.happened_at > at and each.kind in _CAME | {ChangeKind.LEFT}
    }
    # Newest first: of those after `at` the earliest stays, of the others the latest.
    roles = {each.player_id: each.before for each in changes if each.happened_at > at}
    since = {
        each.player_id: each.happened_at for each in reversed(changes) if each.happened_at <= at
    }

    def then(member: MemberRow) -> MemberRow:
        role = roles[member.player_id]
        if role is None:
            return member
        return member._replace(role=role, role_since_at=since.get(member.player_id))

    return {
        member.player_id: then(member) if member.player_id in roles else member
        for member in (*people.places, *people.former)
        if (member.left_at is None or member.left_at > at)
        and (member.joined_at is None or not at < member.joined_at <= known_until)
        and moves.get(member.player_id) not in _CAME
    }


def _writers(people: People, query: ViewQuery) -> Writers:
    """Return whose messages a query asks about."""
    among, persons = query.among, people.persons.people
    if among is not None:
        persons = tuple(each for each in persons if not among.isdisjoint(each.players))
    return Writers(
        None if among is None else tuple(who for each in persons for who in each.authors),
        heads(each.authors for each in persons if len(each.authors) > 1),
        _newcomers(people, query),
    )


def _newcomers(people: People, query: ViewQuery) -> list[int]:
    """Return the authors of those who joined in the last days that the query names."""
    since = query.as_of - timedelta(days=query.newcomer_days)
    fresh = {
        member.player_id
        for member in people.places
        if member.joined_at is not None and member.joined_at >= since
    }
    return [
        author_id
        for person in people.persons.people
        if fresh.intersection(person.players)
        for author_id in person.authors
    ]


async def _listened_at(connection: Connection, clan: Clan) -> datetime | None:
    """Return up to when all was heard or read, as a bot in another process notes it too."""
    row = await clans.of_guild(connection, clan.guild_id)
    return None if row is None else row.listened_at


async def _wrote_in(
    connection: Connection, clan: Clan, gaps: Sequence[blind_spots.Blindness]
) -> Mapping[int, frozenset[int]]:
    """Return who wrote in the channels that were lost, before that or since."""
    lost = {gap.channel_id: gap.started_at for gap in gaps if gap.is_lost and gap.channel_id}
    if not lost:
        return {}
    since = min(lost.values()) - _WROTE_LATELY
    return await messages.writers_in(connection, clan.clan_id, lost, since)


async def _leaves(connection: Connection, clan: Clan, back_to: datetime) -> list[Leave]:
    rows = await absences.of_clan(connection, clan.clan_id, day_of(back_to, clan.zone))
    return [leave_of(row) for row in rows]


async def _exempt(connection: Connection, clan: Clan, today: date) -> Exempt:
    rows = await exemptions.standing(connection, clan.clan_id, today)
    held = (Exemption(row.player_id, row.role, row.reason, row.until_on) for row in rows)
    return exempt_on(held, today)

"""Each person of a clan with both sides of all accounts, as the rules look at them.

The projection of a view for verdicts, which takes a thread's time; nothing is read or decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from bot.clan.activity import ChangeKind
from bot.clan.cases import Case, CaseKind, rests_until
from bot.clan.claims import Effect, allows
from bot.clan.evidence import USED_WITHIN, Blind, chat_evidence, game_evidence
from bot.clan.gains import UNKNOWN, Gains
from bot.clan.leave import Absentees, Leave, away_on, back_since
from bot.clan.metrics import UNRANKED
from bot.clan.persons import Person
from bot.clan.policy import RAID_DAYS, STEADY_DAYS, STEADY_WEEKS, Policy
from bot.clan.presence import (
    Days,
    Rise,
    day_number,
    days_from,
    days_looked,
    days_risen,
    joined,
    midnights,
    rises,
    weeks,
)
from bot.clan.profiles import (
    NOTHING_SEEN,
    Account,
    Profile,
    Side,
    Week,
    Window,
    game_window,
    summed,
)
from bot.clan.spans import Span, day_of
from bot.clan.standings import Chat, Member
from bot.services.view.game import BASELINE_LEAD
from bot.services.view.last_seen import (
    chat_seen_at,
    enough_xp_at,
    game_seen_at,
    looks_of,
    namesake_wrote_at,
    present_at,
    was_answered,
)
from bot.services.view.members import gains_of
from bot.services.view.query import verdict_query
from bot.services.view.view import ClanView
from storage.columns import to_ms
from storage.players import MemberRow
from storage.presence import PresentIn

_WROTE_NOTHING = Chat()
_NOT_THERE = PresentIn(0, 0, 0)


def profiles_of(
    view: ClanView, policy: Policy, cases: Sequence[Case] = (), *, silence_only: bool = False
) -> tuple[Profile, ...]:
    """Return a profile of each person who is a member, as a policy looks at them.

    The view has what `verdict_query` of that policy asks for; `cases` say who is to be let rest.
    """
    shared = _shared(view, policy, cases, silence_only=silence_only)
    about = view.query.about
    return tuple(
        _of_person(shared, person, places)
        if about is None or about in person.players
        else _from_afar(shared, person, places)
        for person in view.people.persons.people
        if (places := _places(view, person))
    )


def _places(view: ClanView, person: Person) -> list[MemberRow]:
    """Return the accounts that were members, the main one of then first."""
    places = [view.members[each] for each in person.players if each in view.members]
    main = None if person.user_id is None else view.mains.get(person.user_id)
    return sorted(places, key=lambda place: place.player_id != main) if main else places


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is worked out of a view for everybody at once.

    `gains` by the days of a window and player, `raid_gains` those of RAID_DAYS; `starts` are the
    beginnings of the 56 days, and `looked` those on which each player was looked at.
    """

    view: ClanView
    policy: Policy
    silence_only: bool
    gains: Mapping[int, Mapping[int, Gains]]
    raid_gains: Mapping[int, Gains]
    rises: Mapping[int, Sequence[Rise]]
    looked: Mapping[int, Days]
    starts: Sequence[int]
    leaves: Sequence[Leave]
    away: Absentees
    returned: Mapping[int, datetime]
    cases: Mapping[int, Sequence[Case]]
    blind: Sequence[Blind]
    unseen: Sequence[Span]


def _shared(
    view: ClanView, policy: Policy, cases: Sequence[Case], *, silence_only: bool
) -> _Shared:
    query = verdict_query(policy, view.as_of, silence_only=silence_only)
    # A view that serves others too may reach further back: what this policy looks at decides.
    back_to = replace(query, look_back=view.query.look_back).back_to(view.clan.zone)
    since_ms, since_on = to_ms(back_to - BASELINE_LEAD), day_of(back_to, view.clan.zone)
    leaves = [leave for leave in view.leaves if leave.last_on >= since_on]
    returned = (
        event
        for event, _ in view.events
        if event.kind == ChangeKind.RETURNED and event.happened_at >= back_to
    )
    by_player: dict[int, list[Case]] = {}
    for case in cases:
        by_player.setdefault(case.player_id, []).append(case)
    life = [row for row in view.game.life if row[1] > since_ms]
    starts = midnights(view.days, view.clan.zone)
    return _Shared(
        view=view,
        policy=policy,
        silence_only=silence_only,
        gains={days: gains_of(view, days) for days in sorted(query.windows)},
        raid_gains={} if silence_only else gains_of(view, RAID_DAYS),
        rises=rises(life),
        looked={} if silence_only else days_looked(life, starts),
        starts=starts,
        leaves=leaves,
        away=away_on(leaves, view.days[-1]),
        returned={each.player_id: each.happened_at for each in reversed([*returned])},
        cases=by_player,
        blind=view.unheard(view.spans[max(query.windows)]),
        unseen=view.unseen(view.spans[max(query.windows)]),
    )


def _of_person(shared: _Shared, person: Person, places: Sequence[MemberRow]) -> Profile:
    view = shared.view
    members = [_member(view, person, place) for place in places]
    ids = [place.player_id for place in places]
    outside = _outside(view, person)
    away = [place.player_id for place in outside]
    risen = sorted(chain.from_iterable(shared.rises.get(each, ()) for each in ids))
    anywhere = sorted([*risen, *chain.from_iterable(shared.rises.get(x, ()) for x in away)])
    cases = list(chain.from_iterable(shared.cases.get(each, ()) for each in ids))
    leave = shared.away.leave_of(_on_leave(person), ids)
    played, wrote = _days(shared, members[0], person, ids, risen)
    windows = {days: _window(shared, members, person, days) for days in shared.gains}
    return Profile(
        accounts=tuple(_account(view, place) for place in places),
        user_id=person.user_id,
        link=view.people.persons.links[ids[0]],
        has_no_discord=places[0].has_no_discord,
        windows=windows,
        whole=_whole(shared, windows, [*members, *(_member(view, person, x) for x in outside)]),
        total_xp=summed(each.xp for each in looks_of(view.game.now, ids) if each.xp != UNRANKED),
        total_raids=summed(view.game.raids.get(each) for each in ids),
        recent_raids=_recent_raids(shared, ids),
        game_seen_at=game_seen_at(view, [*places, *outside], anywhere),
        enough_xp_at=enough_xp_at(shared.policy, anywhere),
        back_at=_back_at(shared, person, ids),
        leave=leave,
        exemption=view.exempt.of_person([(place.player_id, place.role) for place in places]),
        cooldown_until=rests_until(cases, CaseKind.PROMOTION, view.as_of),
        snoozed_until=rests_until(cases, CaseKind.INACTIVITY, view.as_of),
        weeks=_weeks(shared, played, wrote, ids),
        life_days=joined((played, wrote)),
        chat_seen_at=chat_seen_at(view, members[0], person),
        present_at=None if _is_hidden(view, person) else present_at(view, person),
        namesake_wrote_at=namesake_wrote_at(view, person),
        was_answered=was_answered(view, person),
    )


def _from_afar(shared: _Shared, person: Person, places: Sequence[MemberRow]) -> Profile:
    """Return no more of a person than what sets the bars for others: XP, messages and raids."""
    rules = shared.policy.promotion
    ids = [place.player_id for place in places]
    members = [_member(shared.view, person, each) for each in places]
    windows = {rules.velocity_days: game_window(_sides(shared, members, rules.velocity_days))}
    if _is_heard(shared.view, person):
        before = windows.get(rules.pillar_days, NOTHING_SEEN)
        capped = _capped(shared, person, rules.pillar_days)
        windows[rules.pillar_days] = replace(before, capped=capped)
    return Profile(
        accounts=tuple(_account(shared.view, place) for place in places),
        windows=windows,
        recent_raids=_recent_raids(shared, ids),
    )


def _is_heard(view: ClanView, person: Person) -> bool:
    return not _is_hidden(view, person) and (person.user_id is not None or bool(person.authors))


def _is_judged(view: ClanView, person: Person, place: MemberRow) -> bool:
    """Return whether what a person writes is known; of somebody without Discord there is none."""
    alone = place.has_no_discord and person.user_id is None
    return _is_heard(view, person) or (alone and not _is_hidden(view, person))


def _is_hidden(view: ClanView, person: Person) -> bool:
    return any(view.people.writers[each].is_hidden for each in person.authors)


def _capped(shared: _Shared, person: Person, days: int) -> int | None:
    """Return the messages that count, or None where the query did not ask for them."""
    capped = shared.view.chat.capped.get((days, shared.policy.promotion.hour_cap))
    return None if capped is None else sum(capped.get(each, 0) for each in person.authors)


def _account(view: ClanView, place: MemberRow) -> Account:
    first = view.game.first.get(place.player_id)
    return Account(
        place.player_id,
        place.name,
        place.role,
        place.joined_at,
        place.role_since_at,
        None if first is None else first.seen_at,
    )


def _member(view: ClanView, person: Person, place: MemberRow) -> Member:
    """Return an account as evidence looks at it."""
    seen = view.game.now.get(place.player_id)
    return Member(
        place.player_id,
        place.name,
        place.role,
        place.joined_at,
        status=place.status,
        link=view.people.persons.links[person.main],
        chat={} if _is_judged(view, person, place) else None,
        updated_at=place.updated_at,
        changed_at=place.changed_at,
        seen_at=None if seen is None else seen.seen_at,
        is_hidden=_is_hidden(view, person),
        has_no_discord=place.has_no_discord,
    )


def _recent_raids(shared: _Shared, ids: Sequence[int]) -> int | None:
    """Return the raids of all accounts whose gains of so long can be dated, or None."""
    gained = shared.view.game.raids_gained
    dated = (each for each in ids if (mine := shared.raid_gains.get(each)) and not mine.thin)
    return summed(gained.get(each, 0) for each in dated)


def _window(shared: _Shared, members: Sequence[Member], person: Person, days: int) -> Window:
    view, game = shared.view, game_window(_sides(shared, members, days))
    blind = [each for each in shared.blind if each.concerns(person.user_id, person.authors)]
    length, unseen = timedelta(days=days), _unseen(shared, person)
    chat = chat_evidence(members[0], length, view.as_of, blind, unseen)
    if members[0].chat is None:
        return replace(game, chat=chat)
    there = view.presence.windows.get(days, {}).get(person.user_id or 0, _NOT_THERE)
    wrote = view.chat.wrote[days]
    answers = sum(view.chat.on_days.get(each, (0, 0))[1] for each in person.authors)
    return replace(
        game,
        chat=chat,
        messages=sum(wrote.get(each, _WROTE_NOTHING).messages for each in person.authors),
        capped=_capped(shared, person, days),
        answers=answers if days == STEADY_DAYS else None,
        present_days=there.days,
        voice_days=there.voice_days,
    )


def _sides(shared: _Shared, members: Sequence[Member], days: int) -> list[Side]:
    gains, scores = shared.gains[days], shared.view.game.scores.get(days, {})
    length, now = timedelta(days=days), shared.view.as_of
    return [
        Side(
            member.name,
            mine := gains.get(member.player_id, UNKNOWN),
            game_evidence(member, mine, length, now),
            (*scores.get(member.player_id, ()), *_newly_ranked(shared.view, member, mine, days)),
        )
        for member in members
    ]


def _newly_ranked(view: ClanView, member: Member, gains: Gains, days: int) -> tuple[str, ...]:
    """Return that bosses came into the hiscores, with kills of which nobody knows when."""
    who = member.player_id
    start, end = view.game.starts[days].get(who) or view.game.first.get(who), view.game.now.get(who)
    if start is None or end is None or end.kills - start.kills <= (gains.kills or 0):
        return ()
    return ("newly_ranked_kills",)


def _outside(view: ClanView, person: Person) -> list[MemberRow]:
    """Return the accounts of somebody that are not in the clan, those that are surely theirs."""
    links = view.people.persons.links
    away = [
        each
        for each in person.players
        if each not in view.members and allows(links[each], Effect.SILENCE)
    ]
    if not away:
        return []
    gone = {member.player_id: member for member in view.people.former}
    # Of the day they joined and left nothing follows for what is played outside.
    return [gone[each]._replace(joined_at=None) for each in away if each in gone]


def _whole(
    shared: _Shared, windows: Mapping[int, Window], members: Sequence[Member]
) -> dict[int, Window]:
    """Return the windows with the accounts outside the clan, of which there is one at least."""
    if all(member.player_id in shared.view.members for member in members):
        return {}
    found = {}
    for days, window in windows.items():
        game = game_window(_sides(shared, members, days))
        parts = ("xp", "kills", "scores", "elsewhere", "game", "game_at_best")
        found[days] = replace(window, **{name: getattr(game, name) for name in parts})
    return found


def _unseen(shared: _Shared, person: Person) -> Sequence[Span]:
    """Return when nobody saw who is there, for somebody who was there lately."""
    last_at = shared.view.presence.last_at.get(person.user_id or 0)
    used = last_at is not None and last_at >= shared.view.as_of - USED_WITHIN
    return shared.unseen if used else ()


def _days(
    shared: _Shared, main: Member, person: Person, ids: Sequence[int], risen: Sequence[Rise]
) -> tuple[Days | None, Days | None]:
    """Return the days of the eight weeks with a gain, and those with a message; None is unknown."""
    view = shared.view
    if shared.silence_only:
        return None, None
    wrote = joined(view.chat.on_days.get(each, (0, 0))[0] for each in person.authors)
    return (
        days_risen(risen, shared.starts) if looks_of(view.game.first, ids) else None,
        None if main.chat is None else wrote or 0,
    )


def _weeks(
    shared: _Shared, played: Days | None, wrote: Days | None, ids: Sequence[int]
) -> tuple[Week, ...]:
    view, starts = shared.view, shared.starts
    if shared.silence_only:
        return ()
    looked = joined(shared.looked.get(each) for each in ids)
    heard = days_from(day_number(view.chat.heard_from, starts), STEADY_DAYS)
    return weeks(None if looked is None else played, wrote, (looked or 0, heard), STEADY_WEEKS)


def _on_leave(person: Person) -> int | None:
    """Return the user whose leave is one of all the accounts."""
    return person.user_id if allows(person.link, Effect.LEAVE) else None


def _back_at(shared: _Shared, person: Person, ids: Sequence[int]) -> datetime | None:
    """Return when they last came back, to the clan or from a leave."""
    view = shared.view
    leaves = [leave for leave in shared.leaves if leave.is_of(_on_leave(person), ids)]
    from_leave = back_since(leaves, view.days[-1], view.clan.zone)
    found = [shared.returned[each] for each in ids if each in shared.returned]
    return max([*found, *([from_leave] if from_leave else [])], default=None)

"""Each person of a clan with both sides of all accounts, as the rules look at them.

Joined from a Sight, which takes a thread's time; nothing is read and nothing decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from bot.clan.activity import ChangeKind
from bot.clan.cases import Case, CaseKind, rests_until
from bot.clan.claims import Effect, allows
from bot.clan.evidence import chat_evidence, game_evidence
from bot.clan.gains import UNKNOWN, Gains, gains_by_player
from bot.clan.leave import Absentees, away_on, back_since
from bot.clan.metrics import UNRANKED
from bot.clan.persons import Person
from bot.clan.policy import STEADY_DAYS, STEADY_WEEKS
from bot.clan.presence import (
    Rise,
    day_number,
    days_risen,
    joined,
    midnights,
    rises,
    weeks,
)
from bot.clan.profiles import (
    Account,
    Profile,
    Side,
    Week,
    Window,
    game_window,
    summed,
)
from bot.clan.standings import Chat, Member
from bot.services.view.game import RAID_DAYS
from bot.services.view.sight import Sight
from bot.services.view.signs import chat_seen_at, enough_xp_at, game_seen_at, was_answered
from storage.players import MemberRow
from storage.snapshots import ObservationRow

_WROTE_NOTHING = Chat()


def joined_profiles(sight: Sight, cases: Sequence[Case] = ()) -> tuple[Profile, ...]:
    """Return a profile of each person who is a member; `cases` say who is to be let rest."""
    whole = _whole(sight, cases)
    return tuple(
        _of_person(whole, person, places)
        if sight.look.closely in {None, *person.players}
        else _from_afar(whole, person, places)
        for person in sight.persons.people
        if (places := [sight.places[each] for each in person.players if each in sight.places])
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is worked out of a sight for everybody at once.

    `gains` by the days of a window and player; `starts` are the beginnings of the 56 days.
    """

    sight: Sight
    gains: Mapping[int, Mapping[int, Gains]]
    rises: Mapping[int, Sequence[Rise]]
    starts: Sequence[int]
    away: Absentees
    returned: Mapping[int, datetime]
    cases: Mapping[int, Sequence[Case]]


def _whole(sight: Sight, cases: Sequence[Case]) -> _Whole:
    game = sight.game
    by_player: dict[int, list[Case]] = {}
    for case in cases:
        by_player.setdefault(case.player_id, []).append(case)
    returned = [each for each in sight.events if each.kind == ChangeKind.RETURNED]
    return _Whole(
        sight=sight,
        gains={
            days: gains_by_player(game.starts[days], game.first, game.now, span)
            for days, span in sight.look.spans.items()
        },
        rises=rises(game.seen),
        starts=midnights(sight.days, sight.look.clan.zone),
        away=away_on(sight.leaves, sight.days[-1]),
        returned={each.player_id: each.happened_at for each in reversed(returned)},
        cases=by_player,
    )


def _of_person(whole: _Whole, person: Person, places: Sequence[MemberRow]) -> Profile:
    sight = whole.sight
    members = [_member(sight, person, place) for place in places]
    ids = [place.player_id for place in places]
    risen = sorted(chain.from_iterable(whole.rises.get(each, ()) for each in ids))
    cases = list(chain.from_iterable(whole.cases.get(each, ()) for each in ids))
    leave = whole.away.leave_of(_on_leave(person), ids)
    return Profile(
        accounts=tuple(map(_account, places)),
        user_id=person.user_id,
        link=sight.persons.links[ids[0]],
        has_no_discord=places[0].has_no_discord,
        windows={days: _window(whole, members, person, days) for days in sight.look.spans},
        total_xp=summed(each.xp for each in _seen(sight.game.now, ids) if each.xp != UNRANKED),
        total_raids=summed(sight.game.raids.get(each) for each in ids),
        game_seen_at=game_seen_at(sight, places, risen),
        enough_xp_at=enough_xp_at(sight, risen),
        back_at=_back_at(whole, person, ids),
        leave=leave,
        exemption=sight.exempt.of_person([(place.player_id, place.role) for place in places]),
        cooldown_until=rests_until(cases, CaseKind.PROMOTION, sight.look.at),
        snoozed_until=rests_until(cases, CaseKind.INACTIVITY, sight.look.at),
        weeks=_weeks(whole, members[0], person, ids, risen),
        chat_seen_at=chat_seen_at(sight, members[0], person),
        was_answered=was_answered(sight, person),
    )


def _from_afar(whole: _Whole, person: Person, places: Sequence[MemberRow]) -> Profile:
    """Return no more of a person than what sets the bars for others."""
    sight = whole.sight
    rules = sight.look.policy.promotion
    members = [_member(sight, person, place) for place in places]
    return Profile(
        accounts=tuple(map(_account, places)),
        windows={
            days: _window(whole, members, person, days)
            for days in {rules.velocity_days, rules.pillar_days}
        },
        total_raids=summed(sight.game.raids.get(place.player_id) for place in places),
    )


def _account(place: MemberRow) -> Account:
    return Account(place.player_id, place.name, place.role, place.joined_at, place.role_since_at)


def _member(sight: Sight, person: Person, place: MemberRow) -> Member:
    """Return an account as evidence looks at it."""
    opted_out = any(sight.writers[each].is_hidden for each in person.authors)
    heard = not opted_out and (person.user_id is not None or bool(person.authors))
    seen = sight.game.now.get(place.player_id)
    return Member(
        place.player_id,
        place.name,
        place.role,
        place.joined_at,
        status=place.status,
        link=sight.persons.links[person.main],
        chat={} if heard else None,
        updated_at=place.updated_at,
        changed_at=place.changed_at,
        seen_at=None if seen is None else seen.seen_at,
        opted_out=opted_out,
        has_no_discord=place.has_no_discord,
    )


def _window(whole: _Whole, members: Sequence[Member], person: Person, days: int) -> Window:
    sight, length = whole.sight, timedelta(days=days)
    gains = whole.gains[days]
    sides = [
        Side(
            member.name,
            mine := gains.get(member.player_id, UNKNOWN),
            game_evidence(member, mine, length, sight.look.at),
        )
        for member in members
    ]
    raids = sight.game.raids_gained if days == RAID_DAYS else {}
    game = game_window(sides, [raids.get(member.player_id) for member in members])
    chat = chat_evidence(members[0], length, sight.look.at, sight.chat.blind)
    if members[0].chat is None:
        return replace(game, chat=chat)
    wrote = sight.chat.wrote[days]
    capped = sight.chat.capped.get(days)
    answers = sum(sight.chat.on_days.get(each, (0, 0))[1] for each in person.authors)
    return replace(
        game,
        chat=chat,
        messages=sum(wrote.get(each, _WROTE_NOTHING).messages for each in person.authors),
        capped=None if capped is None else sum(capped.get(each, 0) for each in person.authors),
        answers=answers if days == STEADY_DAYS else None,
    )


def _weeks(
    whole: _Whole, main: Member, person: Person, ids: Sequence[int], risen: Sequence[Rise]
) -> tuple[Week, ...]:
    sight, starts = whole.sight, whole.starts
    if sight.look.silence_only:
        return ()
    first = min((each.seen_at for each in _seen(sight.game.first, ids)), default=None)
    wrote = joined(sight.chat.on_days.get(each, (0, 0))[0] for each in person.authors)
    return weeks(
        None if first is None else days_risen(risen, starts),
        None if main.chat is None else wrote or 0,
        (day_number(first, starts), day_number(sight.chat.heard_from, starts)),
        STEADY_WEEKS,
    )


def _on_leave(person: Person) -> int | None:
    """Return the user whose leave is one of all the accounts."""
    return person.user_id if allows(person.link, Effect.LEAVE) else None


def _back_at(whole: _Whole, person: Person, ids: Sequence[int]) -> datetime | None:
    """Return when they last came back, to the clan or from a leave."""
    sight = whole.sight
    leaves = [leave for leave in sight.leaves if leave.is_of(_on_leave(person), ids)]
    from_leave = back_since(leaves, sight.days[-1], sight.look.clan.zone)
    found = [whole.returned[each] for each in ids if each in whole.returned]
    return max([*found, *([from_leave] if from_leave else [])], default=None)


def _seen(headlines: Mapping[int, ObservationRow], ids: Sequence[int]) -> list[ObservationRow]:
    return [headlines[each] for each in ids if each in headlines]

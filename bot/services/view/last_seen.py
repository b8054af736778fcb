"""When somebody was seen last, on each side: read out of a view, nothing decided here."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clan.persons import Person
from bot.clan.policy import Policy
from bot.clan.presence import Rise, joined, last_day
from bot.clan.profiles import enough_since
from bot.clan.spans import day_span
from bot.clan.standings import Member
from bot.services.view.view import ClanView
from storage.columns import from_ms
from storage.players import MemberRow
from storage.snapshots import ObservationRow


def present_at(view: ClanView, person: Person) -> datetime | None:
    """Return when they last talked in voice, reacted or used a command."""
    return view.presence.last_at.get(person.user_id or 0)


def looks_of(headlines: Mapping[int, ObservationRow], ids: Sequence[int]) -> list[ObservationRow]:
    """Return the headlines of those of the players that were looked at."""
    return [headlines[each] for each in ids if each in headlines]


def game_seen_at(
    view: ClanView, places: Sequence[MemberRow], risen: Sequence[Rise]
) -> datetime | None:
    """Return when anything rose last, by what we saw or else by WOM's own word."""
    known = [place.changed_at for place in places if place.changed_at is not None]
    known += [from_ms(risen[-1].at_ms)] if risen else []
    return max((at for at in known if at <= view.as_of), default=None)


def enough_xp_at(policy: Policy, risen: Sequence[Rise]) -> datetime | None:
    """Return since when enough XP was gained not to be called inactive."""
    at_ms = enough_since(risen, policy.enforcement.least_xp)
    return None if at_ms is None else from_ms(at_ms)


def chat_seen_at(view: ClanView, main: Member, person: Person) -> datetime | None:
    """Return when they wrote last; of the past, when the day ended on which they did."""
    if main.chat is None:
        return None
    known = [view.people.writers[each].wrote_at for each in person.authors]
    days = joined(view.chat.on_days.get(each, (0, 0))[0] for each in person.authors)
    last_on = last_day(days, view.days[0])
    if last_on is not None and any(at is not None and at > view.as_of for at in known):
        known.append(min(day_span(last_on, view.clan.zone).end, view.as_of))
    return max((at for at in known if at is not None and at <= view.as_of), default=None)


def namesake_wrote_at(view: ClanView, person: Person) -> datetime | None:
    """Return when somebody else who bears the name of one of the accounts wrote last."""
    namesakes, writers = view.people.persons.namesakes, view.people.writers
    wrote = (writers[each].wrote_at for who in person.players for each in namesakes.get(who, ()))
    return max((at for at in wrote if at is not None and at <= view.as_of), default=None)


def was_answered(view: ClanView, person: Person) -> bool | None:
    """Return whether anybody answered a newcomer who wrote, or None for all others."""
    told = [view.chat.was_answered.get(each) for each in person.authors]
    known = [each for each in told if each is not None]
    return any(known) if known else None

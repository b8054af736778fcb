"""Signs of life in a Sight: when somebody was seen last, on which side."""

from collections.abc import Sequence
from datetime import datetime

from bot.clan.persons import Person
from bot.clan.presence import Rise, joined, last_day
from bot.clan.profiles import enough_since
from bot.clan.spans import day_span
from bot.clan.standings import Member
from bot.services.view.sight import Sight
from storage.columns import from_ms
from storage.players import MemberRow


def game_seen_at(
    sight: Sight, places: Sequence[MemberRow], risen: Sequence[Rise]
) -> datetime | None:
    """Return when anything rose last, by what we saw or else by WOM's own word."""
    known = [place.changed_at for place in places if place.changed_at is not None]
    known += [from_ms(risen[-1].at_ms)] if risen else []
    return max((at for at in known if at <= sight.look.at), default=None)


def enough_xp_at(sight: Sight, risen: Sequence[Rise]) -> datetime | None:
    """Return since when enough XP was gained not to be called inactive."""
    at_ms = enough_since(risen, sight.look.policy.enforcement.least_xp)
    return None if at_ms is None else from_ms(at_ms)


def chat_seen_at(sight: Sight, main: Member, person: Person) -> datetime | None:
    """Return when they wrote last; of the past, when the day ended on which they did."""
    if main.chat is None:
        return None
    known = [sight.writers[each].wrote_at for each in person.authors]
    days = joined(sight.chat.on_days.get(each, (0, 0))[0] for each in person.authors)
    last_on = last_day(days, sight.days[0])
    if last_on is not None and any(at is not None and at > sight.look.at for at in known):
        known.append(min(day_span(last_on, sight.look.clan.zone).end, sight.look.at))
    return max((at for at in known if at is not None and at <= sight.look.at), default=None)


def was_answered(sight: Sight, person: Person) -> bool | None:
    """Return whether anybody answered a newcomer who wrote, or None for all others."""
    told = [sight.chat.was_answered.get(each) for each in person.authors]
    known = [each for each in told if each is not None]
    return any(known) if known else None

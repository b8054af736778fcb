"""In which hours of the week each person is there, by what they wrote and gained."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.clan.event_times import PersonHours
from bot.clan.spans import hour_of
from bot.clan.week_hours import GameHours
from bot.services.view import ClanView


def instant_at(at_ms: int) -> datetime:
    """Return the instant of milliseconds since 1970."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def person_hours(
    view: ClanView, wrote: Mapping[int, Mapping[int, int]], game: GameHours
) -> tuple[PersonHours, ...]:
    """Return everybody's hours of the week; whoever opted out is nobody here.

    In how many hours of each hour of the week they `wrote` is by author.
    """
    played = _played(game, view)
    here, writers = {each.player_id: each for each in view.people.places}, view.people.writers
    found = []
    for person in view.people.persons.people:
        mine = [each for each in person.players if each in here]
        if not mine or not view.people.hidden.isdisjoint(person.players):
            continue
        if any(writers[each].is_hidden for each in person.authors):
            continue
        seen = [wrote[each] for each in person.authors if each in wrote]
        seen += [played[each] for each in person.players if each in played]
        found.append(PersonHours(here[mine[0]].name, _most(seen)))
    found += [
        PersonHours(writers[each].name, wrote[each])
        for each in view.people.persons.unmatched_authors
        if each in wrote and not writers[each].is_hidden
    ]
    return tuple(found)


def _played(game: GameHours, view: ClanView) -> dict[int, dict[int, int]]:
    """Return by player in how many weeks they were seen to gain something in an hour of it."""
    zone = view.clan.zone
    weeks: dict[int, dict[int, set[datetime]]] = defaultdict(lambda: defaultdict(set))
    for player_id, at_ms in game.risen:
        hour_at = hour_of(instant_at(at_ms), zone)
        local = hour_at.astimezone(zone)
        weeks[player_id][24 * local.weekday() + local.hour].add(hour_at)
    return {
        who: {hour: len(each) for hour, each in by_hour.items()} for who, by_hour in weeks.items()
    }


def _most(seen: Sequence[Mapping[int, int]]) -> Mapping[int, int]:
    """Return the largest of all sides: who wrote and played in one hour was there once."""
    if len(seen) == 1:
        return seen[0]
    found = dict(seen[0]) if seen else {}
    for each in seen[1:]:
        for hour, count in each.items():
            if count > found.get(hour, 0):
                found[hour] = count
    return found

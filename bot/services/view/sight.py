"""All that was seen of a clan up to one instant: what profiles are made from.

Some twenty statements whatever the number of members. What was seen later is not in it; who is
whose, and what WOM says of an account, is known only as it is today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clan.activity import ChangeKind
from bot.clan.leave import Exempt, Exemption, Leave, exempt_on
from bot.clan.persons import Persons
from bot.clan.policy import STEADY_DAYS
from bot.clan.spans import DAY, day_of, days_between
from bot.services.people import Identity, leave_of, read_identity
from bot.services.setup import Clan
from bot.services.view.chat import ChatSight, read_chat
from bot.services.view.game import GameSight, read_game
from bot.services.view.query import Looking
from storage import absences, exemptions, players
from storage.authors import Writer
from storage.engine import Connection
from storage.players import MemberRow, MembershipEventRow

_ROLE_KINDS = frozenset({ChangeKind.PROMOTED, ChangeKind.DEMOTED, ChangeKind.ROLE})


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything; `days` are those of the eight weeks that end with the look.

    `places` are the members of then by player id, with their roles of then.
    """

    look: Looking
    days: Sequence[date]
    places: Mapping[int, MemberRow]
    persons: Persons
    writers: Mapping[int, Writer]
    game: GameSight
    chat: ChatSight
    events: Sequence[MembershipEventRow]
    leaves: Sequence[Leave]
    exempt: Exempt


async def read_sight(connection: Connection, look: Looking) -> Sight:
    """Return what was seen of a clan."""
    clan, at = look.clan, look.at
    today = day_of(at, clan.zone)
    identity = await read_identity(connection, clan)
    persons = await identity.persons()
    newcomers = _newcomers(identity, persons, at - timedelta(days=look.policy.alerts.newcomer_days))
    gone = await absences.of_clan(connection, clan.clan_id, day_of(look.back_to, clan.zone))
    found = await players.events_between(connection, clan.clan_id, look.back_to, look.now)
    events = [event for event, _ in found]
    return Sight(
        look=look,
        days=days_between(today - (STEADY_DAYS - 1) * DAY, today),
        places=_places_at(identity, events, at),
        persons=persons,
        writers={writer.author_id: writer for writer in identity.writers},
        game=await read_game(connection, look, _looked_at(persons, look)),
        chat=await read_chat(connection, look, newcomers),
        events=[event for event in events if event.happened_at <= at],
        leaves=[leave_of(row) for row in gone],
        exempt=await _exempt(connection, clan, today),
    )


def _looked_at(persons: Persons, look: Looking) -> tuple[int, ...] | None:
    """Return the accounts of the one person who is looked at closely; None for everybody."""
    if look.closely is None:
        return None
    person = persons.by_player.get(look.closely)
    return () if person is None else person.players


def _places_at(
    identity: Identity, events: Sequence[MembershipEventRow], at: datetime
) -> dict[int, MemberRow]:
    """Return who was a member at an instant, with the role of then and since when they held it."""
    changes = [event for event in events if event.kind in _ROLE_KINDS]
    # Newest first: of those after `at` the earliest stays, of the others the latest.
    roles = {each.player_id: each.before for each in changes if each.happened_at > at}
    since = {
        each.player_id: each.happened_at for each in reversed(changes) if each.happened_at <= at
    }

    def then(place: MemberRow) -> MemberRow:
        role = roles.get(place.player_id)
        if role is None:
            return place
        return place._replace(role=role, role_since_at=since.get(place.player_id))

    return {
        place.player_id: then(place)
        for place in (*identity.places.values(), *identity.former)
        if (place.left_at is None or place.left_at > at)
        and (place.joined_at is None or place.joined_at <= at)
    }


def _newcomers(identity: Identity, persons: Persons, since: datetime) -> list[int]:
    """Return the authors of those who joined since an instant."""
    fresh = {
        place.player_id
        for place in identity.places.values()
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

"""What is worked out of a clan's identities, and what of it changes when only the numbers do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clan.linking import Ties
from bot.clan.persons import Persons, hidden_players
from bot.services.people.known import Known, known_of, known_people
from bot.services.people.ties import opted_out, who_is_who
from storage.authors import Total, Writer, with_total
from storage.identity_revision import Status, with_status
from storage.players import MemberRow


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was read of a clan's identities, and who is who by it; it is shared, so only read it.

    `places` are the present members by player id, `hidden` the players whom no list shows.
    """

    places: Mapping[int, MemberRow]
    former: tuple[MemberRow, ...]
    names: Mapping[int, Sequence[str]]
    writers: Sequence[Writer]
    ties: Ties
    persons: Persons
    known: Mapping[int, Known]
    hidden: frozenset[int]


def resolve(
    places: Mapping[int, MemberRow],
    former: tuple[MemberRow, ...],
    names: Mapping[int, Sequence[str]],
    writers: Sequence[Writer],
    ties: Ties,
) -> Resolved:
    """Return who is who; of a thousand people it takes longer than the gateway may wait."""
    persons = who_is_who((*places.values(), *former), names, writers, ties)
    known = known_people(places, _by_author(writers), persons)
    hidden = hidden_players(persons, opted_out(writers))
    return Resolved(places, former, names, writers, ties, persons, known, hidden)


def with_statuses(resolved: Resolved, statuses: Sequence[Status]) -> Resolved:
    """Return the same with what WOM says of the members now."""
    now = {status[0]: status for status in statuses}

    def fresh(member: MemberRow) -> MemberRow:
        status = now.get(member.player_id)
        return member if status is None else with_status(member, status)

    return replace(
        resolved,
        places={player_id: fresh(member) for player_id, member in resolved.places.items()},
        former=tuple(map(fresh, resolved.former)),
    )


def with_totals(resolved: Resolved, totals: Sequence[Total]) -> Resolved:
    """Return the same with other totals of some authors: who they are stays what it was."""
    changed = {total[0]: total for total in totals}
    writers = tuple(
        with_total(writer, changed[writer.author_id]) if writer.author_id in changed else writer
        for writer in resolved.writers
    )
    persons, by_author = resolved.persons, _by_author(writers)
    wrote = {
        person.main: person
        for author_id in changed
        if (person := persons.by_author.get(author_id)) is not None
    }
    known = dict(resolved.known)
    for person in wrote.values():
        known.update(known_of(person, persons, resolved.places, by_author))
    return replace(resolved, writers=writers, known=known)


def _by_author(writers: Sequence[Writer]) -> dict[int, Writer]:
    return {writer.author_id: writer for writer in writers}

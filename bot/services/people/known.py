"""What is known of each present player: whose it is, and whose chat stands with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.clan.persons import Person, Persons
from bot.clan.standings import Link
from storage.authors import Writer
from storage.players import MemberRow


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a present player: whose it is, and whose chat stands with it.

    `authors` is empty for an alt, whose person's chat stands with the main account; `accounts` are
    the names of the person's present accounts, the main one first. Of an account that is confirmed
    for somebody who opted out, `is_hidden` is true, and nothing is said of the others, nor what
    the person is called or wrote.
    """

    link: Link
    user_id: int | None
    person: str | None
    authors: tuple[Writer, ...]
    accounts: tuple[str, ...]
    alt_of: str | None = None
    is_hidden: bool = False


def known_people(
    places: Mapping[int, MemberRow], writers: Mapping[int, Writer], persons: Persons
) -> dict[int, Known]:
    """Return by player id who of the present members is known, or was heard at all."""
    return dict(
        known for person in persons.people for known in known_of(person, persons, places, writers)
    )


def known_of(
    person: Person,
    persons: Persons,
    present: Mapping[int, MemberRow],
    writers: Mapping[int, Writer],
) -> Iterator[tuple[int, Known]]:
    """Yield a person's present accounts; those who left neither hold the chat nor are named."""
    places = [present[each] for each in person.players if each in present]
    authors = tuple(writers[author_id] for author_id in person.authors)
    if not places or (person.user_id is None and not authors):
        return
    if any(each.is_hidden for each in authors):
        yield from _opted_out(person, persons, places)
        return
    names = tuple(place.name for place in places)
    called = next((each.name for each in authors if each.discord_user_id is not None), None)
    for place in places:
        is_main = place is places[0]
        yield (
            place.player_id,
            Known(
                link=persons.links[place.player_id],
                user_id=person.user_id,
                person=called or next((each.name for each in authors), None),
                authors=authors if is_main else (),
                accounts=names,
                alt_of=None if is_main else names[0],
            ),
        )


def _opted_out(
    person: Person, persons: Persons, places: Sequence[MemberRow]
) -> Iterator[tuple[int, Known]]:
    """Yield each account alone: whoever opted out is known by confirmed links only."""
    for place in places:
        yield (
            place.player_id,
            Known(
                link=persons.links[place.player_id],
                user_id=person.user_id,
                person=None,
                authors=(),
                accounts=(place.name,),
                is_hidden=True,
            ),
        )

"""What is known of each present player: whose it is, and whose chat stands with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.clan.persons import Person, Persons, hidden_players
from bot.clan.standings import Link
from storage.authors import Writer
from storage.players import MemberRow


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a present player: whose it is, and whose chat stands with it.

    `authors` is empty for an alt, whose person's chat stands with the main account; `accounts` are
    the names of the person's present accounts, the main one first. `is_hidden` is a confirmed
    account of somebody who opted out; of any account of theirs `opted_out` is true, and then it
    says nothing of the others, nor what the person is called or wrote on Discord.
    """

    link: Link
    user_id: int | None
    person: str | None
    authors: tuple[Writer, ...]
    accounts: tuple[str, ...]
    alt_of: str | None = None
    is_hidden: bool = False
    opted_out: bool = False


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
        yield from _opted_out(person, persons, places, authors)
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
    person: Person, persons: Persons, places: Sequence[MemberRow], authors: Sequence[Writer]
) -> Iterator[tuple[int, Known]]:
    """Yield each account alone; of one known by name its speaker in the clan chat stays.

    Else whoever bears another one's name on the server could silence that member.
    """
    hidden = hidden_players(persons, [] if person.user_id is None else [person.user_id])
    speakers = () if hidden else tuple(each for each in authors if not each.is_hidden)
    for place in places:
        theirs = speakers if place is places[0] else ()
        yield (
            place.player_id,
            Known(
                link=persons.links[place.player_id],
                user_id=person.user_id,
                person=next((each.name for each in theirs), None),
                authors=theirs,
                accounts=(place.name,),
                is_hidden=place.player_id in hidden,
                opted_out=True,
            ),
        )

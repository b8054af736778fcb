"""Questions as persons asked and answered them, and what these persons are called."""

from collections.abc import Sequence

from bot.clan.together import heads
from bot.clan.waiting import AskedQuestion, as_person
from bot.services.view import People
from storage.questions import QuestionRow


def asked_by_people(people: People, rows: Sequence[QuestionRow]) -> list[AskedQuestion]:
    """Return questions as asked and answered by persons, without those of people who opted out.

    A person is known by the first of their authors.
    """
    head = heads(each.authors for each in people.persons.people if len(each.authors) > 1)
    hidden = hidden_authors(people)
    found = (
        AskedQuestion(
            row.message_id,
            row.channel_id,
            row.author_id,
            row.asked_at,
            row.answered_by,
            row.answered_at,
            row.is_closed,
        )
        for row in rows
    )
    shown = (as_person(each, head, hidden) for each in found)
    return [each for each in shown if each is not None]


def author_names(people: People) -> dict[int, str]:
    """Return by author what a person is called: as in the game, or else as on Discord."""
    players = {each.player_id: each.name for each in (*people.former, *people.places)}
    found = {author_id: writer.name for author_id, writer in people.writers.items()}
    for person in people.persons.people:
        name = players.get(person.main)
        if name is not None:
            found.update(dict.fromkeys(person.authors, name))
    return found


def hidden_authors(people: People) -> frozenset[int]:
    """Return the authors of the people who opted out."""
    hidden = {each.author_id for each in people.writers.values() if each.is_hidden}
    for person in people.persons.people:
        if not people.hidden.isdisjoint(person.players):
            hidden.update(person.authors)
    return frozenset(hidden)

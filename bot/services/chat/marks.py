"""What people call a message is kept with its fact, and who is credited follows at once."""

from typing import NamedTuple

from bot.clan.marking import ClickedMessage, Marker, Marking, MarkOutcome, MarkState, marked
from bot.clan.persons import Persons, hidden_players
from bot.services.chat.answers import drop_credits, fact_of, settle_answers
from bot.services.chat.counted import is_counted
from bot.services.chat.facts import LINE_STEP, MOST_LINES
from bot.services.chat.intake import Intake
from bot.services.people import Identity, IdentityCache, opted_out, read_identity
from bot.services.setup import Clan, as_it_is
from storage import authors, marks, messages, questions
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.messages import Flag, Stored

_OURS = int(Flag.QUESTION | Flag.CLOSED | Flag.ANSWERS)


class Clicked(NamedTuple):
    """A message on Discord, and who clicked on it."""

    message_id: int
    discord_channel_id: int
    user_id: int
    is_officer: bool


class Marks:
    """Keeps what people call messages."""

    def __init__(self, database: Database, intake: Intake, identities: IdentityCache) -> None:
        self._database = database
        self._intake = intake
        self._identities = identities

    @begins_again
    async def mark(self, clan: Clan, clicked: Clicked, marking: Marking) -> MarkOutcome:
        """Call a message something, and return what came of it."""
        await self._intake.flush_of(clan.guild_id)  # it may have been heard a moment ago
        async with self._database.writing() as connection:
            clan = await as_it_is(connection, clan)
            found = await _sought(connection, clan, clicked)
            if isinstance(found, MarkOutcome):
                return found
            people = await read_identity(connection, clan, cache=self._identities)
            persons = await people.persons()
            if found.author_id in _hidden(people, persons):
                return MarkOutcome.NOT_COUNTED
            message = await _clicked(connection, clan, persons, found)
            marker = Marker(await people.own_authors(clicked.user_id), clicked.is_officer)
            outcome, state = marked(message, marking, marker)
            if state != message.state:
                await _keep(connection, clan, found, state)
            return outcome


async def _sought(connection: Connection, clan: Clan, clicked: Clicked) -> Stored | MarkOutcome:
    """Return the fact that may be marked; or why there is none."""
    places = await authors.channels(connection, clan.clan_id)
    place = places.get(clicked.discord_channel_id)
    if place is not None and not is_counted(place, places):
        return MarkOutcome.LEFT_OUT
    lines = [clicked.message_id + line * LINE_STEP for line in range(MOST_LINES)]
    found = (await messages.stored(connection, {clan.clan_id: lines}))[clan.clan_id]
    if any(each.flags & Flag.FURTHER for each in found):
        return MarkOutcome.SEVERAL_LINES
    message = next((each for each in found if each.message_id == clicked.message_id), None)
    if message is None:
        return MarkOutcome.NOT_COUNTED
    if not await marks.can_change(connection, clan.clan_id, message.message_id):
        return MarkOutcome.ARCHIVED
    return message


def _hidden(people: Identity, persons: Persons) -> set[int]:
    """Return the authors of whom others see nothing."""
    players = hidden_players(persons, opted_out(people.writers))
    theirs = (persons.by_player[each].authors for each in players)
    return {each.author_id for each in people.writers if each.is_hidden}.union(*theirs)


async def _clicked(
    connection: Connection, clan: Clan, persons: Persons, message: Stored
) -> ClickedMessage:
    """Return a message as it is judged."""
    asker = await _asker(connection, clan, message)
    author = message.author_id
    person = persons.by_author.get(author)
    by_asker = asker in (author, *(() if person is None else person.authors))
    return ClickedMessage(_state_of(message), author, asker, by_asker)


async def _asker(connection: Connection, clan: Clan, message: Stored) -> int | None:
    """Return who asked what the message replies to; None when that is no question."""
    if message.reply_to is None:
        return None
    asked = await questions.asked(connection, {clan.clan_id: [message.reply_to]})
    return next(
        (each.author_id for each in asked[clan.clan_id] if each.channel_id == message.channel_id),
        None,
    )


def _state_of(message: Stored) -> MarkState:
    is_closed = bool(message.flags & Flag.CLOSED)
    return MarkState(message.is_question, is_closed, marks.is_answer(message))


async def _keep(connection: Connection, clan: Clan, message: Stored, state: MarkState) -> None:
    """Store what a message is taken for, and settle what follows from it."""
    if message.is_question and not state.is_question:
        await drop_credits(connection, [(clan, [message.message_id])])
    flags = message.flags & ~_OURS
    flags |= Flag.QUESTION if state.is_question else 0
    flags |= Flag.CLOSED if state.is_closed else 0
    flags |= Flag.ANSWERS if state.is_answer else 0
    await marks.put(connection, clan.clan_id, fact_of(message, clan.zone), int(flags))
    if state.is_answer:
        await marks.let_alone_answer(connection, clan.clan_id, message)
    after = fact_of(message._replace(flags=int(flags)), clan.zone)
    await settle_answers(connection, [(clan, [after])])

"""What people call a message is kept with its fact, and who is credited follows at once."""

from collections.abc import Collection
from typing import NamedTuple

from bot.clan.marking import ClickedMessage, Marker, Marking, MarkOutcome, MarkState, marked
from bot.services.chat.answers import drop_credits, fact_of, settle_answers
from bot.services.chat.counted import is_counted
from bot.services.chat.intake import Intake
from bot.services.setup import Clan, as_it_is
from storage import authors, marks, messages, questions
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

    def __init__(self, database: Database, intake: Intake) -> None:
        self._database = database
        self._intake = intake

    async def mark(self, clan: Clan, clicked: Clicked, marking: Marking) -> MarkOutcome:
        """Call a message something, and return what came of it."""
        await self._intake.flush()  # it may have been heard a moment ago
        async with self._database.writing() as connection:
            clan = await as_it_is(connection, clan)
            writers = await authors.writers(connection, clan.clan_id)
            hidden = {each.author_id for each in writers if each.is_hidden}
            found = await _sought(connection, clan, clicked, hidden)
            if isinstance(found, MarkOutcome):
                return found
            asker = await _asker(connection, found)
            message = ClickedMessage(_state_of(found), found.author_id, asker)
            own = {each.discord_user_id: each.author_id for each in writers}
            marker = Marker(own.get(clicked.user_id), clicked.is_officer)
            outcome, state = marked(message, marking, marker)
            if state != message.state:
                await _keep(connection, clan, found, state)
            return outcome


async def _sought(
    connection: Connection, clan: Clan, clicked: Clicked, hidden: Collection[int]
) -> Stored | MarkOutcome:
    """Return the fact that may be marked; or why there is none."""
    places = await authors.channels(connection, clan.clan_id)
    place = places.get(clicked.discord_channel_id)
    if place is not None and not is_counted(place, places):
        return MarkOutcome.LEFT_OUT
    found = await messages.stored(connection, clan.clan_id, [clicked.message_id])
    if not found or found[0].author_id in hidden:
        return MarkOutcome.NOT_COUNTED
    if await marks.is_archived(connection, clicked.message_id):
        return MarkOutcome.ARCHIVED
    return found[0]


async def _asker(connection: Connection, message: Stored) -> int | None:
    """Return who asked what the message replies to; None when that is no question."""
    if message.reply_to is None:
        return None
    asked = await questions.asked(connection, [message.reply_to])
    return next((each.author_id for each in asked if each.channel_id == message.channel_id), None)


def _state_of(message: Stored) -> MarkState:
    is_closed = bool(message.flags & Flag.CLOSED)
    return MarkState(message.is_question, is_closed, marks.is_answer(message))


async def _keep(connection: Connection, clan: Clan, message: Stored, state: MarkState) -> None:
    """Store what a message is taken for, and settle what follows from it."""
    if message.is_question and not state.is_question:
        await drop_credits(connection, clan.clan_id, clan.zone, [message.message_id])
    flags = message.flags & ~_OURS
    flags |= Flag.QUESTION if state.is_question else 0
    flags |= Flag.CLOSED if state.is_closed else 0
    flags |= Flag.ANSWERS if state.is_answer else 0
    await marks.put(connection, clan.clan_id, fact_of(message, clan.zone), int(flags))
    after = fact_of(message._replace(flags=int(flags)), clan.zone)
    await settle_answers(connection, clan.clan_id, clan.zone, [after])

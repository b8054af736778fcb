"""A clan's rollups made again from its facts: in another time zone days and hours begin elsewhere.

All in the caller's transaction, a few hundred facts at a time.
"""

from zoneinfo import ZoneInfo

from bot.services.answers import credit, fact_of
from storage import messages, questions, rollups
from storage.engine import Connection

_AT_ONCE = 400  # some milliseconds of work between two breaths of the event loop


async def rebuild(connection: Connection, clan_id: int, zone: ZoneInfo) -> None:
    """Replace every rollup of the clan by what its messages and answered questions make."""
    await rollups.forget(connection, clan_id)
    newest_id = 0
    while few := await messages.after(connection, clan_id, newest_id, _AT_ONCE):
        newest_id = few[-1].message_id
        tallies = [fact_of(message, zone).tally(1) for message in few]
        await rollups.roll_up(connection, clan_id, tallies)
    newest_id = 0
    while answered := await questions.answered_after(connection, clan_id, newest_id, _AT_ONCE):
        newest_id = answered[-1].message_id
        credits_due = [tally for each in answered for tally in credit(each, zone, 1)]
        await rollups.roll_up(connection, clan_id, credits_due)

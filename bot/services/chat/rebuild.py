"""A clan's rollups made again from its facts: in another time zone days and hours begin elsewhere.

All in one transaction, a few hundred facts at a time.
"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.services.chat.answers import credit, fact_of
from bot.services.setup import Clan
from storage import clans, messages, questions, rollups
from storage.engine import Connection, Database

_AT_ONCE = 400  # some milliseconds of work between two breaths of the event loop


class UnknownZone(ValueError):
    """No time zone has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no time zone is called {name!r}; write it like Europe/London")


class Zones:
    """Changes when a clan's days begin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_zone(self, clan: Clan, zone: str) -> None:
        """Set the time zone in which the clan's days begin; UnknownZone when there is none such.

        What was written before moves into the days and hours of that zone.
        """
        try:
            known = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Europe" is a folder
            raise UnknownZone(zone) from error
        async with self._database.writing() as connection:
            before = await clans.of_guild(connection, clan.guild_id)
            if before is not None and before.zone != zone:
                await clans.change(connection, clan.clan_id, zone=zone)
                await rebuild_rollups(connection, clan.clan_id, known)


async def rebuild_rollups(connection: Connection, clan_id: int, zone: ZoneInfo) -> None:
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

"""What all that goes out is made with."""

from bot.reports.worker import Draws
from bot.services.people import IdentityCache
from bot.services.setup import Clock
from storage.engine import Database


class ClanReader:
    """Reads a clan from the database, as of its clock."""

    def __init__(
        self, database: Database, clock: Clock, identities: IdentityCache | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities


class Publisher(ClanReader):
    """Reads a clan, and has what it arranged drawn."""

    def __init__(
        self,
        database: Database,
        draws: Draws,
        clock: Clock,
        identities: IdentityCache | None = None,
    ) -> None:
        super().__init__(database, clock, identities)
        self._draws = draws

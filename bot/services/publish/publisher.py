"""What all that goes out is made with."""

from bot.reports.worker import Draws
from bot.services.people import IdentityCache
from bot.services.setup import Clock
from storage.engine import Database


class Publisher:
    """Reads a clan from the database, as of its clock, and has what it arranged drawn."""

    def __init__(
        self,
        database: Database,
        draws: Draws,
        clock: Clock,
        identities: IdentityCache | None = None,
    ) -> None:
        self._database = database
        self._draws = draws
        self._clock = clock
        self._identities = identities

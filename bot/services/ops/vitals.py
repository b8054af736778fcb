"""What shows from one moment to the next how the bot is doing: for whoever measures or asks.

Nothing is measured that nobody asked for: who watches says so, and is told from then on.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.services.chat import Intake, IntakeCounts
from bot.services.game import fault_words
from bot.services.setup import Clock
from storage import clans
from storage.engine import Connection, Database, WorkListener
from storage.errors import StorageError
from storage.migrate import NEWEST, revision_seen
from wom.client import RequestListener, WomClient
from wom.pace import RequestsLeft

_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Whether the database is as it should be, and how long ago each clan was polled, in order.

    `fault` says in words what is wrong with it; what could not be read then is not there.
    """

    fault: str | None = None
    poll_ages: tuple[timedelta, ...] = ()
    never_polled: int = 0
    without_group: int = 0


class Vitals:
    """Looks at the parts that everything else goes through."""

    def __init__(self, database: Database, intake: Intake, wom: WomClient, clock: Clock) -> None:
        self._database = database
        self._intake = intake
        self._wom = wom
        self._clock = clock

    def watch(self, of_database: WorkListener, of_wom: RequestListener) -> None:
        """Have somebody told how long the database and Wise Old Man take, each time."""
        self._database.watch(of_database)
        self._wom.watch(of_wom)

    @property
    def messages(self) -> IntakeCounts:
        """What became of messages since the start."""
        return self._intake.counts

    @property
    def messages_waiting(self) -> int:
        """How many messages are heard and not yet written."""
        return self._intake.waiting

    @property
    def requests_left(self) -> RequestsLeft:
        """How much Wise Old Man may be asked now."""
        return self._wom.requests_left

    @property
    def waited_s(self) -> float:
        """How many seconds questions to Wise Old Man waited for their turn, all together."""
        return self._wom.waited_s

    async def look(self, patience_s: float = 5.0) -> DatabaseState:
        """Return how the database is; one that does not answer in time has that fault."""
        try:
            async with asyncio.timeout(patience_s):
                async with self._database.reading(is_quick=True) as connection:
                    return await self._state(connection)
        except TimeoutError:
            return DatabaseState(f"The database does not answer within {patience_s:g} seconds.")
        except StorageError as error:
            return DatabaseState(fault_words(error))

    async def _state(self, connection: Connection) -> DatabaseState:
        revision = await revision_seen(connection)
        if revision != NEWEST:
            return DatabaseState(
                f"The database is at revision {revision}, and this version needs {NEWEST}. "
                "Install the same version everywhere, then restart the bot."
            )
        now, polls = self._clock(), await clans.polls(connection)
        polled = [at for has_group, at in polls if has_group and at is not None]
        with_group = sum(has_group for has_group, _ in polls)
        return DatabaseState(
            # What is still to come was noted by a clock that ran ahead.
            poll_ages=tuple(sorted(max(now - at, _NO_TIME) for at in polled)),
            never_polled=with_group - len(polled),
            without_group=len(polls) - with_group,
        )

"""Heavy answers take turns: a few are made at once, one for each person, and clans in turn.

Whoever asks for forty files in a row waits for their own, and nobody else does. A clan of which
many ask at once holds up itself.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.fair import FairTurns

_AT_ONCE = 3
MOST_WAITING = 20
"""How many of one clan may wait, unless whoever runs the bot says otherwise."""
_MOST_OF_ALL = 200
_TOO_MANY = "Many people are asking just now: try again in a minute."

_log = structlog.get_logger()


class NotYourTurn(Exception):
    """An answer that is not made now; the words say why and what to do."""


class Turns:
    """Lets few answers be made at once; nothing of it is kept."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._people: set[int] = set()
        self._of_clan: Counter[int] = Counter()
        self._refused: set[int] = set()
        self._turns = FairTurns(_AT_ONCE)

    @asynccontextmanager
    async def of(self, person_id: int, clan_id: int) -> AsyncIterator[None]:
        """Wait for a person's turn, and let the next one have it afterwards.

        Raises NotYourTurn when they wait for an answer already, or when too many people do.
        """
        if person_id in self._people:
            raise NotYourTurn("I am still at your last answer: wait for it, then ask again.")
        if self._of_clan[clan_id] >= _AT_ONCE + self._most_waiting:
            self._tell_host(clan_id)
            raise NotYourTurn(_TOO_MANY)
        if len(self._people) >= _MOST_OF_ALL:
            raise NotYourTurn(_TOO_MANY)
        self._people.add(person_id)
        self._of_clan[clan_id] += 1
        try:
            async with self._turns.of(clan_id):
                yield
        finally:
            self._people.discard(person_id)
            self._of_clan[clan_id] -= 1
            if not self._of_clan[clan_id]:
                del self._of_clan[clan_id]
                self._refused.discard(clan_id)

    def _tell_host(self, clan_id: int) -> None:
        """Log, once a rush, what an officer cannot set and whoever runs the bot can."""
        if clan_id not in self._refused:
            self._refused.add(clan_id)
            _log.warning(
                "a clan has as many people waiting as MAX_WAITING in .env lets it have",
                clan_id=clan_id,
                most=self._most_waiting,
            )

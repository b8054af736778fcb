"""Heavy answers take turns: a few are made at once, and one for each person.

Whoever asks for forty files in a row waits for their own, and nobody else does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_AT_ONCE = 3
_MOST_WAITING = 20


class NotYourTurn(Exception):
    """An answer that is not made now; the words say why and what to do."""


class Turns:
    """Lets few answers be made at once; nothing of it is kept."""

    def __init__(self) -> None:
        self._people: set[int] = set()
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def of(self, person_id: int) -> AsyncIterator[None]:
        """Wait for a person's turn, and let the next one have it afterwards.

        Raises NotYourTurn when they wait for an answer already, or when too many people do.
        """
        if person_id in self._people:
            raise NotYourTurn("I am still at your last answer: wait for it, then ask again.")
        if len(self._people) >= _AT_ONCE + _MOST_WAITING:
            raise NotYourTurn("Many people are asking just now: try again in a minute.")
        self._people.add(person_id)
        try:
            async with self._at_once:
                yield
        finally:
            self._people.discard(person_id)

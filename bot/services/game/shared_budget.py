"""What all processes with one key may ask Wise Old Man, kept in a row of their database.

Whoever asks holds the row for the moment of a few statements, so no two take the same slot. Nobody
holds a slot for later: what a process that is gone had not asked is there for the others.
"""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from storage.advisory import keep_budget, locked_budget, seconds_of_server
from storage.engine import Database
from wom.pace import Pace


def budget_of(key: str | None) -> str:
    """Return the hash by which a key's budget is known; without a key each machine has its own."""
    name = f"key {key}" if key else f"address of {socket.gethostname()}"
    return hashlib.sha256(f"clanstats, wise old man, {name}".encode()).hexdigest()


class SharedBudget:
    """The pace of all processes with a key; `timer` counts the seconds of our own clock.

    Instants are kept by the server's clock; `server_s` shows it, for tests.
    """

    def __init__(
        self,
        database: Database,
        key: str | None,
        timer: Callable[[], float],
        server_s: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._key_hash = budget_of(key)
        self._timer = timer
        self._server_s = server_s
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def together(self, pace: Pace) -> AsyncIterator[None]:
        """Have a pace know inside what all of them did, and then tell them what it did."""
        async with self._one, self._database.queueing() as connection:
            known = await locked_budget(connection, self._key_hash)
            if self._server_s is None:
                server_s = await seconds_of_server(connection)
            else:
                server_s = self._server_s()
            ahead_s = server_s - self._timer()
            pace.load(known, ahead_s)
            yield
            await keep_budget(connection, self._key_hash, pace.dump(ahead_s))

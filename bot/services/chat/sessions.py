"""Which servers are heard without a gap: their channels whose history is read, since when.

A server whose gap begins anew is one thing, the connection that is lost another: what one server
misses has nobody else read again.
"""

from collections.abc import Collection

from bot.recent import Recent

_MOST_CHANNELS = 5_000  # of a server; what was idle longest is read again after the next gap
_MOST_LOST = 10_000


class Sessions:
    """Numbers the sessions of servers, and knows which of their channels are caught up."""

    def __init__(self) -> None:
        self._newest = 0
        self._everywhere = 0
        self._anew: Recent[int, int] = Recent(_MOST_LOST)
        self._caught_up: dict[int, Recent[int, None]] = {}
        self._listened: set[int] = set()

    @property
    def listened(self) -> Collection[int]:
        """Return the servers whose gap is read and that missed nothing since."""
        return self._listened

    def of(self, guild_id: int) -> int:
        """Return a number that is another one whenever a server missed anything since."""
        return self._anew.get(guild_id, self._everywhere)

    def end(self) -> None:
        """Begin anew in all servers: the connection was away."""
        self._newest += 1
        self._everywhere = self._newest
        self._anew.clear()
        self._caught_up = {}
        self._listened = set()

    def end_in(self, guild_id: int) -> None:
        """Begin anew in one server."""
        self._newest += 1
        self._anew[guild_id] = self._newest
        self._caught_up.pop(guild_id, None)
        self._listened.discard(guild_id)

    def resume(self, guild_id: int, session: int) -> bool:
        """Note that a server's gap is read, and return it; not if it missed anything meanwhile."""
        if session != self.of(guild_id):
            return False
        self._listened.add(guild_id)
        return True

    def follow(self, guild_id: int, channel_id: int, session: int) -> None:
        """Note that a channel's history is read, unless the server missed anything meanwhile."""
        if session == self.of(guild_id):
            self._caught_up.setdefault(guild_id, Recent(_MOST_CHANNELS))[channel_id] = None

    def stop_following(self, guild_id: int, channel_id: int) -> None:
        """Note that a channel's history has to be read."""
        if (known := self._caught_up.get(guild_id)) is not None:
            known.pop(channel_id, None)

    def followed(self, guild_id: int, channel_ids: Collection[int]) -> set[int]:
        """Return those of the channels that are caught up; they count as used just now."""
        known = self._caught_up.get(guild_id)
        if known is None:
            return set()
        found = {each for each in channel_ids if each in known}
        for each in found:
            known[each] = None
        return found

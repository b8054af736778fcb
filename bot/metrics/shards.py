"""How the connections to Discord's gateway are, of a bot that discord.py runs."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_UNANSWERED_S = 20.0
"""For how long a heartbeat may be without an answer: usually it takes a tenth of a second."""


class ShardState(NamedTuple):
    """One connection to the gateway; `heartbeat_s` is how long it takes, or has taken, to answer.

    It is None before the first answer, and until a connection is made.
    """

    number: int
    is_connected: bool
    heartbeat_s: float | None

    @property
    def fault(self) -> str | None:
        """Say what is wrong with it, or nothing."""
        if not self.is_connected:
            return f"Shard {self.number} is not connected to Discord."
        if self.heartbeat_s is not None and self.heartbeat_s > _UNANSWERED_S:
            return (
                f"Discord has not answered shard {self.number} for {self.heartbeat_s:.0f} seconds."
            )
        return None


def shards_of(bot: Any, timer: Callable[[], float]) -> Iterator[ShardState]:  # noqa: ANN401 - discord.py's
    """Yield the state of each connection; `timer` is the clock of discord.py's heartbeats."""
    numbers = list(getattr(bot, "shards", {}))
    for number in numbers or [bot.shard_id or 0]:
        socket = bot._get_websocket(shard_id=number) if numbers else bot.ws  # noqa: SLF001 - no other door
        is_connected = socket is not None and socket.open
        heartbeat_s = _heartbeat_s(socket, timer()) if is_connected else None
        yield ShardState(number, is_connected, heartbeat_s)


def _heartbeat_s(socket: Any, now_s: float) -> float | None:  # noqa: ANN401 - discord.py's
    """Return how long the last answer took; of one that is missing for longer, for how long."""
    # What discord.py says of it stands still for as long as no answer comes.
    beating = socket._keep_alive  # noqa: SLF001 - no other door
    if beating is None:
        return None
    answered_s: float = beating._last_ack  # noqa: SLF001 - likewise
    missing_s = 0.0
    if beating._last_send > answered_s:  # noqa: SLF001 - likewise
        missing_s = now_s - answered_s - (beating.interval or 0.0)
    took_s = max(beating.latency, 0.0)
    known_s = took_s if took_s < float("inf") else None
    return known_s if missing_s <= (known_s or 0.0) else missing_s

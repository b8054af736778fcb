"""Lines that several relays of one clan chat repeat: each is heard once.

The words are compared by a hash that is in memory only and means nothing after a restart.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from secrets import token_bytes

from bot.clan.names import wom_key

WITHIN = timedelta(seconds=10)
"""How far apart relays post the same line."""

MOST_LINES = 20_000
_MOST_ALIKE = 100
_KEY_BYTES, _HASH_BYTES = 32, 16


@dataclass(slots=True)
class _Line:
    """One line of the game, and the posts by which it came: message ids by relay."""

    said_at: datetime
    heard_as: int
    posts: dict[int, int] = field(default_factory=dict)


class Echoes:
    """Tells a relay's line that another relay has brought already.

    Whoever says the same twice says two lines, and each relay repeats both. It remembers so many
    of the newest lines as `most` says at a time.
    """

    def __init__(self, most: Callable[[], int] = lambda: MOST_LINES) -> None:
        self.is_reading = False
        """While a history is read, what was said long ago is met again."""
        self._most = most
        self._secret = token_bytes(_KEY_BYTES)
        self._lines: OrderedDict[bytes, list[_Line]] = OrderedDict()

    def is_one(self, relay_id: int, message_id: int, said: tuple[str, str], at: datetime) -> bool:
        """Return whether another relay has brought what was `said` (by whom, the words)."""
        speaker, words = said
        key = self._hash(f"{wom_key(speaker)}\0{words}")
        near = [each for each in self._lines.get(key, ()) if abs(each.said_at - at) <= WITHIN]
        known = next((each for each in near if each.posts.get(relay_id) == message_id), None)
        line = known or next((each for each in near if relay_id not in each.posts), None)
        if line is None:
            line = _Line(at, message_id)
            self._remember(key, line)
        line.posts[relay_id] = message_id
        return line.heard_as != message_id

    def _remember(self, key: bytes, line: _Line) -> None:
        lines = self._lines.setdefault(key, [])
        lines.append(line)
        del lines[:-_MOST_ALIKE]
        self._lines.move_to_end(key)
        most = MOST_LINES if self.is_reading else min(self._most(), MOST_LINES)
        while len(self._lines) > most:
            self._lines.popitem(last=False)

    def _hash(self, words: str) -> bytes:
        return blake2b(words.encode(), digest_size=_HASH_BYTES, key=self._secret).digest()

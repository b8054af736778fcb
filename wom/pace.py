"""How long to wait before the next request: numbers in, numbers out, no clock inside.

Wise Old Man counts requests in fixed windows that begin with the first request. We count the
same way, end our windows a margin later than theirs, and believe their headers over ourselves.
Every `now` is seconds of one monotonic clock; every length is seconds.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

LIMIT_WITHOUT_KEY = 20
LIMIT_WITH_KEY = 100
WINDOW_S = 60.0
# Their clock starts when a request arrives, ours when it leaves; and they round to seconds.
MARGIN_S = 1.0
BLOCKED_S = 24 * 60 * 60.0
# No answer keeps us quiet for longer: one odd header must not silence every clan for weeks.
LONGEST_S = 60 * 60.0
_LEFT_TO_OTHERS = 5
"""Whoever stands behind leaves a fifth of each window to the others, or what they need of late."""
_ALWAYS_LEFT = 20
"""And of the whole at least so little, for who comes late."""
_SHARE = 10
"""Whoever had a tenth of a window stands behind those who had less, if anybody else asks."""


class Allowance(NamedTuple):
    """What the rate limit headers of an ordinary answer say."""

    limit: int
    remaining: int
    reset_s: int


class RequestsLeft(NamedTuple):
    """How many requests the present window has, and how many of them are left; 0 while quiet."""

    limit: int
    left: int


class Pace:
    """Slots of the present window, and whether we have been told to be quiet or to go away."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._asked: dict[str, int] = {}
        self._in_front = self._in_front_before = 0
        self._others_before: list[str] = []
        self._began_s = 0.0
        self._ends_s: float | None = None
        self._quiet_until_s: float | None = None
        self._blocked_until_s: float | None = None

    def reserve(self, now: float, *, is_behind: bool = False, asker: str = "") -> float:
        """Take a slot and return 0; or take none and return the seconds until it pays to ask.

        Whoever stands behind leaves slots to the others, and so does an asker with a name who had
        a share of this window already, if anybody else asks.
        """
        if self._quiet_until_s is not None and now < self._quiet_until_s:
            return self._quiet_until_s - now
        if self._ends_s is None or now >= self._ends_s:
            self._begin_window(now)
        is_in_front = not is_behind and not self._had_share(asker)
        # Those too who come in vain: the next window keeps as much for them.
        self._in_front += is_in_front
        if self._used >= self._limit - (0 if is_in_front else self._left_to_others()):
            return (self._ends_s or now) - now
        self._used += 1
        self._asked[asker] = self._asked.get(asker, 0) + 1
        return 0.0

    def requests_left(self, now: float) -> RequestsLeft:
        """Return what may be asked in the present window, or in the next one when it is over."""
        is_quiet = self._quiet_until_s is not None and now < self._quiet_until_s
        if is_quiet or self.is_blocked(now):
            return RequestsLeft(self._limit, 0)
        is_over = self._ends_s is None or now >= self._ends_s
        left = self._limit if is_over else self._limit - self._used
        return RequestsLeft(self._limit, max(left, 0))

    def _begin_window(self, now: float) -> None:
        is_next = self._ends_s is not None and now < self._ends_s + WINDOW_S
        self._in_front_before = self._in_front if is_next else 0
        self._others_before = sorted(self._asked) if is_next else []
        self._in_front, self._asked = 0, {}
        self._began_s, self._ends_s, self._used = now, now + WINDOW_S + MARGIN_S, 0

    def _had_share(self, asker: str) -> bool:
        others = {*self._asked, *self._others_before} - {asker}
        share = max(self._limit // _SHARE, 1)
        return bool(asker and others) and self._asked.get(asker, 0) >= share

    def _left_to_others(self) -> int:
        """Return how many slots of the rest are for those in front: what they needed of late."""
        needed = max(self._limit // _LEFT_TO_OTHERS, self._in_front_before)
        least = max(self._limit // _ALWAYS_LEFT, 1)
        most = self._limit - least
        return min(max(needed - self._in_front, least), most)

    def dump(self, ahead_s: float) -> dict[str, Any]:
        """Return what is known as JSON has it, by a clock that is so many seconds ahead of ours."""
        instants = (self._began_s, self._ends_s, self._quiet_until_s, self._blocked_until_s)
        return {
            "limit": self._limit,
            "used": self._used,
            "asked": self._asked,
            "in_front": [self._in_front, self._in_front_before],
            "others_before": self._others_before,
            "instants": [None if each is None else each + ahead_s for each in instants],
        }

    def load(self, known: Mapping[str, Any], ahead_s: float) -> None:
        """Know what another `dump` returned, and nothing else; an empty one changes nothing."""
        if not known:
            return
        self._limit, self._used, self._asked = known["limit"], known["used"], dict(known["asked"])
        self._in_front, self._in_front_before = known["in_front"]
        self._others_before = known["others_before"]
        began, *ends = (None if each is None else each - ahead_s for each in known["instants"])
        self._began_s = began or 0.0
        self._ends_s, self._quiet_until_s, self._blocked_until_s = ends

    def learn(self, now: float, sent: float, seen: Allowance) -> None:
        """Correct the present window by the headers of the answer to a request sent at `sent`."""
        if sent < self._began_s or seen.limit < 1:
            return
        self._limit = seen.limit
        # Others may share our address; requests still under way are not in their count yet.
        self._used = max(self._used, seen.limit - seen.remaining)
        self._ends_s = now + min(seen.reset_s, LONGEST_S) + MARGIN_S

    def back_off(self, now: float, retry_after: float | None) -> None:
        """Stay quiet after a 429 for as long as it says, an hour at most, or one whole window."""
        wait = WINDOW_S if retry_after is None else min(retry_after, LONGEST_S)
        until = now + wait + MARGIN_S
        self._quiet_until_s = max(until, self._quiet_until_s or until)

    def block(self, now: float) -> None:
        """Remember that our address is blocked for a day."""
        self._blocked_until_s = now + BLOCKED_S

    def is_blocked(self, now: float) -> bool:
        """Tell whether asking would only make it worse."""
        return self._blocked_until_s is not None and now < self._blocked_until_s

"""How long to wait before the next request: numbers in, numbers out, no clock inside.

Wise Old Man counts requests in fixed windows that begin with the first request. We count the
same way, end our windows a margin later than theirs, and believe their headers over ourselves.
Every `now` is seconds of one monotonic clock; every length is seconds.
"""

from typing import NamedTuple

LIMIT_WITHOUT_KEY = 20
LIMIT_WITH_KEY = 100
WINDOW_S = 60.0
# Their clock starts when a request arrives, ours when it leaves; and they round to seconds.
MARGIN_S = 1.0
BLOCKED_S = 24 * 60 * 60.0
# No answer keeps us quiet for longer: one odd header must not silence every clan for weeks.
LONGEST_S = 60 * 60.0
_LEFT_TO_OTHERS = 5


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
        self._began_s = 0.0
        self._ends_s: float | None = None
        self._quiet_until_s: float | None = None
        self._blocked_until_s: float | None = None

    def reserve(self, now: float, *, is_behind: bool = False) -> float:
        """Take a slot and return 0; or take none and return the seconds until it pays to ask.

        Whoever stands behind leaves a fifth of each window to the others.
        """
        if self._quiet_until_s is not None and now < self._quiet_until_s:
            return self._quiet_until_s - now
        if self._ends_s is None or now >= self._ends_s:
            self._began_s, self._ends_s, self._used = now, now + WINDOW_S + MARGIN_S, 0
        if self._used >= self._limit - (self._limit // _LEFT_TO_OTHERS if is_behind else 0):
            return self._ends_s - now
        self._used += 1
        return 0.0

    def requests_left(self, now: float) -> RequestsLeft:
        """Return what may be asked in the present window, or in the next one when it is over."""
        is_quiet = self._quiet_until_s is not None and now < self._quiet_until_s
        if is_quiet or self.is_blocked(now):
            return RequestsLeft(self._limit, 0)
        is_over = self._ends_s is None or now >= self._ends_s
        left = self._limit if is_over else self._limit - self._used
        return RequestsLeft(self._limit, max(left, 0))

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

"""When something is due again: by time that only passes, whatever is done to the clock on the wall.

A clock that is set back delays nothing. One that jumps ahead, or a machine that wakes up, makes
due what was missed: once, however much it was.
"""

from calendar import day_abbr, monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

LONGEST_NAP_S = 30.0
"""How long a jump of the clock on the wall may go unseen."""

_DAY, _HALF_A_DAY = timedelta(days=1), timedelta(hours=12)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, the first time `first` after the start, or after one length."""

    length: timedelta
    first: timedelta | None = None

    def first_wait(self, _now: datetime) -> timedelta:
        """Return how long until it is done for the first time."""
        return self.length if self.first is None else self.first

    def next_wait(self, _now: datetime, took: timedelta) -> timedelta:
        """Return how long until it is done again; turns that it took the time of are left out."""
        return self.length - took % self.length

    def __str__(self) -> str:
        """Such as "every 0:05:00, first after 0:00:10"."""
        first = "" if self.first is None else f", first after {self.first}"
        return f"every {self.length}{first}"


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at an hour, in UTC."""

    hour: int

    def last_due(self, now: datetime) -> datetime:
        """Return when it was due last."""
        at = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return at if at <= now else at - _DAY

    def first_wait(self, now: datetime) -> timedelta:
        """Return how long until that hour begins."""
        return self.last_due(now) + _DAY - now

    def next_wait(self, now: datetime, took: timedelta) -> timedelta:  # noqa: ARG002 - see Every
        """Return how long until it is done again: never twice for one day of a clock set back."""
        wait = self.first_wait(now)
        return wait if wait >= _HALF_A_DAY else wait + _DAY

    def __str__(self) -> str:
        """Such as "daily at 4"."""
        return f"daily at {self.hour}"


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on a weekday (0 is Monday) at a time, in UTC."""

    weekday: int
    hour: int
    minute: int = 0

    def last_due(self, now: datetime) -> datetime:
        """Return when it was due last."""
        at = now.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        at -= _DAY * ((now.weekday() - self.weekday) % 7)
        return at if at <= now else at - _WEEK

    def first_wait(self, now: datetime) -> timedelta:
        """Return how long until it is due for the first time."""
        return self.last_due(now) + _WEEK - now

    def next_wait(self, now: datetime, took: timedelta) -> timedelta:  # noqa: ARG002 - see Every
        """Return how long until it is due again: never twice for one week of a clock set back."""
        wait = self.first_wait(now)
        return wait if wait >= _WEEK / 2 else wait + _WEEK

    def __str__(self) -> str:
        """Such as "Mon at 06:00"."""
        return f"{day_abbr[self.weekday]} at {self.hour:02}:{self.minute:02}"


@dataclass(frozen=True, slots=True)
class Monthly:
    """Every month on a day, or the last one of a month that is shorter, at a time, in UTC."""

    day: int
    hour: int
    minute: int = 0

    def last_due(self, now: datetime) -> datetime:
        """Return when it was due last."""
        at = self._in_month(now)
        return at if at <= now else self._in_month(at.replace(day=1) - _DAY)

    def first_wait(self, now: datetime) -> timedelta:
        """Return how long until it is due for the first time."""
        at = self._in_month(now)
        return (at if at > now else self._in_month(at.replace(day=28) + 4 * _DAY)) - now

    def next_wait(self, now: datetime, took: timedelta) -> timedelta:  # noqa: ARG002 - see Every
        """Return how long until it is due again: never twice for one month of a clock set back."""
        wait = self.first_wait(now)
        return wait if wait >= 14 * _DAY else wait + self.first_wait(now + wait)

    def _in_month(self, instant: datetime) -> datetime:
        day = min(self.day, monthrange(instant.year, instant.month)[1])
        return instant.replace(day=day, hour=self.hour, minute=self.minute, second=0, microsecond=0)

    def __str__(self) -> str:
        """Such as "day 1 at 04:00"."""
        return f"day {self.day} at {self.hour:02}:{self.minute:02}"


Rhythm = Every | Daily | Weekly | Monthly


class Alarm(NamedTuple):
    """When something is due, by both clocks: it is as soon as one of them says so."""

    due_at: datetime
    due_s: float

    @classmethod
    def after(cls, wait: timedelta, now: datetime, now_s: float) -> "Alarm":
        """Return what rings after a while from the present of both clocks."""
        return cls(now + wait, now_s + wait.total_seconds())

    def left_s(self, now: datetime, now_s: float) -> float:
        """Return in how many seconds it is due; below 0 when it was before."""
        return min(self.due_s - now_s, (self.due_at - now).total_seconds())

    def nap_s(self, now: datetime, now_s: float) -> float:
        """Return how many seconds to wait before asking again, 0 when it is due."""
        return max(min(self.left_s(now, now_s), LONGEST_NAP_S), 0.0)

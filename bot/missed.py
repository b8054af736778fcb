"""What was due at an hour of the day when nobody was there for it, and when that is made up for.

Once, a while after the start, and of clans that were taken over a while after that: a process that
is gone is often back by then. What is due before that anyway is left to its turn.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.rhythm import LONGEST_NAP_S, Alarm, Every, Rhythm
from bot.services.setup import Clan, Clock

_AFTER = timedelta(minutes=10)

EVERYBODY = None
"""Stands for all clans, and the whole bot."""


class Owed(NamedTuple):
    """For whom a job is made up for where it was not done since an instant."""

    clan_ids: frozenset[int] | None
    since: datetime

    def is_to(self, clan_id: int) -> bool:
        """Return whether a clan is one of them (the whole bot is clan 0)."""
        return self.clan_ids is EVERYBODY or clan_id in self.clan_ids

    def among(self, clans: Sequence[Clan]) -> list[Clan]:
        """Return those of some clans that are."""
        return [each for each in clans if self.is_to(each.clan_id)]


class Missed:
    """For whom one job may have been missed; time passes by the clock on the wall and by a timer.

    What is done again and again, every few minutes or hours, is never missed.
    """

    def __init__(self, rhythm: Rhythm, clock: Clock, timer: Callable[[], float]) -> None:
        self._rhythm = rhythm
        self._clock = clock
        self._timer = timer
        self._alarm: Alarm | None = None
        self.turn = Alarm.after(rhythm.first_wait(clock()), clock(), timer())
        """When it is done next for everybody; by the hour alone nobody knows it, see Alarm."""
        self._of: set[int] | None = set()

    def note(self, clan_ids: Collection[int] | None) -> None:
        """Have it made up for soon, for some clans or for everybody.

        Not if it is their turn before that; with what is waiting for that already, if anything is.
        """
        now, rhythm = self._clock(), self._rhythm
        if isinstance(rhythm, Every):
            return
        if self._alarm is None:
            # An hour of the day is a minute then: so they stay in their order.
            wait = _AFTER + timedelta(minutes=rhythm.hour)
            if wait.total_seconds() >= self.turn.left_s(now, self._timer()):
                return
            self._alarm, self._of = Alarm.after(wait, now, self._timer()), set()
        if clan_ids is EVERYBODY or self._of is EVERYBODY:
            self._of = EVERYBODY
        else:
            self._of |= {*clan_ids}

    def nap_s(self) -> float:
        """Return how many seconds to wait before asking again, 0 when it is to be made up for."""
        if self._alarm is None:
            return LONGEST_NAP_S
        return self._alarm.nap_s(self._clock(), self._timer())

    def begin(self) -> Owed:
        """Return to whom it is owed at this moment; from then on it is to nobody."""
        of, self._alarm, self._of = self._of, None, set()
        now, rhythm = self._clock(), self._rhythm
        since = now if isinstance(rhythm, Every) else rhythm.last_due(now)
        return Owed(EVERYBODY if of is EVERYBODY else frozenset(of), since)

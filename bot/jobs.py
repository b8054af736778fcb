"""What a job of the timetable is: when it is due, for whom it is, and what is done.

The first argument of each action is the timetable that runs it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bot.clan.notices import Notice
from bot.rhythm import Rhythm
from bot.services.ops import Outcome
from bot.services.setup import Clan, Narrows, as_they_are
from bot.settings import Settings


class Telling(NamedTuple):
    """What a job tells, and what notes that it was told; else it is told the next time."""

    notice: Notice
    note: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BotJob:
    """Something that is done for the whole bot: by one process, where there are several."""

    name: str
    rhythm: Callable[[Settings], Rhythm]
    action: Callable[[Any, Outcome], Awaitable[None]]
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class LocalJob(BotJob):
    """Something that each process does for itself, too often to be recorded."""

    recorded: bool = False


@dataclass(frozen=True, slots=True)
class ClanJob:
    """Something that is done for each clan that it is for, which may have to be told.

    At the start it is done for those for whom it is due, from then on at each clan's own minute.
    Of those that are read at a time it is done for whom it `narrows` them to.
    """

    name: str
    rhythm: Callable[[Settings], Rhythm]
    action: Callable[[Any, Clan, Outcome], Awaitable[Telling | None]]
    is_for: Callable[[Settings, Clan], bool] = lambda _settings, _clan: True
    recorded: bool = True
    is_due: Callable[[Settings, Clan, datetime], bool] = lambda _settings, _clan, _now: True
    is_slow: Callable[[Clan, datetime], bool] = lambda _clan, _now: False
    narrows: Callable[[Any], Narrows] = lambda _: as_they_are

"""What a dashboard is arranged from: the clan's report of each window, and what only it shows."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bot.clan.newcomers import Reached
from bot.clan.spans import Period
from bot.clan.standings import Chat
from bot.reports.clan_report import ClanReport
from bot.reports.lists import Suggestions


class QuestionCount(NamedTuple):
    """The questions of a window, and how many of them were answered."""

    questions: int
    answered: int


class ChannelCount(NamedTuple):
    """A channel's name and its messages in each window, by the days of it."""

    name: str
    messages: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DashboardOptions:
    """What is in it beside what every member may see: the inactive, what officers see, pictures."""

    inactive: bool = False
    officers: bool = False
    pictures: Path | None = None

    @property
    def is_private(self) -> bool:
        """Return whether something is in it that not every member may see."""
        return self.inactive or self.officers


@dataclass(frozen=True, slots=True)
class DashboardFacts:
    """The reports by window with what they do not say; nobody who opted out is in any of it.

    `chats` are what members wrote by window and player; None where it is unknown. `stayed` are the
    newcomers whose first month ended in the window, and who of them stayed. `weekly_xp` are the
    weeks of `weeks`, by player, and None where a week was not seen.
    """

    reports: Mapping[Period, ClanReport]
    options: DashboardOptions = DashboardOptions()
    chats: Mapping[Period, Mapping[int, Chat | None]] = field(default_factory=dict)
    asked: Mapping[Period, QuestionCount | None] = field(default_factory=dict)
    channels: tuple[ChannelCount, ...] = ()
    stayed: Mapping[Period, Reached] = field(default_factory=dict)
    weeks: tuple[date, ...] = ()
    weekly_xp: Mapping[int, tuple[int | None, ...]] = field(default_factory=dict)
    suggestions: Suggestions | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return it report by report for another process.

        What a pickler remembers of a value it lets go of in one go: of a whole year too long a one.
        """
        packed = {period: pickle.dumps(report) for period, report in self.reports.items()}
        return _unpacked, (packed, *(getattr(self, each.name) for each in fields(self)[1:]))


def _unpacked(packed: Mapping[Period, bytes], *others: Any) -> DashboardFacts:  # noqa: ANN401 - the further fields
    reports = {period: pickle.loads(report) for period, report in packed.items()}  # noqa: S301 - of our own process
    return DashboardFacts(reports, *others)

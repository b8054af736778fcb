"""What a dashboard is arranged from: the clan's report of each window, and what only it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

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

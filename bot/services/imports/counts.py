"""What an import read, took and left out, with why; the numbers that are shown at its end."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.clan.imported import LeftOut

MEMBERS, NAMES = "members", "names"
SNAPSHOTS, BOSS_KILLS, MESSAGES = "snapshots", "boss kills", "messages"

Shows = Callable[[str, int, int], None]
"""Is told how far an import is: with what, how many of how many."""


@dataclass(slots=True)
class ImportTally:
    """How many rows of one kind were read and taken, and why others were not.

    `named` tells of some reasons whom they are about, and how often.
    """

    read: int = 0
    taken: int = 0
    left: Counter[LeftOut] = field(default_factory=Counter)
    named: dict[LeftOut, Counter[str]] = field(default_factory=dict)

    def leave(self, why: LeftOut, name: str | None = None, times: int = 1) -> None:
        """Count rows that are not taken."""
        if times:
            self.left[why] += times
        if times and name is not None:
            self.named.setdefault(why, Counter())[name] += times


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import: tallies by kind, all in the order in which they were made.

    Of `messages` that are here now, `linked_before` had a member in the old database (None where
    it said nothing of that) and `linked_now` have one today. `is_partial`: channels are missing.
    """

    tallies: Mapping[str, ImportTally]
    messages: int = 0
    linked_before: int | None = None
    linked_now: int = 0
    is_partial: bool = False

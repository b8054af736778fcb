"""Two members side by side: what each leads in, and who cannot be compared with whom.

A number that is not known of one of them is led by nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.clan.leaderboards import ACTIVE_DAYS, ANSWERS, EHB, EHP, KILLS, MESSAGES, OVERALL

COMPARED: Mapping[str, str] = {
    OVERALL: "XP",
    KILLS: "boss kills",
    EHP: "EHP",
    EHB: "EHB",
    MESSAGES: "messages",
    ACTIVE_DAYS: "active days",
    ANSWERS: "answers",
}
"""What is compared, in its order, and what it is called."""

_BEST = 3


class NotComparable(StrEnum):
    """Why two members are not compared."""

    UNKNOWN = "nobody bears the name"
    LEFT = "is not in the clan any more"
    OPTED_OUT = "opted out"
    SAME = "is meant twice"
    SAME_PERSON = "two accounts of one person"
    NO_OWN_ACCOUNT = "no account is known to be one's own"
    NO_ACCOUNT = "no account is known to be theirs"


class Lead(StrEnum):
    """Who of two has more."""

    FIRST = "first"
    SECOND = "second"
    EQUAL = "equal"
    UNKNOWN = "unknown"


class Best(NamedTuple):
    """A skill or boss with what was gained in it."""

    metric: str
    gained: float


class Contender(NamedTuple):
    """One of two who are compared, with the numbers of the period; None is unknown.

    `skills` and `bosses` are those in which they gained most, None where that is not known. What
    Wise Old Man counts may count `since` later than the start. `unknown` says what is not known of
    them, and why.
    """

    player_id: int
    name: str
    numbers: Mapping[str, float | None]
    skills: tuple[Best, ...] | None = None
    bosses: tuple[Best, ...] | None = None
    since: datetime | None = None
    unknown: tuple[str, ...] = ()


class Contest(NamedTuple):
    """One number of both."""

    metric: str
    first: float | None
    second: float | None

    @property
    def title(self) -> str:
        """Return what the number is called, at the beginning of a line."""
        words = COMPARED[self.metric]
        return f"{words[:1].upper()}{words[1:]}"

    @property
    def lead(self) -> Lead:
        """Return who has more; what reads the same, to one decimal, is equal."""
        if self.first is None or self.second is None:
            return Lead.UNKNOWN
        first, second = round(self.first, 1), round(self.second, 1)
        if first == second:
            return Lead.EQUAL
        return Lead.FIRST if first > second else Lead.SECOND


def contests(first: Contender, second: Contender) -> tuple[Contest, ...]:
    """Return all numbers of both, in the order in which they are told."""
    return tuple(
        Contest(metric, first.numbers.get(metric), second.numbers.get(metric))
        for metric in COMPARED
    )


def leads(first: str, second: str, compared: Iterable[Contest]) -> tuple[str, ...]:
    """Return in sentences what each leads in, what is equal, and what nobody can say."""
    by_lead: dict[Lead, list[str]] = {lead: [] for lead in Lead}
    for each in compared:
        by_lead[each.lead].append(COMPARED[each.metric])
    said = (
        (Lead.FIRST, f"{first} leads in"),
        (Lead.SECOND, f"{second} leads in"),
        (Lead.EQUAL, "Equal in"),
        (Lead.UNKNOWN, "Not known of both:"),
    )
    return tuple(f"{words} {_and(by_lead[lead])}." for lead, words in said if by_lead[lead])


def best(gained: Mapping[str, float], how_many: int = _BEST) -> tuple[Best, ...]:
    """Return in what most was gained, the most first; what did not rise is never among it."""
    found = [Best(metric, value) for metric, value in gained.items() if value > 0]
    return tuple(sorted(found, key=lambda each: (-each.gained, each.metric))[:how_many])


def added_up(steps: Iterable[float | None]) -> tuple[float | None, ...]:
    """Return the sum up to each step; None in a step in which nobody looked."""
    total, sums = 0.0, []
    for each in steps:
        total += each or 0
        sums.append(None if each is None else total)
    return tuple(sums)


def not_comparable(
    pair: tuple[int, int], hidden: frozenset[int], own: frozenset[int], *, is_one_person: bool
) -> NotComparable | None:
    """Return why two accounts are not compared for whoever has `own` accounts, None if they are.

    Whom nobody else may see is told first, so that nothing is said about whose accounts they are.
    """
    if hidden.intersection(pair) - own:
        return NotComparable.OPTED_OUT
    if pair[0] == pair[1]:
        return NotComparable.SAME
    return NotComparable.SAME_PERSON if is_one_person else None


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last

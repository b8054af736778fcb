"""How long questions wait for an answer, where and when they wait longest, and who helps.

Who asks and who answers are persons, so nobody answers themself by another account.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.questions import ANSWER_WINDOW

LEAST_IN_NINE = 10
"""Of fewer answers nothing is said about nine in ten."""

LEAST_RANKED = 3
"""An hour or a channel with fewer questions is not ranked: one slow answer says nothing of it."""


class AskedQuestion(NamedTuple):
    """Who asked where and when, and who answered when.

    One that `is_closed` was called answered by a person, though no message shows it.
    """

    message_id: int
    channel_id: int
    asker: int
    asked_at: datetime
    helper: int | None = None
    answered_at: datetime | None = None
    is_closed: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether it waits for an answer."""
        return self.answered_at is None and not self.is_closed

    @property
    def wait(self) -> timedelta | None:
        """Return how long it waited for its answer; None without one."""
        return None if self.answered_at is None else self.answered_at - self.asked_at

    def waited(self, now: datetime) -> timedelta | None:
        """Return how long it waited until its answer or until now.

        None where it was asked so lately that no answer means nothing, or was called answered.
        """
        if self.answered_at is not None:
            return self.answered_at - self.asked_at
        if self.is_closed:
            return None
        so_far = now - self.asked_at
        return None if so_far < ANSWER_WINDOW else so_far


class Waits(NamedTuple):
    """Questions and how long those waited that were answered; None where too few were."""

    asked: int
    answered: int
    open: int
    median: timedelta | None
    nine_in_ten: timedelta | None

    @property
    def closed(self) -> int:
        """Return how many a person called answered, though no message shows it."""
        return self.asked - self.answered - self.open


class PlaceWaits(NamedTuple):
    """An hour of the day or a channel: half of its questions wait at least `median`."""

    key: int
    asked: int
    open: int
    median: timedelta


class Helper(NamedTuple):
    """Somebody who answered: their place, how many questions, and half of them within `median`."""

    place: int
    who: int
    answers: int
    median: timedelta


class Asker(NamedTuple):
    """What somebody asked, and how many of it were answered; half of those within `median`."""

    who: int
    asked: int
    answered: int
    open: int
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """All that is said of the questions of a span.

    `helpers` are the best first, `hours` (by the clan's clock) and `channels` those in which
    questions wait longest first, `open` the newest first.
    """

    waits: Waits
    helpers: tuple[Helper, ...] = ()
    askers: tuple[Asker, ...] = ()
    hours: tuple[PlaceWaits, ...] = ()
    channels: tuple[PlaceWaits, ...] = ()
    open: tuple[AskedQuestion, ...] = ()


def question_figures(
    questions: Iterable[AskedQuestion], now: datetime, zone: ZoneInfo
) -> QuestionFigures:
    """Return what the questions come to."""
    asked = sorted(questions, key=lambda each: each.message_id)
    return QuestionFigures(
        waits=waits_of(asked),
        helpers=who_helps(asked),
        askers=askers_of(asked),
        hours=longest_waits(asked, lambda each: each.asked_at.astimezone(zone).hour, now),
        channels=longest_waits(asked, lambda each: each.channel_id, now),
        open=tuple(each for each in reversed(asked) if each.is_open),
    )


def waits_of(questions: Sequence[AskedQuestion]) -> Waits:
    """Return how many were asked, what became of them, and how long the answered ones waited."""
    known = sorted(wait for each in questions if (wait := each.wait) is not None)
    return Waits(
        asked=len(questions),
        answered=len(known),
        open=sum(each.is_open for each in questions),
        median=quantile(known, 1, 2),
        nine_in_ten=quantile(known, 9, 10) if len(known) >= LEAST_IN_NINE else None,
    )


def quantile(ordered: Sequence[timedelta], part: int, whole: int) -> timedelta | None:
    """Return the least value within which so many parts of all of them lie; None of none."""
    return ordered[-(-part * len(ordered) // whole) - 1] if ordered else None


def who_helps(questions: Iterable[AskedQuestion]) -> tuple[Helper, ...]:
    """Return who answered, the most helpful first; who answered as many shares a place."""
    given: dict[int, list[timedelta]] = defaultdict(list)
    for each in questions:
        if each.helper is not None and (wait := each.wait) is not None:
            given[each.helper].append(wait)
    counts = sorted(len(mine) for mine in given.values())
    found = (
        Helper(1 + len(counts) - bisect_right(counts, len(mine)), who, len(mine), _median(mine))
        for who, mine in given.items()
    )
    return tuple(sorted(found, key=lambda each: (each.place, each.median, each.who)))


def askers_of(questions: Iterable[AskedQuestion]) -> tuple[Asker, ...]:
    """Return who asked, who asked most first."""
    by_asker: dict[int, list[AskedQuestion]] = defaultdict(list)
    for each in questions:
        by_asker[each.asker].append(each)
    waits = {who: waits_of(mine) for who, mine in by_asker.items()}
    found = (
        Asker(who, each.asked, each.answered, each.open, each.median) for who, each in waits.items()
    )
    return tuple(sorted(found, key=lambda each: (-each.asked, each.who)))


def longest_waits(
    questions: Iterable[AskedQuestion], key_of: Callable[[AskedQuestion], int], now: datetime
) -> tuple[PlaceWaits, ...]:
    """Return the hours or channels with enough questions, those in which they wait longest first.

    What is open waits until now.
    """
    by_key: dict[int, list[tuple[timedelta, bool]]] = defaultdict(list)
    for each in questions:
        waited = each.waited(now)
        if waited is not None:
            by_key[key_of(each)].append((waited, each.is_open))
    found = (
        PlaceWaits(key, len(mine), sum(is_open for _, is_open in mine), _median(w for w, _ in mine))
        for key, mine in by_key.items()
        if len(mine) >= LEAST_RANKED
    )
    return tuple(sorted(found, key=lambda each: (-each.median, each.key)))


def as_person(
    question: AskedQuestion, head: Mapping[int, int], hidden: frozenset[int]
) -> AskedQuestion | None:
    """Return a question of authors as one of persons; None where its asker is shown to nobody.

    `head` is the one author who stands for all of the same person, `hidden` are authors. What
    somebody answered themself is open; that somebody hidden answered is told without their name.
    """
    asker = head.get(question.asker, question.asker)
    helper = question.helper and head.get(question.helper, question.helper)
    if question.asker in hidden:
        return None
    if helper == asker:
        return question._replace(asker=asker, helper=None, answered_at=None)
    named = None if question.helper in hidden else helper
    if (asker, named) == (question.asker, question.helper):
        return question
    return question._replace(asker=asker, helper=named)


def _median(lengths: Iterable[timedelta]) -> timedelta:
    ordered = sorted(lengths)
    return ordered[(len(ordered) - 1) // 2]

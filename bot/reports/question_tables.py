"""The clan's questions, arranged for a sheet: by person and by hour, and in no channel by name.

A report may be posted where not everybody can see every channel.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from bot.clan.waiting import (
    LEAST_IN_NINE,
    LEAST_RANKED,
    Asker,
    Helper,
    PlaceWaits,
    QuestionFigures,
    Waits,
)
from bot.clan.wording import lasting, plural, share


class PersonQuestions(NamedTuple):
    """What somebody answered and asked; half of it within `helped_within` and `waited`.

    `place` is theirs among the helpers; None of who answered nothing.
    """

    name: str
    place: int | None
    answers: int
    helped_within: timedelta | None
    asked: int
    answered: int
    open: int
    waited: timedelta | None


class QuestionTables(NamedTuple):
    """What is told of questions: people, the best helpers first, and hours, the slowest first."""

    waits: Waits
    people: tuple[PersonQuestions, ...] = ()
    hours: tuple[PlaceWaits, ...] = ()

    def words(self) -> tuple[tuple[str, str], ...]:
        """Return the figures of all questions together, each with its name."""
        waits = self.waits
        told = (
            f"{plural(waits.asked, 'question')}: {waits.answered:,} answered "
            f"({share(waits.answered, waits.asked)}), {_closed(waits)}{waits.open:,} open"
            if waits.asked
            else "Nobody asked anything in this time"
        )
        ranked = f"An hour with fewer than {LEAST_RANKED} questions is left out"
        return (
            ("Asked", f"{told}."),
            ("First answer", f"{first_answer_words(waits).capitalize()}."),
            ("Hours", f"At the right, those in which questions wait longest first. {ranked}."),
        )


def question_tables(figures: QuestionFigures, names: Mapping[int, str]) -> QuestionTables:
    """Return the tables of the figures; who asked and helped stands in one row."""
    helpers = {each.who: each for each in figures.helpers}
    askers = {each.who: each for each in figures.askers}
    # Helpers by their place, and then who only asked, by how much.
    people = tuple(
        _person(names[who], helpers.get(who), askers.get(who))
        for who in dict.fromkeys((*helpers, *askers))
    )
    return QuestionTables(figures.waits, people, figures.hours)


def _closed(waits: Waits) -> str:
    return f"{waits.closed:,} marked as answered, " if waits.closed else ""


def first_answer_words(waits: Waits) -> str:
    """Return how long the first answer takes, by half and by nine in ten of the answered."""
    if not waits.asked:
        return "nothing was asked"
    if waits.median is None:
        return "nobody answered yet" if waits.open else "no message shows an answer"
    half = f"half of them within {lasting(waits.median)}"
    if waits.nine_in_ten is None:
        return f"{half}; too few answers (under {LEAST_IN_NINE}) to tell of nine in ten"
    return f"{half}, nine in ten within {lasting(waits.nine_in_ten)}"


def _person(name: str, helper: Helper | None, asker: Asker | None) -> PersonQuestions:
    return PersonQuestions(
        name,
        helper and helper.place,
        helper.answers if helper else 0,
        helper and helper.median,
        asker.asked if asker else 0,
        asker.answered if asker else 0,
        asker.open if asker else 0,
        asker and asker.median,
    )

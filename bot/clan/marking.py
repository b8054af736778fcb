"""What people say of a message: that it asks, that it answers, that it is answered, or none of it.

Officers may say it of every message; whoever asked may say it of their own question.
"""

from enum import StrEnum
from typing import NamedTuple


class Marking(StrEnum):
    """What somebody calls a message."""

    QUESTION = "question"
    ANSWERED = "answered"
    NO_QUESTION = "no question"


class MarkOutcome(StrEnum):
    """What came of it; the first part changes something."""

    ASKED = "asked"
    REOPENED = "reopened"
    CLOSED = "closed"
    ANSWERS = "answers"
    NO_ANSWER = "no answer"
    UNASKED = "unasked"

    ALREADY = "already"
    NOT_ALLOWED = "not allowed"
    NO_QUESTION = "no question"
    OWN_QUESTION = "own question"
    NOT_COUNTED = "not counted"
    LEFT_OUT = "left out"
    ARCHIVED = "archived"
    SEVERAL_LINES = "several lines"


class MarkState(NamedTuple):
    """What a message is taken for."""

    is_question: bool = False
    is_closed: bool = False
    is_answer: bool = False


class ClickedMessage(NamedTuple):
    """A stored message that somebody marks.

    `asker` wrote the question that it replies to; None when it replies to no question. It is
    `by_asker` when that is the same person, by whatever account.
    """

    state: MarkState
    author: int
    asker: int | None = None
    by_asker: bool = False


class Marker(NamedTuple):
    """Who marks, and the authors who are surely theirs: none of somebody who never wrote."""

    authors: frozenset[int]
    is_officer: bool

    def speaks_for(self, author: int | None) -> bool:
        """Return whether they may say what becomes of something this author asked."""
        return self.is_officer or author in self.authors


def marked(
    message: ClickedMessage, marking: Marking, marker: Marker
) -> tuple[MarkOutcome, MarkState]:
    """Return what comes of a marking, and what the message is taken for then."""
    decide = {
        Marking.QUESTION: _as_question,
        Marking.ANSWERED: _as_answered,
        Marking.NO_QUESTION: _as_neither,
    }[marking]
    return decide(message, marker)


def _as_question(message: ClickedMessage, marker: Marker) -> tuple[MarkOutcome, MarkState]:
    state = message.state
    if not marker.speaks_for(message.author):
        return MarkOutcome.NOT_ALLOWED, state
    if state.is_closed:
        return MarkOutcome.REOPENED, state._replace(is_closed=False)
    if state.is_question:
        return MarkOutcome.ALREADY, state
    return MarkOutcome.ASKED, state._replace(is_question=True)


def _as_answered(message: ClickedMessage, marker: Marker) -> tuple[MarkOutcome, MarkState]:
    state = message.state
    if state.is_question:
        found = MarkOutcome.CLOSED, state._replace(is_closed=True)
        asker: int | None = message.author
    elif message.asker is None:
        return MarkOutcome.NO_QUESTION, state
    else:
        found = MarkOutcome.ANSWERS, state._replace(is_answer=True)
        asker = message.asker
    if not marker.speaks_for(asker):
        return MarkOutcome.NOT_ALLOWED, state
    if not state.is_question and message.by_asker:
        return MarkOutcome.OWN_QUESTION, state
    return (MarkOutcome.ALREADY, state) if found[1] == state else found


def _as_neither(message: ClickedMessage, marker: Marker) -> tuple[MarkOutcome, MarkState]:
    state = message.state
    if state.is_question:
        found = MarkOutcome.UNASKED, state._replace(is_question=False, is_closed=False)
        asker: int | None = message.author
    elif state.is_answer:
        found, asker = (MarkOutcome.NO_ANSWER, state._replace(is_answer=False)), message.asker
    else:
        return MarkOutcome.NO_QUESTION, state
    return found if marker.speaks_for(asker) else (MarkOutcome.NOT_ALLOWED, state)

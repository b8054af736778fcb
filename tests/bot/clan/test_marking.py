import pytest

from bot.clan.marking import (
    ClickedMessage,
    Marker,
    Marking,
    MarkOutcome,
    MarkState,
    marked,
)

OFFICER, ASKER, OTHER, STRANGER = (
    Marker(frozenset({9}), is_officer=True),
    Marker(frozenset({1, 11}), is_officer=False),
    Marker(frozenset({2}), is_officer=False),
    Marker(frozenset(), is_officer=False),
)
TALK, QUESTION, CLOSED, ANSWER = (
    MarkState(),
    MarkState(is_question=True),
    MarkState(is_question=True, is_closed=True),
    MarkState(is_answer=True),
)


def outcome(
    state: MarkState, marking: Marking, marker: Marker, author: int = 1, asker: int | None = None
) -> tuple[MarkOutcome, MarkState]:
    by_asker = asker is not None and author % 10 == asker % 10  # 11 is another account of 1
    return marked(ClickedMessage(state, author, asker, by_asker), marking, marker)


@pytest.mark.parametrize("marker", [OFFICER, ASKER])
def test_officers_and_whoever_wrote_it_say_that_it_asks(marker: Marker) -> None:
    assert outcome(TALK, Marking.QUESTION, marker) == (MarkOutcome.ASKED, QUESTION)
    assert outcome(QUESTION, Marking.QUESTION, marker) == (MarkOutcome.ALREADY, QUESTION)
    assert outcome(CLOSED, Marking.QUESTION, marker) == (MarkOutcome.REOPENED, QUESTION)


@pytest.mark.parametrize("marker", [OFFICER, ASKER])
def test_a_question_is_closed_and_taken_back(marker: Marker) -> None:
    assert outcome(QUESTION, Marking.ANSWERED, marker) == (MarkOutcome.CLOSED, CLOSED)
    assert outcome(CLOSED, Marking.ANSWERED, marker) == (MarkOutcome.ALREADY, CLOSED)
    assert outcome(CLOSED, Marking.NO_QUESTION, marker) == (MarkOutcome.UNASKED, TALK)


@pytest.mark.parametrize("marker", [OFFICER, ASKER])
def test_a_reply_answers_and_does_so_no_more(marker: Marker) -> None:
    assert outcome(TALK, Marking.ANSWERED, marker, 2, 1) == (MarkOutcome.ANSWERS, ANSWER)
    assert outcome(ANSWER, Marking.ANSWERED, marker, 2, 1) == (MarkOutcome.ALREADY, ANSWER)
    assert outcome(ANSWER, Marking.NO_QUESTION, marker, 2, 1) == (MarkOutcome.NO_ANSWER, TALK)


@pytest.mark.parametrize("author", [1, 11])
def test_nobody_answers_themself_by_any_account(author: int) -> None:
    assert outcome(TALK, Marking.ANSWERED, OFFICER, author, 1) == (MarkOutcome.OWN_QUESTION, TALK)


def test_what_another_account_of_theirs_asked_is_the_asker_s_too() -> None:
    assert outcome(QUESTION, Marking.ANSWERED, ASKER, 11) == (MarkOutcome.CLOSED, CLOSED)
    assert outcome(TALK, Marking.ANSWERED, ASKER, 2, 11) == (MarkOutcome.ANSWERS, ANSWER)


def test_what_neither_asks_nor_replies_to_a_question_is_not_answered() -> None:
    for marking in (Marking.ANSWERED, Marking.NO_QUESTION):
        assert outcome(TALK, marking, OFFICER) == (MarkOutcome.NO_QUESTION, TALK)


@pytest.mark.parametrize("marker", [OTHER, STRANGER])
@pytest.mark.parametrize(
    ("state", "marking", "author", "asker"),
    [
        (TALK, Marking.QUESTION, 1, None),
        (QUESTION, Marking.ANSWERED, 1, None),
        (QUESTION, Marking.NO_QUESTION, 1, None),
        (TALK, Marking.ANSWERED, 2, 1),
        (ANSWER, Marking.NO_QUESTION, 2, 1),
        (ANSWER, Marking.NO_QUESTION, 2, None),
    ],
)
def test_nobody_else_marks(
    marker: Marker, state: MarkState, marking: Marking, author: int, asker: int | None
) -> None:
    found = outcome(state, marking, marker, author, asker)
    assert found == (MarkOutcome.NOT_ALLOWED, state)

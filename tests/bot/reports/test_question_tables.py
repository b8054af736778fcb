from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.clan.waiting import AskedQuestion, Waits, question_figures
from bot.reports.question_tables import (
    PersonQuestions,
    QuestionTables,
    first_answer_words,
    question_tables,
)
from tests.builders import NOW

MINUTE = timedelta(minutes=1)
ASKED_AT = NOW - timedelta(days=1)


def tables(*asked: AskedQuestion) -> QuestionTables:
    names = {1: "Ann", 2: "Bob", 3: "Cid"}
    return question_tables(question_figures(asked, NOW, ZoneInfo("UTC")), names)


def test_who_helped_and_asked_stands_in_one_row_and_who_only_asked_last() -> None:
    found = tables(
        AskedQuestion(1, 1, 1, ASKED_AT, 2, ASKED_AT + 3 * MINUTE),
        AskedQuestion(2, 1, 2, ASKED_AT),
        AskedQuestion(3, 1, 1, ASKED_AT, 3, ASKED_AT + 9 * MINUTE),
        AskedQuestion(4, 1, 1, ASKED_AT, 3, ASKED_AT + 5 * MINUTE),
    )
    assert found.people == (
        PersonQuestions("Cid", 1, 2, 5 * MINUTE, 0, 0, 0, None),
        PersonQuestions("Bob", 2, 1, 3 * MINUTE, 1, 0, 1, None),
        PersonQuestions("Ann", None, 0, None, 3, 3, 0, 5 * MINUTE),
    )
    assert [(each.key, each.asked, each.open) for each in found.hours] == [(18, 4, 1)]


def test_an_answer_whose_helper_is_shown_to_nobody_counts_for_the_asker_alone() -> None:
    (row,) = tables(AskedQuestion(1, 1, 1, ASKED_AT, None, ASKED_AT + MINUTE)).people
    assert (row.name, row.place, row.answered) == ("Ann", None, 1)


def test_words_tell_all_questions_together() -> None:
    words = dict(tables(AskedQuestion(1, 1, 1, ASKED_AT, 2, ASKED_AT + 3 * MINUTE)).words())
    assert words["Asked"] == "1 question: 1 answered (100%), 0 open."
    assert words["First answer"].startswith("Half of them within 3 min; too few answers")
    assert dict(tables().words())["Asked"] == "Nobody asked anything in this time."


def test_what_was_marked_as_answered_is_told_apart_and_waits_no_more() -> None:
    closed = AskedQuestion(1, 1, 1, ASKED_AT, is_closed=True)
    words = dict(tables(closed, AskedQuestion(2, 1, 2, ASKED_AT)).words())
    assert words["Asked"] == "2 questions: 0 answered (0%), 1 marked as answered, 1 open."
    assert dict(tables(closed).words())["First answer"] == "No message shows an answer."


def test_how_long_an_answer_takes_in_words() -> None:
    assert first_answer_words(Waits(0, 0, 0, None, None)) == "nothing was asked"
    assert first_answer_words(Waits(2, 0, 2, None, None)) == "nobody answered yet"
    known = Waits(12, 12, 0, 3 * MINUTE, 90 * MINUTE)
    assert first_answer_words(known) == "half of them within 3 min, nine in ten within 1 h"

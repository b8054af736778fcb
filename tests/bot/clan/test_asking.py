"""The patterns of how people ask: where each one begins, and what they leave alone."""

import pytest

from bot.clan.asking import ASKS, ASKS_LATER, CALLS, EXCLAMATION, OPENERS, RHETORICAL, SEEMING


@pytest.mark.parametrize("words", ["ok so ", "quick question, ", "wait ", "hey guys ", ""])
def test_what_stands_before_a_question_is_no_part_of_it(words: str) -> None:
    found = OPENERS.pattern.match(f"{words}is it up")
    assert found is not None
    assert found.end() == len(words)


@pytest.mark.parametrize(
    "words", ["who cares", "how cute is that pet", "isnt it great", "are u kidding"]
)
def test_some_questions_ask_for_nothing(words: str) -> None:
    assert RHETORICAL.pattern.match(words)


@pytest.mark.parametrize("words", ["is that a reference", "why did i sell my bond"])
def test_of_some_sentences_only_a_mark_makes_a_question(words: str) -> None:
    assert SEEMING.pattern.match(words)
    assert not RHETORICAL.pattern.match(words)


@pytest.mark.parametrize("words", ["gz", "gz dave", "lol what", "no way", ""])
def test_a_cry_is_nothing_but_cries(words: str) -> None:
    assert EXCLAMATION.pattern.match(words)


@pytest.mark.parametrize("words", ["tob", "what world", "raids"])
def test_other_words_are_no_cry(words: str) -> None:
    assert not EXCLAMATION.pattern.match(words)


@pytest.mark.parametrize(
    "words", ["anyone for tob", "cant i join", "which w", "is prayer worth it"]
)
def test_a_clause_asks_by_how_it_begins(words: str) -> None:
    assert ASKS.pattern.match(words)


@pytest.mark.parametrize("words", ["2 spots left anyone want in", "got 40m what should i buy"])
def test_some_words_ask_in_the_middle_of_a_clause(words: str) -> None:
    assert ASKS_LATER.pattern.search(words)
    assert not ASKS.pattern.match(words)


@pytest.mark.parametrize(
    ("words", "calls"),
    [("cox in 10 anyone", True), ("dont tell anyone", False), ("i didn't see anyone", False)],
)
def test_a_call_ends_with_anyone(
    words: str,
    calls: bool,  # noqa: FBT001 - a claim's value
) -> None:
    assert bool(CALLS.pattern.match(words)) is calls

import pytest

from bot.clan.comparing import (
    COMPARED,
    Best,
    Contender,
    Contest,
    Lead,
    NotComparable,
    added_up,
    best,
    contests,
    leads,
    not_comparable,
)

FIRST = Contender(1, "Zezima", {"overall": 5, "kills": 3, "ehp": 1.04, "ehb": 0, "messages": 2})
SECOND = Contender(2, "Woox", {"overall": 4, "kills": 1, "ehp": 0.96, "ehb": 0, "messages": 9})


@pytest.mark.parametrize(
    ("first", "second", "lead"),
    [
        (2, 1, Lead.FIRST),
        (1, 2, Lead.SECOND),
        (0, 0, Lead.EQUAL),
        (12.34, 12.31, Lead.EQUAL),
        (12.4, 12.3, Lead.FIRST),
        (None, 1, Lead.UNKNOWN),
        (0, None, Lead.UNKNOWN),
        (None, None, Lead.UNKNOWN),
    ],
)
def test_who_has_more_leads_and_the_unknown_leads_nobody(
    first: float | None, second: float | None, lead: Lead
) -> None:
    assert Contest("ehp", first, second).lead is lead


def test_what_each_leads_in_is_said_in_words() -> None:
    compared = contests(FIRST, SECOND)
    assert [each.metric for each in compared] == list(COMPARED)
    assert leads("Zezima", "Woox", compared) == (
        "Zezima leads in XP and boss kills.",
        "Woox leads in messages.",
        "Equal in EHP and EHB.",
        "Not known of both: active days and answers.",
    )
    assert leads("A", "B", [Contest("overall", 1, 2)]) == ("B leads in XP.",)


def test_a_number_has_a_title_for_the_beginning_of_a_line() -> None:
    assert [Contest(each, 0, 0).title for each in ("overall", "kills")] == ["XP", "Boss kills"]


def test_the_best_are_those_that_rose_most() -> None:
    gained = {"slayer": 5.0, "magic": 7.0, "cooking": 0.0, "agility": 5.0, "mining": 1.0}
    assert best(gained) == (Best("magic", 7), Best("agility", 5), Best("slayer", 5))
    assert best({"cooking": 0}) == ()


def test_steps_are_added_up_and_where_nobody_looked_there_is_no_sum() -> None:
    assert added_up([None, 1, None, 0, 4]) == (None, 1, None, 1, 5)
    assert added_up([]) == ()


@pytest.mark.parametrize(
    ("pair", "own", "why"),
    [
        ((1, 2), set(), None),
        ((1, 1), set(), NotComparable.SAME),
        ((1, 3), set(), NotComparable.SAME_PERSON),
        ((1, 9), set(), NotComparable.OPTED_OUT),
        ((9, 9), set(), NotComparable.OPTED_OUT),
        ((8, 9), set(), NotComparable.OPTED_OUT),
        ((1, 9), {9}, None),
        ((8, 9), {8, 9}, NotComparable.SAME_PERSON),
    ],
)
def test_who_opted_out_is_compared_for_themselves_alone_and_nobody_with_themselves(
    pair: tuple[int, int], own: set[int], why: NotComparable | None
) -> None:
    is_one = any(set(pair) <= person for person in ({1, 3}, {2}, {8, 9}))
    found = not_comparable(pair, frozenset({8, 9}), frozenset(own), is_one_person=is_one)
    assert found is why

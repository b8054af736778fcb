"""Pairs are suggested for a reason that is said, and only a unique equal name is sure."""

from collections import Counter
from datetime import date, timedelta
from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan import matching
from bot.clan.matching import (
    PlayerToMatch,
    SpeakerToMatch,
    UserToMatch,
    speaker_suggestions,
    suggestions,
    sure_pairs,
)

JOINED = date(2026, 5, 1)
NAMES = ("No ob", "Noob", "no_ob", "Zezima", "zezima [Cpt]", "Zezimo", "Woox", "x", "")


def similarity(one: str, other: str) -> float:
    return 100 * SequenceMatcher(None, one, other, autojunk=False).ratio()


def user(
    user_id: int, *names: str, nickname: str | None = None, joined_on: date | None = None
) -> UserToMatch:
    return UserToMatch(user_id, names, nickname, joined_on)


def player(player_id: int, name: str, *old: str, joined_on: date | None = None) -> PlayerToMatch:
    return PlayerToMatch(player_id, name, old, joined_on)


def reasons(one: UserToMatch, other: PlayerToMatch) -> tuple[int, str] | None:
    found = suggestions([one], [other], (), similarity)
    return (found[0].score, found[0].words) if found else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (user(9, "no_ob"), player(1, "No ob"), (100, "same name")),
        (user(9, "x", nickname="No ob"), player(1, "No ob"), (100, "same name, nickname")),
        (user(9, "Noob | GIM"), player(1, "Noob"), (95, "same name but for decoration")),
        (user(9, "Main / Alt"), player(1, "Main"), (95, "same name but for decoration")),
        (
            user(9, "x", nickname="Main / Alt"),
            player(1, "Alt"),
            (85, 'same name, part of "Main / Alt"'),
        ),
        (user(9, "Dave | Rsn"), player(1, "Rsn"), (85, 'same name, part of "Dave | Rsn"')),
        (user(9, "Dave (Rsn)"), player(1, "Rsn"), (85, 'same name, part of "Dave (Rsn)"')),
        (user(9, "Old"), player(1, "New", "Old"), (90, 'same name, old name "Old"')),
        (
            user(9, nickname="[GIM] Old"),
            player(1, "New", "Old"),
            (85, 'same name but for decoration, nickname, old name "Old"'),
        ),
        (user(9, "Zezimas"), player(1, "Zezima"), (73, "similar name (92%)")),
        (
            user(9, "Noob!", joined_on=JOINED),
            player(1, "Noob", joined_on=JOINED),
            (99, "same name but for decoration, joined the same day"),
        ),
        (
            user(9, "Noob", joined_on=JOINED),
            player(1, "Noob", joined_on=JOINED),
            (100, "same name, joined the same day"),
        ),
        (
            user(9, "a", joined_on=JOINED),
            player(1, "b", joined_on=JOINED),
            (30, "joined the same day"),
        ),
        (user(9, "Zezima"), player(1, "Woox"), None),
        (user(9, "Zezimas Bank"), player(1, "Zesty"), None),
        (user(9, "ab"), player(1, "ac"), None),
        (user(9, "Noob"), player(1, "Nope", joined_on=JOINED), None),
    ],
)
def test_a_pair_says_why_it_is_suggested(
    one: UserToMatch, other: PlayerToMatch, expected: tuple[int, str] | None
) -> None:
    assert reasons(one, other) == expected


def test_the_day_alone_is_no_reason_where_others_joined_as_well() -> None:
    players = [player(1, "a", joined_on=JOINED), player(2, "b", joined_on=JOINED)]
    assert suggestions([user(9, "c", joined_on=JOINED)], players, (), similarity) == ()


def test_the_best_comes_first() -> None:
    players = [player(1, "Zezimo"), player(2, "Zezima"), player(3, "Zezima btw")]
    found = suggestions([user(9, "Zezima")], players, (), similarity)
    assert [each.player_id for each in found] == [2, 1, 3]


def test_a_rejected_pair_never_comes_again_and_makes_room_for_the_next() -> None:
    players = [player(1, "Zezima"), player(2, "Zezimo")]
    found = suggestions([user(9, "Zezima")], players, {(1, 9)}, similarity, how_many=1)
    assert [each.player_id for each in found] == [2]


def test_no_user_and_no_player_has_more_suggestions_than_asked() -> None:
    users = [user(100 + number, f"Zezima{number}") for number in range(9)]
    players = [player(number, f"Zezima{number}x") for number in range(9)]
    found = suggestions(users, players, (), similarity, how_many=3)
    for side in (0, 1):
        assert max(Counter(each[side] for each in found).values()) == 3


def test_a_speaker_is_matched_by_name_to_players() -> None:
    players = [player(1, "A", "Old"), player(2, "B", "Old"), player(3, "Oldie")]
    found = speaker_suggestions([SpeakerToMatch(7, "Old")], players, {(2, 7)}, similarity)
    assert [(each.player_id, each.partner_id, each.words) for each in found] == [
        (1, 7, 'same name, old name "Old"'),
        (3, 7, "similar name (75%)"),
    ]


def test_a_pair_with_one_equal_name_on_each_side_is_sure() -> None:
    users = [user(9, "x", nickname="no_ob"), user(8, "Woox")]
    found = sure_pairs(users, [player(1, "No ob"), player(2, "Woox")], ())
    assert [(each.player_id, each.partner_id) for each in found] == [(2, 8), (1, 9)]


@pytest.mark.parametrize(
    ("users", "players"),
    [
        ([user(9, "Noob!")], [player(1, "Noob")]),
        ([user(9, "Old")], [player(1, "New", "Old")]),
        ([user(9, "Noob"), user(8, "noob")], [player(1, "Noob")]),
        ([user(9, "Noob", "Woox")], [player(1, "Noob"), player(2, "Woox")]),
        ([user(9, "Noob")], [player(1, "Noob"), player(2, "New", "Noob")]),
        ([user(9)], [player(1, "Noob")]),
        ([user(9, "Noob", nickname="Woox!")], [player(1, "Noob"), player(2, "Woox")]),
        ([user(9, "Noob", nickname="Dave (Woox)")], [player(1, "Noob"), player(2, "Woox")]),
        (
            [user(9, "Noob", nickname="Woox"), user(8, "Woox")],
            [player(1, "Noob"), player(2, "Woox")],
        ),
    ],
    ids=[
        *("decorated", "old name", "two users", "two players", "borne by two", "no name"),
        *("also like another", "about another", "another's own"),
    ],
)
def test_what_is_not_equal_or_not_unique_is_not_sure(
    users: list[UserToMatch], players: list[PlayerToMatch]
) -> None:
    assert sure_pairs(users, players, ()) == ()


def test_a_rejected_pair_is_never_sure() -> None:
    assert sure_pairs([user(9, "Noob")], [player(1, "Noob")], {(1, 9)}) == ()


some_users = st.lists(
    st.builds(
        UserToMatch,
        st.integers(100, 105),
        st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
        st.none() | st.sampled_from(NAMES),
        st.none() | st.just(JOINED),
    ),
    max_size=5,
    unique_by=lambda each: each.user_id,
)
some_players = st.lists(
    st.builds(
        PlayerToMatch,
        st.integers(1, 6),
        st.sampled_from(NAMES[:-1]),
        st.lists(st.sampled_from(NAMES[:-1]), max_size=1).map(tuple),
        st.none() | st.just(JOINED),
    ),
    max_size=5,
    unique_by=lambda each: each.player_id,
)


@given(
    some_users,
    some_players,
    st.sets(st.tuples(st.integers(1, 6), st.integers(100, 105)), max_size=4),
)
def test_suggestions_are_in_range_say_why_and_never_hold_a_rejected_pair(
    users: list[UserToMatch], players: list[PlayerToMatch], rejected: set[tuple[int, int]]
) -> None:
    found = suggestions(users, players, rejected, similarity)
    pairs = [each[:2] for each in found]
    assert len(set(pairs)) == len(pairs)
    assert not rejected & set(pairs)
    assert all(0 < each.score <= 100 and each.reasons for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@given(some_users, some_players)
def test_sure_pairs_join_nobody_twice(
    users: list[UserToMatch], players: list[PlayerToMatch]
) -> None:
    found = sure_pairs(users, players, ())
    assert len({each.player_id for each in found}) == len(found)
    assert len({each.partner_id for each in found}) == len(found)


def test_five_hundred_on_each_side_ask_for_the_similarity_of_a_few_only() -> None:
    random = Random(1)  # noqa: S311 - the same clan every time
    parts = ("ka", "ze", "zi", "ma", "wo", "ox", "lo", "st", "ri", "iron", "dark", "pk", "er", "an")

    def name() -> str:
        return "".join(random.choices(parts, k=random.randint(2, 4)))[:12]

    players = [
        player(number, name(), name(), joined_on=JOINED + timedelta(random.randint(0, 300)))
        for number in range(500)
    ]
    users = [user(1000 + number, name(), nickname=name()) for number in range(500)]
    asked = Counter[str]()

    def counting(one: str, other: str) -> float:
        asked["times"] += 1
        return similarity(one, other)

    assert suggestions(users, players, (), counting)
    assert asked["times"] <= 6 * 1000  # six for each of a user's names, of 1000 x 1000 pairs


@given(
    st.lists(st.text("abn ", min_size=1, max_size=12), min_size=1, max_size=12),
    st.lists(st.text("abn ", min_size=1, max_size=12), min_size=1, max_size=12),
)
def test_names_that_are_not_looked_at_would_not_have_been_suggested(
    ours: list[str], theirs: list[str]
) -> None:
    users = [user(number, name) for number, name in enumerate(ours)]
    players = [player(number, name) for number, name in enumerate(theirs)]
    found = suggestions(users, players, (), similarity)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_FEWEST", -100)  # then every name that shares anything is
        assert suggestions(users, players, (), similarity) == found

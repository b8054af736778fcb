"""Everybody is somebody once: no message is lost or counted twice, whoever links whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clan.name_matches import AuthorNames, PlayerNames
from bot.clan.persons import (
    Conflict,
    Person,
    Persons,
    Tie,
    hidden_players,
    persons,
)
from bot.clan.standings import Link

ANN, BEN, CAT = 101, 102, 103
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def player(player_id: int, name: str = "", *old: str, present: bool = True) -> PlayerNames:
    return PlayerNames(player_id, name or f"Player {player_id}", old, present)


def user(user_id: int, *names: str) -> AuthorNames:
    return AuthorNames(user_id + 1000, user_id, None, names)


def speaker(author_id: int, name: str) -> AuthorNames:
    return AuthorNames(author_id, None, name, (name,))


def claim(player_id: int, user_id: int, *, main: bool = False) -> Tie:
    return Tie(player_id, user_id, Link.CLAIMED, main)


def confirmed(player_id: int, user_id: int, *, main: bool = False, day: int = 0) -> Tie:
    at = NOW.replace(day=day) if day else None
    return Tie(player_id, user_id, Link.CONFIRMED, main, at)


def test_a_player_whom_nobody_linked_is_a_person_alone() -> None:
    found = persons([player(1)], [], [])
    assert found.people == (Person(None, (1,)),)
    assert found.links == {1: Link.NONE}


def test_a_user_and_all_linked_players_are_one_person() -> None:
    found = persons(
        [player(1), player(2), player(3)],
        [user(ANN, "ann"), speaker(7, "Player 2")],
        [confirmed(1, ANN, day=2), confirmed(2, ANN, day=1)],
    )
    ann = Person(ANN, (2, 1), (7, ANN + 1000), Link.CONFIRMED)
    assert found.people == (ann, Person(None, (3,)))
    assert found.by_player[1] == found.by_author[7] == found.by_user[ANN] == ann
    assert ann.main == 2


def test_a_claim_joins_nobody_and_is_told_beside() -> None:
    found = persons([player(1), player(2)], [user(ANN)], [confirmed(1, ANN), claim(2, ANN)])
    assert found.people == (Person(ANN, (1,), (ANN + 1000,), Link.CONFIRMED), Person(None, (2,)))
    assert found.links == {1: Link.CONFIRMED, 2: Link.NONE}
    assert (found.claims, found.conflicts) == ({ANN: (2,)}, ())
    assert (found.waiting({1, 2}), found.waiting({1})) == (1, 0)


def test_the_claims_of_one_user_stand_in_the_order_in_which_they_were_made() -> None:
    early, late = NOW.replace(day=1), NOW.replace(day=2)
    ties = [Tie(1, ANN, Link.CLAIMED, tied_at=late), Tie(2, ANN, Link.CLAIMED, tied_at=early)]
    assert persons([player(1), player(2)], [], ties).claims == {ANN: (2, 1)}


def test_opting_out_hides_confirmed_accounts_and_none_that_is_only_claimed_or_bears_the_name() -> (
    None
):
    ties = [confirmed(1, ANN), claim(2, ANN), claim(3, BEN)]
    players = [player(1), player(2), player(3), player(4, "Cat")]
    found = persons(players, [user(CAT, "cat")], ties)
    assert found.links[4] is Link.NAME
    assert hidden_players(found, {ANN, BEN, CAT, 999}) == {1}
    assert hidden_players(found, ()) == frozenset()


def test_two_claims_leave_the_player_alone_and_are_a_conflict() -> None:
    found = persons(
        [player(1)], [user(ANN), speaker(7, "Player 1")], [claim(1, BEN), claim(1, ANN)]
    )
    assert found.people == (Person(None, (1,), (7,)),)
    assert found.conflicts == (Conflict(1, (ANN, BEN)),)
    assert found.unmatched_authors == (ANN + 1000,)
    assert found.waiting({1}) == 0


def test_a_claim_takes_nothing_from_somebody_else_s_name_and_officers_decide() -> None:
    named = [user(ANN, "Player 1"), user(BEN, "Ben")]
    before = persons([player(1)], named, [])
    found = persons([player(1)], named, [claim(1, BEN)])
    assert (found.people, found.links) == (before.people, before.links)
    assert found.by_user[ANN].players == (1,)
    assert (found.claims, found.conflicts) == ({BEN: (1,)}, (Conflict(1, (ANN, BEN)),))
    theirs_too = persons([player(1)], named, [claim(1, BEN), claim(1, ANN)])
    assert theirs_too.people == before.people


def test_a_claim_on_one_s_own_name_costs_nothing() -> None:
    before = persons([player(1)], [user(ANN, "Player 1")], [])
    found = persons([player(1)], [user(ANN, "Player 1")], [claim(1, ANN)])
    assert (found.people, found.links) == (before.people, before.links)
    assert found.conflicts == ()


def test_two_users_of_one_name_are_a_conflict_and_neither_has_the_player() -> None:
    found = persons([player(1)], [user(ANN, "Player 1"), user(BEN, "player_1")], [])
    assert found.people == (Person(None, (1,)),)
    assert found.conflicts == (Conflict(1, (ANN, BEN)),)
    decided = persons([player(1)], [user(ANN, "Player 1"), user(BEN, "player_1")], [], {(1, BEN)})
    assert decided.conflicts == ()


def test_who_opted_out_is_nobody_by_name_but_for_their_own_eyes() -> None:
    quiet = user(ANN, "Player 1")._replace(is_hidden=True)
    found = persons([player(1)], [quiet], [])
    assert (found.people, found.hidden) == ((Person(None, (1,)),), {ANN: 1})
    both = persons([player(1)], [quiet, user(BEN, "Player 1")], [])
    assert both.by_user[BEN].players == (1,)
    assert (both.hidden, both.conflicts) == ({}, ())


def test_an_account_that_officers_kept_stays_known_by_name_beside_a_link() -> None:
    named, ties = [user(ANN, "Player 1")], [confirmed(2, ANN), claim(1, ANN, main=True)]
    found = persons([player(1), player(2)], named, ties)
    assert found.people == (Person(ANN, (1, 2), (ANN + 1000,), Link.CONFIRMED),)
    assert found.links == {1: Link.NAME, 2: Link.CONFIRMED}
    renamed = persons([player(1), player(2)], [user(ANN, "Ann")], ties)
    assert renamed.by_user[ANN].players == (2,)


def test_a_confirmed_link_beats_claims_and_ends_the_conflict() -> None:
    found = persons([player(1)], [], [claim(1, ANN), confirmed(1, BEN), claim(1, CAT)])
    assert found.people == (Person(BEN, (1,), (), Link.CONFIRMED),)
    assert found.conflicts == ()


def test_two_confirmed_links_are_a_conflict_again() -> None:
    found = persons([player(1)], [], [confirmed(1, ANN), confirmed(1, BEN), claim(1, CAT)])
    assert found.conflicts == (Conflict(1, (ANN, BEN)),)


def test_a_claim_that_is_also_confirmed_is_one_link() -> None:
    found = persons([player(1)], [], [claim(1, ANN), confirmed(1, ANN)])
    assert found.people == (Person(ANN, (1,), (), Link.CONFIRMED),)


def test_a_link_to_a_player_who_is_not_known_is_nothing() -> None:
    assert persons([player(1)], [], [confirmed(9, ANN)]).people == (Person(None, (1,)),)


def test_a_name_decides_where_no_link_does() -> None:
    found = persons([player(1, "No ob")], [user(ANN, "other", "no_ob")], [])
    assert found.people == (Person(ANN, (1,), (ANN + 1000,), Link.NAME),)


def test_a_linked_user_gets_no_second_player_by_name() -> None:
    found = persons([player(1), player(2, "Ann")], [user(ANN, "Ann")], [confirmed(1, ANN)])
    assert found.by_player[2] == Person(None, (2,))


def test_a_linked_player_gets_no_second_user_by_name() -> None:
    found = persons([player(1, "Ann")], [user(ANN, "Ann"), user(BEN)], [confirmed(1, BEN)])
    assert found.by_player[1].user_id == BEN
    assert found.unmatched_authors == (ANN + 1000,)


def test_a_name_that_officers_called_wrong_joins_nobody() -> None:
    found = persons([player(1, "Ann")], [user(ANN, "Ann")], [], rejected={(1, ANN)})
    assert found.people == (Person(None, (1,)),)
    assert found.unmatched_authors == (ANN + 1000,)


def test_a_confirmed_link_stands_though_it_was_rejected_once() -> None:
    found = persons([player(1)], [], [confirmed(1, ANN)], rejected={(1, ANN)})
    assert found.by_player[1].user_id == ANN


def test_an_old_name_counts_only_when_nobody_bears_it_now() -> None:
    before = persons([player(1, "New", "Old")], [user(ANN, "Old")], [])
    assert before.by_user[ANN].players == (1,)
    passed_on = persons([player(1, "New", "Old"), player(2, "Old")], [user(ANN, "Old")], [])
    assert passed_on.by_user[ANN].players == (2,)


def test_who_left_bears_the_name_only_until_somebody_present_does() -> None:
    gone = player(1, "Ann", present=False)
    assert persons([gone], [speaker(7, "Ann")], []).by_author[7].players == (1,)
    found = persons([gone, player(2, "Ann")], [speaker(7, "Ann")], [])
    assert found.by_author[7].players == (2,)


@pytest.mark.parametrize("name", ["no_ob", "NO-OB", "No\u00a0ob"])
def test_a_bridge_speaker_is_the_player_with_that_wom_key(name: str) -> None:
    found = persons([player(1, "No ob"), player(2, "Noob")], [speaker(7, name)], [])
    assert found.by_author[7].players == (1,)


def test_a_bridge_speaker_is_never_matched_by_likeness() -> None:
    found = persons([player(1, "Noob")], [speaker(7, "No ob"), speaker(8, "Noob [GIM]")], [])
    assert found.unmatched_authors == (7, 8)


def test_a_bridge_speaker_with_an_old_name_of_two_players_is_neither() -> None:
    found = persons([player(1, "A", "Old"), player(2, "B", "Old")], [speaker(7, "old")], [])
    assert found.unmatched_authors == (7,)


def test_an_author_without_any_name_is_unmatched() -> None:
    assert persons([player(1)], [AuthorNames(7, None, None)], []).unmatched_authors == (7,)


def test_the_old_and_the_new_name_of_a_speaker_are_one_person() -> None:
    found = persons([player(1, "New", "Old")], [speaker(7, "Old"), speaker(8, "New")], [])
    assert found.people == (Person(None, (1,), (7, 8)),)


def test_the_main_account_is_the_marked_one() -> None:
    ties = [confirmed(1, ANN, day=1), confirmed(2, ANN, day=2), confirmed(3, ANN, main=True)]
    assert persons([player(1), player(2), player(3)], [], ties).by_user[ANN].players == (3, 1, 2)


def test_without_a_mark_the_main_account_is_the_one_confirmed_first() -> None:
    ties = [claim(1, ANN), confirmed(2, ANN, day=9), confirmed(3, ANN, day=4)]
    assert persons([player(1), player(2), player(3)], [], ties).by_user[ANN].players == (3, 2)


# A world in which links, names and players change, to show that nothing is lost on the way.

IDS, USERS, NAMES = (1, 2, 3, 4), (ANN, BEN, CAT), ("Ann", "a_nn", "A n n", "Ben", "Cat [x]", "Dan")


@dataclass(frozen=True)
class World:
    """What is known at one time; authors and facts only ever become more."""

    names: dict[int, tuple[str, ...]] = field(
        default_factory=lambda: {player_id: (f"P{player_id}",) for player_id in IDS}
    )
    ties: frozenset[Tie] = frozenset()
    rejected: frozenset[tuple[int, int]] = frozenset()

    def people(self, authors: Sequence[AuthorNames], random: Random | None = None) -> Persons:
        players = [player(each, names[-1], *names[:-1]) for each, names in self.names.items()]
        ties, told = list(self.ties), list(authors)
        if random is not None:
            for each in (players, ties, told):
                random.shuffle(each)
        return persons(players, told, ties, self.rejected)


def link(world: World, tie: Tie) -> World:
    return replace(world, ties=world.ties | {tie})


def unlink(world: World, tie: Tie) -> World:
    return replace(world, ties=world.ties - {tie})


def reject(world: World, tie: Tie) -> World:
    return replace(world, rejected=world.rejected | {tie[:2]})


def rename(world: World, player_id: int, name: str) -> World:
    if player_id not in world.names:
        return world
    return replace(world, names={**world.names, player_id: (*world.names[player_id], name)})


def merge(world: World, player_id: int, into: int) -> World:
    if player_id == into or not {player_id, into} <= world.names.keys():
        return world
    names = dict(world.names)
    names[into] = (*names.pop(player_id), *names[into])
    moved = frozenset(
        tie._replace(player_id=into) if tie.player_id == player_id else tie for tie in world.ties
    )
    return replace(world, names=names, ties=moved)


ids, user_ids = st.sampled_from(IDS), st.sampled_from(USERS)
ties = st.builds(
    Tie,
    ids,
    user_ids,
    st.sampled_from([Link.CLAIMED, Link.CONFIRMED]),
    st.booleans(),
    st.sampled_from([None, NOW, NOW.replace(day=1)]),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just(link), ties),
        st.tuples(st.just(unlink), ties),
        st.tuples(st.just(reject), ties),
        st.tuples(st.just(rename), ids, st.sampled_from(NAMES)),
        st.tuples(st.just(merge), ids, ids),
    ),
    max_size=8,
)
writers = st.tuples(
    st.fixed_dictionaries({each: st.lists(st.sampled_from(NAMES), max_size=2) for each in USERS}),
    st.lists(st.sampled_from(("P1", "p2", *NAMES)), max_size=4, unique=True),
).map(
    lambda told: [
        *(user(user_id, *names) for user_id, names in told[0].items()),
        *(speaker(number, name) for number, name in enumerate(told[1])),
    ]
)


def after(taken: Sequence[tuple[object, ...]]) -> World:
    world = World()
    for step, *what in taken:
        world = step(world, *what)  # type: ignore[operator]
    return world


@given(steps, writers, st.lists(st.integers(0, 6), max_size=30))
def test_after_any_steps_every_message_is_somebodys_or_unmatched_once(
    taken: list[tuple[object, ...]], authors: list[AuthorNames], picks: list[int]
) -> None:
    facts = [authors[pick % len(authors)].author_id for pick in picks]
    by_author = Counter(facts)
    found = after(taken).people(authors)
    counted = [by_author[each] for person in found.people for each in person.authors]
    unmatched = [by_author[each] for each in found.unmatched_authors]
    assert sum(counted) + sum(unmatched) == len(facts)


@given(steps, writers)
def test_after_any_steps_every_player_and_author_is_there_once(
    taken: list[tuple[object, ...]], authors: list[AuthorNames]
) -> None:
    world = after(taken)
    found = world.people(authors)
    players = [each for person in found.people for each in person.players]
    told = [each for person in found.people for each in person.authors]
    assert sorted(players) == sorted(world.names)
    assert sorted([*told, *found.unmatched_authors]) == sorted(each.author_id for each in authors)
    assert len(found.by_user) == len([each for each in found.people if each.user_id is not None])
    assert all(found.by_player[each].main == found.by_player[each].players[0] for each in players)


@given(steps, writers, st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_told_does_not_matter(
    taken: list[tuple[object, ...]], authors: list[AuthorNames], random: Random
) -> None:
    world = after(taken)
    assert world.people(authors, random) == world.people(authors)


@given(steps, writers, ties)
def test_a_link_undone_gives_back_exactly_what_was(
    taken: list[tuple[object, ...]], authors: list[AuthorNames], tie: Tie
) -> None:
    before = unlink(after(taken), tie)
    assert unlink(link(before, tie), tie).people(authors) == before.people(authors)


@given(steps, writers, ids, user_ids)
def test_after_any_steps_a_claim_changes_no_number(
    taken: list[tuple[object, ...]], authors: list[AuthorNames], player_id: int, user_id: int
) -> None:
    world = after(taken)
    before = world.people(authors)
    found = link(world, claim(player_id, user_id)).people(authors)
    assert (found.people, found.links) == (before.people, before.links)
    assert (found.by_author, found.unmatched_authors) == (
        before.by_author,
        before.unmatched_authors,
    )


@given(steps, writers)
def test_a_claim_s_conflict_leaves_the_player_to_the_name_alone(
    taken: list[tuple[object, ...]], authors: list[AuthorNames]
) -> None:
    found = after(taken).people(authors)
    for conflict in found.conflicts:
        user_id = found.by_player[conflict.player_id].user_id
        assert user_id is None or user_id in conflict.user_ids
        is_open = found.links[conflict.player_id] in {Link.NONE, Link.NAME}
        assert is_open is not (conflict.player_id in found.namesakes)


def test_a_speaker_is_whom_an_officer_named_whatever_the_name_says() -> None:
    told = speaker(7, "Player 1")._replace(player_id=2)
    found = persons([player(1), player(2)], [told], [])
    assert found.by_author[7].players == (2,)


def named(author: AuthorNames, day: int | None) -> AuthorNames:
    """Return an author who has borne the names since a day of the month, None: since ever."""
    return author._replace(named_at=None if day is None else NOW.replace(day=day))


ZEZIMA = player(1, "Zezima")
DISPUTED = (Conflict(1, (ANN, BEN)),)


@pytest.mark.parametrize(("first", "second"), [(None, 1), (1, 8), (3, 20)])
@pytest.mark.parametrize("name", ["Zezima", "zezima", "\N{CROWN} Zezima \N{CROWN}"])
@pytest.mark.parametrize("ties", [[], [confirmed(2, BEN)]])
def test_who_takes_on_a_name_takes_no_account_from_who_bears_it(
    first: int | None, second: int, name: str, ties: list[Tie]
) -> None:
    ann, ben = named(user(ANN, "Zezima"), first), named(user(BEN, name), second)
    alone = persons([ZEZIMA, player(2)], [ann], ties)
    found = persons([ZEZIMA, player(2)], [ben, ann], ties)
    assert found.by_player[1] == alone.by_player[1] == found.by_user[ANN]
    assert found.links[1] is Link.NAME
    assert found.conflicts == (() if ties else DISPUTED)


def test_an_exact_name_taken_on_later_does_not_beat_one_that_is_alike() -> None:
    ann = named(user(ANN, "\N{CROWN} Zezima \N{CROWN}"), 1)
    found = persons([ZEZIMA], [ann, named(user(BEN, "Zezima"), 9)], [])
    assert (found.by_player[1].user_id, found.conflicts) == (ANN, DISPUTED)


@pytest.mark.parametrize(("first", "second"), [(None, None), (1, 7), (8, 2)])
def test_of_two_who_bear_a_name_for_about_as_long_nobody_is_it(
    first: int | None, second: int | None
) -> None:
    both = [named(user(ANN, "Zezima"), first), named(user(BEN, "Zezima"), second)]
    found = persons([ZEZIMA], both, [])
    assert (found.by_player[1].user_id, found.conflicts) == (None, DISPUTED)


def test_two_players_whose_names_are_alike_keep_their_own_users() -> None:
    both = [named(user(ANN, "No ob"), None), named(user(BEN, "Noob"), 9)]
    found = persons([player(1, "No ob"), player(2, "Noob")], both, [])
    assert (found.by_user[ANN].main, found.by_user[BEN].main) == (1, 2)


def test_a_nickname_that_is_another_member_s_name_leaves_a_doubt() -> None:
    """Ben is called Rsn everywhere but here; Ann, who has her link, is called Woox as well."""
    players = [player(1, "Rsn"), player(2, "Woox")]
    authors = [user(BEN, "rsn", "Woox"), user(ANN, "Woox")]
    found = persons(players, authors, [confirmed(2, ANN)])
    assert found.links == {1: Link.NONE, 2: Link.CONFIRMED}
    plain = persons(players, [user(BEN, "rsn"), user(ANN, "Woox")], [confirmed(2, ANN)])
    assert plain.links[1] is Link.NAME


@pytest.mark.parametrize(
    ("name", "link"),
    [("Rsn / Alt", Link.NAME), ("Dave | Rsn", Link.NONE), ("Dave (Rsn)", Link.NONE)],
)
def test_only_the_first_of_two_names_joins(name: str, link: Link) -> None:
    found = persons([player(1, "Rsn")], [user(ANN, name)], [])
    assert found.links == {1: link}

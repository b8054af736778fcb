"""Who is which player: by link first, then by a name that leaves no doubt."""

from typing import Any, cast

from bot.clan.linking import LinkState as TiedState
from bot.clan.linking import Tied
from bot.clan.standings import Link
from bot.services.people import Identity
from bot.services.view import Known, Visitor, read_people
from storage import privacy
from storage.authors import Writer
from storage.links import StoredState
from storage.players import MemberRow
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW


def place(player_id: int, name: str) -> MemberRow:
    return MemberRow(
        player_id, name, name.lower(), "regular", "active", NOW, NOW, "member", NOW, None, None
    )


def writer(author_id: int, name: str, handle: str | None = None) -> Writer:
    return Writer(author_id, 100 + author_id, None, name, handle, 5, 0, 0, NOW)


def speaker(author_id: int, name: str) -> Writer:
    return Writer(author_id, None, name, name, None, 5, 0, 0, NOW)


def link(player_id: int, author_id: int, *, main: bool = False, claimed: bool = False) -> Tied:
    state = TiedState.CLAIMED if claimed else TiedState.CONFIRMED
    return Tied(player_id, 100 + author_id, state, NOW, main)


def book_of(
    places: list[MemberRow],
    writers: list[Writer],
    *links: Tied,
    names: dict[int, list[str]] | None = None,
) -> Identity:
    """Return what would have been read; nothing is read any more."""
    here = {each.player_id: each for each in places if each.left_at is None}
    former = tuple(each for each in places if each.left_at is not None)
    borne = names or {each.player_id: [each.name] for each in places}
    nothing = cast("Any", None)
    return Identity(
        nothing, nothing, here, former, borne, writers, {tie.pair: tie for tie in links}
    )


def everybody(identity: Identity) -> dict[int, Known]:
    return dict(identity.resolve().known)


def known(
    places: list[MemberRow], writers: list[Writer], *links: Tied
) -> dict[int, tuple[int | None, Link]]:
    found = everybody(book_of(places, writers, *links))
    return {
        player_id: (each.authors[0].author_id if each.authors else None, each.link)
        for player_id, each in found.items()
    }


ONE, TWO = place(1, "Zezima"), place(2, "Alt Of Zez")


def test_a_link_decides_before_a_name() -> None:
    writers = [writer(1, "zezima"), writer(2, "other")]
    assert known([ONE, TWO], writers, link(1, 2)) == {1: (2, Link.CONFIRMED)}


def test_a_name_decides_where_no_link_does() -> None:
    assert known([ONE], [writer(1, "x", "Zezima")]) == {1: (1, Link.NAME)}
    assert known([ONE], [writer(1, "[IC] zezima")]) == {1: (1, Link.NAME)}
    assert known([ONE], [writer(1, "somebody")]) == {}


def test_a_name_that_two_people_bear_is_nobodys() -> None:
    assert known([ONE], [writer(1, "zezima"), writer(2, "Zezima")]) == {}


def test_a_claim_counts_for_nothing_until_it_is_confirmed() -> None:
    writers = [writer(1, "a"), writer(2, "b")]
    assert known([ONE], writers, link(1, 1, claimed=True)) == {}
    both = (link(1, 1, claimed=True), link(1, 2))
    assert known([ONE], writers, *both) == {1: (2, Link.CONFIRMED)}


def test_a_persons_chat_counts_once_for_the_main_account() -> None:
    links = (link(1, 1), link(2, 1, main=True))
    assert known([ONE, TWO], [writer(1, "x")], *links) == {
        2: (1, Link.CONFIRMED),
        1: (None, Link.CONFIRMED),
    }
    found = everybody(book_of([ONE, TWO], [writer(1, "x"), speaker(2, "Zezima")], *links))
    assert [each.author_id for each in found[2].authors] == [1, 2]
    assert {each.accounts for each in found.values()} == {("Alt Of Zez", "Zezima")}
    assert (found[1].alt_of, found[2].alt_of) == ("Alt Of Zez", None)


def test_who_opted_out_is_hidden_with_all_accounts_that_are_surely_theirs() -> None:
    silent = writer(1, "x")._replace(is_hidden=True)
    found = everybody(book_of([ONE, TWO], [silent], link(1, 1), link(2, 1)))
    assert all(each.is_hidden for each in found.values())
    claimed = everybody(book_of([ONE, TWO], [silent], link(1, 1), link(2, 1, claimed=True)))
    assert {who: each.is_hidden for who, each in claimed.items()} == {1: True}
    told = [(each.person, each.accounts, each.alt_of, each.authors) for each in found.values()]
    assert told == [(None, ("Zezima",), None, ()), (None, ("Alt Of Zez",), None, ())]


def test_nobody_hides_or_silences_a_member_by_bearing_their_name() -> None:
    silent = writer(1, "Zezima")._replace(is_hidden=True)
    (found,) = everybody(book_of([ONE], [silent, speaker(2, "Zezima")])).values()
    assert (found.is_hidden, found.user_id) == (False, None)
    assert [each.author_id for each in found.authors] == [2]


def test_the_chat_of_somebody_whose_main_account_left_stands_with_the_next() -> None:
    gone = ONE._replace(left_at=NOW)
    found = everybody(book_of([gone, TWO], [writer(1, "x")], link(1, 1, main=True), link(2, 1)))
    assert (found[2].alt_of, len(found[2].authors), 1 in found) == (None, 1, False)


def test_claims_leave_the_player_with_whom_the_name_says_until_an_officer_decides() -> None:
    writers = [writer(1, "zezima"), writer(2, "b")]
    claims = (link(1, 1, claimed=True), link(1, 2, claimed=True))
    assert known([ONE], writers, *claims) == {1: (1, Link.NAME)}
    assert known([ONE], [writer(1, "a"), writer(2, "b")], *claims) == {}


def test_who_opted_out_hides_no_account_by_name_and_is_not_counted_for_it() -> None:
    silent = writer(1, "zezima")._replace(is_hidden=True)
    assert known([ONE], [silent]) == {}
    for is_kept in (False, True):
        claim = link(1, 1, main=is_kept, claimed=True)
        assert known([ONE], [silent], claim) == {}
        assert known([ONE], [silent, speaker(2, "Zezima")], claim) == {1: (2, Link.NONE)}


def test_a_link_to_somebody_who_never_wrote_keeps_others_from_matching_by_name() -> None:
    assert known([ONE], [writer(1, "zezima")], link(1, 9)) == {1: (None, Link.CONFIRMED)}


def test_a_linked_player_who_left_frees_the_person_for_nobody_else() -> None:
    assert known([TWO], [writer(1, "x")], link(1, 1)) == {}


def test_a_speaker_of_the_clan_chat_is_heard_though_no_user_is_linked() -> None:
    assert known([ONE], [speaker(1, "Zezima")]) == {1: (1, Link.NONE)}


def test_an_old_name_that_was_passed_on_is_its_present_bearers_alone() -> None:
    names = {1: ["Zezima", "Alt Of Zez"], 2: ["Alt Of Zez"]}
    found = everybody(book_of([ONE, TWO], [writer(1, "alt of zez")], names=names))
    assert {who: each.authors[0].author_id for who, each in found.items()} == {2: 1}


async def test_accounts_come_main_first_and_claims_stand_apart(village: Village) -> None:
    await village.settled({number: f"Name {number}" for number in range(1, 5)})
    await village.settled({9: "Gone"}, left_at=NOW - DAY)
    await village.linked(1, 101, state=StoredState.CLAIMED)
    await village.linked(2, 101)
    await village.linked(3, 101, is_main=True)
    await village.linked(9, 101)
    async with village.database.reading() as connection:
        people = await read_people(connection, village.clan)
    assert [each.player_id for each in people.accounts(101)] == [3, 2]
    assert [each.player_id for each in people.claims(101)] == [1]
    assert people.accounts(555) == people.claims(555) == ()


async def test_one_s_own_card_is_the_surest_account_that_there_is(village: Village) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three"})
    await village.linked(1, 101, state=StoredState.CLAIMED)
    await village.called(102, "Two")
    await village.called(103, "Three")
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, 103, NOW)
    async with village.database.reading() as connection:
        people = await read_people(connection, village.clan)
    found = {user_id: people.own_card(user_id) for user_id in (101, 102, 103, 555)}
    assert {user_id: each and (each.link, each.is_shared) for user_id, each in found.items()} == {
        101: (Link.CLAIMED, False),
        102: (Link.NAME, True),
        103: (Link.NAME, False),
        555: None,
    }


async def test_who_asks_is_among_the_people_without_having_written(village: Village) -> None:
    await village.settled({1: "Zezima"})
    visitor = Visitor(11, "zezima", "z")
    async with village.database.reading() as connection:
        people = await read_people(connection, village.clan, visitor)
        without = await read_people(connection, village.clan)
    assert [each.player_id for each in people.accounts(11)] == [1]
    assert without.accounts(11) == ()


async def test_rejected_and_ended_links_and_former_members_do_not_count(village: Village) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.settled({3: "Three"}, left_at=NOW - DAY)
    for player_id, state in [
        (1, StoredState.REJECTED),
        (2, StoredState.ENDED),
        (3, StoredState.CONFIRMED),
    ]:
        await village.called(10 + player_id, f"User {player_id}")
        await village.linked(player_id, 10 + player_id, state=state)
    async with village.database.reading() as connection:
        people = await read_people(connection, village.clan)
    assert people.known == {}
    assert [each.player_id for each in people.places] == [1, 2]
    assert people.accounts(13) == ()

"""Who is which player: by link first, then by a name that leaves no doubt."""

from bot.clan.standings import Link
from bot.services.people import People, Visitor, known_people, read_people
from storage.authors import Writer
from storage.links import Link as StoredLink
from storage.links import State
from storage.players import Place
from tests.bot.services.village import Village
from tests.storage.rows import DAY, NOW


def place(player_id: int, name: str) -> Place:
    return Place(
        player_id, name, name.lower(), "regular", "active", NOW, NOW, "member", NOW, None, None
    )


def writer(author_id: int, name: str, handle: str | None = None) -> Writer:
    return Writer(author_id, 100 + author_id, None, name, handle, 5, 0, 0, NOW)


def speaker(author_id: int, name: str) -> Writer:
    return Writer(author_id, None, name, name, None, 5, 0, 0, NOW)


def link(
    player_id: int, author_id: int, *, main: bool = False, claimed: bool = False
) -> StoredLink:
    state = State.CLAIMED if claimed else State.CONFIRMED
    return StoredLink(player_id, 100 + author_id, state, main)


def known(
    places: list[Place], writers: list[Writer], *links: StoredLink
) -> dict[int, tuple[int, Link]]:
    names = {each.player_id: [each.name] for each in places}
    found = known_people(places, names, writers, links)
    return {player_id: (each.author.author_id, each.link) for player_id, each in found.items()}


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


def test_a_claim_counts_at_once_but_less_than_a_confirmed_link() -> None:
    writers = [writer(1, "a"), writer(2, "b")]
    assert known([ONE], writers, link(1, 1, claimed=True)) == {1: (1, Link.CLAIMED)}
    both = (link(1, 1, claimed=True), link(1, 2))
    assert known([ONE], writers, *both) == {1: (2, Link.CONFIRMED)}


def test_a_persons_chat_counts_once_for_the_main_account() -> None:
    links = (link(1, 1), link(2, 1, main=True))
    assert known([ONE, TWO], [writer(1, "x")], *links) == {2: (1, Link.CONFIRMED)}


def test_a_link_to_somebody_who_never_wrote_keeps_others_from_matching_by_name() -> None:
    assert known([ONE], [writer(1, "zezima")], link(1, 9)) == {}


def test_a_linked_player_who_left_frees_the_person_for_nobody_else() -> None:
    assert known([TWO], [writer(1, "x")], link(1, 1)) == {}


def test_a_speaker_of_the_clan_chat_is_known_by_name() -> None:
    assert known([ONE], [speaker(1, "Zezima")]) == {1: (1, Link.NAME)}


def test_an_old_name_that_was_passed_on_is_its_present_bearers_alone() -> None:
    names = {1: ["Zezima", "Alt Of Zez"], 2: ["Alt Of Zez"]}
    found = known_people([ONE, TWO], names, [writer(1, "alt of zez")], [])
    assert {player_id: each.author.author_id for player_id, each in found.items()} == {2: 1}


def test_accounts_come_main_first_then_confirmed_then_claimed() -> None:
    places = tuple(place(number, f"Name {number}") for number in range(1, 5))
    links = (link(1, 1, claimed=True), link(2, 1), link(3, 1, main=True), link(9, 1))
    people = People(places, {}, {}, links)
    assert [each.player_id for each in people.accounts(101)] == [3, 2, 1]
    assert people.accounts(555) == ()


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
    for player_id, state in [(1, State.REJECTED), (2, State.ENDED), (3, State.CONFIRMED)]:
        await village.called(10 + player_id, f"User {player_id}")
        await village.linked(player_id, 10 + player_id, state=state)
    async with village.database.reading() as connection:
        people = await read_people(connection, village.clan)
    assert people.known == {}
    assert [each.player_id for each in people.places] == [1, 2]
    assert people.accounts(13) == ()

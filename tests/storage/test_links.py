"""Who is whom: only what an officer confirmed gives a role, and each deed is noted."""

import pytest

from storage import links, players
from storage.engine import Database, insert_missing
from storage.links import LinkEventRow, LinkRow, StandingLink, StoredState
from storage.tables import LINKS
from tests.storage.rows import DAY, NOW, a_clan, members

USER, OFFICER = 7, 99


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1, 2], role="owner")
        return clan_id


def written(clan_id: int, link: StandingLink) -> list[dict[str, object]]:
    return [{"clan_id": clan_id, **link._asdict(), "claimed_at": NOW}]


@pytest.mark.parametrize("state", [StoredState.CLAIMED, StoredState.REJECTED, StoredState.ENDED])
async def test_a_link_that_nobody_confirmed_gives_no_role(
    database: Database, clan_id: int, state: StoredState
) -> None:
    link = StandingLink(1, USER, state, is_main=True)
    async with database.writing() as connection:
        await insert_missing(connection, LINKS, written(clan_id, link))
        assert await links.confirmed_roles(connection, clan_id, USER) == []
        standing = [link] if state is StoredState.CLAIMED else []
        assert await links.of_clan(connection, clan_id) == standing


async def test_a_claim_that_an_officer_confirms_gives_its_role(
    database: Database, clan_id: int
) -> None:
    link = StandingLink(1, USER, StoredState.CLAIMED, is_main=True)
    async with database.writing() as connection:
        await insert_missing(connection, LINKS, written(clan_id, link))
        await links.confirm(connection, clan_id, link, OFFICER, NOW + DAY)
        assert await links.of_clan(connection, clan_id) == [
            link._replace(state=StoredState.CONFIRMED)
        ]
        assert await links.confirmed_roles(connection, clan_id, USER) == ["owner"]
        (row,) = (await connection.execute(LINKS.select())).all()
        assert (row.claimed_at, row.decided_at) == (NOW, NOW + DAY)
        assert row.decided_by == OFFICER


async def test_confirming_twice_is_confirming_once(database: Database, clan_id: int) -> None:
    link = StandingLink(1, USER, StoredState.CONFIRMED, is_main=True)
    async with database.writing() as connection:
        for _ in range(2):
            await links.confirm(connection, clan_id, link, OFFICER, NOW)
        assert await links.of_clan(connection, clan_id) == [link]


async def test_the_role_of_an_account_that_left_is_gone(database: Database, clan_id: int) -> None:
    link = StandingLink(1, USER, StoredState.CONFIRMED, is_main=True)
    async with database.writing() as connection:
        await links.confirm(connection, clan_id, link, OFFICER, NOW)
        await players.take_out(connection, clan_id, [1], NOW)
        assert await links.confirmed_roles(connection, clan_id, USER) == []


def row(player_id: int, user_id: int, state: StoredState = StoredState.CLAIMED) -> LinkRow:
    return LinkRow(
        player_id, user_id, state, is_main=False, claimed_at=NOW, decided_at=None, decided_by=None
    )


async def test_links_are_put_in_place_of_what_they_were(database: Database, clan_id: int) -> None:
    first = [row(1, USER), row(2, USER)]
    changed = row(1, USER, StoredState.REJECTED)._replace(decided_at=NOW + DAY, decided_by=OFFICER)
    async with database.writing() as connection:
        await links.put(connection, clan_id, [])
        await links.put(connection, clan_id, first)
        assert await links.every(connection, clan_id) == first
        await links.put(connection, clan_id, [changed])
        assert await links.every(connection, clan_id) == [changed, first[1]]


async def test_a_removed_link_was_never_there_and_the_others_stay(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await links.put(connection, clan_id, [row(1, USER), row(2, USER), row(1, USER + 1)])
        await links.remove(connection, clan_id, [(1, USER)])
        assert await links.every(connection, clan_id) == [row(2, USER), row(1, USER + 1)]


async def test_a_deed_is_noted_with_all_that_it_did_and_what_was_before(
    database: Database, clan_id: int
) -> None:
    was = {"state": "claimed", "decided_at": None}
    confirmed = [LinkEventRow(1, USER, "confirm", was), LinkEventRow(1, USER + 1, "confirm")]
    async with database.writing() as connection:
        first = await links.note(connection, clan_id, confirmed, OFFICER, NOW)
        second = await links.note(
            connection, clan_id, [LinkEventRow(2, 0, "mark")], OFFICER, NOW + DAY
        )
        noted = await links.actions(connection, clan_id, 5)
        assert [(each.action_id, each.event) for each in noted] == [
            (second, LinkEventRow(2, 0, "mark")),
            (first, confirmed[1]),
            (first, confirmed[0]),
        ]
        assert (noted[0].by_user_id, noted[0].happened_at) == (OFFICER, NOW + DAY)
        assert len(await links.actions(connection, clan_id, 1)) == 1


async def test_who_has_no_discord_is_remembered_until_it_is_taken_back(
    database: Database, clan_id: int
) -> None:
    async def without() -> list[int]:
        places = await players.places(connection, clan_id)
        return [place.player_id for place in places if place.has_no_discord]

    async with database.writing() as connection:
        await links.set_no_discord(connection, clan_id, 2, has_none=True)
        assert await without() == [2]
        await members(connection, clan_id, [2])
        assert await without() == [2]
        await links.set_no_discord(connection, clan_id, 2, has_none=False)
        assert await without() == []

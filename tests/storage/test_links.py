"""Who is whom: only what an officer confirmed gives a role, and only while it stands."""

import pytest

from storage import links, players
from storage.engine import Database, insert_missing
from storage.links import Link, State
from storage.tables import LINKS
from tests.storage.rows import DAY, NOW, a_clan, members

USER, OFFICER = 7, 99


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1, 2], role="owner")
        return clan_id


def written(clan_id: int, link: Link) -> list[dict[str, object]]:
    return [{"clan_id": clan_id, **link._asdict(), "claimed_at": NOW}]


@pytest.mark.parametrize("state", [State.CLAIMED, State.REJECTED, State.ENDED])
async def test_a_link_that_nobody_confirmed_gives_no_role(
    database: Database, clan_id: int, state: State
) -> None:
    link = Link(1, USER, state, is_main=True)
    async with database.writing() as connection:
        await insert_missing(connection, LINKS, written(clan_id, link))
        assert await links.confirmed_roles(connection, clan_id, USER) == []
        standing = [link] if state is State.CLAIMED else []
        assert await links.of_clan(connection, clan_id) == standing


async def test_a_claim_that_an_officer_confirms_gives_its_role(
    database: Database, clan_id: int
) -> None:
    link = Link(1, USER, State.CLAIMED, is_main=True)
    async with database.writing() as connection:
        await insert_missing(connection, LINKS, written(clan_id, link))
        await links.confirm(connection, clan_id, link, OFFICER, NOW + DAY)
        assert await links.of_clan(connection, clan_id) == [link._replace(state=State.CONFIRMED)]
        assert await links.confirmed_roles(connection, clan_id, USER) == ["owner"]
        (row,) = (await connection.execute(LINKS.select())).all()
        assert (row.claimed_at, row.decided_at) == (NOW, NOW + DAY)
        assert row.decided_by == OFFICER


async def test_confirming_twice_is_confirming_once(database: Database, clan_id: int) -> None:
    link = Link(1, USER, State.CONFIRMED, is_main=True)
    async with database.writing() as connection:
        for _ in range(2):
            await links.confirm(connection, clan_id, link, OFFICER, NOW)
        assert await links.of_clan(connection, clan_id) == [link]


async def test_the_role_of_an_account_that_left_is_gone(database: Database, clan_id: int) -> None:
    link = Link(1, USER, State.CONFIRMED, is_main=True)
    async with database.writing() as connection:
        await links.confirm(connection, clan_id, link, OFFICER, NOW)
        await players.take_out(connection, clan_id, [1], NOW)
        assert await links.confirmed_roles(connection, clan_id, USER) == []

"""What a clan is judged by is kept version after version, and never changed afterwards."""

import pytest

from storage import forgetting, policies
from storage.engine import Database
from storage.errors import Overtaken
from storage.policies import Version
from tests.storage.rows import DAY, NOW, a_clan


def version(number: int, by: int = 7) -> Version:
    return Version(number, {"enforcement": {"window_days": number}}, by, NOW + number * DAY)


async def test_a_clan_that_changed_nothing_has_no_version(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        assert await policies.newest(connection, clan_id) is None
        assert await policies.history(connection, clan_id, 5) == []


async def test_the_newest_version_comes_first(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        for number in (2, 3, 4):
            await policies.add(connection, clan_id, version(number))
        assert await policies.newest(connection, clan_id) == version(4)
        assert await policies.history(connection, clan_id, 2) == [version(4), version(3)]


async def test_a_version_is_never_replaced(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await policies.add(connection, clan_id, version(2))
    with pytest.raises(Overtaken):
        async with database.writing() as connection:
            await policies.add(connection, clan_id, version(2, by=8))


async def test_a_version_outlives_who_made_it(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await policies.add(connection, clan_id, version(2, by=7))
        await policies.add(connection, clan_id, version(3, by=8))
        await forgetting.unname(connection, clan_id, 7)
        found = await policies.history(connection, clan_id, 2)
    assert found == [version(3, by=8), version(2, by=forgetting.NOBODY)]

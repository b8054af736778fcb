"""Authors and places: one row for each Discord id in a clan, under the name it has now."""

import pytest

from storage import authors, blind_spots
from storage.engine import Database
from tests.storage.rows import a_channel, a_clan, an_author, note_place, only


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        return await a_clan(connection)


async def test_an_author_keeps_the_id_and_takes_the_new_name(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        first = await only(
            authors.author_ids(connection, {clan_id: {7: ("Zez", "zez"), 8: ("Bo", "bo")}})
        )
        later = await only(authors.author_ids(connection, {clan_id: {7: ("Zezima", "zez")}}))
        assert later == {7: first[7]}
        names = {
            writer.discord_user_id: writer.name
            for writer in await authors.writers(connection, clan_id)
        }
        assert names == {7: "Zezima", 8: "Bo"}


async def test_known_and_new_authors_are_found_together(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        known = await an_author(connection, clan_id, 7)
        both = await only(
            authors.author_ids(connection, {clan_id: {7: ("A", "a"), 2**63 - 1: ("B", "b")}})
        )
        assert both[7] == known
        assert both.keys() == {7, 2**63 - 1}


async def test_one_person_is_another_author_in_another_clan(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        other = await a_clan(connection, guild_id=2)
        assert await an_author(connection, clan_id, 7) != await an_author(connection, other, 7)


async def test_somebody_who_wrote_nothing_has_written_nothing_at_no_time(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await an_author(connection, clan_id)
        (writer,) = await authors.writers(connection, clan_id)
        assert (writer.messages, writer.questions, writer.answers) == (0, 0, 0)
        assert writer.wrote_at is None


async def test_a_renamed_place_stays_as_counted_as_it_was(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        channel = await a_channel(connection, clan_id, discord_id=5)
        assert (await authors.channels(connection, clan_id))[5].is_counted
        await authors.set_counted(connection, clan_id, 5, is_counted=False)
        await note_place(
            connection, clan_id, 5, name="new", kind="thread", parent_id=4, is_readable=False
        )
        place = (await authors.channels(connection, clan_id))[5]
    assert (place.channel_id, place.is_counted) == (channel, False)
    assert (place.name, place.kind, place.parent_id) == ("new", "thread", 4)
    assert not place.is_readable


async def test_of_a_few_clans_what_is_not_gone_is_counted_together(database: Database) -> None:
    async with database.writing() as connection:
        ids = [await a_clan(connection, guild_id) for guild_id in (1, 2, 3)]
        for clan_id, count in zip(ids, (3, 1, 0), strict=True):
            for number in range(1, count + 1):
                await a_channel(connection, clan_id, discord_id=number)
        await blind_spots.forget_gone(connection, ids[0], [1, 2])
        counts = await authors.kept_channels(connection, ids)
    assert counts == dict(zip(ids, (2, 1, 0), strict=True))

"""Which channels repeat the clan chat, who speaks in them, and what the game told there."""

import pytest

from storage import authors, bridges
from storage.bridges import BroadcastRow, Counted, Declared, Speaker
from storage.columns import first_snowflake
from storage.engine import Database
from tests.storage.rows import DAY, HOUR, NOW, a_channel, a_clan, an_author, only

ZEZIMA = Speaker("zezima")


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        return await a_clan(connection)


async def test_a_channel_is_a_bridge_from_when_it_is_declared_until_it_is_not(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        for discord_id in (5, 6):
            await a_channel(connection, clan_id, discord_id)
        assert await bridges.of_clan(connection, clan_id) == []
        await bridges.declare(connection, clan_id, 5, "bold", 77)
        await bridges.declare(connection, clan_id, 6, "plain")
        assert await bridges.of_clan(connection, clan_id) == [
            Declared(5, "place-5", "bold", 77),
            Declared(6, "place-6", "plain", None),
        ]
        await bridges.declare(connection, clan_id, 5, None)
        assert [each.name for each in await bridges.of_clan(connection, clan_id)] == ["place-6"]


async def test_a_speaker_is_one_author_however_the_name_is_written(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        user = await an_author(connection, clan_id)
        made = await only(
            bridges.speaker_ids(
                connection, {clan_id: {Speaker("no ob"): "No_ob", Speaker("zezima"): "Zezima"}}
            )
        )
        again = await only(bridges.speaker_ids(connection, {clan_id: {Speaker("no ob"): "NO OB"}}))
        assert again == {Speaker("no ob"): made[Speaker("no ob")]}
        assert user not in made.values()
        found = await authors.writers(connection, clan_id)
        assert {(each.discord_user_id, each.bridge_name, each.name) for each in found} == {
            (1, None, "Author 1"),
            (None, "no ob", "No_ob"),
            (None, "zezima", "Zezima"),
        }
        assert await only(bridges.speaker_ids(connection, {clan_id: {}})) == {}


async def test_broadcasts_are_counted_by_author_and_kind_within_a_span(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        channel = await a_channel(connection, clan_id)
        who = (await only(bridges.speaker_ids(connection, {clan_id: {ZEZIMA: "Zezima"}})))[ZEZIMA]
        told = [
            BroadcastRow(first_snowflake(at) + number, channel, author, kind, at)
            for number, (author, kind, at) in enumerate(
                [
                    (who, "drop", NOW),
                    (who, "drop", NOW + HOUR),
                    (who, "pet", NOW + HOUR),
                    (None, "other", NOW),
                    (who, "drop", NOW - HOUR),
                    (who, "drop", NOW + DAY),
                ]
            )
        ]
        await bridges.add(connection, {clan_id: told})
        counted = await bridges.counts(connection, clan_id, NOW, NOW + DAY)
        assert counted == [
            Counted(None, "other", 1),
            Counted(who, "drop", 2),
            Counted(who, "pet", 1),
        ]
        ids = [each.message_id for each in told]
        assert await only(bridges.known_ids(connection, {clan_id: [*ids, 1]})) == set(ids)
        assert await bridges.remove(connection, {clan_id + 1: ids}) == 0
        assert await bridges.remove(connection, {clan_id: [*ids[:2], 1]}) == 2
        assert await only(bridges.known_ids(connection, {clan_id: ids})) == set(ids[2:])


async def test_a_history_that_starts_over_forgets_only_its_own_cursor(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        one, two = [await a_channel(connection, clan_id, each) for each in (5, 6)]
        await authors.move_cursors(connection, {clan_id: {one: 9, two: 9}})
        assert await bridges.start_over(connection, clan_id, 5) == one
        assert await bridges.start_over(connection, clan_id, 7) is None
        places = await authors.channels(connection, clan_id)
        assert (places[5].cursor_id, places[6].cursor_id) == (None, 9)

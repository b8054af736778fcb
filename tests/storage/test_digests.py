"""When a clan wants its digest, and what became of the newest one."""

from storage import digests
from storage.digests import DigestPostRow, DigestRow
from storage.engine import Database
from tests.storage.rows import DAY, HOUR, NOW, a_clan

WEEKLY = DigestRow("weekly", 0, 18, "https://example.org", NOW)


async def test_the_last_wish_holds(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        assert await digests.of_clan(connection, clan_id) is None
        await digests.put(connection, clan_id, WEEKLY)
        assert await digests.of_clan(connection, clan_id) == WEEKLY
        off = WEEKLY._replace(interval="monthly", day=31, link=None, on_since_at=None)
        await digests.put(connection, clan_id, off)
        assert await digests.of_clan(connection, clan_id) == off


async def test_a_post_is_claimed_and_noted_for_its_audience_alone(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await digests.claim(connection, clan_id, "members", NOW, NOW + HOUR)
        await digests.claim(connection, clan_id, "officers", NOW, NOW)
        await digests.note(connection, clan_id, "members", NOW, NOW + 2 * HOUR, None)
        assert await digests.posts(connection, clan_id) == {
            "members": DigestPostRow(NOW, NOW + HOUR, NOW + 2 * HOUR, None),
            "officers": DigestPostRow(NOW, NOW, None, None),
        }


async def test_a_new_claim_takes_the_place_and_the_old_one_s_note_comes_too_late(
    database: Database,
) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await digests.claim(connection, clan_id, "members", NOW, NOW)
        await digests.note(connection, clan_id, "members", NOW, None, "no channel")
        await digests.claim(connection, clan_id, "members", NOW + DAY, NOW + DAY)
        await digests.note(connection, clan_id, "members", NOW, NOW, None)
        assert await digests.posts(connection, clan_id) == {
            "members": DigestPostRow(NOW + DAY, NOW + DAY, None, None)
        }

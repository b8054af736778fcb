"""When a clan wants its digest, and what became of the newest one."""

from storage import clans, digests
from storage.clans import Only
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


async def test_what_many_clans_wish_and_had_is_read_at_once(database: Database) -> None:
    async with database.writing() as connection:
        one, two, three = [await a_clan(connection, guild_id) for guild_id in (11, 12, 13)]
        for clan_id in (one, three):
            await digests.put(connection, clan_id, WEEKLY)
            await digests.claim(connection, clan_id, "members", NOW, NOW)
        assert await digests.of_clans(connection, [one, two]) == {one: WEEKLY}
        post = DigestPostRow(NOW, NOW, None, None)
        assert await digests.posts_of_clans(connection, [one, two]) == {one: {"members": post}}
        wanted = await clans.served(connection, 0, 9, only=Only.WITH_DIGEST)
        assert [clan.clan_id for clan in wanted.clans] == [one, three]

"""All of one clan is deleted or merged, whatever the table, and nothing of another."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from storage import authors, clan_rows, clans, messages, players, questions, runs
from storage.engine import Connection, Database
from storage.players import MembershipEventRow
from storage.tables import ALL
from tests.storage.rows import (
    DAY,
    HOUR,
    NOW,
    a_channel,
    a_clan,
    a_fact,
    an_author,
    members,
    only,
    opened,
)
from tests.storage.test_clans import settle

GLOBAL = {"clans", "players", "player_names", "metrics", "observations", "present_values"}
GLOBAL |= {"metric_changes", "archive_marks", "archive_voids", "wom_budgets"}


def counts(path: Path) -> Mapping[str, int]:
    with closing(sqlite3.connect(path)) as database:
        return {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - our tables
            for name in ALL
        }


def test_every_table_is_a_clan_s_or_named_as_global_here() -> None:
    assert {each.name for each in clan_rows.owned_tables()} | GLOBAL == set(ALL)


async def test_a_deleted_clan_leaves_nothing_and_takes_nothing_of_another(path: Path) -> None:
    async with opened(path) as database:
        async with database.writing() as connection:
            await settle(connection, 2)
        alone = counts(path)
        async with database.writing() as connection:
            clan_id = await settle(connection, 1)
        both = counts(path)
        owned = {each.name for each in clan_rows.owned_tables()}
        assert all(both[name] > alone[name] for name in owned | {"clans"})
        async with database.writing() as connection:
            await clan_rows.delete_clan(connection, clan_id)
    left = counts(path)
    assert {name: left[name] for name in owned | {"clans"}} == {
        name: alone[name] for name in owned | {"clans"}
    }
    assert left["observations"] == both["observations"]
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []


async def of_guild(connection: Connection, guild_id: int) -> clans.ClanRow:
    found = await clans.of_guild(connection, guild_id)
    assert found is not None
    return found


async def test_a_merged_clan_s_history_is_the_other_s(database: Database) -> None:
    async with database.writing() as connection:
        lone, ours = await a_clan(connection, 0), await a_clan(connection, 5)
        await members(connection, lone, [1, 2], "member")
        await members(connection, ours, [2, 3], "recruit")
        await players.take_out(connection, lone, [2], NOW)
        await clans.change(connection, lone, wom_group_id=139, polled_at=NOW - DAY)
        await clans.change(connection, ours, polled_at=NOW, name="Amber", wom_group_id=139)
        noted = [MembershipEventRow(1, "joined", NOW - 9 * DAY, after="member")]
        both = [MembershipEventRow(2, "promoted", NOW, "member", "recruit")]
        await players.note_events(connection, lone, noted + both)
        later = [each._replace(happened_at=NOW + HOUR) for each in both]
        await players.note_events(connection, ours, later)
        await runs.begin(connection, "poll", lone, "trace", NOW)
        await clan_rows.merge(
            connection, await of_guild(connection, 0), await of_guild(connection, 5)
        )
        places = await players.places(connection, ours, with_former=True)
        assert [(each.player_id, each.role, each.left_at) for each in places] == [
            (1, "member", None),
            (2, "recruit", None),
            (3, "recruit", None),
        ]
        told = await players.events_between(connection, ours, NOW - 30 * DAY, NOW + DAY)
        assert sorted(each for each, _ in told) == sorted(noted + later)
        assert set(await runs.last_runs(connection, ours)) == {"poll"}
        (left,) = await clans.every(connection)
        assert (left.clan_id, left.name, left.wom_group_id) == (ours, "Amber", 139)
        assert (left.polled_at, left.details_etag) == (NOW, None)


async def test_the_place_that_was_polled_last_counts(database: Database) -> None:
    async with database.writing() as connection:
        lone, ours = await a_clan(connection, 0), await a_clan(connection, 5)
        await members(connection, lone, [2], "member")
        await members(connection, ours, [2], "recruit")
        await clans.change(connection, lone, polled_at=NOW, wom_group_id=139, name="Group")
        await clan_rows.merge(
            connection, await of_guild(connection, 0), await of_guild(connection, 5)
        )
        (place,) = await players.places(connection, ours)
        assert place.role == "member"
        (left,) = await clans.every(connection)
        assert (left.wom_group_id, left.name, left.polled_at) == (139, "Group", NOW)


async def test_what_was_written_in_a_merged_clan_is_the_other_s(database: Database) -> None:
    async with database.writing() as connection:
        lone, ours = await a_clan(connection, 0), await a_clan(connection, 5)
        said = []
        for clan_id, user_id in ((lone, 7), (ours, 8)):
            who = await an_author(connection, clan_id, user_id)
            channel = await a_channel(connection, clan_id, discord_id=user_id)
            facts = [a_fact(who, channel, NOW + user_id * HOUR, asks=True)]
            await messages.add(connection, {clan_id: facts})
            said.append(facts[0].message)
        await clan_rows.merge(
            connection, await of_guild(connection, 0), await of_guild(connection, 5)
        )
    async with database.reading() as connection:
        ids = [each.message_id for each in said]
        assert await only(messages.stored(connection, {ours: ids})) == said
        assert await only(messages.stored(connection, {lone: ids})) == []
        assert len(await only(questions.asked(connection, {ours: ids}))) == 2
        assert [total[1] for total in await authors.totals(connection, ours)] == [1, 1]

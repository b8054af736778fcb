"""Whatever changes who is whose raises the clan's revision, whoever wrote it; nothing else does."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import identity_revision, links, players
from storage.engine import Database
from storage.identity_revision import WATCHED, status_of, triggers, with_status
from storage.migrate import bring_up
from storage.tables import ALL
from tests.storage.rows import DAY, NOW, a_clan, an_author, members, opened
from tests.storage.test_migrate import MIGRATIONS
from tests.storage.test_old_schemas import SCHEMAS, made

UNWATCHED = {
    "memberships": {"unanswered_told_at"},
    "links": set(),
    "exemptions": set(),
    # What changes by the hour is read each time.
    "players": {"status", "updated_at", "changed_at"},
    # A poll sees every name again: only one that comes before another matters.
    "player_names": {"first_seen_at", "last_seen_at"},
    # Who left the server is who they were; how old names are changes with the names.
    "authors": {"left_at", "named_at"},
    "channels": {
        *("id", "discord_channel_id", "parent_id", "name", "kind"),
        *("is_counted", "is_gone", "is_public", "is_readable", "cursor_id"),
    },
}
CLAN = "INSERT INTO clans (id, guild_id, name, zone, role_orders, permissions, created_at)"
CHANNEL = (
    "INSERT INTO channels (clan_id, discord_channel_id, name, kind, is_counted, is_readable,"
    " bridge_pattern) VALUES (1, {number}, 'c', 'text', 1, 1, {pattern})"
)
SETTLED = (
    f"{CLAN} VALUES (1, 1, 'One', 'UTC', '[]', '{{}}', 0), (2, 2, 'Two', 'UTC', '[]', '{{}}', 0)",
    "INSERT INTO players VALUES (1, 'A', 'a', 'regular', 'active', 1, 1)",
    "INSERT INTO players VALUES (2, 'B', 'b', 'regular', 'active', 1, 1)",
    "INSERT INTO memberships (clan_id, player_id, role) VALUES (1, 1, 'm'), (2, 1, 'm')",
    "INSERT INTO memberships (clan_id, player_id, role) VALUES (2, 2, 'm')",
    "INSERT INTO player_names VALUES (1, 'a', 'A', 1, 5), (1, 'old', 'Old', 1, 3)",
    "INSERT INTO authors (id, clan_id, discord_user_id, name) VALUES (1, 1, 7, 'x')",
    "INSERT INTO author_totals VALUES (1, 1, 1, 1, 1, 1)",
    "INSERT INTO links VALUES (1, 1, 1, 7, 'claimed', 0, 1, NULL, NULL)",
    "INSERT INTO exemptions (clan_id, player_id, reason, set_by, set_at) VALUES (1, 1, 'r', 1, 1)",
    CHANNEL.format(number=1, pattern="NULL"),
    CHANNEL.format(number=2, pattern="'p'"),
)
RAISES = {
    "INSERT INTO player_names VALUES (1, 'older', 'Older', 1, 2)": {1, 2},
    "UPDATE player_names SET name = 'OLD' WHERE wom_key = 'old'": {1, 2},
    "UPDATE player_names SET last_seen_at = 7 WHERE wom_key = 'old'": {1, 2},
    "UPDATE player_names SET last_seen_at = 5 WHERE wom_key = 'old'": {1, 2},
    "UPDATE player_names SET last_seen_at = 2 WHERE wom_key = 'a'": {1, 2},
    "DELETE FROM player_names WHERE wom_key = 'old'": {1, 2},
    "UPDATE players SET name = 'AA' WHERE player_id = 1": {1, 2},
    "UPDATE players SET wom_key = 'bb' WHERE player_id = 2": {2},
    "REPLACE INTO players VALUES (1, 'AA', 'aa', 'regular', 'active', 1, 1)": {1, 2},
    "DELETE FROM players WHERE player_id = 2": {2},
    "INSERT INTO memberships (clan_id, player_id, role) VALUES (1, 2, 'm')": {1},
    "UPDATE memberships SET left_at = 9 WHERE clan_id = 2": {2},
    "UPDATE memberships SET role = 'n' WHERE clan_id = 1": {1},
    "UPDATE memberships SET has_no_discord = 1 WHERE clan_id = 1": {1},
    "UPDATE memberships SET clan_id = 1 WHERE player_id = 2": {1, 2},
    "DELETE FROM memberships WHERE clan_id = 1": {1},
    "INSERT INTO authors (clan_id, bridge_name, name) VALUES (2, 'b', 'B')": {2},
    "UPDATE authors SET handle = 'h'": {1},
    "UPDATE authors SET opted_out_at = 5": {1},
    "DELETE FROM authors": {1},
    "UPDATE links SET state = 'confirmed', is_main = 1": {1},
    "UPDATE links SET clan_id = 2": {1, 2},
    "DELETE FROM links": {1},
    "UPDATE channels SET bridge_pattern = 'q' WHERE discord_channel_id = 1": {1},
    "UPDATE channels SET bridge_pattern = NULL": {1},
    CHANNEL.format(number=3, pattern="'p'"): {1},
    "DELETE FROM channels WHERE discord_channel_id = 2": {1},
    "INSERT INTO exemptions (clan_id, role, reason, set_by, set_at) VALUES (2, 'm', '', 1, 1)": {2},
    "UPDATE exemptions SET ended_at = 4": {1},
    "DELETE FROM exemptions": {1},
    # What a poll and a flush write again and again.
    "UPDATE players SET updated_at = 9, changed_at = 9, status = 'x', name = name": set(),
    "UPDATE player_names SET name = name, last_seen_at = 9 WHERE wom_key = 'a'": set(),
    "UPDATE player_names SET first_seen_at = 0": set(),
    "UPDATE memberships SET role = role, left_at = NULL": set(),
    "INSERT INTO players VALUES (3, 'C', 'c', 'regular', 'active', 1, 1)": set(),
    "UPDATE author_totals SET messages = 2, wrote_at = 9": set(),
    "INSERT OR IGNORE INTO authors (clan_id, discord_user_id, name) VALUES (1, 7, 'y')": set(),
    "UPDATE authors SET left_at = 3, name = name": set(),
    "UPDATE links SET state = 'claimed'": set(),
    "UPDATE channels SET cursor_id = 5, name = 'd'": set(),
    CHANNEL.format(number=3, pattern="NULL"): set(),
    "DELETE FROM channels WHERE discord_channel_id = 1": set(),
    "UPDATE clans SET name = 'Other', polled_at = 5": set(),
    "DELETE FROM player_names WHERE player_id = 2": set(),
}


def revisions(connection: sqlite3.Connection) -> dict[int, int]:
    return dict(connection.execute("SELECT id, identity_revision FROM clans").fetchall())


def triggers_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        return {sql for (sql,) in found}


@pytest.mark.parametrize("statement", RAISES)
def test_a_write_raises_the_clans_that_it_concerns(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for settle in SETTLED:
            connection.execute(settle)
        before = revisions(connection)
        connection.execute(statement)
        after = revisions(connection)
    assert {clan_id for clan_id in after if after[clan_id] > before[clan_id]} == RAISES[statement]
    assert all(after[clan_id] >= before[clan_id] for clan_id in after)


def test_every_column_of_a_watched_table_is_watched_or_said_not_to_matter() -> None:
    assert {each.table for each in WATCHED} == UNWATCHED.keys()
    for each in WATCHED:
        columns = {column.name for column in ALL[each.table].columns}
        assert columns - {*each.columns} == UNWATCHED[each.table]
        assert columns >= {*each.columns}


def test_the_triggers_are_what_the_list_of_watched_columns_says(path: Path) -> None:
    assert triggers_in(path) == {*triggers("sqlite")}


@pytest.mark.parametrize("schema", sorted(each.stem for each in SCHEMAS.glob("0*.sql")))
async def test_a_database_of_an_older_schema_gets_the_same_triggers(
    tmp_path: Path, schema: str
) -> None:
    path = made(tmp_path / "clan.db", schema)
    async with opened(path) as database:
        await bring_up(database, NOW)
    assert triggers_in(path) == {*triggers("sqlite")}
    with closing(sqlite3.connect(path)) as connection:
        assert set(revisions(connection).values()) == {0}
        connection.execute("UPDATE authors SET name = 'Somebody Else'")
        assert max(revisions(connection).values()) > 0


def postgresql_statements() -> Iterator[str]:
    """Yield what the migrations would send to PostgreSQL."""
    paper = io.StringIO()
    options = {"as_sql": True, "output_buffer": paper}
    scripts = [*ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        for script in reversed(scripts):
            script.module.upgrade()
    yield from (each.strip() for each in paper.getvalue().split(";\n\n"))


def test_postgresql_gets_the_triggers_that_the_list_says() -> None:
    sent = {each for each in postgresql_statements() if "identity_revision_" in each}
    assert sent == {*triggers("postgresql")}


async def test_what_was_rolled_back_raised_nothing(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1])

    async def write_in_vain() -> None:
        async with database.writing() as connection:
            await players.take_out(connection, clan_id, [1], NOW)
            raise LookupError

    before = await current(database, clan_id)
    with pytest.raises(LookupError):
        await write_in_vain()
    assert await current(database, clan_id) == before


async def current(database: Database, clan_id: int) -> identity_revision.Current | None:
    async with database.reading() as connection:
        return await identity_revision.read(connection, clan_id)


async def test_a_revision_is_read_with_what_wom_says_of_members_and_former_ones(
    database: Database,
) -> None:
    async with database.writing() as connection:
        clan_id, empty = await a_clan(connection), await a_clan(connection, guild_id=2)
        await members(connection, clan_id, [2, 1])
        await players.take_out(connection, clan_id, [1], NOW)
        places = await players.places(connection, clan_id, with_former=True)
    found = await current(database, clan_id)
    assert found is not None
    assert found.statuses == [status_of(place) for place in places]
    assert [with_status(place, (0, "?", None, None)).status for place in places] == ["?", "?"]
    assert [with_status(place, status_of(place)) for place in places] == places
    assert await current(database, empty) == (0, [])
    assert await current(database, 99) is None


async def test_a_poll_and_a_link_that_change_nothing_raise_nothing(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection)
        await members(connection, clan_id, [1, 2])
        who = await an_author(connection, clan_id)
        link = links.LinkRow(1, who, "confirmed", True, NOW, NOW, 9)  # noqa: FBT003 - a row
        await links.put(connection, clan_id, [link])
    before = await current(database, clan_id)
    async with database.writing() as connection:
        people = [
            {"player_id": each.player_id, "name": each.name, "wom_key": each.wom_key}
            | {"account_type": "regular", "status": "active", "updated_at": NOW + DAY}
            | {"changed_at": NOW + DAY}
            for each in await players.places(connection, clan_id)
        ]
        await players.note_players(connection, people, NOW + DAY)
        place = {"role": "member", "joined_at": NOW - 90 * DAY, "role_since_at": None}
        await players.put_in(connection, clan_id, [{"player_id": 1, **place}])
        await an_author(connection, clan_id)
        await links.put(connection, clan_id, [link])
    after = await current(database, clan_id)
    assert before is not None
    assert after is not None
    assert after.revision == before.revision
    assert after.statuses != before.statuses

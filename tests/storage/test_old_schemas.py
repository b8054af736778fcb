"""A small database of every schema that has landed opens with today's code and keeps every row.

The files hold made-up clans, written by the code of their day. Whoever adds a migration adds one.
From 0012 on a part of their facts stands in an archive, which is the same for all of them.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import ARCHIVED_CHANGES, ARCHIVED_MESSAGES, message_tables
from storage.archive_file import archive_of
from storage.columns import instant_of
from storage.migrate import NEWEST, bring_up
from storage.tables import CHANNEL_DAYS
from tests.storage.rows import NOW, everything, names_in, opened

SCHEMAS = Path(__file__).parent / "schemas"
RENAMED = {("clans", "gates"): "permissions", ("link_events", "deed"): "action"}
"""Columns that bear another name today; none was ever dropped."""
ARCHIVED = ("0012", "0013", "0014", "0016", "0019")
PUT_RIGHT = {("memberships", "role_since_at")}
"""Columns whose values were wrong: a migration says them anew."""


def rows(path: Path) -> dict[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}").fetchall()]  # noqa: S608 - our own names
            for (name,) in tables
            if name != "alembic_version"
        }


def made(path: Path, schema: str) -> Path:
    files = {path: schema} | ({archive_of(path): "archive"} if schema in ARCHIVED else {})
    for file, dump in files.items():
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript((SCHEMAS / f"{dump}.sql").read_text("utf-8"))
            connection.commit()
    return path


def today(table: str, row: dict[str, object]) -> dict[str, object]:
    return {
        RENAMED.get((table, name), name): value
        for name, value in row.items()
        if (table, name) not in PUT_RIGHT
    }


@pytest.mark.parametrize("schema", ["0002", "0003", "0004", "0006", "0009", "0011", *ARCHIVED])
async def test_a_database_of_an_older_schema_keeps_every_row(tmp_path: Path, schema: str) -> None:
    path = made(tmp_path / "clan.db", schema)
    old, sql = rows(path), everything(path)
    assert [table for table, theirs in old.items() if not theirs] == []
    async with opened(path) as database:
        done = await bring_up(database, NOW)
    assert (done.before, done.after, done.changed) == (schema, NEWEST, schema != NEWEST)
    new = rows(path)
    for table, theirs in old.items():
        shared = [{name: row[name] for name in today(table, theirs[0])} for row in new[table]]
        assert sorted(shared, key=repr) == sorted((today(table, row) for row in theirs), key=repr)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    if done.changed:
        backups = sorted(names_in(tmp_path / "backups"))
        assert len(backups) == (2 if schema in ARCHIVED else 1)
        assert everything(tmp_path / "backups" / backups[0]) == sql


@pytest.mark.parametrize("schema", ARCHIVED)
async def test_what_had_moved_to_the_archive_is_seen_and_the_archive_is_not_touched(
    tmp_path: Path, schema: str
) -> None:
    path = made(tmp_path / "clan.db", schema)
    old = everything(archive_of(path))
    async with opened(path) as database:
        await bring_up(database, NOW)
        async with database.reading() as connection:
            seen = [
                await connection.scalar(select(func.count()).select_from(each))
                for each in (ARCHIVED_MESSAGES, ARCHIVED_CHANGES)
            ]
    assert seen == [29, 12], "30 moved, and one of them is void"
    assert everything(archive_of(path)) == old


@pytest.mark.parametrize("schema", ["0011", "0016", "0019"])
async def test_what_was_written_in_each_channel_is_counted_from_all_facts(
    tmp_path: Path, schema: str
) -> None:
    path = made(tmp_path / "clan.db", schema)
    async with opened(path) as database:
        await bring_up(database, NOW)
        async with database.reading() as connection:
            said = [
                (row.clan_id, instant_of(row.message_id).date(), row.channel_id)
                for table in message_tables(connection)
                for row in await connection.execute(select(table))
            ]
            kept = (await connection.execute(select(CHANNEL_DAYS))).all()
    assert len(said) == len(rows(path)["messages"]) + (29 if schema in ARCHIVED else 0)
    assert {row[:3]: row.messages for row in kept} == Counter(said)


async def test_only_clans_that_use_their_ranks_keep_the_rights_these_give(tmp_path: Path) -> None:
    path = made(tmp_path / "clan.db", "0004")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE links SET state = 'claimed'")
        clan_id, player_id = connection.execute("SELECT clan_id, player_id FROM links").fetchone()
        connection.execute(
            "INSERT INTO links (clan_id, player_id, discord_user_id, state, is_main, claimed_at) "
            "VALUES (?, ?, 777, 'confirmed', 0, 0)",
            (clan_id, player_id),
        )
        connection.execute(
            "INSERT INTO clans (guild_id, name, zone, role_orders, permissions, created_at) "
            "VALUES (999, 'New', 'UTC', '[]', '{}', 5)"
        )
        connection.commit()
    async with opened(path) as database:
        await bring_up(database, NOW)
    kept = {row["id"]: row["ranks_confirmed_at"] for row in rows(path)["clans"]}
    created = {row["id"]: row["created_at"] for row in rows(path)["clans"]}
    assert {each for each, at in kept.items() if at is not None} == {clan_id}
    assert kept[clan_id] == created[clan_id]

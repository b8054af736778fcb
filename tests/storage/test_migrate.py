"""Bringing a database up: from nothing, from what was there, whole or not at all."""

import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage.backup import back_up
from storage.engine import Database
from storage.errors import DatabaseDamaged, EmptyBesideBackups, MigrationFailed
from storage.migrate import NEWEST, bring_up, revision, run_alembic
from tests.storage.rows import DAY, NOW, everything, names_in, opened

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def spoil(path: Path, *statements: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return everything(path)


async def test_an_empty_file_is_brought_up_without_a_backup(tmp_path: Path) -> None:
    async with opened(tmp_path / "new.db") as database:
        done = await bring_up(database, NOW)
        assert (done.before, done.after, done.backup, done.changed) == (None, NEWEST, None, True)
        assert await revision(database) == NEWEST
    assert names_in(tmp_path) == {"new.db"}


@pytest.mark.parametrize("how", ["gone", "emptied", "without tables"])
async def test_an_empty_database_beside_backups_of_it_is_no_new_beginning(
    path: Path, how: str
) -> None:
    copies = [await back_up(path, path.parent / "backups", NOW + days * DAY) for days in (0, 1)]
    path.unlink()  # noqa: ASYNC240 - small files, and nobody waits
    if how == "emptied":
        path.touch()  # noqa: ASYNC240 - small files, and nobody waits
    elif how == "without tables":
        spoil(path, "PRAGMA journal_mode=WAL")
    async with opened(path) as database:
        with pytest.raises(EmptyBesideBackups) as caught:
            await bring_up(database, NOW)
    assert caught.value.newest == copies[1]
    assert path.exists() == (how != "gone")  # noqa: ASYNC240 - small files, and nobody waits
    shutil.rmtree(path.parent / "backups")
    async with opened(path) as database:
        assert (await bring_up(database, NOW)).changed


async def test_backups_of_another_database_hold_up_nobody(path: Path) -> None:
    await back_up(path, path.parent / "backups", NOW)
    async with opened(path.with_name("other.db")) as database:
        assert (await bring_up(database, NOW)).changed


async def test_the_migrations_are_found_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "100% clan: a#b?c %(here)s"
    shutil.copytree(MIGRATIONS, place, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("storage.migrate._MIGRATIONS", place)
    async with opened(tmp_path / "new.db") as database:
        assert (await bring_up(database, NOW)).after == NEWEST


async def test_a_database_that_is_up_is_left_alone(database: Database) -> None:
    done = await bring_up(database, NOW)
    assert (done.before, done.backup, done.changed) == (NEWEST, None, False)


def test_the_newest_revision_is_the_head_of_the_scripts() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [NEWEST]


async def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


def down_to(connection: Connection, wanted: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.downgrade(config, wanted)


async def test_a_leave_that_was_stored_for_a_speaker_becomes_the_players(
    database: Database, path: Path
) -> None:
    await run_alembic(database, partial(down_to, wanted="0006"))
    leave = "INSERT INTO absences (clan_id, discord_user_id, from_on, set_by, set_at) VALUES"
    spoil(
        path,
        "INSERT INTO clans (id, guild_id, name, zone, role_orders, permissions, created_at)"
        " VALUES (1, 1, 'One', 'UTC', '[]', '{}', 0), (2, 2, 'Two', 'UTC', '[]', '{}', 0)",
        "INSERT INTO players VALUES (8, 'Mossy Fox', 'mossy fox', 'regular', 'active', 1, 1)",
        "INSERT INTO links VALUES (1, 1, 8, -5, 'confirmed', 0, 1, NULL, NULL)",
        f"{leave} (1, -5, 7, 1, 0), (1, 77, 7, 1, 0), (2, -5, 7, 1, 0)",
    )
    await bring_up(database, NOW)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT clan_id, discord_user_id, player_id FROM absences")
        assert found.fetchall() == [(1, None, 8), (1, 77, None)]


async def test_clans_of_before_need_no_greeting_and_chose_their_zone_if_it_is_another(
    database: Database, path: Path
) -> None:
    await run_alembic(database, partial(down_to, wanted="0011"))
    spoil(
        path,
        "INSERT INTO clans (id, guild_id, name, zone, role_orders, permissions, created_at)"
        " VALUES (1, 1, 'One', 'UTC', '[]', '{}', 5), (2, 2, 'Two', 'Asia/Tokyo', '[]', '{}', 6)",
    )
    await bring_up(database, NOW)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT id, greeted_at, zone_chosen FROM clans")
        assert found.fetchall() == [(1, 5, 0), (2, 6, 1)]


async def test_what_was_written_becomes_each_clan_s_own_in_several_steps(
    database: Database, path: Path
) -> None:
    """More than fit into one step; a row that names rows of two clans is no clan's."""
    await run_alembic(database, partial(down_to, wanted="0016"))
    every = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)"
    spoil(
        path,
        "INSERT INTO clans (id, guild_id, name, zone, role_orders, permissions, created_at)"
        " VALUES (1, 1, 'One', 'UTC', '[]', '{}', 0), (2, 2, 'Two', 'UTC', '[]', '{}', 0)",
        "INSERT INTO authors (id, clan_id, discord_user_id, name)"
        " VALUES (1, 2, 5, 'a'), (2, 1, 5, 'b'), (3, 1, 6, 'c')",
        "INSERT INTO channels (id, clan_id, discord_channel_id, name, kind, is_counted,"
        " is_readable) VALUES (1, 2, 1, 'x', 'text', 1, 1), (2, 1, 1, 'x', 'text', 1, 1)",
        f"{every} INSERT INTO messages SELECT n, n % 2 + 1, n % 2 + 1, n, 0, NULL FROM n",  # noqa: S608 - ours
        f"{every} INSERT INTO author_days SELECT n % 3 + 1, n, 1, 0, 0 FROM n",  # noqa: S608 - ours
        "INSERT INTO messages VALUES (20000, 1, 2, 5, 0, NULL)",
        "INSERT INTO questions VALUES (1, 2, 2, 1, 2, 1, 2), (3, 2, 2, 1, 5, 3, 2)",
        "INSERT INTO broadcasts VALUES (1, 1, 2, 'drop', 0)",
    )
    await bring_up(database, NOW)
    with closing(sqlite3.connect(path)) as connection:

        def found(query: str) -> list[tuple[int | None, ...]]:
            return connection.execute(query).fetchall()

        assert found("SELECT clan_id, count(*) FROM messages GROUP BY 1") == [(1, 6000), (2, 6000)]
        assert found("SELECT clan_id, author_id, channel_id FROM messages GROUP BY 1, 2, 3") == [
            (1, 2, 2),
            (2, 1, 1),
        ]
        assert found("SELECT clan_id, count(*) FROM author_days GROUP BY 1") == [
            (1, 8000),
            (2, 4000),
        ]
        assert found("SELECT clan_id, message_id, answered_by, answer_id FROM questions") == [
            (1, 1, None, None),
            (1, 3, 3, 5),
        ]
        assert found("SELECT clan_id, author_id FROM broadcasts") == [(2, None)]
        assert found("PRAGMA foreign_key_check") == []


async def test_the_way_down_leads_to_nothing_and_up_again(database: Database, path: Path) -> None:
    before = everything(path)
    await run_alembic(database, partial(down_to, wanted="base"))
    assert await revision(database) is None
    assert [line for line in everything(path) if line.startswith("CREATE")] == [
        line for line in before if line.startswith("CREATE TABLE alembic_version")
    ]
    await bring_up(database, NOW)
    assert everything(path) == before


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("CREATE TABLE clans (x)", "INSERT INTO clans VALUES (1)"),
        ("CREATE TABLE questions (x)", "INSERT INTO questions VALUES (1)"),
    ],
)
async def test_a_migration_that_fails_early_or_late_leaves_the_file_as_it_was(
    tmp_path: Path, table: str, row: str
) -> None:
    path = tmp_path / "old.db"
    before = spoil(path, table, row)
    async with opened(path) as database:
        with pytest.raises(MigrationFailed) as caught:
            await bring_up(database, NOW)
        assert (caught.value.current, caught.value.wanted) == (None, NEWEST)
    assert everything(path) == before


async def test_a_database_from_the_future_is_backed_up_and_left_alone(path: Path) -> None:
    before = spoil(path, "UPDATE alembic_version SET version_num = '9999'")
    async with opened(path) as database:
        with pytest.raises(MigrationFailed) as caught:
            await bring_up(database, NOW)
    assert caught.value.current == "9999"
    assert everything(path) == before
    (backup,) = names_in(path.parent / "backups")
    assert everything(path.parent / "backups" / backup) == before


async def test_nothing_is_migrated_when_the_backup_is_damaged(path: Path) -> None:
    spoil(path, "UPDATE alembic_version SET version_num = '0000'", *scrambled())
    async with opened(path) as database:
        with pytest.raises(DatabaseDamaged):
            await bring_up(database, NOW)
        assert await revision(database) == "0000"


def scrambled() -> tuple[str, ...]:
    """Return statements after which an index has no entry for a row of its table."""
    return (
        "INSERT INTO metrics (id, name, kind) VALUES (1, 'zulrah', 'boss')",
        "PRAGMA writable_schema=ON",
        (
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'ix_players_wom_key') WHERE name = 'sqlite_autoindex_metrics_1'"
        ),
    )

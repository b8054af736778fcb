"""A database from before the sums of what was lost is summed anew, where anything was lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.engine import Database
from storage.migrate import bring_up, run_alembic
from tests.storage.rows import NOW
from tests.storage.test_migrate import MIGRATIONS

LOOKS = (
    # (player, look, xp, kills earned by the rules of before)
    (1, 1, 500, 0),
    (1, 2, 200, 0),
    (1, 3, 600, 9),
    (2, 1, 100, 0),
    (2, 2, 150, 6),
)
KILLS = (
    # (player, look, metric, kills); metric 1 lists from 5 kills on, metric 2 from the first
    (1, 1, 1, 9),
    (1, 2, 1, -1),
    (1, 3, 1, 9),
    (1, 1, 2, 10),
    (1, 2, 2, 8),
    (1, 1, 3, -1),
    (1, 2, 3, 6),
    (1, 1, 4, -1),
    (1, 2, 4, 60),
    (2, 1, 1, -1),
    (2, 2, 1, 10),
)


def down(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.downgrade(config, "0006")


def lay_out(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO players (player_id, name, wom_key, account_type, status) "
            "VALUES (?, 'A', 'a', 'regular', 'active')",
            [(1,), (2,)],
        )
        connection.execute(
            "INSERT INTO metrics (id, name, kind) VALUES (1, 'zulrah', 'boss'), "
            "(2, 'mimic', 'boss'), (3, 'nex', 'boss'), (4, 'vorkath', 'boss')"
        )
        connection.executemany(
            "INSERT INTO observations (player_id, seen_at, xp, kills, kills_earned, ehp, ehb) "
            "VALUES (?, ?, ?, 0, ?, 0, 0)",
            LOOKS,
        )
        connection.executemany(
            "INSERT INTO metric_changes VALUES (?, ?, ?, ?)",
            [(who, metric, at, kills) for who, at, metric, kills in KILLS],
        )
        connection.commit()


async def test_a_role_is_held_since_a_change_that_was_seen(database: Database, path: Path) -> None:
    await run_alembic(database, down)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO clans (id, guild_id, name, zone, permissions, role_orders, created_at)"
            " VALUES (1, 1, 'A', 'UTC', '{}', '[]', 0)"
        )
        connection.executemany(
            "INSERT INTO players (player_id, name, wom_key, account_type, status) "
            "VALUES (?, 'A', 'a', 'regular', 'active')",
            [(1,), (2,)],
        )
        connection.executemany(
            "INSERT INTO memberships (clan_id, player_id, role, role_since_at)"
            " VALUES (1, ?, 'member', 900)",
            [(1,), (2,)],
        )
        connection.executemany(
            "INSERT INTO membership_events (clan_id, player_id, kind, happened_at)"
            " VALUES (1, 1, ?, ?)",
            [("joined", 100), ("promoted", 400), ("renamed", 500)],
        )
        connection.commit()
    await bring_up(database, NOW)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT player_id, role_since_at FROM memberships").fetchall()
    assert found == [(1, 400), (2, None)]


async def test_who_lost_something_is_summed_anew_and_nobody_else(
    database: Database, path: Path
) -> None:
    await run_alembic(database, down)
    lay_out(path)
    await bring_up(database, NOW)
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT player_id, seen_at, kills_earned, xp_fell, kills_fell FROM observations "
            "ORDER BY player_id, seen_at"
        ).fetchall()
    # Unranked and back is no kill; two of the mimic's were lost, and two of Nex's earned in view.
    assert found == [
        (1, 1, 0, 0, 0),
        (1, 2, 0, 300, 2),
        (1, 3, 0, 300, 2),
        (2, 1, 0, 0, 0),
        (2, 2, 6, 0, 0),
    ]

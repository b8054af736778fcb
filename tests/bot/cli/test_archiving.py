"""`clanstats archive` says how much would move, moves it, and helps when the archive is lost."""

import asyncio
from datetime import timedelta

import pytest

from bot.wiring import now
from storage import messages
from storage.archive_file import archive_of
from storage.owner import owning
from tests.bot.cli.conftest import Line
from tests.bot.services.contents import one
from tests.storage.archived import holding
from tests.storage.rows import NOW, a_channel, a_clan, a_fact, an_author, opened


@pytest.fixture(autouse=True)
def old_messages(line: Line) -> None:
    async def written() -> None:
        async with opened(line.database) as database, database.writing() as connection:
            clan_id = await a_clan(connection, 5)
            who, place = await an_author(connection, clan_id), await a_channel(connection, clan_id)
            days = (400, 300, 181, 179, 1)
            facts = [a_fact(who, place, NOW - timedelta(days=each)) for each in days]
            await messages.add(connection, {clan_id: facts})

    asyncio.run(written())


def test_a_dry_run_says_how_much_would_move_and_moves_nothing(line: Line) -> None:
    shown = line.types("archive", "--dry-run")
    assert shown.exit_code == 0
    assert shown.stdout == (
        "3 messages and 0 changes of metrics older than 180 days would move to "
        f"{archive_of(line.database)}.\n"
    )
    assert not archive_of(line.database).exists()


def test_what_is_old_moves_and_is_still_counted(line: Line) -> None:
    before = holding(line.database)
    shown = line.types("archive", ARCHIVE_AFTER_DAYS="250")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("2 messages and 0 changes of metrics older than 250 days moved")
    assert "The archive has 2 messages and 0 changes now: " in shown.stdout
    assert holding(line.database) == before
    assert line.types("archive").stdout.startswith("1 message and 0 changes")
    assert line.types("backup").exit_code == 0
    (copy,) = (line.database.parent / "backups").glob("*_archive-*.db")
    assert one(copy, "SELECT count(*) FROM messages") == 3


def test_nothing_moves_where_the_days_are_0(line: Line) -> None:
    shown = line.types("archive", ARCHIVE_AFTER_DAYS="0")
    assert shown.exit_code == 1
    assert "ARCHIVE_AFTER_DAYS is 0; set it in .env to the days that stay" in shown.stderr


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--compact",), ("--without",)])
def test_a_server_has_no_archive_and_needs_none(line: Line, options: tuple[str, ...]) -> None:
    shown = line.types("archive", *options, DATABASE_URL="postgresql://somebody@localhost/clan")
    assert shown.exit_code == 1
    assert "PostgreSQL database has no archive; everything stays" in " ".join(shown.stderr.split())


def test_one_option_at_a_time(line: Line) -> None:
    shown = line.types("archive", "--compact", "--dry-run")
    assert (shown.exit_code, "name one of them" in shown.stderr) == (1, True)


def test_a_lost_archive_is_said_with_what_to_do_and_can_be_done_without(line: Line) -> None:
    line.types("archive")
    archive = archive_of(line.database)
    kept = archive.read_bytes()
    archive.write_bytes(b"nothing")
    for words in (("archive",), ("report", "--out", str(line.database.parent))):
        shown = line.types(*words)
        assert shown.exit_code == 1
        assert f"{archive}, the archive of this database, is damaged" in shown.stderr
        assert "`clanstats archive --without` does without it" in shown.stderr
    shown = line.types("archive", "--without")
    assert shown.exit_code == 0
    assert "The archive that was there is kept: " in shown.stdout
    assert line.types("archive", "--dry-run").stdout.startswith("0 messages")
    assert len(kept) > 0


@pytest.mark.parametrize("option", ["--compact", "--without"])
def test_whoever_needs_the_database_alone_says_who_has_it(line: Line, option: str) -> None:
    with owning(line.database, "`clanstats run`", now()):
        shown = line.types("archive", option)
    assert (shown.exit_code, "is in use by `clanstats run`" in shown.stderr) == (1, True)


def test_a_compacted_database_holds_the_same(line: Line) -> None:
    before = holding(line.database)
    shown = line.types("archive", "--compact")
    assert (shown.exit_code, " MB now." in shown.stdout) == (0, True)
    assert holding(line.database) == before

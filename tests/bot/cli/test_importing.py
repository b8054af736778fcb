"""`clanstats import-legacy` and `import-exports`, as they are typed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Line
from tests.bot.services.contents import contents, one
from tests.bot.services.imports.builder import BEGIN, OldBot, export, exported, raw_of
from tests.storage.full import small_disk
from tests.storage.rows import names_in

SERVER = 5 << 22


@pytest.fixture
def old(tmp_path: Path, line: Line) -> OldBot:
    line.make(SERVER, "Iron Cabbage")
    line.says("UPDATE clans SET polled_at = 1, listened_at = 1")
    made = OldBot(tmp_path / "old.db")
    made.snapshot(1, "gone", BEGIN, raw_of(77, BEGIN, 5, {"zulrah": 9}))
    made.message(BEGIN, 50, "gz", guild=SERVER, member=1)
    made.message(BEGIN, 50, "gz", number=1)
    return made


def test_a_dry_run_says_the_same_and_changes_nothing(line: Line, old: OldBot) -> None:
    before, files = contents(line.database), names_in(line.database.parent)
    tried = line.types("import-legacy", str(old.path), "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "Nothing was changed" in tried.stdout
    assert contents(line.database) == before
    assert names_in(line.database.parent) == files
    done = line.types("import-legacy", str(old.path))
    assert done.exit_code == 0, done.output
    table = [row for row in tried.stdout.splitlines() if "│" in row]
    assert table == [row for row in done.stdout.splitlines() if "│" in row]
    assert "1 written in another server" in done.stdout
    assert "Messages with a member: 100.0% in the old database" in done.stdout
    assert one(line.database, "SELECT count(*) FROM messages") == 1


def test_a_checked_backup_is_taken_before(line: Line, old: OldBot) -> None:
    before = contents(line.database)
    assert "Backup taken before" in line.types("import-legacy", str(old.path)).stderr
    (copy,) = (line.database.parent / "backups").glob("*.db")
    assert contents(copy) == before


def test_what_is_no_old_database_is_told_and_nothing_is_touched(line: Line, old: OldBot) -> None:
    for words, file in (
        ("is not a database of the old bot", line.database),
        ("copy torn.db again", old.path.with_name("torn.db")),
    ):
        if not file.exists():
            file.write_bytes(b"SQLite format 3\0" + b"\xff" * 500)
        result = line.types("import-legacy", str(file))
        assert result.exit_code == 1
        assert words in " ".join(result.output.split())
    assert not (line.database.parent / "backups").exists()


def test_a_zone_that_is_none_and_a_clan_without_a_roster_are_told(line: Line, old: OldBot) -> None:
    assert "'Nowhere'" in line.types("import-legacy", str(old.path), "--zone", "Nowhere").output
    line.says("UPDATE clans SET polled_at = NULL")
    result = line.types("import-legacy", str(old.path))
    assert (result.exit_code, "clanstats poll" in result.output) == (1, True)


def test_whoever_holds_the_writer_is_waited_for_and_named(
    line: Line, old: OldBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_wait(path: Path) -> None:
        from storage.backup import must_be_writable  # noqa: PLC0415

        await must_be_writable(path, wait=0)

    monkeypatch.setattr("bot.cli.importing.must_be_writable", no_wait)
    with closing(sqlite3.connect(line.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = line.types("import-legacy", str(old.path))
    assert result.exit_code == 1
    assert "is held by another program" in " ".join(result.output.split())


def test_exports_are_taken_and_an_empty_folder_is_told(line: Line, old: OldBot) -> None:
    folder = old.path.with_name("exports")
    folder.mkdir()
    empty = line.types("import-exports", str(folder))
    assert (empty.exit_code, "There is no export" in empty.output) == (1, True)
    export(folder, [exported(BEGIN, 100_000_001, "gz")], guild=SERVER)
    result = line.types("import-exports", str(folder))
    assert result.exit_code == 0, result.output
    assert one(line.database, "SELECT count(*) FROM messages") == 1


@pytest.mark.parametrize("command", ["import-legacy", "import-exports"])
def test_a_disk_that_fills_up_on_the_way_loses_nothing_and_the_next_run_takes_the_rest(
    line: Line, old: OldBot, command: str
) -> None:
    source = old.path
    if command == "import-exports":
        source = old.path.with_name("exports")
        source.mkdir()
        said = [exported(BEGIN, 100_000_001, "gz", number=n) for n in range(3_000)]
        export(source, said, guild=SERVER)
    else:
        rows = [old.message(BEGIN, 60, "gz", guild=SERVER, number=2)]
        old.put("discord_messages", [_said(rows[0] + n) for n in range(1, 3_000)])
    before = contents(line.database)
    with small_disk(line.database, pages=20):
        full = line.types(command, str(source))
    assert full.exit_code == 1
    told = " ".join(full.stderr.split())
    assert f"no room left on the disk of {line.database}" in told
    assert "make room there, then run it again; nothing that was written is lost" in told
    assert one(line.database, "PRAGMA integrity_check") == "ok"
    some = one(line.database, "SELECT count(*) FROM messages")
    assert some < 3_000
    assert one(line.database, "SELECT coalesce(sum(messages), 0) FROM author_days") == some
    (copy,) = (line.database.parent / "backups").glob("*.db")
    assert contents(copy) == before
    assert line.types(command, str(source)).exit_code == 0
    assert one(line.database, "SELECT count(*) FROM messages") == one(
        line.database, "SELECT sum(messages) FROM author_days"
    )
    assert one(line.database, "SELECT count(*) FROM messages") >= 3_000


def _said(number: int) -> dict[str, object]:
    return {
        "id": number,
        "author_id": 60,
        "author_name": "somebody",
        "content": "gz",
        "channel_id": 900,
        "channel_name": "general",
        "guild_id": SERVER,
    }

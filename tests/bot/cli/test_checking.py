"""`clanstats check`, from the words typed to what stands on the screen."""

import asyncio

from bot.settings import load
from bot.timetable import JOBS, Timetable
from bot.wiring import Services
from storage.backup import copies
from storage.owner import owning
from tests.bot.cli.conftest import Line
from tests.bot.services.talk import MINUTE, heard
from tests.storage.rows import NOW, everything


def talked(line: Line) -> None:
    async def said(services: Services) -> None:
        clan = await services.clans.found(5, "Iron Cabbage")
        asked = heard(1, 1, NOW, asks=True)
        await services.intake.store(clan, [asked, heard(2, 2, NOW + MINUTE)])

    line.ask(said)


def test_of_a_whole_database_each_thing_has_a_line_that_says_so(line: Line) -> None:
    talked(line)
    before = everything(line.database)
    shown = line.types("check")
    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert {each.split()[0] for each in lines} == {"ok"}
    assert [each.split()[1] for each in lines][:3] == ["file", "revision", "keys"]
    assert everything(line.database) == before


def test_what_is_wrong_ends_with_1_and_says_what_to_do(line: Line) -> None:
    talked(line)
    line.says("UPDATE author_totals SET answers = 9")
    shown = line.types("check")
    assert shown.exit_code == 1
    (told,) = [each for each in shown.stdout.splitlines() if each.startswith("fault")]
    assert "people whose totals are not the sum of their days: 2" in told
    assert "-> stop the bot and type `clanstats check --repair`" in told


def test_what_is_mended_is_said_with_the_backup_from_before(line: Line) -> None:
    talked(line)
    line.says("UPDATE author_totals SET answers = 9")
    shown = line.types("check", "--repair")
    assert shown.exit_code == 0, shown.stderr
    assert "Mended: totals." in shown.stdout
    (backup,) = copies(line.database.parent / "backups", line.database.stem).values()
    assert f"As it was before: {backup}" in shown.stdout
    assert line.types("check").exit_code == 0
    assert "Nothing was changed." in line.types("check", "--repair").stdout


def test_beside_a_bot_that_runs_one_may_look_and_not_mend(line: Line) -> None:
    talked(line)
    with owning(line.database, "`clanstats run`", NOW):
        assert line.types("check").exit_code == 0
        refused = line.types("check", "--repair")
    assert refused.exit_code == 1
    assert "`clanstats run`" in refused.stderr
    assert "stop it first" in refused.stderr


def test_a_lost_archive_is_a_line_and_the_rest_has_theirs(line: Line) -> None:
    talked(line)
    line.says("INSERT INTO archive_marks (id, key, moved_before_at) VALUES (1, 'k', 1)")
    for words in ((), ("--repair",)):
        shown = line.types("check", *words)
        assert shown.exit_code == 1, shown.stderr
        *lines, unknown, last = [each for each in shown.stdout.splitlines() if each[0].islower()]
        assert {each.split()[0] for each in lines} == {"ok"}
        assert "rollups nobody knows without the archive" in " ".join(unknown.split())
        assert last.startswith("fault")
        assert "clan_data_archive.db, the archive of this database, is not there" in last


def test_an_older_database_is_not_brought_up_by_looking(line: Line) -> None:
    talked(line)
    line.ages("0001")
    shown = line.types("check")
    assert shown.exit_code == 1
    assert "`clanstats migrate` brings it up, then check again" in shown.stdout
    assert not (line.database.parent / "backups").exists()


def test_without_a_database_none_is_made(line: Line) -> None:
    line.database.unlink()
    shown = line.types("check")
    assert shown.exit_code == 1
    assert "There is no database" in shown.stderr
    assert not line.database.exists()


def test_what_is_no_database_is_told_in_words(line: Line) -> None:
    line.database.write_bytes(b"no database at all" * 1000)
    shown = line.types("check")
    assert shown.exit_code == 1
    assert "is damaged" in shown.stderr


def test_the_weekly_look_keeps_what_it_found_for_status(line: Line) -> None:
    talked(line)
    line.says("UPDATE author_totals SET answers = 9")

    async def looked(services: Services) -> list[str]:
        async def nobody(_notice: object) -> None:
            await asyncio.sleep(0)

        timetable = Timetable(services, load(line.environment, None), nobody)
        await timetable.run(next(job for job in JOBS if job.name == "check"))
        (clan,) = await services.clans.every()
        return [each.line for each in (await services.upkeep.status(clan)).troubles]

    told = [each for each in line.ask(looked) if each.startswith("check")]
    words = "in the database, totals: people whose totals are not the sum of their days: 2"
    assert told == [f"check {words}; stop the bot and type `clanstats check --repair`"]

"""The file beside the database: whole lines only, the latest instant, and never shortened."""

from datetime import timedelta
from pathlib import Path

from storage.engine import Database
from storage.forgotten import among, by_server, file_beside, note, of_clan, remember, remembered
from tests.storage.rows import NOW, a_clan, only

HOUR = timedelta(hours=1)


def test_each_server_has_its_own_and_the_latest_counts(tmp_path: Path) -> None:
    file = file_beside(tmp_path / "clan_data.db")
    assert (file.name, remembered(file)) == ("clan_data.forgotten.txt", {})
    remember(file, 1, {"aa": NOW, "bb": NOW})
    remember(file, 2, {"aa": NOW + HOUR})
    remember(file, 1, {"aa": NOW + HOUR, "bb": NOW - HOUR})
    assert remembered(file) == {(1, "aa"): NOW + HOUR, (1, "bb"): NOW, (2, "aa"): NOW + HOUR}


def test_a_line_that_was_cut_off_or_is_none_of_ours_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    remember(file, 1, {"aa": NOW})
    with file.open("ab") as written:
        written.write(b"what is this\n\xff\xfe\n1 bb 17")
    assert remembered(file) == {(1, "aa"): NOW}
    remember(file, 1, {"cc": NOW})
    assert remembered(file).keys() >= {(1, "aa"), (1, "cc")}


async def test_what_was_noted_is_never_taken_back(database: Database) -> None:
    async with database.writing() as connection:
        clan_id = await a_clan(connection, guild_id=1)
        await note(connection, clan_id, {"aa": NOW, "bb": NOW})
        await note(connection, clan_id, {"aa": NOW - HOUR, "bb": NOW + HOUR})
        assert await of_clan(connection, clan_id) == {"aa": NOW, "bb": NOW + HOUR}
        assert await only(among(connection, {clan_id: {"aa", "zz"}})) == {"aa": NOW}
        assert await only(among(connection, {clan_id: ()})) == {}


async def test_whoever_was_forgotten_anywhere_is_told_by_server(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await a_clan(connection, 11), await a_clan(connection, 12)
        await note(connection, one, {"aa": NOW})
        await note(connection, two, {"aa": NOW + HOUR, "bb": NOW})
        told = {(11, "aa"): NOW, (12, "aa"): NOW + HOUR, (12, "bb"): NOW}
        assert await by_server(connection) == told

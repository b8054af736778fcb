"""/clanstats dashboard: a file for the officer who asked, never more than they may see."""

import io
import zipfile
from pathlib import Path

import pytest
from discord import Guild
from simcord import ResponseMessage
from simcord.actors import MemberActor

from bot.services.publish import WrittenDashboard
from bot.services.publish.dashboard import DashboardPlaces
from cogs.dashboard.answer import written_words
from tests.cogs.town import Town, words


async def asked(town: Town, who: MemberActor, **options: object) -> ResponseMessage:
    shown = (await who.slash(town.general, "clanstats dashboard", **options)).response
    assert shown is not None
    assert shown.ephemeral
    return shown


def copied_to(town: Town, home: Path, drive: Path | None = None) -> None:
    town.services.dashboards._places = DashboardPlaces(home, drive)


async def test_an_officer_gets_one_file_and_is_told_where_it_was_copied(
    town: Town, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    copied_to(town, tmp_path / "home", drive)
    shown = await asked(town, town.officer)
    (file,) = shown.attachments
    page = await file.read()
    assert file.filename == "clan_dashboard.html"
    assert (drive / file.filename).read_bytes() == page
    assert (tmp_path / "home" / file.filename).read_bytes() == page
    assert f"A copy is `{drive / file.filename}`" in words(shown)
    assert b'"officers":null' in page
    assert b'"inactive":null' in page


async def test_the_folder_comes_zipped_and_a_copy_that_failed_is_told(
    town: Town, tmp_path: Path
) -> None:
    copied_to(town, tmp_path / "home", tmp_path / "not plugged in")
    shown = await asked(town, town.officer, **{"as": "folder"})
    (file,) = shown.attachments
    with zipfile.ZipFile(io.BytesIO(await file.read())) as archive:
        assert "index.html" in archive.namelist()
    assert (tmp_path / "home" / "dashboard" / "index.html").is_file()
    assert "It was not copied to `LOCAL_DRIVE_PATH`: that folder is not there" in words(shown)


async def test_a_folder_that_cannot_be_written_is_told_and_the_file_comes(
    town: Town, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "dashboard").mkdir(parents=True)
    (home / "dashboard" / "mine.txt").write_text("somebody's own")
    copied_to(town, home)
    shown = await asked(town, town.officer, **{"as": "folder"})
    assert len(shown.attachments) == 1
    assert "It was not written on the bot's machine" in words(shown)
    assert (home / "dashboard" / "mine.txt").is_file()


@pytest.mark.parametrize("page", ["inactive", "officers"])
async def test_pages_of_leadership_are_refused_to_officers_and_written_nowhere(
    town: Town, tmp_path: Path, page: str
) -> None:
    copied_to(town, tmp_path / "home", tmp_path)
    refused = await asked(town, town.officer, **{page: True})
    assert refused.attachments == []
    assert "Only the clan's leadership may" in words(refused)
    shown = await asked(town, town.leader, **{page: True})
    (file,) = shown.attachments
    assert f'"{page}":null'.encode() not in await file.read()
    assert "send it only to people who may" in words(shown)
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "clan_dashboard.html").exists()


async def test_what_the_server_does_not_take_is_told_with_what_to_do(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied_to(town, tmp_path / "home")
    monkeypatch.setattr(Guild, "filesize_limit", 1_000)
    shown = await asked(town, town.officer)
    assert shown.attachments == []
    for part in ("too large for this server: ", "the folder, zipped", "On the bot's machine it is"):
        assert part in words(shown)
    assert (tmp_path / "home" / "clan_dashboard.html").is_file()
    private = await asked(town, town.leader, inactive=True, officers=True, **{"as": "folder"})
    assert "`clanstats dashboard --inactive --officers`" in words(private)
    assert "On the bot's machine it is" not in words(private)


async def test_a_member_is_refused(town: Town) -> None:
    refused = await asked(town, town.member)
    assert refused.attachments == []
    assert "Only officers may" in words(refused)


async def test_without_a_group_it_says_what_to_do(bare_town: Town) -> None:
    assert "/clanstats setup" in words(await asked(bare_town, bare_town.leader))


def test_without_a_copy_none_is_told() -> None:
    assert written_words(WrittenDashboard(Path("x"))) == "On the bot's machine it is `x`."

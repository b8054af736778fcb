"""`clanstats dashboard`: a folder or one file, and never over somebody's own folder."""

from pathlib import Path

from PIL import Image

from tests.bot.cli.conftest import Line


def test_the_folder_and_the_single_file_are_written_and_copied(line: Line, tmp_path: Path) -> None:
    assert line.types("poll").exit_code == 0
    out, drive = tmp_path / "out", tmp_path / "drive"
    drive.mkdir()
    line.environment["LOCAL_DRIVE_PATH"] = str(drive)
    shown = line.types("dashboard", "--out", str(out))
    assert shown.exit_code == 0, shown.stderr
    assert f"copied to {drive / 'dashboard'}" in shown.stdout
    shown = line.types("dashboard", "--out", str(out), "--single")
    assert shown.exit_code == 0, shown.stderr
    for place in (out, drive):
        assert (place / "dashboard" / "index.html").is_file()
        assert "<title>" in (place / "clan_dashboard.html").read_text("utf-8")
    private = line.types("dashboard", "--out", str(tmp_path / "own"), "--officers", "--single")
    assert "It is private, so it was not copied to LOCAL_DRIVE_PATH" in private.stdout


def test_pictures_come_from_a_folder_that_is_there(line: Line, tmp_path: Path) -> None:
    assert line.types("poll").exit_code == 0
    pictures = tmp_path / "pictures"
    missing = line.types("dashboard", "--out", str(tmp_path / "out"), "--pictures", str(pictures))
    assert missing.exit_code != 0
    assert "There is no folder" in missing.stderr
    pictures.mkdir()
    Image.new("RGB", (300, 300)).save(pictures / "zulrah.png")
    (pictures / "vorkath.png").write_text("no picture")
    shown = line.types("dashboard", "--out", str(tmp_path / "out"), "--pictures", str(pictures))
    assert shown.exit_code == 0, shown.stderr


def test_a_folder_that_is_not_ours_is_left_as_it_is(line: Line, tmp_path: Path) -> None:
    assert line.types("poll").exit_code == 0
    theirs = tmp_path / "out" / "dashboard"
    theirs.mkdir(parents=True)
    (theirs / "mine.txt").write_text("mine")
    shown = line.types("dashboard", "--out", str(tmp_path / "out"))
    assert shown.exit_code != 0
    assert [each.name for each in theirs.iterdir()] == ["mine.txt"]

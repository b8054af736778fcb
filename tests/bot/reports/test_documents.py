import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.reports.documents import Document, restore_folder, write_folder, write_whole

KILLED = """
import os, shutil, sys
from pathlib import Path
from bot.reports.documents import write_folder

left, replace = int(sys.argv[3]), Path.replace

def die(*_, **__):
    os._exit(9)

def replaced(self, target):
    global left
    left -= 1
    return replace(self, target) if left >= 0 else die()

Path.replace, shutil.rmtree = replaced, die
write_folder(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes())
"""
"""Writes a folder in a process that is killed before its last so many renames."""


def test_a_file_is_written_with_all_its_bytes_and_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "clan_report.xlsx", b"whole")

    assert [path.name for path in tmp_path.iterdir()] == ["clan_report.xlsx"]
    assert (tmp_path / "clan_report.xlsx").read_bytes() == b"whole"


def test_a_file_that_was_there_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "clan_report.xlsx"
    path.write_bytes(b"old")
    path.chmod(0o600)

    write_whole(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_when_writing_fails_the_old_file_stays_and_no_half_file_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clan_report.xlsx"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="no space left"):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "clan_report.xlsx", b"")


def test_a_document_says_nothing_of_itself_unless_told() -> None:
    assert Document("a.png", b"").alt == ""


def pages(text: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("index.html", text)
        archive.writestr("assets/look.css", text)
    return found.getvalue()


@pytest.mark.parametrize(("renames", "kept"), [(0, "old"), (1, "old"), (2, "new")])
def test_whenever_a_kill_comes_a_whole_page_stands_there_afterwards(
    tmp_path: Path, renames: int, kept: str
) -> None:
    place, archive = tmp_path / "dashboard", tmp_path / "new.zip"
    write_folder(place, pages("old"))
    archive.write_bytes(pages("new"))
    command = [sys.executable, "-c", KILLED, str(place), str(archive), str(renames)]
    assert subprocess.run(command, check=False).returncode == 9  # noqa: S603 - our own words
    assert place.exists() is (renames != 1), "the kill came in between"
    restore_folder(place)
    assert (place / "index.html").read_text() == kept
    assert (place / "assets" / "look.css").read_text() == kept
    write_folder(place, pages("newest"))
    assert (place / "index.html").read_text() == "newest"
    restore_folder(place, before=(tmp_path / "new.zip").stat().st_mtime + 86_400)
    assert {each.name for each in tmp_path.iterdir()} == {"dashboard", "new.zip"}


def test_only_what_is_ours_and_old_enough_is_taken_away(tmp_path: Path) -> None:
    place = tmp_path / "dashboard"
    write_folder(place, pages("new"))
    begun, old = tmp_path / ".dashboard.abc12345.part", tmp_path / ".dashboard.abc12346.part"
    former, linked = tmp_path / ".dashboard.a.former", tmp_path / ".dashboard.b.former"
    theirs = tmp_path / ".dashboard.mine.of.may.part"
    for each in (begun, old, former, theirs):
        (each / "assets").mkdir(parents=True)
    for each in (old, theirs):
        os.utime(each, (0, 0))
    linked.symlink_to(theirs)
    assert restore_folder(place, before=1_000) == 3
    assert {each.name for each in tmp_path.iterdir()} == {place.name, begun.name, theirs.name}
    assert (theirs / "assets").is_dir()


def test_a_folder_of_somebody_else_is_not_replaced_by_a_former_page(tmp_path: Path) -> None:
    place, former = tmp_path / "dashboard", tmp_path / ".dashboard.abc12345.former"
    write_folder(former, pages("old"))
    place.mkdir()
    (place / "photo.jpg").write_text("mine")
    assert restore_folder(place) == 0
    assert [each.name for each in place.iterdir()] == ["photo.jpg"]
    (place / "photo.jpg").unlink()
    restore_folder(place)
    assert (place / "index.html").read_text() == "old"

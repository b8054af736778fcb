import os
from pathlib import Path

import pytest

from bot.reports.documents import Document, write_whole


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

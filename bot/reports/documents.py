"""What a report becomes: a named file in memory, and the one way in which files reach the disk.

A file is whole or it is not there: it is written beside its place and moved into it.
"""

import io
import math
import os
import re
import shutil
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """A finished file: its name, its bytes and, for pictures, what it shows in words."""

    name: str
    content: bytes
    alt: str = ""


class ExportFormat(StrEnum):
    """As what a clan's numbers are written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


CHART = "report.png"
"""Under what name a report's chart is written; its workbook has a name of its own."""

_FORMER = ".former"


class _Written(Protocol):
    """A report as files."""

    @property
    def chart(self) -> Document:
        """Return its chart."""

    @property
    def workbook(self) -> Document:
        """Return its workbook."""


def write_report(folder: Path, files: _Written) -> None:
    """Write a report's files into a folder, which is made; each is whole or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / CHART, files.chart.content)
    write_whole(folder / files.workbook.name, files.workbook.content)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that nobody ever reads half of it.

    The folder must exist. On any error the former file stays as it was.
    """
    handle, waiting = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(waiting).chmod(_usual_mode(path))
        Path(waiting).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(waiting).unlink()
        raise


def write_folder(path: Path, archive: bytes) -> None:
    """Put what is in an archive in the place of a folder, so that nobody ever finds half of it.

    What was there stays until all of it is written. A folder of that name that has no page of ours
    is somebody's own: FileExistsError.
    """
    if path.exists() and any(path.iterdir()) and not _is_ours(path):
        raise FileExistsError(17, "is a folder with something else in it", str(path))
    restore_folder(path)
    waiting = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    former = waiting.with_suffix(_FORMER)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as folder:
            folder.extractall(waiting)
        waiting.chmod(0o755)
        if path.exists():
            path.replace(former)
        waiting.replace(path)
    except BaseException:
        if former.exists() and not path.exists():
            former.replace(path)
        shutil.rmtree(waiting, ignore_errors=True)
        raise
    _drop(former)


def restore_folder(path: Path, before: float = 0) -> int:
    """Have a folder in its place again that a kill left beside it while it was renewed.

    What else a kill left of it goes, but for what was written since `before`, a time of files:
    somebody may be at work on that. Return how much went.
    """
    left = re.compile(rf"\.{re.escape(path.name)}\.\w+\.(part|former)", re.ASCII)
    beside = [each for each in path.parent.glob(".*") if left.fullmatch(each.name)]
    formers = [each for each in beside if each.suffix == _FORMER]
    for each in sorted(formers, key=_written_at, reverse=True):
        if _is_ours(each) and not _is_ours(path):
            with suppress(OSError):  # somebody's own stands there
                each.replace(path)
    spare = [*formers] if _is_ours(path) else []
    spare += [each for each in beside if each not in formers and _written_at(each) < before]
    there = [each for each in spare if each.exists()]
    for each in there:
        _drop(each)
    return sum(not each.exists() for each in there)


def _is_ours(folder: Path) -> bool:
    return (folder / "index.html").is_file()


def _written_at(path: Path) -> float:
    """Return when a folder was written last, as files tell it; late where it is gone by now."""
    with suppress(OSError):
        return path.lstat().st_mtime
    return math.inf


def _drop(folder: Path) -> None:
    """Delete a folder with all that is in it; of a link to one the link alone."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _usual_mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or the one that plain files get."""
    with suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    return 0o644

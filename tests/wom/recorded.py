"""Recorded answers of Wise Old Man, about a made-up clan, as values."""

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "recordings"


class Recorded(NamedTuple):
    """One answer; header names in lower case."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


def recorded(name: str) -> Recorded:
    """Load one answer by the name it has in recordings/index.tsv."""
    with (FOLDER / "index.tsv").open(encoding="utf-8", newline="") as index:
        rows = csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)
        row = next(row for row in rows if row.pop("name") == name)
    request = row.pop("method"), row.pop("path"), int(row.pop("status"))
    headers = {header: value for header, value in row.items() if value}
    return Recorded(*request, headers, _body(name))


def _body(name: str) -> bytes:
    """Read the body as it is kept: plain, gzipped, or not at all when it was empty."""
    for kept in FOLDER.glob(f"{name}.*"):
        stored = kept.read_bytes()
        return gzip.decompress(stored) if kept.suffix == ".gz" else stored
    return b""

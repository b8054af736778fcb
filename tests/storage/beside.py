"""Another process that has the database open: SQLite's locks are between processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLDS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.read()
"""
READS = ("SELECT count(*) FROM clans",)
WRITES = ("BEGIN IMMEDIATE", "UPDATE clans SET name = 'Not Yet'")
SHUTS_OUT = ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM job_runs")


@contextmanager
def beside(path: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """Have another process say these statements and keep the database open; it may be killed."""
    words = [sys.executable, "-c", _HOLDS, str(path), *statements]
    other = subprocess.Popen(  # noqa: S603 - our own words
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        try:
            yield other
        finally:
            other.kill()

"""Backups and restores that are killed at random instants: nothing is lost, nothing is double."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage import killed

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300 + 30 * killed.KILLS)


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_random_instants_nothing_is_lost_and_nothing_is_double(
    tmp_path: Path, what: str
) -> None:
    command = [sys.executable, "-m", killed.__name__, what, str(tmp_path), str(killed.KILLS)]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, "2026"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{killed.KILLS} killed"]

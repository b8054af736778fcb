"""Whole processes: what somebody waits for at the prompt, and what the idle bot holds.

Each runs once before it is timed: the first compiles what no run has compiled yet.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.histories import NOW, Histories
from tests.benchmarks.yardsticks import median_ms, note_limit

BEFORE = "CLANSTATS_BEFORE"
"""The folder of an older tree, to be started beside this one."""

_MAKE = (
    "import sys, pathlib; from tests.benchmarks.histories import Histories; "
    "Histories(pathlib.Path(sys.argv[1]), real=True).path('1000')"
)
_IMPORTS = "import sqlalchemy, matplotlib, xlsxwriter"
_TOLD = {"ready_s", "draws_s", "megabytes", "resting_megabytes"}
_HERE = Path(__file__).parents[2]


def _environment(path: Path, tree: Path = _HERE) -> dict[str, str]:
    own = {
        "DATA_DIR": str(path.parent),
        "DATABASE_URL": f"sqlite:///{path}",
        "WOM_CONTACT": "benchmark",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(tree),
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | own


def _done(arguments: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    return done.stdout


@pytest.mark.parametrize("name", ["305", "305 x 10"])
def test_report_from_the_prompt(
    benchmark: BenchmarkFixture, histories: Histories, tmp_path: Path, name: str
) -> None:
    """Its limit: what it cannot do without is imported, and nothing is done."""
    environment = _environment(histories.path(name))
    command = [
        *("-m", "bot", "report", "--out", str(tmp_path)),
        *("--now", NOW.isoformat(), "--period", "30"),
    ]

    def run() -> None:
        _done(command, environment, tmp_path)

    rounds = 7 if histories.real else 1
    benchmark.pedantic(run, rounds=rounds, warmup_rounds=1 if histories.real else 0)
    assert (tmp_path / "clan_report.xlsx").stat().st_size > 0
    if histories.real:
        imports = median_ms(lambda: _done(["-c", _IMPORTS], environment, tmp_path), rounds)
        note_limit(benchmark, imports)


def _started(path: Path, tree: Path) -> dict[str, float]:
    """Return what the bot of a tree says of its start, by this tree's yardstick."""
    environment = _environment(path, tree)
    said = _done([str(Path(__file__).with_name("idle.py"))], environment, tree)
    words = (word.partition("=") for word in said.split())
    return {name: float(value) for name, _, value in words if name in _TOLD}


def _made_by(tree: Path, folder: Path) -> Path:
    """Return the same history in the schema of another tree."""
    own = folder / "before"
    own.mkdir()
    _done(["-c", _MAKE, str(own)], _environment(own / "1000.db", tree), tree)
    return own / "1000.db"


def test_the_idle_bot(benchmark: BenchmarkFixture, histories: Histories, tmp_path: Path) -> None:
    """The bot with one clan of 1,000 members on a simulated Discord, and its warm worker.

    With another tree to compare with, that is started as often, and the ratios are noted.
    """
    path, real = histories.copy("1000", tmp_path), histories.real
    found: list[dict[str, float]] = []
    benchmark.pedantic(
        lambda: found.append(_started(path, _HERE)),
        rounds=5 if real else 1,
        warmup_rounds=1 if real else 0,
    )
    figures = {name: median(each[name] for each in found[-5:]) for name in found[0]}
    benchmark.extra_info.update(figures)
    if real and BEFORE in os.environ:
        tree = Path(os.environ[BEFORE])
        old = _made_by(tree, path.parent)
        earlier = [_started(old, tree) for _ in range(6)][1:]
        for name, value in figures.items():
            known = "megabytes" if name == "resting_megabytes" else name
            then = median(each[known] for each in earlier)
            benchmark.extra_info[f"{name}_before"] = then
            benchmark.extra_info[f"{name}_x_before"] = round(value / then, 2)
    assert figures["megabytes"] > 0

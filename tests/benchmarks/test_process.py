"""Whole processes: what somebody waits for at the prompt, and what the idle bot holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.benchmarks.histories import NOW, Histories

_IDLE = Path(__file__).with_name("idle.py")


def _environment(path: Path) -> dict[str, str]:
    own = {
        "DATA_DIR": str(path.parent),
        "DATABASE_URL": f"sqlite:///{path}",
        "WOM_CONTACT": "benchmark",
        "LOG_LEVEL": "ERROR",
    }
    return {**os.environ, **own}


@pytest.mark.parametrize("name", ["305", "305 x 10"])
def test_report_from_the_prompt(
    benchmark: BenchmarkFixture, histories: Histories, tmp_path: Path, name: str
) -> None:
    environment = _environment(histories.path(name))
    command = [
        *(sys.executable, "-m", "bot", "report", "--out", str(tmp_path)),
        *("--now", NOW.isoformat(), "--period", "30"),
    ]

    def run() -> int:
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=environment, check=True, capture_output=True, cwd=tmp_path
        )
        return done.returncode

    assert benchmark.pedantic(run, rounds=5 if histories.real else 1) == 0
    assert (tmp_path / "clan_report.xlsx").stat().st_size > 0


def test_the_idle_bot(benchmark: BenchmarkFixture, histories: Histories, tmp_path: Path) -> None:
    """The bot with one clan of 1,000 members on a simulated Discord, and its warm worker."""
    environment = _environment(histories.copy("1000", tmp_path))

    def run() -> str:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, str(_IDLE)],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        return done.stdout

    figures = dict(
        line.split("=") for line in benchmark.pedantic(run, rounds=1).split() if "=" in line
    )
    benchmark.extra_info["megabytes"] = float(figures["megabytes"])
    benchmark.extra_info["ready_s"] = float(figures["ready_s"])
    assert float(figures["megabytes"]) > 0

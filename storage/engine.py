"""Opening the database, and reading() and writing(): the only doors to a connection.

Readers see a consistent moment and never wait for the writer (WAL). There is one writer at a time:
inside the process by a lock, between processes by BEGIN IMMEDIATE and the busy timeout. On
PostgreSQL other processes write meanwhile: who writes what another one wrote begins again.
"""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection as PlainConnection
from sqlalchemy import CursorResult, Table, event, func
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.archive_file import archive_of
from storage.conflicts import begins_again
from storage.errors import (
    WAIT_SECONDS,
    DriverMissing,
    StorageError,
    cause_of,
)
from storage.postgresql import cause_in, connecting, storable_values
from storage.trips import open_in_thread

Connection: TypeAlias = AsyncConnection
"""What reading() and writing() yield, for those who only hand it on."""

_Found = TypeVar("_Found")

_may_write: ContextVar[Callable[[AsyncConnection], Awaitable[None]] | None] = ContextVar(
    "_may_write", default=None
)

_BUSY = timedelta(seconds=WAIT_SECONDS)
_AT_ONCE, _QUICK_ONES = 4, 2
"""Connections that are kept open; as many more are opened while they are needed."""
_MOST_WAITS, _WAIT_S = 200, 0.01
_CONTEXT = -2  # where SQLAlchemy's events on a statement have the context of its execution
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    # What was forgotten is overwritten, not only unlinked.
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8000",
)


WorkListener = Callable[[str, float], None]
"""Who is told how many seconds work of a kind took: read, write, commit, or wait for the writer."""


def _nobody(_work: str, _seconds: float) -> None:
    """Tell nobody."""


class Database:
    """An open database, a file or what a URL names; `close()` before the event loop ends.

    `busy` is how long a writer waits for another process to let go. Raises DriverMissing. Only who
    looks at what is left without its archive does not want it seen: nothing is to be written then.
    What a file has beside it, a server has in `data_dir`.
    """

    def __init__(
        self,
        place: Path | str | URL,
        busy: timedelta = _BUSY,
        *,
        sees_archive: bool = True,
        data_dir: Path | None = None,
    ) -> None:
        self.url = url_of(place)
        self._busy = busy
        self.data_dir = data_dir
        archive = _archive_of(self.url) if sees_archive else None
        self._engine = _engine(self.url, busy, archive)
        self._quick = _engine(self.url, busy, archive, size=_QUICK_ONES)
        self._one_writer = asyncio.Lock()
        self._listener: WorkListener = _nobody

    @property
    def path(self) -> Path | None:
        """Return the file of an SQLite database, or None for another kind."""
        return file_of(self.url)

    def watch(self, listener: WorkListener) -> None:
        """Have somebody told how long statements, commits and waits for the writer take."""
        self._listener = listener
        for engine in (self._engine, self._quick):
            _time_statements(engine, listener)

    @asynccontextmanager
    async def reading(self, *, is_quick: bool = False) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that sees one moment of the database and changes nothing.

        A quick read has connections that no long one ever holds: for what Discord waits for.
        Raises one of the four causes (locked, unopenable, full, damaged), as writing() does.
        """
        engine = self._quick if is_quick else self._engine
        with self.causes():
            async with engine.connect() as connection:
                # At once: whether there is an archive is known from the beginning on.
                await connection.begin()
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction: all of it is kept, or nothing.

        Raises DatabaseLocked when another process does not let go for as long as we wait, and
        WriteConflict when another one wrote the same meanwhile (`write` begins again then).
        """
        asked_s = perf_counter()
        async with self._one_writer:
            self._listener("wait", perf_counter() - asked_s)
            with self.causes():
                async with self._engine.connect() as plain:
                    connection = await plain.execution_options(writes=True)
                    transaction = connection.begin()
                    await transaction.start()
                    try:
                        if (may_write := _may_write.get()) is not None:
                            await may_write(connection)
                        yield connection
                    except BaseException:
                        await transaction.rollback()
                        raise
                    ends_s = perf_counter()
                    await transaction.commit()
                    self._listener("commit", perf_counter() - ends_s)

    @asynccontextmanager
    async def queueing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction that waits for rows which another one writes.

        For a few rows, each by its key, that many processes write: nobody begins again.
        """
        with self.causes():
            async with self._quick.connect() as plain:
                waits = {} if self.path else {"isolation_level": "READ COMMITTED"}
                connection = await plain.execution_options(writes=True, **waits)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that is kept, of a server, on which each statement stands by itself.

        Nobody else is given it, and it is closed in the end.
        """
        engine = _engine(self.url, self._busy, None, size=1)
        try:
            with self.causes():
                async with engine.connect() as connection:
                    yield await connection.execution_options(isolation_level="AUTOCOMMIT")
        finally:
            await engine.dispose()

    @begins_again
    async def write(self, action: Callable[[AsyncConnection], Awaitable[_Found]]) -> _Found:
        """Return what an action found that wrote on a connection, in a transaction of its own.

        After a WriteConflict it is done again from the beginning; the last one is raised. So it
        changes nothing but the database, or only what may be changed twice.
        """
        async with self.writing() as connection:
            return await action(connection)

    @contextmanager
    def causes(self) -> Iterator[None]:
        """Raise what the driver says inside as one of our causes; the rest passes."""
        try:
            yield
        except (DBAPIError, ConnectionError) as error:
            cause = self._cause(error.orig if isinstance(error, DBAPIError) else error)
            if cause is None:
                raise
            raise cause from error

    def _cause(self, error: BaseException | None) -> StorageError | None:
        if self.url.get_backend_name() != "sqlite":
            return cause_in(error, self.url)
        # What is connected here is no network: such an error is of something else.
        return None if isinstance(error, ConnectionError) else cause_of(error, self.path)

    async def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file.

        Whoever was cancelled in the middle of a statement gives its connection back first.
        """
        for engine in (self._quick, self._engine):
            for _ in range(_MOST_WAITS):
                if not getattr(engine.pool, "checkedout", int)():
                    break
                await asyncio.sleep(_WAIT_S)
            await engine.dispose()


@contextmanager
def written_only_if(may_write: Callable[[AsyncConnection], Awaitable[None]]) -> Iterator[None]:
    """Have each transaction that is begun inside, in tasks too, ask first whether it may write."""
    before = _may_write.set(may_write)
    try:
        yield
    finally:
        _may_write.reset(before)


def is_writing(connection: AsyncConnection) -> bool:
    """Return whether a connection is of writing(): what it sees may not be kept in the end."""
    plain = connection.sync_connection
    return plain is not None and bool(plain.get_execution_options().get("writes"))


async def take_long(connection: AsyncConnection) -> None:
    """Let the statements of a transaction take as long as they need, where a server ends them."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def url_of(place: Path | str | URL) -> URL:
    """Return the URL of a database; a path is never pasted into one, for it may hold anything."""
    if isinstance(place, Path):
        return URL.create("sqlite+aiosqlite", database=str(place))
    return make_url(place)


def file_of(place: Path | str | URL) -> Path | None:
    """Return the file of an SQLite database, or None for another kind."""
    if isinstance(place, Path):
        return place
    made = make_url(place)
    return Path(made.database) if made.get_backend_name() == "sqlite" and made.database else None


def _archive_of(url: URL) -> Path | None:
    """Return where the archive of a database would be; one in memory has none."""
    file = file_of(url)
    return None if file is None or str(file) == ":memory:" else archive_of(file)


def _engine(url: URL, busy: timedelta, archive: Path | None, size: int = _AT_ONCE) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        try:
            engine = create_async_engine(
                url,
                pool_size=size,
                max_overflow=size,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"async_creator_fn": connecting(url, busy)},
                # As SQLite has it: whoever reads sees one moment, and nothing overtakes a writer.
                isolation_level="REPEATABLE READ",
            )
        except ImportError as error:
            raise DriverMissing(error.name or url.drivername) from error
        event.listen(engine.sync_engine, "before_cursor_execute", _take_out, retval=True)
        return engine
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=size,
        # An error's words are recorded and logged, and a statement's values are people.
        hide_parameters=True,
        connect_args={"async_creator_fn": partial(open_in_thread, archive=archive)},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own type
        # The driver must not begin transactions itself: we say BEGIN, and which kind.
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            # The first of all: the others may have to wait themselves.
            cursor.execute(f"PRAGMA busy_timeout={busy // timedelta(milliseconds=1)}")
            cursor.execute("PRAGMA page_count")
            if cursor.fetchone() == (0,):
                # Only while nothing is there; then free pages can be given back a few at a time.
                cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
            for pragma in _PRAGMAS:
                cursor.execute(pragma)
            cursor.close()
        except BaseException:
            connection.close()  # nobody else knows of it, and its thread would go on
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: PlainConnection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _time_statements(engine: AsyncEngine, listener: WorkListener) -> None:
    """Have somebody told how long each statement takes, until it answers."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _begin(*said: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        said[_CONTEXT].clanstats_began_s = perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _end(connection: PlainConnection, *said: Any) -> None:  # noqa: ANN401 - likewise
        took_s = perf_counter() - said[_CONTEXT].clanstats_began_s
        writes = connection.get_execution_options().get("writes", False)
        listener("write" if writes else "read", took_s)


def _take_out(
    _connection: object,
    _cursor: object,
    statement: str,
    values: Any,  # noqa: ANN401 - those of a statement
    *_: object,
) -> tuple[str, Any]:
    """Take out of a statement's values what no server takes."""
    return statement, storable_values(values)


def plain_rows(result: CursorResult[Any]) -> list[tuple[Any, ...]]:
    """Return the rest of a result as the driver's own tuples, instants still in milliseconds.

    For reads of thousands of rows: SQLAlchemy's row objects take longer than the query.
    """
    cursor = result.cursor
    return [] if cursor is None else list(cursor.fetchall())


async def insert_missing(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows whose key is not there yet, and leave the others as they are."""
    if rows:
        statement = _insert(connection, table).on_conflict_do_nothing()
        await connection.execute(statement, list(rows))


async def upsert(  # noqa: PLR0913 - the one place that knows how; each argument is a word of SQL
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    replace: Iterable[str] = (),
    add: Iterable[str] = (),
    keep_largest: Iterable[str] = (),
    keep_smallest: Iterable[str] = (),
) -> None:
    """Insert rows; where the key is there already, replace, add to, raise or lower the columns.

    Rows are sorted by key first: PostgreSQL deadlocks on unsorted upserts from two writers.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
    statement = _insert(connection, table)
    news = statement.excluded
    changes: dict[str, Any] = {name: news[name] for name in replace}
    changes |= {name: table.c[name] + news[name] for name in add}
    is_sqlite = connection.dialect.name == "sqlite"
    largest, smallest = (func.max, func.min) if is_sqlite else (func.greatest, func.least)
    changes |= {name: _known(largest, table.c[name], news[name]) for name in keep_largest}
    changes |= {name: _known(smallest, table.c[name], news[name]) for name in keep_smallest}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    await connection.execute(statement, ordered)


def _known(choose: Any, mine: Any, theirs: Any) -> Any:  # noqa: ANN401 - SQL
    """Return the choice of two values; of one that is known and NULL, the one that is known."""
    return choose(func.coalesce(mine, theirs), func.coalesce(theirs, mine))


def _insert(connection: AsyncConnection, table: Table) -> Any:  # noqa: ANN401 - two dialects' own
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    # Imported here: a twentieth of a second for those who have no such database.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)

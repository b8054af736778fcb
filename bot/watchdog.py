"""The watchdog: a process of its own that looks at what the bot left behind, and tells a webhook.

It loads neither Discord nor the services, so whatever is wrong with them does not reach it. It
only reads the database, never waits for who writes, and leaves nothing beside it but its memory.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from tempfile import mkstemp
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from bot.clan.diagnosis import Finding
from bot.clan.watching import FailingPolls, LifeSigns, Memory, answer, troubles
from bot.settings import Settings

CONFIRMED_AFTER_S = 120.0
"""A clock that jumped, a machine that woke, a database that is just put back: all is well then."""

_PATIENCE_S = 0.5
_POST_PATIENCE_S = 20.0
_MEMORY_BYTES = 512
_NO_SUCH = ("no such table", "no such column")
_QUESTIONS = (
    "SELECT max(listened_at) FROM clans WHERE clans.removed_at IS NULL",
    "SELECT max(started_at), max(ended_at) FROM job_runs",
    """
SELECT failed.name, failed.since, failed.times, newest.detail FROM (
  SELECT clans.name, min(run.started_at) AS since, count(*) AS times, max(run.id) AS newest_id
  FROM job_runs AS run JOIN clans ON clans.id = run.clan_id
  WHERE run.job = 'poll' AND run.outcome IN ('failed', 'refused')
    AND clans.removed_at IS NULL AND clans.wom_group_id IS NOT NULL
    AND run.id > (
      SELECT coalesce(max(done.id), 0) FROM job_runs AS done
      WHERE done.job = 'poll' AND done.clan_id = run.clan_id AND done.outcome = 'done')
  GROUP BY clans.id, clans.name) AS failed
JOIN job_runs AS newest ON newest.id = failed.newest_id ORDER BY failed.since
""",
)
"""When the bot was last on Discord, when a job ran, and of whom polls fail since the last good one.

In words that SQLite and PostgreSQL both know: whoever looks loads no more than has to be.
"""

_NOT_LEFT = "clans.removed_at IS NULL"
_Rows = Sequence[tuple[Any, ...]]


class WebhookFailed(Exception):
    """What was to be told was not; the words never name the webhook's address."""


class Seen(NamedTuple):
    """What a look found, what there was to tell of it, and what went wrong in telling."""

    signs: LifeSigns
    found: tuple[Finding, ...]
    posted: str | None = None
    failed: str | None = None


def memory_beside(settings: Settings) -> Path:
    """Return the small file in which the watchdog remembers what it told."""
    place = _place(settings)
    return place.with_name(f"{place.name}.watchdog")


def _place(settings: Settings) -> Path:
    named = settings.database_url
    return named if isinstance(named, Path) else settings.data_dir / "clan_data.db"


@dataclass
class Watchdog:
    """Looks and tells; `post` sends a text, None where there is nobody to tell."""

    settings: Settings
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    after: timedelta
    post: Callable[[str], None] | None
    remembers: bool = True
    _memory: Memory | None = field(default=None, init=False)

    async def look(self) -> Seen:
        """Look once, tell what is new, and remember it if it was told."""
        before = self._memory or (remembered(memory_beside(self.settings)))
        seen = await self._see(before)
        if self.remembers and (new := {each.about for each in seen.found} - before.told):
            await self.sleep(CONFIRMED_AFTER_S)
            seen = await self._see(before)
            doubtful = {each.about for each in seen.found} - before.told - new
            seen = seen._replace(found=tuple(x for x in seen.found if x.about not in doubtful))
        return self._told(seen, before)

    async def _see(self, before: Memory) -> Seen:
        signs = await read_signs(self.settings)
        return Seen(signs, troubles(signs, self.after, self.clock(), before.told))

    def _told(self, seen: Seen, before: Memory) -> Seen:
        text, after = answer(seen.found, before, self.clock())
        if not self.remembers:
            return seen
        failed = None
        if text is not None and self.post is not None:
            try:
                self.post(text)
            except WebhookFailed as error:
                failed, after = str(error), replace(before, looked_at=after.looked_at)
        self._memory = after
        is_kept = remember(memory_beside(self.settings), after)
        if text is not None and not failed and not is_kept:
            failed = "what was told cannot be noted beside the database, and is told again"
        return seen._replace(posted=text, failed=failed)


def _questions(settings: Settings) -> tuple[str, ...]:
    """Return what is asked: of several processes each has a watchdog, for its own shards."""
    shards = settings.shards
    if shards.is_whole:
        return _QUESTIONS
    ours = f"(clans.guild_id >> 22) % {shards.count} IN ({', '.join(map(str, shards.ids))})"
    return tuple(each.replace(_NOT_LEFT, f"{_NOT_LEFT} AND {ours}") for each in _QUESTIONS)


async def read_signs(settings: Settings) -> LifeSigns:
    """Return what the bot left behind; whatever is wrong with it is a sign too."""
    place = settings.database_url
    if not isinstance(place, Path):
        signs = LifeSigns(free_bytes=_free(settings.data_dir))
        return await _of_server(place, signs, _questions(settings))
    files = _files(place)
    if place not in files:
        return LifeSigns(free_bytes=_free(place.parent), unreadable="is not there")
    times = [datetime.fromtimestamp(each.st_mtime, UTC) for each in files.values() if each.st_size]
    signs = LifeSigns(
        written_at=max(times, default=None),
        free_bytes=_free(place.parent),
        database_bytes=sum(each.st_size for each in files.values()),
    )
    try:
        signs = _of_rows(signs, *_rows_of(place))
    except sqlite3.Error as error:
        return _without_rows(signs, error)
    return replace(signs, unreadable="lacks its archive") if _lacks_archive(place) else signs


def _of_rows(signs: LifeSigns, heard: _Rows, ran: _Rows, failing: _Rows) -> LifeSigns:
    wrote = [_at(each) for each in ran[0] if each is not None]
    return replace(
        signs,
        listened_at=None if heard[0][0] is None else _at(heard[0][0]),
        written_at=max([*wrote, *filter(None, [signs.written_at])], default=None),
        failing=tuple(
            FailingPolls(name, _at(since), times, _why(detail))
            for name, since, times, detail in failing
        ),
    )


def _without_rows(signs: LifeSigns, error: sqlite3.Error) -> LifeSigns:
    """Return what is known of a database that does not say what we ask, and if that is a fault."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    is_ours = str(error).startswith(_NO_SUCH) or code == sqlite3.SQLITE_BUSY
    if is_ours:  # empty, of another version, or somebody has it for himself at the moment
        return signs
    is_damaged = code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return replace(signs, unreadable="is damaged" if is_damaged else "cannot be read")


def _lacks_archive(place: Path) -> bool:
    """Return whether a database has an archive by what it says, and there is none beside it."""
    try:
        ((marks,),) = _rows_of(place, ("SELECT count(*) FROM archive_marks",))[0]
    except sqlite3.Error:
        return False
    archive = place.with_name(f"{place.stem}_archive{place.suffix or '.db'}")
    return bool(marks) and not archive.exists()


def _rows_of(place: Path, questions: Sequence[str] = _QUESTIONS) -> list[_Rows]:
    """Return what a file answers; without a log beside it nobody writes, and we leave none."""
    has_log = place.with_name(f"{place.name}-wal").exists()
    location = f"{place.resolve().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    with closing(sqlite3.connect(location, uri=True, timeout=_PATIENCE_S)) as connection:
        return [connection.execute(question).fetchall() for question in questions]


async def _of_server(url: str, signs: LifeSigns, questions: Sequence[str]) -> LifeSigns:
    """Return what a PostgreSQL database says."""
    # Imported here: SQLAlchemy takes longer to load than all else that a look needs.
    from storage.engine import Database, plain_rows  # noqa: PLC0415
    from storage.errors import StorageError  # noqa: PLC0415
    from storage.migrate import revision  # noqa: PLC0415

    try:
        database = Database(url)
        try:
            if await revision(database) is None:
                return signs
            async with database.reading() as connection:
                said = [plain_rows(await connection.exec_driver_sql(each)) for each in questions]
        finally:
            await database.close()
    except StorageError:
        return replace(signs, unreadable="cannot be reached, or does not let us in")
    return _of_rows(signs, *said)


def _why(detail: object) -> str:
    with suppress(ValueError):
        known = json.loads(detail) if isinstance(detail, str) else detail
        if isinstance(known, dict):
            return str(known.get("words") or known.get("doubt") or "")
    return ""


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _files(place: Path) -> dict[Path, os.stat_result]:
    """Return the database and its log, as far as they are there."""
    found = {}
    for each in (place, place.with_name(f"{place.name}-wal")):
        with suppress(OSError):
            found[each] = each.stat()
    return found


def _free(folder: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return None


def remembered(file: Path) -> Memory:
    """Return what the file says; nothing where it is not there or cannot be understood."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        said = json.loads(file.read_text("utf-8"))
        told_at, looked_at = (_instant(said.get(key)) for key in ("told_at", "looked_at"))
        return Memory(frozenset(map(str, said.get("told", ()))), told_at, looked_at)
    return Memory()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def remember(file: Path, memory: Memory) -> bool:
    """Have the file say it, whole at every instant, and return whether it does.

    It is as long as ever, so that it can be written over in its place where a disk has no room.
    """
    instants = {"told_at": memory.told_at, "looked_at": memory.looked_at}
    said = {key: at and at.isoformat() for key, at in instants.items()}
    content = json.dumps({"told": sorted(memory.told), **said}).ljust(_MEMORY_BYTES).encode()
    try:
        _put(file, content)
    except OSError:
        try:
            with file.open("r+b") as written:
                written.write(content)
        except OSError:
            return False
    return True


def _put(file: Path, content: bytes) -> None:
    handle, name = mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        Path(name).replace(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


class _StaysHere(HTTPRedirectHandler):
    """Follows nobody: the address is a key, and no other host may see it."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - the base's own
        """Go nowhere."""


_REFUSED = {
    401: "Discord knows no such webhook any more: make a new one, and set WATCHDOG_WEBHOOK to it",
    404: "Discord knows no such webhook any more: make a new one, and set WATCHDOG_WEBHOOK to it",
    429: "Discord asks us to slow down; it is told at the next look",
}


def post_to(address: str, text: str, version: str) -> None:
    """Post a text to a Discord webhook; nobody is pinged. WebhookFailed when it was not taken."""
    told = {"content": text, "allowed_mentions": {"parse": []}}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"DiscordBot (https://wiseoldman.net, ClanStats {version})",
    }
    failed = None
    try:
        request = Request(address, json.dumps(told).encode(), headers)  # noqa: S310 - checked in the settings
        with build_opener(_StaysHere).open(request, timeout=_POST_PATIENCE_S):
            return
    except HTTPError as error:
        failed = _REFUSED.get(error.code, f"Discord answers {error.code} to the webhook")
        error.close()
    except (OSError, HTTPException, UnicodeError):
        failed = "Discord, or the network, is away; it is told at the next look"
    # Outside the except clauses: the errors' own words may name the address.
    raise WebhookFailed(failed)

"""The log: one line form for us and every library, a trace id in each line, and never a secret.

Whoever opens the journal closes it; a trace belongs to one command, job or batch and to what it
awaits, not to the process. A person's id of Discord is told by another word each day: within a day
one sees that two lines are about the same person, and later nobody knows whom.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import os
import re
import secrets as chance
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

from storage.private import opened_private, shut

_FILES = 5
_FILE_BYTES = 5_000_000
_HIDDEN = "***"
_SHORTEST_SECRET = 4
_SECRET_KEY = re.compile(
    r"(token|secret|code|authorization|password|(^|[_-]|api)key)$", re.IGNORECASE
)
_NO_SECRETS = frozenset({"status_code", "error_code", "exit_code", "wom_key"})
_SECRET_TEXT = (
    # Discord's addresses for answers and webhooks carry what allows to use them.
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.%-]+"), rf"\1{_HIDDEN}"),
    (
        re.compile(
            r"(?i)((?:authorization|x-api-key|api_?key|token|secret|password|verificationcode)"
            r"[\"']?\s*[=:]\s*[\"']?(?:(?:bot|bearer|basic)\s+)?)[^\s\"',;&})]+"
        ),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"(?<![\d-])\d{3}-\d{3}-\d{3}(?![\d-])"), _HIDDEN),
)
_VALUES = (
    # What a statement was given is people, in SQLAlchemy's words and in PostgreSQL's.
    (re.compile(r"\[parameters: .*?\]$", re.DOTALL | re.MULTILINE), "[parameters: ***]"),
    (
        re.compile(r"(\bKey \([^)]*\)=)\(.*?\)(?= (?:already exists|is not present|is still))"),
        r"\1(***)",
    ),
    (re.compile(r"(\bFailing row contains )\(.*\)"), r"\1(***)"),
)
_TALKATIVE = ("alembic",)
_SNOWFLAKE = re.compile(r"(?<!\d)(?<!\d\.)\d{17,20}(?!\d)(?!\.\d)")
_LEAST_SNOWFLAKE = 10**16
_PLACES = frozenset({"guild", "channel"})
"""Under these keys stand ids that are nobody's."""
_PLAIN = re.compile(r"[^\s\"'=\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_log = structlog.get_logger()


@contextmanager
def open_journal(  # noqa: PLR0913 - each is a thing that the environment says
    level: str,
    form: Literal["text", "json"],
    file: Path | None = None,
    *,
    clock: Callable[[], datetime],
    secrets: Collection[str] = (),
    stream: TextIO | None = None,
) -> Iterator[None]:
    """Send what we and every library log to `stream` (standard error) and to a rotating file."""
    shared = _shared(clock)
    formatter = ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _without_formatted,
            *shared,
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            partial(_redacted, secrets=_longest_first(secrets)),
            _Pseudonyms(clock).put,
            _as_json if form == "json" else _as_line,
        ],
    )
    root = logging.getLogger()
    level_before, before = root.level, structlog.get_config() if structlog.is_configured() else None
    handlers = _handlers(file, stream or sys.stderr)
    for handler in handlers:
        handler.setFormatter(formatter)
        handler.addFilter(partial(_is_worth_a_line, is_debugging=level == "DEBUG"))
        root.addHandler(handler)
    root.setLevel(level)
    _configure(shared)
    try:
        yield
    finally:
        structlog.configure(**before) if before else structlog.reset_defaults()
        root.setLevel(level_before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def short_id() -> str:
    """Return a new trace id of eight hexadecimal digits."""
    return chance.token_hex(4)


@contextmanager
def traced(new_id: Callable[[], str] = short_id) -> Iterator[str]:
    """Put a new trace id into every line within; a trace inside another says which as `within`."""
    outer = structlog.contextvars.get_contextvars().get("trace")
    trace_id = new_id()
    links = {} if outer is None else {"within": outer}
    with structlog.contextvars.bound_contextvars(trace=trace_id, **links):
        yield trace_id


@contextmanager
def step(
    name: str,
    *,
    timer: Callable[[], float] = time.perf_counter,
    **facts: Any,  # noqa: ANN401 - whatever is worth a line
) -> Iterator[dict[str, Any]]:
    """Log that a step begins, and how it ended and how long it took, whatever happens.

    Facts put into the yielded dictionary stand in the last line.
    """
    found: dict[str, Any] = {}
    began = timer()
    _log.info(f"{name} begins", **facts)
    try:
        yield found
    except BaseException as error:
        ended = {"error": repr(error), "took_ms": _milliseconds(timer() - began)}
        if isinstance(error, asyncio.CancelledError):
            _log.info(f"{name} stopped", **(facts | found), took_ms=ended["took_ms"])
        else:
            _log.warning(f"{name} failed", **(facts | found | ended))
        raise
    ended = {"took_ms": _milliseconds(timer() - began)}
    _log.info(f"{name} done", **(facts | found | ended))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _shared(clock: Callable[[], datetime]) -> list[Processor]:
    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        instant = clock().isoformat(timespec="milliseconds")
        event["timestamp"] = instant.replace("+00:00", "Z")
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        stamp,
    ]


def _without_formatted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # What another handler of the standard library has left behind on the record.
    return {key: value for key, value in event.items() if key not in {"message", "asctime"}}


def _configure(shared: list[Processor]) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        # A step is logged under the name of the module whose step it is.
        logger_factory=structlog.stdlib.LoggerFactory(["bot.journal", "contextlib"]),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _handlers(file: Path | None, stream: TextIO) -> list[logging.Handler]:
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        for each in (file, *(Path(f"{file}.{number}") for number in range(1, _FILES))):
            shut(each)
        handlers.append(
            _LogFile(
                file,
                maxBytes=_FILE_BYTES,
                backupCount=_FILES - 1,
                encoding="utf-8",
                errors="backslashreplace",
            )
        )
    return handlers


class _LogFile(RotatingFileHandler):
    """The log's file, its owner's alone; that it cannot be written is said once."""

    _is_said = False

    def _open(self) -> Any:  # noqa: ANN401 - as the base says
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=opened_private,
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; into a new file, if somebody (logrotate) has put the old one aside."""
        if self._is_put_aside():
            with suppress(OSError):
                self.close_stream()
        super().emit(record)

    def close_stream(self) -> None:
        """Close the file; the next line opens it again."""
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.close()

    def _is_put_aside(self) -> bool:
        if self.stream is None:
            return False
        try:
            here = os.stat(self.baseFilename)  # noqa: PTH116 - asked for each line
            return not os.path.samestat(os.fstat(self.stream.fileno()), here)
        except FileNotFoundError:
            return True
        except (OSError, ValueError):
            return False

    def doRollover(self) -> None:  # noqa: N802 - the base's name
        """Begin a new file, or go on in this one: Windows renames none that somebody has open."""
        try:
            super().doRollover()
        except OSError:
            self.stream = self.stream or self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base's name
        """Say on standard error that the disk is full, say, without a traceback for each line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._is_said:
            self._is_said = True
            sys.stderr.write(f"{self.baseFilename} cannot be written: {error.strerror}\n")


class _Pseudonyms:
    """Puts a word of the day in the place of every id that may be a person's."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._day: date | None = None
        self._key = b""

    def put(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Return a line in which no person's id stands."""
        today = self._clock().date()
        if today != self._day:
            self._day, self._key = today, chance.token_bytes(16)
        return {key: value if key in _PLACES else self._in(value) for key, value in event.items()}

    def _in(self, value: object) -> object:
        if isinstance(value, str):
            return _SNOWFLAKE.sub(lambda found: self._word(found[0]), value)
        if isinstance(value, int) and abs(value) >= _LEAST_SNOWFLAKE:
            return self._word(str(value))
        if isinstance(value, dict):
            return {key: self._in(inner) for key, inner in value.items()}
        return [self._in(inner) for inner in value] if isinstance(value, list) else value

    def _word(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode(), hashlib.sha256)
        return f"id:{digest.hexdigest()[:8]}"


def _is_worth_a_line(record: logging.LogRecord, *, is_debugging: bool) -> bool:
    """Return whether a record is written: of some libraries only what is wrong."""
    is_chatter = record.levelno < logging.WARNING and record.name.startswith(_TALKATIVE)
    return is_debugging or not is_chatter


def _longest_first(secrets: Collection[str]) -> list[str]:
    # One secret may be part of another; very short ones would eat every line.
    return sorted({text for text in secrets if len(text) >= _SHORTEST_SECRET}, key=len)[::-1]


def _redacted(
    _logger: WrappedLogger, _method: str, event: EventDict, secrets: list[str]
) -> EventDict:
    return cast("EventDict", _clean(event, secrets))


def _clean(value: object, secrets: list[str]) -> object:
    """Return a value of nothing but plain Python, with every secret in it hidden."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {
            str(key): _HIDDEN if _is_secret_key(str(key)) else _clean(inner, secrets)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner, secrets) for inner in value]
    text = value if isinstance(value, str) else str(value)
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    for pattern, instead in (*_SECRET_TEXT, *_VALUES):
        text = pattern.sub(instead, text)
    return text


def _is_secret_key(key: str) -> bool:
    return key not in _NO_SECRETS and _SECRET_KEY.search(key) is not None


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    names = {"timestamp": "time", "logger": "module", "event": "message"}
    return json.dumps({names.get(key, key): value for key, value in event.items()})


def _as_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    facts = dict(event)
    head = [
        facts.pop("timestamp"),
        str(facts.pop("level")).upper(),
        facts.pop("trace", "-"),
        facts.pop("logger", "-"),
    ]
    told = _on_one_line(str(facts.pop("event", "")))
    trouble = [str(facts.pop(key)) for key in ("exception", "stack") if key in facts]
    pairs = [f"{key}={_shown(value)}" for key, value in facts.items()]
    return "\n".join([" ".join([*(f"[{part}]" for part in head), told, *pairs]), *trouble])


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if _PLAIN.fullmatch(text) else _on_one_line(json.dumps(text, ensure_ascii=False))


def _on_one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)

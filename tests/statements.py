"""Which statements are sent to a database meanwhile, and by which function of storage."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from greenlet import getcurrent
from sqlalchemy import event

from storage.engine import Database

_EVERYBODY_S = frozenset({"storage.engine", "storage.columns", "storage.given", "storage.trips"})
"""Modules through which statements pass, whoever makes them."""

NOBODY_OF_STORAGE = "nobody of storage"
"""Who sends what no function of storage waits for: a test."""


class Sent(NamedTuple):
    """One statement: its text, and who sent it, such as players.names."""

    sender: str
    text: str


@contextmanager
def statements(database: Database) -> Iterator[list[Sent]]:
    """Collect the statements that are sent meanwhile, in their order."""
    sent: list[Sent] = []

    def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if not text.startswith("BEGIN"):
            sent.append(Sent(_sender(), text))

    engines = [each.sync_engine for each in (database._engine, database._quick)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def again(sent: list[Sent]) -> dict[str, int]:
    """Return how often each sender sent a text that had been sent before; nobody who never did."""
    texts = Counter(each.text for each in sent)
    first = {each.text: each.sender for each in reversed(sent)}
    repeats: Counter[str] = Counter()
    for text, times in texts.items():
        repeats[first[text]] += times - 1
    return dict(sorted((+repeats).items()))


def _sender() -> str:
    """Return the function of storage that waits for the statement which is being sent."""
    # SQLAlchemy sends from a greenlet; whoever awaits it stands on the stack of its parent.
    parent = getcurrent().parent
    frame: FrameType | None = None if parent is None else parent.gr_frame
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("storage.") and module not in _EVERYBODY_S:
            return f"{module.removeprefix('storage.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return NOBODY_OF_STORAGE

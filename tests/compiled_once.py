"""Statements that are compiled once in a process that runs tests, not once in every test.

Each test opens a database of its own, and an engine compiles what it has not met: a quarter of the
time of a test of storage or services. What comes out is the same for every engine of a kind.
"""

from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

_MOST = 4_000  # there are about half as many


class CompiledOnce(LRUCache[Any, Any]):
    """Compiled statements of all engines by the kind of database instead of by the engine."""

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - SQLAlchemy's own
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401 - likewise
        super().__setitem__(_of_any_engine(key), value)


def _of_any_engine(key: Any) -> Any:  # noqa: ANN401 - a dialect, and what the statement is
    dialect, *statement = key
    return (dialect.name, *statement)


COMPILED = CompiledOnce(_MOST)
making_engines = partial(create_async_engine, execution_options={"compiled_cache": COMPILED})
"""What makes an engine for a test."""

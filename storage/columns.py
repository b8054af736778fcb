"""Column types: instants and days kept as small integers, aware and exact in Python.

An instant is milliseconds since 1970 UTC, which is what WOM and Discord both send; a day is its
proleptic ordinal. Both sort, compare and index the same in SQLite and PostgreSQL.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, literal_column, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DISCORD_EPOCH_MS = 1_420_070_400_000
_MILLISECOND = timedelta(milliseconds=1)
_QUARTER_MS = 15 * 60_000
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def to_ms(instant: datetime) -> int:
    """Return an aware instant as milliseconds since 1970 UTC; a naive one is a TypeError."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Return the aware UTC instant of milliseconds since 1970."""
    return _EPOCH + milliseconds * _MILLISECOND


def instant_or_none(milliseconds: int | None) -> datetime | None:
    """Return the instant of milliseconds since 1970, or None where there are none."""
    return None if milliseconds is None else _EPOCH + milliseconds * _MILLISECOND


def ms_or_none(instant: datetime | None) -> int | None:
    """Return an aware instant as milliseconds since 1970, or None where there is none."""
    return None if instant is None else to_ms(instant)


def next_instant(instant: datetime) -> datetime:
    """Return the next instant that can be kept: a millisecond later."""
    return instant + _MILLISECOND


def first_snowflake(instant: datetime) -> int:
    """Return the smallest Discord id of that instant; ids sort by time."""
    return (to_ms(instant) - _DISCORD_EPOCH_MS) << 22


def ids_within(length: timedelta) -> int:
    """Return how far apart two Discord ids are that were made so long after each other."""
    return length // _MILLISECOND << 22


def instant_of(snowflake: int) -> datetime:
    """Return when Discord made an id."""
    return from_ms((snowflake >> 22) + _DISCORD_EPOCH_MS)


IDS_A_DAY = ids_within(timedelta(days=1))
SNOWFLAKES_BEGAN_ON = instant_of(0).date()
"""The day, all of it, on which Discord's ids begin with 0."""


def quarter_of(instant: ColumnElement[Any]) -> ColumnElement[int]:
    """Return, in SQL, the number since 1970 of the quarter of an hour that an instant lies in."""
    # Not bound: PostgreSQL would take the same expression in GROUP BY for another one.
    return type_coerce(instant, BigInteger) // literal_column(str(_QUARTER_MS), BigInteger)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime kept as integer milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - named by SQLAlchemy
        """Return what the database keeps."""
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - named by SQLAlchemy
        """Return what Python reads."""
        return instant_or_none(value)


class Day(TypeDecorator[date]):
    """A date kept as its ordinal."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - named by SQLAlchemy
        """Return what the database keeps."""
        return None if value is None else value.toordinal()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:  # noqa: ANN401, ARG002 - named by SQLAlchemy
        """Return what Python reads."""
        return None if value is None else date.fromordinal(value)


def storable(text: str) -> str:
    """Return a text without what no database takes: half a character, which JSON may hold, or NUL.

    Each stands as a replacement character afterwards.
    """
    if text.isascii() and "\0" not in text:
        return text
    whole = text.replace("\0", _UNKNOWN).encode("utf-16", "surrogatepass")
    return whole.decode("utf-16", "replace")

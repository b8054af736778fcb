"""The present instant: the only place that asks the clock on the wall. All others are given it.

Apart from bot/wiring, so that the watchdog has a clock without loading what it watches.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)

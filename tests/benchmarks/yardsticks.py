"""What a figure is measured against: noted beside it in the same run, and put into its row."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

from pytest_benchmark.fixture import BenchmarkFixture

LIMIT_MS = "limit_ms"
MEMBERS = "members"


def note_limit(benchmark: BenchmarkFixture, limit_ms: float) -> None:
    """Note what the figure of a benchmark is divided by."""
    benchmark.extra_info[LIMIT_MS] = round(limit_ms, 3)


def median_ms(
    work: Callable[[], object], rounds: int, timer: Callable[[], float] = perf_counter
) -> float:
    """Return the median time that some work takes once it was done before."""
    work()
    took = []
    for _ in range(rounds):
        began = timer()
        work()
        took.append(timer() - began)
    return median(took) * 1000

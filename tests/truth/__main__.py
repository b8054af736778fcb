"""`python -m tests.truth`: what the rules make of many made-up clans, as the README's tables."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.truth import strange
from tests.truth.tables import Tally, markdown, tally
from tests.truth.trial import trial

_OLD_MEMBERS = 150
_Key = TypeVar("_Key")


def main() -> None:
    """Judge as many clans as asked for, and write the tables to the standard output."""
    asked = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    asked.add_argument("--clans", type=int, default=200)
    asked.add_argument("--first-seed", type=int, default=100)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--replaced", action="store_true", help="beside the rules it replaces")
    told = asked.parse_args()
    seeds = range(told.first_seed, told.first_seed + told.clans)
    with ProcessPoolExecutor(told.processes) as pool:
        if told.replaced:
            sys.stdout.write(markdown(_sum(pool, _beside_the_replaced, seeds)) + "\n")
        else:
            sys.stdout.write(strange.table(_sum(pool, strange.judged, seeds)) + "\n")


def _sum(
    pool: ProcessPoolExecutor, counts: Callable[[int], Counter[_Key]], seeds: range
) -> Counter[_Key]:
    nothing: Counter[_Key] = Counter()
    return sum(pool.map(counts, seeds), start=nothing)


def _beside_the_replaced(seed: int) -> Tally:
    return tally(trial(seed, _OLD_MEMBERS))


if __name__ == "__main__":
    main()

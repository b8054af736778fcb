"""`python -m tests.truth`: what the rules make of many made-up clans, as the README's tables."""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from tests.truth.tables import Tally, markdown, tally
from tests.truth.trial import trial


def main() -> None:
    """Judge as many clans as asked for, and write the tables to the standard output."""
    asked = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    asked.add_argument("--clans", type=int, default=100)
    asked.add_argument("--members", type=int, default=150)
    asked.add_argument("--first-seed", type=int, default=100)
    asked.add_argument("--processes", type=int, default=2)
    told = asked.parse_args()
    seeds = range(told.first_seed, told.first_seed + told.clans)
    with ProcessPoolExecutor(told.processes) as pool:
        found = sum(pool.map(_counts, seeds, repeat(told.members)), start=Counter())
    sys.stdout.write(markdown(found) + "\n")


def _counts(seed: int, members: int) -> Tally:
    return tally(trial(seed, members))


if __name__ == "__main__":
    main()

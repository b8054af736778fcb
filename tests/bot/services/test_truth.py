"""Towns of lives that no rule was made for, through the real services; more by `tests.truth`."""

from collections import Counter
from functools import cache

import pytest

from tests.truth.strange import judged

SEEDS = range(4)


@cache
def found() -> Counter[str]:
    return sum((judged(seed, members=30) for seed in SEEDS), start=Counter())


def faults(kind: str) -> dict[str, int]:
    return {name: count for name, count in found().items() if name.startswith(kind) and count}


@pytest.mark.parametrize("kind", ["wronged", "messages wrong", "gains wrong", "raised"])
def test_nobody_is_wronged_and_every_number_is_the_one_counted_slowly(kind: str) -> None:
    assert faults(kind) == {}
    assert min(found()[each] for each in ("messages compared", "gains compared", "flagged")) > 0


def test_the_silent_who_were_well_observed_are_found() -> None:
    assert found()["well observed"] > 0
    assert faults("missed") == {}

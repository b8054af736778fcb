"""What Wise Old Man sees of made-up play: when it updates, and what differs from the last time."""

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random

from bot.demo.cast import DAY_MS, HOUR_MS, MINUTE_MS, MadeUpPlayer, ValueHistory, from_ms
from bot.demo.rhythm import likely


def update_times(rng: Random, chance: float, start_ms: int, end_ms: int) -> list[int]:
    """Return the instants in [start, end) at which WOM updated, about one on `chance` of the days.

    They lie on whole seconds, about the same time of every day.
    """
    usual_ms = rng.randrange(DAY_MS)
    found = [
        day * DAY_MS + (usual_ms + int(rng.gauss(0, 1.5) * HOUR_MS)) % DAY_MS
        for day in range(start_ms // DAY_MS, end_ms // DAY_MS + 1)
        if likely(rng, chance)
    ]
    return [at_ms - at_ms % 1_000 for at_ms in found if start_ms <= at_ms < end_ms]


def beside_play(rng: Random, played_ms: Iterable[int], start_ms: int, end_ms: int) -> list[int]:
    """Return the instants in [start, end) at which a client had WOM look: before and after play."""
    found = []
    for at_ms in played_ms:
        before, after = rng.randrange(35, 100), rng.randrange(1, 9)
        found += [at_ms - before * MINUTE_MS, at_ms + after * MINUTE_MS]
    return [at_ms - at_ms % 1_000 for at_ms in found if start_ms <= at_ms < end_ms]


def snapshot(player: MadeUpPlayer, at_ms: int) -> dict[str, float]:
    """Return all metrics of a player at an instant, in WOM's order."""
    return {metric: path.value_at_ms(at_ms) for metric, path in player.path.items()}


def changes(player: MadeUpPlayer) -> Iterator[tuple[datetime, dict[str, float]]]:
    """Yield what each observation showed: all metrics first, then only those that differ."""
    observed = player.observed_ms
    if not observed:
        return
    found: list[dict[str, float]] = [{} for _ in observed]
    found[0] = snapshot(player, observed[0])
    for metric, path in player.path.items():
        if len(path.at_ms) > 1:
            _spread(metric, path, observed, found)
    for at_ms, changed in zip(observed, found, strict=True):
        yield from_ms(at_ms), changed


def _spread(
    metric: str, path: ValueHistory, observed: "array[int]", found: list[dict[str, float]]
) -> None:
    """Put each value of a path where it was first seen; of several between updates, the last."""
    place, last, first_ms = 0, len(observed), observed[0]
    for at_ms, value in zip(path.at_ms, path.values, strict=True):
        if at_ms <= first_ms:
            continue
        while place < last and observed[place] < at_ms:
            place += 1
        if place == last:
            return
        found[place][metric] = value

"""Which servers a process serves: Discord gives a bot's servers to so many shards, by their ids."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_SHARDS = 10_000
"""Far more than any bot has: Discord asks for one for each 2,500 servers."""

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of a process, of so many that there are."""

    count: int = 1
    ids: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, count: int | None, ids: tuple[int, ...] | None) -> "Shards":
        """Return those that settings name: all of them, if nothing else is said."""
        return cls(count or 1, ids or tuple(range(count or 1)))

    @property
    def is_whole(self) -> bool:
        """Return whether these are all there are."""
        return len(self.ids) == self.count

    def shard_of(self, guild_id: int) -> int:
        """Return the shard on which Discord tells of a server."""
        return (guild_id >> 22) % self.count

    def serves(self, guild_id: int) -> bool:
        """Return whether a server is on one of these."""
        return self.shard_of(guild_id) in self.ids

    def __str__(self) -> str:
        """Such as "0-3, 7 of 8"."""
        return f"{ranges_of(self.ids)} of {self.count}"


def shard_ids_in(text: str) -> tuple[int, ...]:
    """Return the numbers of "0-3,7" in order, each once; ValueError for another text."""
    found: set[int] = set()
    for part in text.split(","):
        numbers = _RANGE.fullmatch(part.strip())
        if numbers is None:
            raise ValueError("is not a list of shards")
        first = int(numbers[1])
        last = int(numbers[2] or first)
        if not first <= last < MOST_SHARDS:
            raise ValueError(f"has {part.strip()} in it, which is not a range of shards")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def ranges_of(numbers: Iterable[int]) -> str:
    """Return numbers in order as "0-3, 7"."""
    return ", ".join(_ranges(sorted(numbers)))


def _ranges(numbers: list[int]) -> Iterator[str]:
    starts = [each for each in numbers if each - 1 not in numbers]
    ends = [each for each in numbers if each + 1 not in numbers]
    for first, last in zip(starts, ends, strict=True):
        yield str(first) if first == last else f"{first}-{last}"


def shard_fault(count: int | None, ids: tuple[int, ...] | None, *, is_shared: bool) -> str | None:
    """Return what is wrong with SHARD_IDS, or None; only a database of a server `is_shared`."""
    if ids is None:
        return None
    if count is None:
        return "is set without SHARD_COUNT: set both, or none of them"
    if beyond := [each for each in ids if each >= count]:
        known = "is shard 0 alone" if count == 1 else f"are the shards 0 to {count - 1}"
        return f"names {ranges_of(beyond)}, and with SHARD_COUNT={count} there {known}"
    if len(ids) < count and not is_shared:
        return (
            f"leaves out some of the {count} shards, and an SQLite file serves one process: leave "
            "it empty, or set DATABASE_URL to PostgreSQL"
        )
    return None

"""`python -m tests.scale`: a host of many clans, measured, as a table.

By default 1,000 clans of 100 with 20 million messages on PostgreSQL, and 200 of them on SQLite
beside it, each at 10, 100 ... clans on the way. The rest is in a temporary folder (TMPDIR), and is
gone afterwards. A small trial: `--clans 100 --members 2000 --messages 40000`.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy.engine import URL

from storage.engine import Database
from tests.benchmarks.__main__ import _exponent
from tests.scale.loading import Loader, Story, story_of
from tests.scale.machine import machine
from tests.scale.measuring import GROWING, Effort, Found, Host, measured
from tests.storage import postgres

_ENGINES = ("postgresql", "sqlite")
_LIMIT, _TELLS_EVERY_S = 1.1, 2.0
# Unlike those of the tests' server: as a host has it, with half a gigabyte for its pages.
_AS_A_HOST = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
}

Grown = Mapping[int, Found]
"""What was measured, by the number of clans."""


def main() -> None:
    """Print a table for each engine."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    options = _options()
    members = max(options.members // options.clans, 2)
    story = story_of(members, options.messages // options.clans, options.days)
    _say(
        f"{machine()}; {members} members and {options.messages // options.clans:,} messages a clan"
    )
    for engine in _ENGINES if options.engine == "both" else (options.engine,):
        with (
            tempfile.TemporaryDirectory(prefix="scale-") as folder,
            _place(engine, folder) as place,
        ):
            found = asyncio.run(_grown(place, story, options, Path(folder)))
        _say("\n".join(["", f"**{engine}**", "", *_table(found)]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--clans", type=int, default=1_000)
    parser.add_argument("--members", type=int, default=100_000, help="of all clans together")
    parser.add_argument("--messages", type=int, default=20_000_000, help="of all clans together")
    parser.add_argument("--days", type=int, default=90, help="how long their past is")
    parser.add_argument("--engine", choices=("both", *_ENGINES), default="both")
    parser.add_argument("--sqlite-clans", type=int, default=200)
    parser.add_argument("--sample", type=int, default=100, help="how many clans are asked")
    parser.add_argument("--processes", default="1,2,4", help="how many hear messages")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long they do")
    return parser.parse_args()


def _sizes(clans: int) -> list[int]:
    """Return at how many clans is measured on the way: 10, 100 and so on."""
    powers = [10**digits for digits in range(1, 7)]
    return [*(each for each in powers if each < clans), clans]


@contextmanager
def _place(engine: str, folder: str) -> Iterator[Path | URL]:
    if engine == "sqlite":
        yield Path(folder) / "clan.db"
        return
    with postgres.running(_AS_A_HOST) as server:
        server.make("many")
        yield server.url("many")


async def _grown(
    place: Path | URL, story: Story, options: argparse.Namespace, folder: Path
) -> Grown:
    """Measure at each size, the smallest first."""
    processes, most = _numbers(options.processes), options.clans
    if isinstance(place, Path):
        # Of a file there is one process, which owns it.
        processes, most = (1,), min(most, options.sqlite_clans)
    effort = Effort(options.sample, processes, options.seconds)
    found: dict[int, Found] = {}
    tells = _progress()
    loader = Loader(story, tells)
    for trial, clans in enumerate(_sizes(most)):
        began_s = time.perf_counter()
        database = Database(place)
        await loader.grow(database, clans)
        await database.close()
        loaded_s = time.perf_counter() - began_s
        host = Host(place, story, clans, trial, effort)
        found[clans] = {"loading, s": loaded_s} | await measured(host, folder, tells)
        for name, value in found[clans].items():
            tells(f"{clans:,} clans, {name} = {_number(value)}")
    return found


def _numbers(listed: str) -> tuple[int, ...]:
    return tuple(int(each) for each in listed.split(","))


def _progress() -> Callable[[str], None]:
    """Return what tells on standard error how far it is; of a table, only every two seconds."""
    began_s, told_s = time.monotonic(), [0.0]

    def tells(words: str) -> None:
        now_s = time.monotonic()
        if ":" not in words or now_s - told_s[0] >= _TELLS_EVERY_S:
            told_s[0] = now_s
            sys.stderr.write(f"{now_s - began_s:7.1f} s  {words}\n")
            sys.stderr.flush()

    return tells


def _table(found: Grown) -> Iterator[str]:
    sizes = sorted(found)
    yield f"| measured | {' | '.join(f'{each:,} clans' for each in sizes)} | exponent |"
    yield f"|---|{'---|' * len(sizes)}---|"
    for name in found[sizes[-1]]:
        values = [found[each].get(name) for each in sizes]
        shown = ["" if each is None else _number(each) for each in values]
        yield f"| {name} | {' | '.join(shown)} | {_growth(name, found)} |"


def _growth(name: str, found: Grown) -> str:
    if name not in GROWING or len(found) < 2:
        return ""
    exponent = _exponent([(clans, each[name]) for clans, each in found.items()])
    return f"{exponent:.2f} ({'at most' if exponent <= _LIMIT else 'OVER'} {_LIMIT})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Start the bot as `clanstats run` does, on a simulated Discord, and say what it holds at rest.

Everything is imported inside `main`: the worker's process runs this file too, and would hold it.
"""

import asyncio
import gc
import os
import sys
from datetime import timedelta
from inspect import signature
from pathlib import Path

_REST_S = 1.0
_RESTS_AFTER_S = 3.0
"""Instead of half an hour, so that what is left then can be measured, too."""


def resident_kilobytes(process: int) -> int:
    """Return the proportional share of memory of a process and its children, pages once."""
    own = 0
    for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            own = int(line.split()[1])
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            own += resident_kilobytes(int(child))
    return own


def seconds_since_start() -> float:
    """Return how long this process lives, its imports included."""
    since_boot = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return since_boot - int(fields[19]) / os.sysconf("SC_CLK_TCK")


async def main() -> None:
    """Print ready_s, and megabytes; of a tree whose worker ends when it rests, those then as well.

    Each as its own `clanstats run` does. An older tree, timed beside this one, waits for its worker
    before it goes on Discord, and collects garbage while it imports.
    """
    from bot.reports.worker import Worker  # noqa: PLC0415 - only here, see above

    can_rest = "rest_after" in signature(Worker).parameters
    if can_rest:
        gc.disable()
    worker = Worker(rest_after=timedelta(seconds=_RESTS_AFTER_S)) if can_rest else Worker()
    if not can_rest and hasattr(worker, "start"):
        worker.start()
    from simcord import Env  # noqa: PLC0415

    from bot.app import ClanBot  # noqa: PLC0415
    from bot.settings import load  # noqa: PLC0415
    from bot.wiring import leave_loaded, open_services  # noqa: PLC0415

    async with open_services(load(os.environ, None), draws=lambda: worker) as services:
        warming = asyncio.ensure_future(worker.warm())
        if not can_rest:
            await warming
        leave_loaded()
        env = Env(ClanBot(services))
        await env.start()
        found = {"ready_s": seconds_since_start()}
        await warming
        found["draws_s"] = seconds_since_start()
        await asyncio.sleep(_REST_S)
        found["megabytes"] = resident_kilobytes(os.getpid()) / 1024
        if can_rest:
            await asyncio.sleep(2 * _RESTS_AFTER_S)
            found["resting_megabytes"] = resident_kilobytes(os.getpid()) / 1024
        sys.stdout.write(" ".join(f"{name}={value:.2f}" for name, value in found.items()))
        await env.shutdown()


if __name__ == "__main__":
    asyncio.run(main())

"""Start the bot as `clanstats run` does, on a simulated Discord, and say what it holds at rest.

Everything is imported inside `main`: the worker's process runs this file too, and would hold it.
"""

import asyncio
import os
import sys
from pathlib import Path

_REST_S = 1.0


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
    """Print ready_s and megabytes."""
    from bot.reports.worker import Worker  # noqa: PLC0415 - only here, see above

    worker = Worker()
    if hasattr(worker, "start"):  # An older tree, timed beside this one, has only warm.
        worker.start()
    from simcord import Env  # noqa: PLC0415

    from bot.app import ClanBot  # noqa: PLC0415
    from bot.settings import load  # noqa: PLC0415
    from bot.wiring import open_services  # noqa: PLC0415

    async with open_services(load(os.environ, None), draws=lambda: worker) as services:
        await worker.warm()
        env = Env(ClanBot(services))
        await env.start()
        ready = seconds_since_start()
        await asyncio.sleep(_REST_S)
        megabytes = resident_kilobytes(os.getpid()) / 1024
        sys.stdout.write(f"ready_s={ready:.2f} megabytes={megabytes:.1f}\n")
        await env.shutdown()


if __name__ == "__main__":
    asyncio.run(main())

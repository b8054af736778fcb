"""`clanstats cycle`: everything that a day needs, one step after the other, one line each.

A step that fails costs itself and those that need it. What was done stands in a small file until
the end, so that a cycle that was killed goes on where it stood on the same day.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from time import perf_counter

from bot.cli.backups import copied
from bot.cli.context import CannotDo, CliContext, journal
from bot.cli.dashboards import write_dashboards
from bot.cli.exit_codes import known_errors, words_for
from bot.cli.harvesting import DoneByRun, harvested
from bot.cli.reporting import write_exports, write_reports
from bot.cli.terminal import margin, screen
from bot.journal import short_id, traced
from bot.reports.documents import write_whole
from bot.settings import Settings
from bot.wiring import now

_FILE = "cycle.json"
_DONE, _FAILED, _LEFT_OUT = "done", "failed", "left out"
_COLOURS = {_DONE: "green", _FAILED: "red", _LEFT_OUT: "yellow"}


@dataclass(frozen=True, slots=True)
class CycleJob:
    """What every step is given: the settings, where reports go, and the one trace id."""

    context: CliContext
    settings: Settings
    reports: Path
    trace: str


@dataclass(frozen=True, slots=True)
class CycleStep:
    """A step: what it does and says, and without which others it makes no sense."""

    name: str
    action: Callable[[CycleJob], Awaitable[str]]
    needs: frozenset[str] = frozenset()


@dataclass(slots=True)
class Checkpoint:
    """Which steps of a day are done; in a file until the cycle ended."""

    file: Path
    day: str
    trace: str
    done: dict[str, str] = field(default_factory=dict)

    def note(self, step: str, said: str) -> None:
        """Note that a step is done, on the disk for good."""
        self.done[step] = said
        self.file.parent.mkdir(parents=True, exist_ok=True)
        kept = {"day": self.day, "trace": self.trace, "done": self.done}
        write_whole(self.file, json.dumps(kept).encode())


async def _backup(job: CycleJob) -> str:
    return f"copied and checked: {await copied(job.settings)}"


async def _harvest(job: CycleJob) -> str:
    done = await harvested(job.context, job.settings, None, lambda: job.trace)
    if done.failures:
        raise CannotDo("; ".join(done.failures), "the rest was read, and this is the next time")
    return "; ".join(done.lines)


async def _report(job: CycleJob) -> str:
    return f"written to {await write_reports(job.context, job.settings, job.reports)}"


async def _dashboard(job: CycleJob) -> str:
    return f"written to {await write_dashboards(job.context, job.settings)}"


async def _export(job: CycleJob) -> str:
    return f"written to {await write_exports(job.context, job.settings, job.reports)}"


CYCLE: tuple[CycleStep, ...] = (
    CycleStep("backup", _backup),
    CycleStep("harvest", _harvest),
    CycleStep("report", _report),
    CycleStep("dashboard", _dashboard),
    CycleStep("export", _export),
)
"""The steps in their order. None needs another: a report says how old its numbers are."""


async def cycle(
    context: CliContext,
    reports: Path | None,
    *,
    again: bool = False,
    verbose: bool = False,
    steps: tuple[CycleStep, ...] = CYCLE,
) -> int:
    """Do every step that was not done today by a cycle that was killed; 1 when one failed."""
    settings = context.settings("discord_token", "wom_contact")
    checkpoint = _checkpoint(settings.data_dir / _FILE, again=again)
    folder = reports or settings.report_dir or settings.data_dir / "reports"
    job = CycleJob(context, settings, folder, checkpoint.trace)
    failed: set[str] = set()
    with journal(settings, verbose=verbose), traced(lambda: checkpoint.trace):
        for step in steps:
            if step.name in checkpoint.done:
                _show(step.name, _DONE, f"before, today: {checkpoint.done[step.name]}")
            elif missing := step.needs & failed:
                failed.add(step.name)
                _show(step.name, _LEFT_OUT, f"it needs {', '.join(sorted(missing))}")
            elif not await _done(step, job, checkpoint):
                failed.add(step.name)
    checkpoint.file.unlink(missing_ok=True)
    if failed:
        margin().print(f"Look for {checkpoint.trace} in the log.")
    return 1 if failed else 0


async def _done(step: CycleStep, job: CycleJob, checkpoint: Checkpoint) -> bool:
    """Do a step and say what came of it; return whether those that need it may go on."""
    began = perf_counter()
    try:
        said = await step.action(job)
    except DoneByRun as error:
        _show(step.name, _LEFT_OUT, words_for(error))
        return True
    except known_errors() as error:
        _show(step.name, _FAILED, words_for(error))
        return False
    checkpoint.note(step.name, said)
    _show(step.name, _DONE, f"{said} ({perf_counter() - began:.1f} s)")
    return True


def _show(step: str, outcome: str, said: str) -> None:
    screen().print(f"{step:9} {outcome:9} {said}", style=_COLOURS[outcome], soft_wrap=True)


def _checkpoint(file: Path, *, again: bool) -> Checkpoint:
    """Return what a cycle that was killed today has done; nothing where there was none."""
    today = now().astimezone(UTC).date().isoformat()
    kept = {} if again else _read(file)
    done = kept.get("done")
    if kept.get("day") != today or not isinstance(done, dict):
        return Checkpoint(file, today, short_id())
    return Checkpoint(file, today, str(kept.get("trace") or short_id()), dict(done))


def _read(file: Path) -> Mapping[str, object]:
    """Return what a file says; nothing where it says nothing that can be read."""
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}

"""`clanstats cycle`: a table of steps, of which none costs another, and a kill loses nothing."""

import json

import pytest
from structlog.testing import capture_logs

from bot.cli.context import CannotDo
from bot.cli.cycling import CYCLE, CycleJob, CycleStep, cycle
from storage.owner import owning
from tests.bot.cli.conftest import line, path, template
from tests.bot.cli.test_harvesting import Reader, reader
from tests.bot.services.contents import rows
from tests.storage.rows import NOW, names_in

__all__ = ["line", "path", "reader", "template"]


class Steps:
    """Steps that only note that they were done, and do as they are told."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.fails: dict[str, BaseException] = {}

    def step(self, name: str, *needs: str) -> CycleStep:
        async def action(job: CycleJob) -> str:
            self.done.append((name, job.trace))
            if name in self.fails:
                raise self.fails[name]
            return f"{name} is well"

        return CycleStep(name, action, frozenset(needs))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.done]


@pytest.fixture
def steps() -> Steps:
    return Steps()


async def goes(reader: Reader, *steps: CycleStep, again: bool = False) -> tuple[int, list[str]]:
    with capture_logs():
        code = await cycle(reader.context(), None, again=again, steps=steps)
    return code, reader._capture.readouterr().out.splitlines()


async def test_a_whole_cycle_backs_up_reads_and_reports_under_one_trace_id(
    reader: Reader,
) -> None:
    await reader.reads()
    code, told = await goes(reader, *CYCLE)
    assert code == 0, told
    assert [each.split()[:2] for each in told] == [
        ["backup", "done"],
        ["harvest", "done"],
        ["report", "done"],
        ["dashboard", "done"],
        ["export", "done"],
    ]
    folder = reader.database.parent
    assert names_in(folder / "reports") == {*("report.png", "clan_report.xlsx", "clan_export.json")}
    told_of = json.loads((folder / "reports" / "clan_export.json").read_bytes())
    assert len(told_of["tables"]["roster"]) > 0
    assert len(names_in(folder / "backups")) == 1
    assert "cycle.json" not in names_in(folder)
    newest = rows(reader.database, "SELECT trace FROM job_runs ORDER BY id DESC LIMIT 2")
    assert len({each["trace"] for each in newest}) == 1


async def test_a_step_that_fails_costs_itself_and_those_that_need_it(
    reader: Reader, steps: Steps
) -> None:
    steps.fails["one"] = CannotDo("There is no room", "make some")
    table = (steps.step("one"), steps.step("two"), steps.step("three", "one"), steps.step("four"))
    code, told = await goes(reader, *table)
    assert code == 1
    assert steps.names == ["one", "two", "four"]
    assert told[0].split(maxsplit=2) == ["one", "failed", "There is no room; make some."]
    assert told[2].split(maxsplit=3) == ["three", "left", "out", "it needs one"]


async def test_a_cycle_that_was_killed_goes_on_where_it_stood_today(
    reader: Reader, steps: Steps
) -> None:
    table = tuple(steps.step(name) for name in ("one", "two", "three"))
    steps.fails["two"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await goes(reader, *table)
    steps.fails.clear()
    code, told = await goes(reader, *table)
    assert (code, steps.names) == (0, ["one", "two", "two", "three"])
    assert "before, today: one is well" in told[-3]
    assert len({trace for _, trace in steps.done}) == 1
    await goes(reader, *table)
    assert steps.names[4:] == ["one", "two", "three"]


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"[1]",
        b'{"day": "2020-01-01", "trace": "x", "done": {"one": "long ago"}}',
        json.dumps({"day": "x", "done": 7}).encode(),
    ],
)
async def test_what_was_done_on_another_day_or_cannot_be_read_is_done_again(
    reader: Reader, steps: Steps, kept: bytes
) -> None:
    (reader.database.parent / "cycle.json").write_bytes(kept)
    await goes(reader, steps.step("one"))
    assert steps.names == ["one"]


async def test_what_a_killed_cycle_did_is_done_again_where_that_is_wanted(
    reader: Reader, steps: Steps
) -> None:
    steps.fails["two"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await goes(reader, steps.step("one"), steps.step("two"))
    steps.fails.clear()
    await goes(reader, steps.step("one"), steps.step("two"), again=True)
    assert steps.names == ["one", "two", "one", "two"]


async def test_beside_a_bot_that_runs_the_harvest_is_left_out(reader: Reader) -> None:
    await reader.reads()
    with owning(reader.database, "`clanstats run`", NOW):
        code, told = await goes(reader, *CYCLE[:2])
    assert code == 0
    assert told[1].split()[:3] == ["harvest", "left", "out"]
    assert "it listens, polls and reads history by itself" in told[1]


async def test_without_discord_the_rest_is_done(reader: Reader) -> None:
    await reader.reads()
    with capture_logs():
        code = await cycle(reader.context(DISCORD_TOKEN="another"), None)
    told = reader._capture.readouterr().out.splitlines()
    assert code == 1
    assert [each.split()[1] for each in told] == ["done", "failed", "done", "done", "done"]
    assert "Discord does not know this token" in told[1]

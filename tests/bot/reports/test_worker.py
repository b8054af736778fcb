import asyncio
import errno
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from multiprocessing.context import SpawnProcess
from typing import Any, cast

import pytest

from bot.clan.spans import Period, Span
from bot.reports.activity_report import ActivityReport, WeekPanel
from bot.reports.boss_report import boss_report
from bot.reports.case_pictures import UncoveredWeek, weeks_picture
from bot.reports.charts import card_chart
from bot.reports.documents import Document
from bot.reports.lists import InactiveList
from bot.reports.workbook.clan_workbook import clan_workbook
from bot.reports.worker import (
    Aside,
    Drawable,
    Drawing,
    DrawingBusy,
    Inline,
    NotDrawn,
    Worker,
    draw_for,
    drawn,
    uncollected,
)
from tests.bot.clan.portraits import person
from tests.bot.reports.people import everybody
from tests.bot.reports.test_board_charts import BOARD
from tests.bot.reports.test_comparison_charts import COMPARISON
from tests.browser import hostile_facts
from tests.builders import NOW, ZONE, card, clan_report, clan_week, full_clan, member, week_hours

WEEKS = weeks_picture(person(), "Iron Cabbage", ZONE, NOW)


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def pid_of(worker: Worker) -> int:
    return next(iter(worker._pool._processes))


async def test_a_worker_draws_what_would_be_drawn_here(worker: Worker) -> None:
    report = full_clan(5)
    await worker.warm()

    assert await worker.draw(Drawing.CARD_CHART, card()) == card_chart(card())
    assert await worker.draw(Drawing.CLAN_WORKBOOK, report) == clan_workbook(report)
    chart = await worker.draw(Drawing.REPORT_CHART, report)
    assert chart == drawn(Drawing.REPORT_CHART, report)
    assert await worker.draw(Drawing.WEEKS_CHART, WEEKS) == drawn(Drawing.WEEKS_CHART, WEEKS)


def _activity() -> ActivityReport:
    span = Span(NOW, NOW)
    panels = tuple(
        WeekPanel(title, "messages", ((None,) * 24,) * 7) for title in ("Chat", "Game", "Voice")
    )
    return ActivityReport(
        "x", ZONE, Period.WEEK, span, NOW, panels, (), 2, (), 0, span, (), None, span
    )


VALUES: dict[Drawing, Drawable] = {
    Drawing.REPORT_CHART: clan_report(member()),
    Drawing.CARD_CHART: card(),
    Drawing.HEATMAP_CHART: clan_week(),
    Drawing.WEEKS_CHART: WEEKS,
    Drawing.UNCOVERED_CHART: UncoveredWeek("x", ZONE, 30, Span(NOW, NOW), week_hours(), 5),
    Drawing.ACTIVITY_CHART: _activity(),
    Drawing.BOSSES_CHART: boss_report(clan_report(member()), ()),
    Drawing.BOARD_CHART: BOARD,
    Drawing.COMPARISON_CHART: COMPARISON,
    Drawing.CLAN_WORKBOOK: replace(clan_report(member()), suggestions=everybody()),
    Drawing.INACTIVE_WORKBOOK: InactiveList("x", ZONE, everybody().inactive, ()),
    Drawing.DASHBOARD_PAGE: hostile_facts(5),
    Drawing.DASHBOARD_FOLDER: hostile_facts(5),
}


@pytest.mark.parametrize("drawing", Drawing)
def test_every_drawing_draws(drawing: Drawing) -> None:
    assert drawn(drawing, VALUES[drawing]).content


async def test_a_killed_worker_is_replaced_and_an_interrupt_does_not_end_it(
    worker: Worker,
) -> None:
    await worker.warm()
    first = pid_of(worker)
    os.kill(first, signal.SIGINT)
    assert (await worker.draw(Drawing.CARD_CHART, card())).name == "member_card.png"
    assert pid_of(worker) == first

    os.kill(first, signal.SIGKILL)
    both = await asyncio.gather(*(worker.draw(Drawing.CARD_CHART, card()) for _ in range(2)))
    assert [document.name for document in both] == ["member_card.png"] * 2
    assert pid_of(worker) != first


class Hanging(StrEnum):
    """A drawing that never ends."""

    ENDLESS = "time:sleep"


async def test_a_worker_that_hangs_is_given_up_and_replaced() -> None:
    worker = Worker(patience=timedelta(seconds=1))
    await worker.warm()
    first = pid_of(worker)
    endless: Any = Hanging.ENDLESS
    long: Any = 3_600
    with pytest.raises(NotDrawn, match="ENDLESS took over 1 seconds"):
        await worker.draw(endless, long)
    await worker.warm()
    assert pid_of(worker) != first
    assert (await worker.draw(Drawing.CARD_CHART, card())).name == "member_card.png"
    worker.close()


async def test_a_worker_that_hangs_is_replaced_also_where_a_process_once_did_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = Worker([Drawing.CARD_CHART], patience=timedelta(seconds=5))

    def no_memory(_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as poor:
        poor.setattr(SpawnProcess, "start", no_memory)
        with pytest.raises(OSError, match="allocate"):
            await worker.draw(Drawing.CARD_CHART, card())
    endless, long = cast("Any", Hanging.ENDLESS), cast("Any", 3_600)
    with pytest.raises(NotDrawn):
        await worker.draw(endless, long)
    assert (await worker.draw(Drawing.CARD_CHART, card())).name == "member_card.png"
    worker.close()


async def hung(worker: Worker) -> SpawnProcess:
    """Return the process, which hangs over a drawing that nobody waits for any more."""
    await worker.warm()
    (process,) = worker._pool._context.processes
    asked = asyncio.ensure_future(worker.draw(cast("Any", Hanging.ENDLESS), cast("Any", 3_600)))
    while not any(each.future.running() for each in worker._pool._pending_work_items.values()):  # noqa: ASYNC110 - the pool tells nobody
        await asyncio.sleep(0.01)
    asked.cancel()
    await asyncio.wait([asked])
    return process


async def end_of(process: SpawnProcess) -> int | None:
    """Return how a process ended. The pool waits for it too, and may be told of it first."""
    for _ in range(3_000):
        if process.exitcode is not None:
            break
        await asyncio.sleep(0.01)
    return process.exitcode


async def test_a_worker_that_hangs_over_what_nobody_waits_for_is_ended_when_it_rests() -> None:
    worker = Worker([Drawing.CARD_CHART], rest_after=timedelta(milliseconds=1))
    first = await hung(worker)
    assert await end_of(first) == -signal.SIGKILL
    worker.close()


async def test_a_worker_that_hangs_does_not_hold_up_the_end() -> None:
    worker = Worker([Drawing.CARD_CHART], patience=timedelta(seconds=1))
    first = await hung(worker)
    worker.close()
    assert await end_of(first) == -signal.SIGKILL


async def test_a_worker_that_nobody_needs_for_long_ends_and_is_there_again_when_somebody_does() -> (
    None
):
    worker = Worker([Drawing.CARD_CHART], rest_after=timedelta(milliseconds=1))
    await worker.warm()
    (first,) = worker._pool._context.processes
    assert await end_of(first) is not None
    assert (await worker.draw(Drawing.CARD_CHART, card())).name == "member_card.png"
    worker.close()


async def test_a_worker_does_not_rest_while_somebody_waits() -> None:
    worker = Worker([Drawing.CARD_CHART], rest_after=timedelta(milliseconds=50))
    await worker.warm()
    first = pid_of(worker)
    long: Any = Hanging.ENDLESS
    naps = [worker.draw(long, cast("Any", 0.2)) for _ in range(2)]
    found = await asyncio.gather(*naps, return_exceptions=True)
    # Sleeping draws nothing; both slept in the same process.
    assert [str(each) for each in found] == ["time:sleep returned NoneType, not a Document"] * 2
    assert pid_of(worker) == first
    worker.close()


class Recording(Worker):
    """Draws nothing, and tells in which order it would."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []
        self.ends = asyncio.Event()

    def wanted(
        self, name: str, clan_id: int, *, is_behind: bool = False
    ) -> "asyncio.Task[Document]":
        return asyncio.ensure_future(self._wanted(name, clan_id, is_behind=is_behind))

    async def _wanted(self, name: str, clan_id: int, *, is_behind: bool) -> Document:
        draw_for(clan_id, is_behind=is_behind)
        # As a report has its two files made.
        return (await asyncio.gather(self.draw(Drawing.CARD_CHART, cast("Any", name))))[0]

    async def _drawn(self, drawing: Drawing, value: Drawable) -> Document:
        assert drawing is Drawing.CARD_CHART
        self.order.append(str(value))
        await self.ends.wait()
        return Document(str(value), b"")


async def test_a_clan_with_many_drawings_holds_up_no_other_and_nobody_waits_for_a_job() -> None:
    worker = Recording()
    asked = [worker.wanted(f"report {n}", 1) for n in range(10)]
    for _ in range(5):
        await asyncio.sleep(0)
    asked += [worker.wanted("dashboard", 3, is_behind=True), worker.wanted("/me", 2)]
    for _ in range(5):
        await asyncio.sleep(0)
    worker.ends.set()
    await asyncio.gather(*asked)
    assert worker.order[:3] == ["report 0", "report 1", "/me"]
    assert worker.order.index("dashboard") == 5
    worker.close()


async def test_one_drawing_too_many_of_a_clan_is_refused_and_another_clans_is_not() -> None:
    worker = Recording()
    asked = [worker.wanted(f"report {n}", 1) for n in range(41)]
    for _ in range(5):
        await asyncio.sleep(0)
    with pytest.raises(DrawingBusy, match="try again in a moment"):
        await worker.wanted("one too many", 1)
    asked += [worker.wanted("/me", 2), worker.wanted("job", 1, is_behind=True)]
    worker.ends.set()
    assert len(await asyncio.gather(*asked)) == 43
    worker.close()


def test_a_worker_ends_when_the_bot_is_killed() -> None:
    code = (
        "import asyncio, os, signal\n"
        "from bot.reports.worker import Worker\n"
        "async def main():\n"
        "    await Worker().warm()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    # Whoever is left holds the other end of the pipe: then it is never read to its end.
    bot = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", code], capture_output=True, timeout=30, check=False
    )
    assert bot.returncode == -signal.SIGKILL


async def test_inline_draws_where_it_is_called() -> None:
    inline = Inline()
    await inline.warm()

    for drawing in (Drawing.REPORT_CHART, Drawing.CLAN_WORKBOOK):
        report = clan_report(member())
        assert await inline.draw(drawing, report) == drawn(drawing, report)
    inline.close()


async def test_aside_draws_charts_in_a_process_and_workbooks_here() -> None:
    aside = Aside()
    await aside.warm()
    report = full_clan(5)
    book, chart = await asyncio.gather(
        aside.draw(Drawing.CLAN_WORKBOOK, report), aside.draw(Drawing.REPORT_CHART, report)
    )

    assert book == clan_workbook(report)
    assert chart == drawn(Drawing.REPORT_CHART, report)
    aside.close()


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_afterwards_as_it_was(*, collecting: bool) -> None:
    (gc.enable if collecting else gc.disable)()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert gc.isenabled() is collecting
    finally:
        gc.enable()


def test_the_bots_own_process_never_imports_what_draws() -> None:
    question = (
        "import sys; import bot.reports.worker; bot.reports.worker.Worker().close(); "
        "print(sorted({'matplotlib', 'numpy', 'PIL', 'xlsxwriter'} & set(sys.modules)))"
    )
    answer = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", question], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"

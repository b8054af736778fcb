"""Drawing away from the event loop: a process that is started warm, plain values in, bytes out.

Drawings are named, never imported here, so that matplotlib stays out of the bot's own process.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from multiprocessing import get_context
from typing import Protocol

from bot.reports.case_pictures import UncoveredWeek, WeeksPicture
from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.lists import InactiveList
from bot.reports.pictures import Card, ClanWeek

Drawable = ClanReport | Card | ClanWeek | WeeksPicture | UncoveredWeek | InactiveList


class Drawing(StrEnum):
    """What can be drawn, and where the function stands that draws it."""

    REPORT_CHART = "bot.reports.charts:report_chart"
    CARD_CHART = "bot.reports.charts:card_chart"
    HEATMAP_CHART = "bot.reports.charts:heatmap_chart"
    WEEKS_CHART = "bot.reports.case_charts:weeks_chart"
    UNCOVERED_CHART = "bot.reports.case_charts:uncovered_chart"
    CLAN_WORKBOOK = "bot.reports.workbook.clan_workbook:clan_workbook"
    INACTIVE_WORKBOOK = "bot.reports.workbook.inactive_workbook:inactive_workbook"


_WORKBOOKS = frozenset({Drawing.CLAN_WORKBOOK, Drawing.INACTIVE_WORKBOOK})


class Draws(Protocol):
    """Whoever turns values into documents."""

    async def warm(self) -> None:
        """Make the first drawing as fast as the others."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""

    def close(self) -> None:
        """Let go of what drawing needed."""


class Worker:
    """Draws in a process of its own; one that dies is replaced and the drawing tried once more."""

    def __init__(self, drawings: Iterable[Drawing] = Drawing) -> None:
        self._drawings = tuple(drawings)
        self._pool = _new_pool(self._drawings)

    def start(self) -> None:
        """Start the process and do not wait."""
        self._pool.submit(_ready)

    async def warm(self) -> None:
        """Start the process and wait until it can draw."""
        await asyncio.get_running_loop().run_in_executor(self._pool, _ready)

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document.

        Raises:
            BrokenProcessPool: the process died twice over the same drawing.
        """
        if drawing is Drawing.REPORT_CHART and isinstance(value, ClanReport):
            value = value.without_tables()
        pool = self._pool
        try:
            return await self._draw_in(pool, drawing, value)
        except BrokenProcessPool:
            self._replace(pool)
            return await self._draw_in(self._pool, drawing, value)

    def close(self) -> None:
        """End the process, after the drawing that is in hand."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _draw_in(
        self, pool: ProcessPoolExecutor, drawing: Drawing, value: Drawable
    ) -> Document:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, _drawn_and_tidied, drawing, value)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        """Start a new process, unless another drawing that failed with it already did."""
        if self._pool is broken:
            broken.shutdown(wait=False)
            self._pool = _new_pool(self._drawings)


class Inline:
    """Draws where it is called: for the command line and tests, which have no loop to keep free."""

    async def warm(self) -> None:
        """Do nothing: whoever calls from here pays once."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""
        return drawn(drawing, value)

    def close(self) -> None:
        """Do nothing: nothing was opened."""


class Aside:
    """Draws charts in a process that starts at once, and workbooks here in the meantime.

    For a command that ends after one report: what charts need takes longer to import than all else.
    """

    def __init__(self) -> None:
        self._worker = Worker(set(Drawing) - _WORKBOOKS)
        self._worker.start()

    async def warm(self) -> None:
        """Do nothing: the process warms itself while the report is read."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""
        if drawing not in _WORKBOOKS:
            return await self._worker.draw(drawing, value)
        await asyncio.sleep(0)  # The charts go out first.
        return drawn(drawing, value)

    def close(self) -> None:
        """End the process."""
        self._worker.close()


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the garbage collector: for what makes much, and no garbage, in a short time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def drawn(drawing: Drawing, value: Drawable) -> Document:
    """Return the document, made here and now by the function that the drawing names."""
    room, _, function = drawing.value.partition(":")
    # A workbook makes a hundred thousand small objects and no garbage: collecting takes a third.
    with uncollected():
        document = getattr(import_module(room), function)(value)
    if not isinstance(document, Document):
        raise TypeError(f"{drawing.value} returned {type(document).__name__}, not a Document")
    return document


def _new_pool(drawings: tuple[Drawing, ...]) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=_warm_up,
        initargs=(drawings,),
    )


def _warm_up(drawings: tuple[Drawing, ...]) -> None:
    """Import all that drawing needs and draw once; leave Ctrl-C to the bot, which closes us.

    One thread is enough for the sums of a chart, and each further one costs memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for drawing in drawings:
        import_module(drawing.value.partition(":")[0])
    import_module("bot.reports.paper").warm_up()
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.freeze()


def _drawn_and_tidied(drawing: Drawing, value: Drawable) -> Document:
    """Return the document and forget what it was made of.

    Figures are circles of references with megabytes of pixels, which would wait long for the
    collector; with the imports frozen a collection takes a millisecond.
    """
    document = drawn(drawing, value)
    gc.collect()
    return document


def _ready() -> None:
    """Prove that the initializer has run."""

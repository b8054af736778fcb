"""Drawing away from the event loop: a process that is started warm, plain values in, bytes out.

Drawings are named, never imported here, so that matplotlib stays out of the bot's own process.
"""

import asyncio
import gc
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from enum import StrEnum
from importlib import import_module
from multiprocessing import get_context
from typing import Protocol

from bot.reports.clan_report import ClanReport
from bot.reports.documents import Document
from bot.reports.pictures import Card, ClanWeek

Drawable = ClanReport | Card | ClanWeek


class Drawing(StrEnum):
    """What can be drawn, and where the function stands that draws it."""

    REPORT_CHART = "bot.reports.charts:report_chart"
    CARD_CHART = "bot.reports.charts:card_chart"
    HEATMAP_CHART = "bot.reports.charts:heatmap_chart"
    CLAN_WORKBOOK = "bot.reports.workbook.book:clan_workbook"


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

    def __init__(self) -> None:
        self._pool = _new_pool()

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
            self._pool = _new_pool()


class Inline:
    """Draws where it is called: for the command line and tests, which have no loop to keep free."""

    async def warm(self) -> None:
        """Do nothing: whoever calls from here pays once."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""
        return drawn(drawing, value)

    def close(self) -> None:
        """Do nothing: nothing was opened."""


def drawn(drawing: Drawing, value: Drawable) -> Document:
    """Return the document, made here and now by the function that the drawing names."""
    room, _, function = drawing.value.partition(":")
    # A workbook makes a hundred thousand small objects and no garbage: collecting takes a third.
    collecting = gc.isenabled()
    gc.disable()
    try:
        document = getattr(import_module(room), function)(value)
    finally:
        if collecting:
            gc.enable()
    if not isinstance(document, Document):
        raise TypeError(f"{drawing.value} returned {type(document).__name__}, not a Document")
    return document


def _new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_warm_up)


def _warm_up() -> None:
    """Import all that drawing needs and draw once; leave Ctrl-C to the bot, which closes us.

    One thread is enough for the sums of a chart, and each further one costs memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for drawing in Drawing:
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

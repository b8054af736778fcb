"""Drawing away from the event loop, in a process that is there while it is needed.

Plain values go in, bytes come out.

Drawings are named, never imported here, so that matplotlib stays out of the bot's own process.
"""

import asyncio
import gc
import os
import pickle
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from bot.fair import FairTurns
from bot.reports.documents import Document

if TYPE_CHECKING:
    # For types alone: whoever starts the process first of all imports nothing else for it.
    from bot.reports.activity_report import ActivityReport
    from bot.reports.boards import Board
    from bot.reports.boss_report import BossReport
    from bot.reports.case_pictures import UncoveredWeek, WeeksPicture
    from bot.reports.clan_report import ClanReport
    from bot.reports.comparisons import MemberComparison
    from bot.reports.dashboard.facts import DashboardFacts
    from bot.reports.lists import InactiveList
    from bot.reports.pictures import Card, ClanWeek

_PATIENCE = timedelta(minutes=1)
"""How long one drawing may take: the largest takes a second, on a slow machine ten."""

_REST_AFTER = timedelta(minutes=30)
"""A process that drew nothing for so long ends, with its 57 MB; the next drawing starts another."""

_BUSY = "Much is being drawn for your clan just now: try again in a moment."
_MOST_WAITING = 40
"""Of one clan's drawings: its answers take turns themselves, and each has two at most."""

Drawable: TypeAlias = (
    "ClanReport | Card | ClanWeek | WeeksPicture | UncoveredWeek | InactiveList | ActivityReport"
    " | Board | BossReport | DashboardFacts | MemberComparison"
)


class Drawing(StrEnum):
    """What can be drawn, and where the function stands that draws it."""

    REPORT_CHART = "bot.reports.charts:report_chart"
    CARD_CHART = "bot.reports.charts:card_chart"
    HEATMAP_CHART = "bot.reports.charts:heatmap_chart"
    WEEKS_CHART = "bot.reports.case_charts:weeks_chart"
    UNCOVERED_CHART = "bot.reports.case_charts:uncovered_chart"
    BOARD_CHART = "bot.reports.board_charts:board_chart"
    ACTIVITY_CHART = "bot.reports.activity_chart:activity_chart"
    BOSSES_CHART = "bot.reports.bosses_chart:bosses_chart"
    COMPARISON_CHART = "bot.reports.comparison_charts:comparison_chart"
    CLAN_WORKBOOK = "bot.reports.workbook.clan_workbook:clan_workbook"
    INACTIVE_WORKBOOK = "bot.reports.workbook.inactive_workbook:inactive_workbook"
    DASHBOARD_PAGE = "bot.reports.dashboard.pages:single_page"
    DASHBOARD_FOLDER = "bot.reports.dashboard.pages:folder_of_pages"


_DRAWN_HERE = frozenset(
    {
        Drawing.CLAN_WORKBOOK,
        Drawing.INACTIVE_WORKBOOK,
        Drawing.DASHBOARD_PAGE,
        Drawing.DASHBOARD_FOLDER,
    }
)
"""What needs no long imports: whoever ends after one report makes it in their own process."""


class Draws(Protocol):
    """Whoever turns values into documents."""

    async def warm(self) -> None:
        """Make the first drawing as fast as the others."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""

    def close(self) -> None:
        """Let go of what drawing needed."""


class NotDrawn(Exception):
    """A drawing that was given up: it took far longer than it ever should."""


class DrawingBusy(Exception):
    """A drawing that was not begun: too many of the same clan wait; the words say what to do."""


class _Whose(NamedTuple):
    """For which clan something is drawn, and whether nobody waits for it on Discord."""

    clan_id: int
    is_behind: bool


_NOBODY = _Whose(0, is_behind=False)
_whose: ContextVar[_Whose] = ContextVar("_whose")


def draw_for(clan_id: int, *, is_behind: bool = False) -> None:
    """Have what this task draws from here on wait in the row of its clan.

    What nobody waits for is drawn `is_behind` what somebody does.
    """
    _whose.set(_Whose(clan_id, is_behind))


class Worker:
    """Draws in a process of its own, one at a time; clans in turn, whoever of them wants much.

    One that dies is replaced and the drawing tried once more; one that hangs is ended and replaced;
    one that is not needed for long ends, and another starts when it is.
    """

    def __init__(
        self,
        drawings: Iterable[Drawing] = Drawing,
        patience: timedelta = _PATIENCE,
        rest_after: timedelta = _REST_AFTER,
    ) -> None:
        self._drawings = tuple(drawings)
        self._patience_s = patience.total_seconds()
        self._rest_after_s = rest_after.total_seconds()
        self._in_hand = 0  # drawings that are in hand or wait
        self._resting: asyncio.TimerHandle | None = None
        self._turns = FairTurns(1)
        self._pool = _Pool(self._drawings)

    def start(self) -> None:
        """Start the process and do not wait."""
        self._pool.submit(_ready)

    async def warm(self) -> None:
        """Start the process and wait until it can draw."""
        with self._awake():
            await asyncio.get_running_loop().run_in_executor(self._pool, _ready)

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document.

        Raises:
            BrokenProcessPool: the process died twice over the same drawing.
            NotDrawn: it was not done in time.
            DrawingBusy: too many drawings of the same clan wait.
        """
        # Whoever waits for another drawing has their own time still before them.
        clan_id, is_behind = _whose.get(_NOBODY)
        if not is_behind and self._turns.waiting(clan_id) >= _MOST_WAITING:
            raise DrawingBusy(_BUSY)
        with self._awake():
            async with self._turns.of(clan_id, is_behind=is_behind):
                try:
                    return await self._drawn(drawing, value)
                except BrokenProcessPool:
                    self._replace()
                    return await self._drawn(drawing, value)

    def close(self) -> None:
        """End the process, after the drawing that is in hand; at once where that hangs."""
        self._stay()
        ending = threading.Timer(self._patience_s, self._pool.kill)
        ending.start()
        self._pool.shutdown(wait=True, cancel_futures=True)
        ending.cancel()

    async def _drawn(self, drawing: Drawing, value: Drawable) -> Document:
        packed = await asyncio.to_thread(_packed, value)
        loop = asyncio.get_running_loop()
        waiting = loop.run_in_executor(self._pool, _drawn_and_tidied, drawing, packed)
        try:
            async with asyncio.timeout(self._patience_s):
                return await waiting
        except TimeoutError as error:
            self._replace()
            raise NotDrawn(f"{drawing.name} took over {self._patience_s:.0f} seconds") from error

    @contextmanager
    def _awake(self) -> Iterator[None]:
        """Keep the process inside, and afterwards for as long as it may have nothing to do."""
        self._stay()
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                loop = asyncio.get_running_loop()
                # Not left to end by itself: it may hang over what nobody waits for any more.
                self._resting = loop.call_later(self._rest_after_s, self._replace)

    def _stay(self) -> None:
        if self._resting is not None:
            self._resting.cancel()

    def _replace(self) -> None:
        """End what is left of the process; the next drawing starts another."""
        self._pool.kill()
        self._pool = _Pool(self._drawings)


class _Pool(ProcessPoolExecutor):
    """One process that draws, and that can be ended whatever it is at."""

    def __init__(self, drawings: tuple[Drawing, ...]) -> None:
        self._context = _Remembering()
        super().__init__(
            max_workers=1, mp_context=self._context, initializer=_warm_up, initargs=(drawings,)
        )

    def kill(self) -> None:
        """End the process at once."""
        for process in self._context.processes:
            if process.pid is not None:  # of one that could not be started nothing is left
                process.kill()
        self.shutdown(wait=False, cancel_futures=True)


class _Remembering(SpawnContext):
    """Starts processes anew, and knows them: the pool itself shows nobody who they are."""

    def __init__(self) -> None:
        self.processes: list[SpawnProcess] = []

    def Process(self, *args: Any, **options: Any) -> SpawnProcess:  # type: ignore[override] # noqa: ANN401, N802 - those of multiprocessing
        """Return a process that is remembered."""
        process = SpawnProcess(*args, **options)
        self.processes.append(process)
        return process


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
        self._worker = Worker(set(Drawing) - _DRAWN_HERE)
        self._worker.start()

    async def warm(self) -> None:
        """Do nothing: the process warms itself while the report is read."""

    async def draw(self, drawing: Drawing, value: Drawable) -> Document:
        """Return the finished document."""
        if drawing not in _DRAWN_HERE:
            return await self._worker.draw(drawing, value)
        # In a thread, or what the process needs to begin would wait until the workbook is written.
        return await asyncio.to_thread(drawn, drawing, value)

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


def _warm_up(drawings: tuple[Drawing, ...]) -> None:
    """Import all that drawing needs and draw once; leave Ctrl-C to the bot, which closes us.

    One thread is enough for the sums of a chart, and each further one costs memory.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for drawing in drawings:
        import_module(drawing.value.partition(":")[0])
    import_module("bot.reports.paper").warm_up()
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.freeze()


def _end_with_parent() -> None:
    """End when the bot does, however it ended: nobody else would tell us after a kill -9."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


class _Sheets(list[bytes]):
    """What a pickler writes, portion by portion: between two of them the loop has its turn."""

    def write(self, portion: bytes) -> int:
        """Keep a portion."""
        self.append(bytes(portion))
        return len(portion)


def _packed(value: Drawable) -> bytes:
    """Return a value as the process takes it; in one go, as the pool does it, the loop waits."""
    sheets = _Sheets()
    pickle.Pickler(sheets).dump(value)
    return b"".join(sheets)


def _drawn_and_tidied(drawing: Drawing, packed: bytes) -> Document:
    """Return the document and forget what it was made of.

    Figures are circles of references with megabytes of pixels, which would wait long for the
    collector; with the imports frozen a collection takes a millisecond.
    """
    # As in drawing: a year of a clan is made of a hundred thousand small objects.
    with uncollected():
        value: Drawable = pickle.loads(packed)  # noqa: S301 - of our own process
    document = drawn(drawing, value)
    gc.collect()
    return document


def _ready() -> None:
    """Prove that the initializer has run."""

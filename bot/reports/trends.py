"""Both sides of a trend, arranged: what is drawn step by step, and the key to how it is drawn."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.activity import TrendLine, TrendStep, step_of, usual
from bot.clan.spans import Period, day_of, day_span
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.pictures import Card

_TICKS = 4
_MANY_DAYS = 31
"""Of more days the period before is drawn as its mean: a line through all is a thicket."""
_SO_FAR = {
    TrendStep.HOUR: "hour so far",
    TrendStep.DAY: "today so far",
    TrendStep.WEEK: "week so far",
}


class Mark(Enum):
    """What is drawn beside the plain bars."""

    MEAN = auto()
    BEFORE = auto()
    SO_FAR = auto()
    UNSEEN = auto()
    FELL = auto()


class Plot(NamedTuple):
    """One side: its value in each step, in the same step of the period before, and the mean.

    None is unknown. `falls` are the places at which something was lost.
    """

    label: str
    values: tuple[float | None, ...]
    before: tuple[float | None, ...] = ()
    mean: tuple[float | None, ...] = ()
    falls: tuple[int, ...] = ()


class Trend(NamedTuple):
    """Both sides of a period; `ticks` are the places that are named below the bars.

    `is_running` says that the last step has not ended; `key` is what has to be explained.
    """

    xp: Plot
    messages: Plot
    ticks: tuple[tuple[int, str], ...]
    is_running: bool
    key: tuple[tuple[Mark, str], ...]


def trend_of(told: ClanReport | Card) -> Trend:
    """Return what a report or a card draws step by step."""
    step, lines, is_running = step_of(told.period), told.trend, _is_running(told)
    xp = _plot(
        "XP by the hour it was seen" if step is TrendStep.HOUR else f"XP per {step.value}",
        [line.xp for line in lines],
        [line.xp for line in told.earlier],
        step,
    )._replace(falls=tuple(place for place, line in enumerate(lines) if line.fell))
    messages = _plot(
        f"Messages per {step.value}",
        [line.messages for line in lines],
        [line.messages for line in told.earlier],
        step,
    )
    if is_running:
        xp, messages = (each._replace(mean=(*each.mean[:-1], None)) for each in (xp, messages))
    key = tuple(_key((xp, messages), told.period, is_running=is_running))
    return Trend(xp, messages, ticks_of(lines), is_running, key)


def _plot(
    label: str, values: Sequence[float | None], earlier: Sequence[float | None], step: TrendStep
) -> Plot:
    before = tuple(earlier[-len(values) :]) if 0 < len(values) <= len(earlier) else ()
    if step is TrendStep.DAY and len(before) > _MANY_DAYS:
        before = usual(before, (), step)
    return Plot(label, tuple(values), before, usual(values, earlier, step))


def _is_running(told: ClanReport | Card) -> bool:
    """Return whether the last step goes on after the instant up to which it is told."""
    if not told.trend:
        return False
    zone, now = ZoneInfo(told.zone), told.shown_span.end
    if told.trend[-1].hour is not None:
        return now < told.span.end
    return now < day_span(day_of(now, zone), zone).end


def ticks_of(lines: Sequence[TrendLine]) -> tuple[tuple[int, str], ...]:
    """Return the places that are named below the steps, and how."""
    ticks = min(_TICKS, len(lines))
    places = [round((len(lines) - 1) * tick / max(ticks - 1, 1)) for tick in range(ticks)]
    return tuple((place, _named(lines[place])) for place in places)


def _named(line: TrendLine) -> str:
    return style.day_words(line.day) if line.hour is None else f"{line.hour:02d}:00"


def _key(plots: Sequence[Plot], period: Period, *, is_running: bool) -> Iterator[tuple[Mark, str]]:
    if any(_known(plot.mean) for plot in plots):
        yield Mark.MEAN, "7-day mean"
    if any(_known(plot.before) for plot in plots):
        is_mean = step_of(period) is TrendStep.DAY and period > _MANY_DAYS
        yield Mark.BEFORE, f"{period.words} before" + (", mean" if is_mean else "")
    if is_running and any(plot.values[-1] is not None for plot in plots):
        yield Mark.SO_FAR, _SO_FAR[step_of(period)]
    if any(None in plot.values for plot in plots):
        yield Mark.UNSEEN, "not seen"
    if any(plot.falls for plot in plots):
        yield Mark.FELL, "XP or kills lost"


def _known(values: Sequence[float | None]) -> bool:
    return any(value is not None for value in values)

"""What results look like in a terminal."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.clan.activity import Change
from bot.clan.showing import shown
from bot.clan.wording import exact, first_few, plural, short
from bot.reports.clan_report import ClanReport, Mover, doubts, top_movers, total_rows
from bot.reports.style import day_words, evidence_words, span_words
from bot.services.game import Failure, PollResult

_NAMES_SHOWN = 6
_CHANGES_SHOWN = 20


def show_poll(
    console: Console, clan: str, result: PollResult, hidden: Collection[int] = ()
) -> None:
    """Show what a poll of a clan did; who opted out is counted and not named."""
    table = _table(clan, "members", "updated", "unchanged", "failed", "changes")
    counts = (result.members, result.updated, result.unchanged)
    table.add_row("", *map(exact, counts), exact(len(result.failed)), exact(len(result.changes)))
    console.print(table)
    if result.doubt is not None:
        console.print(f"  Nothing was changed: {result.doubt}.", style="red")
        console.print("  If that is so, add --believe.")
    if result.overtaken is not None:
        console.print(f"  Nothing was changed: {result.overtaken}. Run it again.", style="red")
    if result.filled_from is not None:
        console.print(f"  History was read back to {result.filled_from:%Y-%m-%d}.")
    if result.unfilled is not None:
        console.print("  The year before could not be read yet. The next poll asks again.")
    for pair in result.held:
        console.print(
            f"  {pair.gone.name} may be {pair.came.name} now: told when the name change is decided."
        )
    failed = shown(result.failed, hidden, lambda each: each.player_id)
    changes = shown(result.changes, hidden, lambda each: each.player_id)
    for line in (*_failures(failed), *_changes(changes)):
        console.print(f"  {line}")


def show_report(console: Console, report: ClanReport) -> None:
    """Show totals, top lists and how well all of it was observed."""
    console.print(f"{report.clan} · {span_words(report.shown_span, report.zone)}", style="bold")
    totals = _table("", "now", "before", "change")
    for row in total_rows(report):
        label = f"{row.label}, {row.seen}" if row.seen else row.label
        totals.add_row(label, exact(row.now), exact(row.before), row.percent)
    console.print(totals)
    for words in doubts(report):
        console.print(f"  {words}.")
    console.print(_movers(report))
    strip = _table("How well this is observed")
    strip.add_row(evidence_words(report.evidence))
    console.print(strip)


def _table(first: str, *numbers: str) -> Table:
    table = Table(first, box=SIMPLE)
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def _movers(report: ClanReport) -> Table:
    """Return the top lists side by side."""
    movers = top_movers(report)
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("XP", "Boss kills", "Messages", "Most active, %"):
        table.add_column(heading, no_wrap=True)
        table.add_column("", justify="right")
    for row in zip_longest(*movers):
        table.add_row(*(cell for each in row for cell in _mover(each)))
    return table


def _mover(mover: Mover | None) -> tuple[str, str]:
    if mover is None:
        return "", ""
    since = f" since {day_words(mover.since)}" if mover.since else ""
    return mover.name, f"{short(mover.value)}{since}"


def _failures(failed: Sequence[Failure]) -> Iterator[str]:
    """Yield each reason with the names that it holds for."""
    names: dict[str, list[str]] = defaultdict(list)
    for each in failed:
        names[each.reason].append(each.name)
    for reason, held in names.items():
        yield f"{plural(len(held), 'member')} {reason}: {first_few(held, _NAMES_SHOWN)}"


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:_CHANGES_SHOWN]:
        ends = " -> ".join(end for end in (change.before, change.after) if end)
        yield f"{change.name} {change.kind.value}" + (f": {ends}" if ends else "")
    if len(changes) > _CHANGES_SHOWN:
        yield f"and {len(changes) - _CHANGES_SHOWN} more changes"

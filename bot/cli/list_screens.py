"""What leadership's lists look like in a terminal: each part with its definition and its people.

Nothing is shortened that a decision rests on: reasons are whole sentences, below each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.clan.wording import exact, plural, role_words
from bot.reports.definitions import Definitions, help_words, inactive_words, promotion_words
from bot.reports.lists import InactiveRow, Listing, ListSection, PromotionRow
from bot.reports.style import clock_words, evidence_words
from bot.services.review import InactivityReview, PromotionReview, Waiting
from bot.services.setup import Clan

_ARROW = "\N{RIGHTWARDS ARROW}"


def show_promotions(
    console: Console, clan: Clan, review: PromotionReview, listing: Listing[PromotionRow]
) -> None:
    """Show who is suggested, who else qualifies or nearly, and who waits for the game."""
    words = promotion_words(review.policy)
    _show_head(console, clan, "promotions", listing)
    for part in (ListSection.SUGGESTED, ListSection.ALSO_QUALIFY, ListSection.JUST_UNDER):
        rows = listing.part(part)
        _show_part(console, part, len(rows), words)
        _show(console, [_rising(row) for row in rows], "Days there")
    _show_waiting(console, "Approved, to be promoted in the game", review.approved)
    _show_foot(console, words[3:], review.evidence)


def show_inactive(
    console: Console, clan: Clan, review: InactivityReview, listing: Listing[InactiveRow]
) -> None:
    """Show who is silent, who may be, who is left in peace, and who is to be removed."""
    words = inactive_words(review.policy)
    _show_head(console, clan, "inactive", listing)
    if review.days is not None:
        console.print(f"With a limit of {plural(review.days, 'day')} for every rank.")
    for part in (ListSection.SURE, ListSection.CANT_TELL, ListSection.AWAY_OR_EXEMPT):
        rows = listing.part(part)
        _show_part(console, part, len(rows), words)
        over = "Days over" if part is ListSection.SURE else None
        _show(console, [_silent(row) for row in rows], over)
    _show_waiting(console, "Decided, to be removed in the game", review.to_remove)
    _show_foot(console, (), review.evidence)


def _show_head(
    console: Console,
    clan: Clan,
    title: str,
    listing: Listing[InactiveRow] | Listing[PromotionRow],
) -> None:
    zone = clan.zone.key
    at = clock_words(listing.as_of, zone)
    words = f"{clan.name} · {title} · {at} {zone} · settings version {listing.policy_version}"
    console.print(words, style="bold", soft_wrap=True)


def _show_part(console: Console, part: ListSection, how_many: int, words: Definitions) -> None:
    title = part.capitalize()
    console.print(f"\n{title}: {how_many:,}", style="bold")
    console.print(dict(words)[title], style="dim")


class _Shown(NamedTuple):
    """One person in a table; all accounts below each other, sentences too."""

    names: str
    role: str
    number: str
    why: str


def _show(console: Console, rows: Sequence[_Shown], number: str | None) -> None:
    """Show people, with what their number is called, if it is of any interest."""
    if not rows:
        return
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("Name", no_wrap=True)
    table.add_column("Role")
    if number is not None:
        table.add_column(number, justify="right")
    table.add_column("Why", ratio=1)
    for row in rows:
        table.add_row(row.names, row.role, *([] if number is None else [row.number]), row.why)
    console.print(table)


def _rising(row: PromotionRow) -> _Shown:
    role = f"{role_words(row.role)}\n{_ARROW} {role_words(row.next_role)}"
    why = [
        *row.reasons,
        *(f"not yet: {words}" for words in row.not_yet),
        f"evidence {row.evidence}" + (f": {'; '.join(row.doubts)}" if row.doubts else ""),
    ]
    return _Shown(_names(row), role, exact(row.days_there), "\n".join(why))


def _silent(row: InactiveRow) -> _Shown:
    why = [] if row.apart is None else [row.apart]
    why += row.reasons
    if row.needs:
        why.append(f"what would help: {', '.join(help_words(row.needs))}")
    return _Shown(_names(row), role_words(row.role), exact(row.over_days), "\n".join(why))


def _names(row: InactiveRow | PromotionRow) -> str:
    return "\n".join(row.accounts)


def _show_waiting(console: Console, title: str, waiting: Sequence[Waiting]) -> None:
    if waiting:
        console.print(f"\n{title}: {len(waiting):,}", style="bold")
        for line in _waiting(waiting):
            console.print(f"  {line}", soft_wrap=True)


def _waiting(waiting: Iterable[Waiting]) -> Iterator[str]:
    for each in waiting:
        target = each.case.target
        to = "" if target is None else f" {_ARROW} {role_words(target)}"
        yield f"{each.name}{to}" + (f" ({each.remark})" if each.remark else "")


def _show_foot(console: Console, words: Definitions, evidence: Sequence[str]) -> None:
    for word, sentence in words:
        console.print(f"\n{word}: {sentence}", style="dim")
    console.print(f"\nHow well this is observed: {evidence_words(evidence)}", soft_wrap=True)

"""The forms of the settings: numbers, the days of one rank, and lists of ranks.

What can be taken goes into the draft; what cannot is told, and stands in the form when it is
opened again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from bot.clan.clan_settings import ClanSettings, Draft, permissions_fault
from bot.clan.entering import allowed, entered, entered_ranks
from bot.clan.plain import plain
from bot.clan.ranks import Caller
from bot.clan.thresholds import THRESHOLDS
from bot.clan.wording import role_words
from cogs.screens import Field
from cogs.settings.layout import LADDER, LIMITS, SHEETS, TIERS, heading
from cogs.settings.state import SettingsFound

_LONGEST_NUMBER, _LONGEST_LIST = 20, 4_000
_HOW_RANKS_ARE_TYPED = "One rank a line, the highest first"

Typed = Mapping[tuple[str, str], str]
V = TypeVar("V")


class Taken(NamedTuple):
    """A draft with what could be taken, and by path what could not and why."""

    draft: Draft
    faults: Mapping[str, str]


def number_fields(clan_settings: ClanSettings, typed: Typed, key: str, rank: str) -> list[Field]:
    """Return what is asked for the numbers of a sheet; with a rank, those of its own bar."""
    usual = {path: str(number_of(clan_settings, path, rank)) for path in SHEETS[key].paths}
    return [_number_field(path, typed.get((path, rank), usual[path])) for path in usual]


def take_numbers(draft: Draft, filled: Mapping[str, str], rank: str) -> Taken:
    """Put what are good numbers into a draft."""
    numbers, faults = _read(filled, entered)
    if numbers != {path: number_of(draft.proposed, path, rank) for path in numbers}:
        draft = draft.numbering(numbers, rank or None)
    return Taken(draft, faults)


def limit_field(clan_settings: ClanSettings, typed: Typed, rank: str) -> Field:
    """Return what is asked for the days that the holders of one rank may be silent."""
    rules = clan_settings.policy.enforcement
    usual = typed.get((LIMITS, rank), str(rules.limits.get(rank, "")))
    hint = f"empty: as others, {rules.window_days}"
    return replace(_number_field(LIMITS, usual), is_required=False, placeholder=hint)


def take_limit(draft: Draft, filled: Mapping[str, str], rank: str) -> Taken:
    """Put the limit of a rank into a draft, or take it away."""
    days, faults = _read(filled, lambda path, text: entered(path, text) if text else None)
    if LIMITS in days:
        draft = draft.limiting(rank, days[LIMITS])
    return Taken(draft, faults)


def ladder_field(found: SettingsFound) -> Field:
    """Return what is asked for the order of the ranks."""
    return _ranks_field(LADDER, found.clan_settings.policy.ladder or found.ladder, found.typed)


def take_ladder(draft: Draft, filled: Mapping[str, str], found: SettingsFound) -> Taken:
    """Put the order into a draft; an empty one is the usual one."""
    ranks, faults = _read(filled, lambda path, text: entered_ranks(path, text, found.ranks))
    if LADDER in ranks:
        is_usual = not draft.proposed.policy.ladder and ranks[LADDER] == found.ladder
        draft = draft.having(ladder=[] if is_usual else list(ranks[LADDER]))
    return Taken(draft, faults)


def tier_fields(found: SettingsFound) -> list[Field]:
    """Return what is asked: which ranks in the game lead, belong to the clan, are officers."""
    permissions: Any = plain(found.clan_settings.permissions)
    return [_ranks_field(path, permissions[_name_of(path)], found.typed) for path in TIERS]


def take_tiers(
    draft: Draft, filled: Mapping[str, str], found: SettingsFound, caller: Caller
) -> Taken:
    """Put the ranks into a draft, where the whole of them makes sense."""
    ranks, faults = _read(filled, lambda path, text: entered_ranks(path, text, found.ranks))
    given: dict[str, Any] = {_name_of(path): each for path, each in ranks.items()}
    if "officer_roles" in given:
        given["officer_roles"] = frozenset(given["officer_roles"])
    try:
        permissions = replace(draft.proposed.permissions, **given)
        fault = permissions_fault(caller, draft.base.permissions, permissions)
    except ValueError as error:
        fault = str(error)
    if fault is not None:
        return Taken(draft, {**faults, **dict.fromkeys(ranks, fault)})
    return Taken(draft.gating(permissions), faults)


def bar_of(key: str, rank: str) -> str:
    """Return the rank whose own bar a sheet is about; nothing when it is not about steady bars."""
    return rank if SHEETS[key].paths[0].startswith("promotion.steady.") else ""


def number_of(clan_settings: ClanSettings, path: str, rank: str = "") -> int:
    """Return a number as the settings have it; with a rank, that of its steady bar."""
    *parts, name = path.split(".")
    part: Any = clan_settings.policy
    for each in parts:
        part = getattr(part, each)
    if rank:
        part = clan_settings.policy.promotion.steady_bar(rank)
    found: int = getattr(part, name)
    return found


def _read(
    filled: Mapping[str, str], read: Callable[[str, str], V]
) -> tuple[dict[str, V], dict[str, str]]:
    """Return by path what was typed as values, and why where it is none."""
    values, faults = {}, {}
    for path, text in filled.items():
        try:
            values[path] = read(path, text)
        except ValueError as error:
            faults[path] = str(error)
    return values, faults


def _number_field(path: str, text: str) -> Field:
    least, most = allowed(path)
    return Field(
        path,
        heading(path),
        THRESHOLDS[path].means,
        text[:_LONGEST_NUMBER],
        longest=_LONGEST_NUMBER,
        placeholder=f"from {least:,} to {most:,}",
    )


def _ranks_field(path: str, ranks: list[str] | tuple[str, ...], typed: Typed) -> Field:
    text = typed.get((path, ""), "\n".join(map(role_words, ranks)))
    return Field(
        path,
        heading(path),
        THRESHOLDS[path].means,
        text[:_LONGEST_LIST],
        longest=_LONGEST_LIST,
        is_required=False,
        is_long=True,
        placeholder=_HOW_RANKS_ARE_TYPED,
    )


def _name_of(path: str) -> str:
    return path.removeprefix("gates.")

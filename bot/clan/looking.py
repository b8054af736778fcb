"""When an account is looked at again before somebody is asked to leave, and what that showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.clan.cases import CaseKind, Move
from bot.clan.spans import HOUR
from bot.clan.wording import plural, short

LOOKED_AGAIN_AFTER = 3 * HOUR
"""A snapshot that is older says too little about somebody who may have returned since."""

MOST_AT_ONCE = 10
"""Accounts that are asked for at once; further ones wait until one of these is done."""

_SERIOUS = frozenset({Move.NOTICE, Move.APPROVE})


class StaleAccount(NamedTuple):
    """An account of somebody with our newest snapshot of it, None for none."""

    player_id: int
    name: str
    seen_at: datetime | None = None


class AccountGain(NamedTuple):
    """What an account gained, in XP or kills, since the snapshot before the one just taken."""

    name: str
    xp: int
    kills: int


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """What came of looking at a person's accounts again.

    `rose` are those that gained XP or kills; `failed` are names with why they were not looked at.
    `stopped` says why Wise Old Man could not be asked at all. The decision speaks `as_of` the
    oldest snapshot of an account that could not be looked at, None when all were.
    """

    rose: tuple[AccountGain, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    stopped: str | None = None
    as_of: datetime | None = None


def is_checked(kind: CaseKind, move: Move) -> bool:
    """Return whether a decision waits until the accounts were looked at again."""
    return kind is CaseKind.INACTIVITY and move in _SERIOUS


def stale(
    accounts: Mapping[int, str], seen: Mapping[int, datetime], now: datetime
) -> tuple[StaleAccount, ...]:
    """Return the accounts (names by player id) that have to be looked at again, oldest first."""
    found = [
        StaleAccount(player_id, name, seen.get(player_id))
        for player_id, name in accounts.items()
        if player_id not in seen or now - seen[player_id] > LOOKED_AGAIN_AFTER
    ]
    return tuple(sorted(found, key=lambda each: (each.seen_at is not None, each.seen_at or now)))


def rise_words(rose: Sequence[AccountGain]) -> list[str]:
    """Return what each account gained since it was looked at before."""
    return [f"{each.name}: {_gain(each)} since the snapshot before" for each in rose]


def _gain(rise: AccountGain) -> str:
    told = [f"+{short(rise.xp)} XP"] if rise.xp > 0 else []
    told += [f"+{plural(rise.kills, 'boss kill')}"] if rise.kills > 0 else []
    return ", ".join(told)

"""What a change of policy would change: who is flagged now, and who was three months ago.

Whoever was flagged then and came back unaided would have been wronged; that is what it is for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clan.enforcement import InactivityList
from bot.clan.profiles import Profile, by_player

LOOK_BACK = timedelta(days=90)


class Fate(StrEnum):
    """What became of somebody who would have been flagged."""

    BACK = "came back by themselves"
    BACK_NOTICED = "came back after a notice"
    LEFT = "left the clan"
    SILENT = "still silent"


@dataclass(frozen=True, slots=True)
class Flagged:
    """Whom a policy flags at one instant, in the list's order, and whom it cannot judge."""

    flagged: tuple[Profile, ...]
    cant_tell: int
    apart: int

    @property
    def alts(self) -> int:
        """Return how many further accounts the flagged people have."""
        return sum(len(profile.accounts) - 1 for profile in self.flagged)

    @property
    def by_role(self) -> Mapping[str, int]:
        """Return how many are flagged of each rank, the lowest rank first."""
        return Counter(profile.main.role for profile in self.flagged)


@dataclass(frozen=True, slots=True)
class Past:
    """Whom a policy would have flagged at an instant, and what became of each, by player id."""

    at: datetime
    then: Flagged
    fates: Mapping[int, Fate] = field(default_factory=dict)

    def named(self, fate: Fate) -> tuple[str, ...]:
        """Return the names of those who had that fate, in the list's order."""
        mains = (profile.main for profile in self.then.flagged)
        return tuple(main.name for main in mains if self.fates.get(main.player_id) is fate)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both policies side by side, now and in the past; no past where nobody looked yet.

    `suggested_before` and `suggested_after` are the names of those suggested for a promotion.
    """

    before: Flagged
    after: Flagged
    past_before: Past | None
    past_after: Past | None
    suggested_before: tuple[str, ...]
    suggested_after: tuple[str, ...]

    @property
    def newly(self) -> tuple[Profile, ...]:
        """Return who would be flagged and is not now."""
        return _without(self.after.flagged, self.before.flagged)

    @property
    def spared(self) -> tuple[Profile, ...]:
        """Return who is flagged now and would not be."""
        return _without(self.before.flagged, self.after.flagged)


def flagged_in(listed: InactivityList) -> Flagged:
    """Return what a list of the inactive comes to."""
    return Flagged(
        tuple(row.profile for row in listed.sure),
        len(listed.cant_tell),
        len(listed.away_or_exempt),
    )


def past(
    at: datetime, then: Flagged, today: Iterable[Profile], noticed: Iterable[int] = ()
) -> Past:
    """Return what became of those who would have been flagged at an instant.

    `today` are the present people, whose newest signs of life count; `noticed` the players who
    were given a notice meanwhile. Nobody who is not present any more came back.
    """
    now_by_player, told = by_player(today), frozenset(noticed)
    fates = {
        profile.main.player_id: _fate(profile, now_by_player, at, told) for profile in then.flagged
    }
    return Past(at, then, fates)


def _fate(
    then: Profile, today: Mapping[int, Profile], at: datetime, noticed: frozenset[int]
) -> Fate:
    ids = [account.player_id for account in then.accounts]
    now = next((today[player_id] for player_id in ids if player_id in today), None)
    if now is None:
        return Fate.LEFT
    signs = [sign for sign in (now.chat_seen_at, now.enough_xp_at) if sign is not None]
    if not any(sign > at for sign in signs):
        return Fate.SILENT
    return Fate.BACK_NOTICED if noticed.intersection(ids) else Fate.BACK


def _without(some: Sequence[Profile], others: Sequence[Profile]) -> tuple[Profile, ...]:
    known = {profile.main.player_id for profile in others}
    return tuple(profile for profile in some if profile.main.player_id not in known)

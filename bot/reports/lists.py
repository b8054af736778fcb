"""The lists of people, arranged: who is suggested to rise and who is inactive, in the rules' order.

For files and sheets alike; nothing is rounded here, and unknown is None and stays None.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, NamedTuple, TypeVar

from bot.clan.enforcement import InactivityList, InactivityRow, Need
from bot.clan.policy import MONTH_DAYS, Policy
from bot.clan.promotion import PromotionCase, Promotions
from bot.reports.definitions import Definitions, inactive_words, promotion_words


class ListSection(StrEnum):
    """The part of a list in which somebody stands; the first of each list is the one to act on."""

    SUGGESTED = "suggested"
    ALSO_QUALIFY = "also qualify"
    JUST_UNDER = "just under"
    SURE = "sure"
    CANT_TELL = "can't tell"
    AWAY_OR_EXEMPT = "away or exempt"


@dataclass(frozen=True, slots=True)
class InactiveRow:
    """One person on the list of the inactive; numbers are of the last `limit_days`.

    `role` is WOM's, of the main account. `over_days` is None unless the silence is sure and its
    beginning was seen. `apart` says why somebody is left in peace. `xp_from` and `xp_to` are the
    instants of the snapshots that the XP lies between.
    """

    FILE: ClassVar = "inactive"

    part: ListSection
    name: str
    player_id: int
    accounts: tuple[str, ...]
    role: str
    last_seen_in_game_at: datetime | None
    last_seen_in_chat_at: datetime | None
    messages: int | None
    xp: int | None
    limit_days: int
    over_days: int | None
    reasons: tuple[str, ...]
    needs: tuple[Need, ...]
    apart: str | None
    xp_from: datetime | None = None
    xp_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """One person suggested to rise, or just under; numbers are of the last 30 days.

    `days_there` are those of the last 56 with a sign of life, `weaker_side_days` the active ones on
    the side that has fewer: they order the list. `considered` was looked at as well.
    `counted_messages` are those up to the policy's cap an hour. Roles are WOM's. `evidence` is how
    well the person was seen and `doubts` why not better. `xp_from` and `xp_to` are the instants of
    the snapshots that the XP lies between.
    """

    FILE: ClassVar = "promotions"

    part: ListSection
    name: str
    player_id: int
    accounts: tuple[str, ...]
    role: str
    next_role: str
    days_there: int
    weaker_side_days: int
    signals: tuple[str, ...]
    last_seen_in_game_at: datetime | None
    last_seen_in_chat_at: datetime | None
    messages: int | None
    counted_messages: int | None
    xp: int | None
    evidence: str
    reasons: tuple[str, ...]
    not_yet: tuple[str, ...]
    considered: tuple[str, ...]
    doubts: tuple[str, ...]
    xp_from: datetime | None = None
    xp_to: datetime | None = None


Row = TypeVar("Row", InactiveRow, PromotionRow)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list as it stood at one instant under one policy; empty ones keep their columns."""

    of: type[Row]
    rows: tuple[Row, ...]
    as_of: datetime
    policy_version: int

    def part(self, part: ListSection) -> tuple[Row, ...]:
        """Return those who stand in one part of the list."""
        return tuple(row for row in self.rows if row.part is part)

    def without(self, player_ids: Collection[int]) -> "Listing[Row]":
        """Return the list without the people of these main accounts."""
        rows = tuple(row for row in self.rows if row.player_id not in player_ids)
        return Listing(self.of, rows, self.as_of, self.policy_version)


def inactive_rows(listed: InactivityList, policy: Policy, now: datetime) -> Listing[InactiveRow]:
    """Return the three lists of the inactive as one, the sure first."""
    parts = (
        (ListSection.SURE, listed.sure),
        (ListSection.CANT_TELL, listed.cant_tell),
        (ListSection.AWAY_OR_EXEMPT, listed.away_or_exempt),
    )
    rows = tuple(_inactive_row(part, row) for part, found in parts for row in found)
    return Listing(InactiveRow, rows, now, policy.version)


def promotion_rows(promotions: Promotions, policy: Policy, now: datetime) -> Listing[PromotionRow]:
    """Return those suggested to rise, who also qualifies, and who is just under; all in order."""
    parts = (
        (ListSection.SUGGESTED, promotions.cases),
        (ListSection.ALSO_QUALIFY, promotions.others),
        (ListSection.JUST_UNDER, promotions.just_under),
    )
    rows = tuple(_promotion_row(part, case) for part, found in parts for case in found)
    return Listing(PromotionRow, rows, now, policy.version)


def _inactive_row(part: ListSection, row: InactivityRow) -> InactiveRow:
    profile, judgement = row.profile, row.judgement
    window = profile.window(judgement.limit_days)
    return InactiveRow(
        part=part,
        name=profile.main.name,
        player_id=profile.main.player_id,
        accounts=tuple(account.name for account in profile.accounts),
        role=profile.main.role,
        last_seen_in_game_at=profile.game_seen_at,
        last_seen_in_chat_at=profile.chat_seen_at,
        messages=window.messages,
        xp=window.xp,
        limit_days=judgement.limit_days,
        over_days=row.over_days,
        reasons=judgement.reasons,
        needs=tuple(sorted(judgement.needs)),
        apart=row.apart,
        xp_from=window.counted_from,
        xp_to=window.counted_to,
    )


def _promotion_row(part: ListSection, case: PromotionCase) -> PromotionRow:
    profile, month = case.profile, case.profile.window(MONTH_DAYS)
    return PromotionRow(
        part=part,
        name=profile.main.name,
        player_id=profile.main.player_id,
        accounts=tuple(account.name for account in profile.accounts),
        role=profile.main.role,
        next_role=case.next_rank,
        days_there=case.strength.days,
        weaker_side_days=case.strength.weaker_days,
        signals=tuple(sorted(case.signals)),
        last_seen_in_game_at=profile.game_seen_at,
        last_seen_in_chat_at=profile.chat_seen_at,
        messages=month.messages,
        counted_messages=month.capped,
        xp=month.xp,
        evidence=case.grade.name.lower(),
        reasons=case.reasons,
        not_yet=case.not_yet,
        considered=case.considered,
        doubts=case.doubts,
        xp_from=month.counted_from,
        xp_to=month.counted_to,
    )


@dataclass(frozen=True, slots=True)
class InactiveList:
    """The list of the inactive by itself, with the words that define it."""

    clan: str
    zone: str
    listing: Listing[InactiveRow]
    words: Definitions


class Suggestions(NamedTuple):
    """Both lists with the words that define them: what leadership's copy of a report carries."""

    promotions: Listing[PromotionRow]
    inactive: Listing[InactiveRow]
    promotion_words: Definitions
    inactive_words: Definitions

    def without(self, player_ids: Collection[int]) -> "Suggestions":
        """Return both lists without the people of these main accounts."""
        return self._replace(
            promotions=self.promotions.without(player_ids),
            inactive=self.inactive.without(player_ids),
        )


def suggestions(
    promotions: Promotions, listed: InactivityList, policy: Policy, now: datetime
) -> Suggestions:
    """Return what the rules suggest under a policy, arranged for the report."""
    return Suggestions(
        promotion_rows(promotions, policy, now),
        inactive_rows(listed, policy, now),
        promotion_words(policy),
        inactive_words(policy),
    )

"""Who may rise, who is silent, how officers do: the rules asked about a clan as it is now.

Everything is read in one moment and judged in a thread; nothing is decided here.
"""

import asyncio
from collections.abc import Iterable

from bot.clan.activity import heatmap
from bot.clan.alerts import alerts
from bot.clan.audit import audit, longest_gap, without_officers
from bot.clan.cases import Case, CaseKind, Life
from bot.clan.enforcement import LIVING, Verdict, judge
from bot.clan.policy import Policy
from bot.clan.profiles import Profile, is_officer
from bot.clan.promotion import outlook
from bot.clan.signals import comparison
from bot.clan.slack import slack
from bot.clan.spans import last_days
from bot.clan.what_if import WhatIf
from bot.services.review.answers import (
    AlertReview,
    AuditReview,
    InactivityReview,
    OwnStanding,
    PromotionReview,
    Suggestion,
    Unsuggested,
    Waiting,
)
from bot.services.review.suggestions import (
    approved_cases,
    name_of,
    open_inactivity,
    open_promotions,
    suggested,
)
from bot.services.review.what_if import read_what_if
from bot.services.setup import Clan, Clock, policy_of
from bot.services.view import Looking, Muster, muster_now, read_muster
from storage import cases as stored
from storage import chat
from storage.engine import Connection, Database


class Review:
    """Asks the rules about clans."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def promotions(self, clan: Clan) -> PromotionReview:
        """Return who may rise, who is just under, and who was approved and waits."""
        muster = await self._muster(clan)
        approved = approved_cases(muster, CaseKind.PROMOTION)
        return PromotionReview(
            await asyncio.to_thread(open_promotions, muster),
            muster.of_kind(CaseKind.PROMOTION),
            _to_promote(muster, approved.values()),
            muster.policy,
            muster.at,
            muster.evidence,
        )

    async def inactive(self, clan: Clan, days: int | None = None) -> InactivityReview:
        """Return who is silent by the clan's policy, or with another limit for every rank."""
        async with self._database.reading() as connection:
            muster = await self._read(connection, clan, days, silence_only=True)
            ids = [account.player_id for each in muster.profiles for account in each.accounts]
            earlier = await stored.counts(connection, clan.clan_id, CaseKind.INACTIVITY, ids)
        cases = muster.of_kind(CaseKind.INACTIVITY)
        approved = approved_cases(muster, CaseKind.INACTIVITY)
        return InactivityReview(
            await asyncio.to_thread(open_inactivity, muster),
            cases,
            {pid: count - (pid in cases) for pid, count in earlier.items()},
            _to_remove(muster, approved.values()),
            muster.policy,
            muster.at,
            muster.evidence,
            days,
        )

    async def audit(self, clan: Clan) -> AuditReview:
        """Return how the officers do, and when members talk and none of them is around."""
        async with self._database.reading() as connection:
            muster = await self._read(connection, clan)
            span = last_days(muster.policy.audit.window_days, muster.at, clan.zone)
            hours = await chat.clan_hours(connection, clan.clan_id, span.start, span.end)
            officers = [each for each in muster.profiles if is_officer(each, clan.permissions)]
            theirs = await chat.author_hours(
                connection, clan.clan_id, muster.authors_of(officers), span.start
            )
        uncovered = without_officers(
            heatmap(hours, clan.zone),
            heatmap(theirs, clan.zone),
            muster.policy.audit.busy_messages,
        )
        found = audit(muster.profiles, muster.ladder, muster.policy, muster.at, clan.permissions)
        return AuditReview(
            found, uncovered, longest_gap(uncovered), muster.policy, muster.at, muster.evidence
        )

    async def alerts(self, clan: Clan) -> AlertReview:
        """Return what officers may want to know."""
        muster = await self._muster(clan)
        hidden = muster.opted_out()
        listed = [each for each in muster.profiles if each.main.player_id not in hidden]
        found = await asyncio.to_thread(alerts, listed, muster.policy, muster.at, clan.permissions)
        return AlertReview(found, muster.policy, muster.at, muster.evidence)

    async def standing(self, clan: Clan, player_id: int) -> OwnStanding | None:
        """Return what the person behind a player has left and lacks; None for nobody present."""
        async with self._database.reading() as connection:
            policy, now = await policy_of(connection, clan), self._clock()
            look = Looking(clan, policy, now, now, closely=player_id)
            muster = await read_muster(connection, look)
        profile = muster.by_player().get(player_id)
        if profile is None:
            return None
        return await asyncio.to_thread(_standing, muster, profile)

    async def living(self, clan: Clan) -> dict[int, Life]:
        """Return what everybody did who shows life by the policy, by the ids of all accounts."""
        muster = await self._muster(clan, silence_only=True)
        return await asyncio.to_thread(_living, muster)

    async def verdicts(self, clan: Clan) -> dict[Verdict, int]:
        """Return how many people get which verdict."""
        muster = await self._muster(clan, silence_only=True)
        return await asyncio.to_thread(_verdicts, muster)

    async def suggestion(
        self, clan: Clan, kind: CaseKind, player_id: int, days: int | None = None
    ) -> Suggestion | Unsuggested:
        """Return what is suggested about a player now, or why nothing is."""
        async with self._database.reading() as connection:
            silence_only = kind is CaseKind.INACTIVITY
            muster = await self._read(connection, clan, days, silence_only=silence_only)
        return await asyncio.to_thread(suggested, muster, kind, player_id)

    async def what_if(self, clan: Clan, proposed: Policy) -> WhatIf:
        """Return what another policy would change now, and would have changed 3 months ago."""
        async with self._database.reading() as connection:
            return await read_what_if(connection, clan, proposed, self._clock())

    async def _muster(self, clan: Clan, *, silence_only: bool = False) -> Muster:
        async with self._database.reading() as connection:
            return await self._read(connection, clan, silence_only=silence_only)

    async def _read(
        self,
        connection: Connection,
        clan: Clan,
        days: int | None = None,
        *,
        silence_only: bool = False,
    ) -> Muster:
        return await muster_now(connection, clan, self._clock(), days, silence_only=silence_only)


def _to_promote(muster: Muster, approved: Iterable[Case]) -> tuple[Waiting, ...]:
    people = muster.by_player()
    return tuple(_waiting(people.get(case.player_id), case) for case in approved)


def _to_remove(muster: Muster, approved: Iterable[Case]) -> tuple[Waiting, ...]:
    """Return who is to be removed, with a word of warning when they came back meanwhile."""
    people = muster.by_player()
    found = ((case, people.get(case.player_id)) for case in approved)
    return tuple(_waiting(profile, case, _warning(profile, muster)) for case, profile in found)


def _waiting(profile: Profile | None, case: Case, remark: str = "") -> Waiting:
    if profile is None:
        return Waiting(case, "?", "not a member any more")
    return Waiting(case, name_of(profile, case.player_id), remark)


def _warning(profile: Profile | None, muster: Muster) -> str:
    if profile is None:
        return ""
    judgement = judge(profile, muster.policy, muster.at)
    return f"active again: {judgement.reasons[0]}" if judgement.verdict in LIVING else ""


def _standing(muster: Muster, profile: Profile) -> OwnStanding:
    policy, now, permissions = muster.policy, muster.at, muster.clan.permissions
    bars = comparison(muster.profiles, policy.promotion)
    return OwnStanding(
        profile,
        judge(profile, policy, now),
        slack(profile, policy, now),
        outlook(profile, bars, muster.ladder, policy, now, permissions=permissions),
    )


def _living(muster: Muster) -> dict[int, Life]:
    found: dict[int, Life] = {}
    for profile in muster.profiles:
        judgement = judge(profile, muster.policy, muster.at)
        if judgement.verdict in LIVING and profile.seen_at is not None:
            life = Life(profile.seen_at, judgement.reasons[0])
            found |= {each.player_id: life for each in profile.accounts}
    return found


def _verdicts(muster: Muster) -> dict[Verdict, int]:
    judged = [judge(each, muster.policy, muster.at).verdict for each in muster.profiles]
    return {verdict: judged.count(verdict) for verdict in Verdict}

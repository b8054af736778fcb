"""Who may rise, who is silent, how officers do: the rules asked about a clan as it is now.

Everything is read in one moment and judged in a thread; nothing is decided here.
"""

import asyncio
from collections.abc import Iterable, Sequence

from bot.clan.activity import heatmap
from bot.clan.alerts import alerts
from bot.clan.audit import audit, longest_gap, without_officers
from bot.clan.cases import Case, CaseKind, Life
from bot.clan.enforcement import LIVING, Verdict, judge
from bot.clan.policy import AlertKind, Policy
from bot.clan.profiles import Profile, is_officer
from bot.clan.promotion import outlook
from bot.clan.signals import comparison
from bot.clan.slack import slack
from bot.clan.spans import last_days
from bot.clan.what_if import WhatIf
from bot.services.people import IdentityCache
from bot.services.review.answers import (
    AlertReview,
    AuditReview,
    InactivityReview,
    Judged,
    OwnStanding,
    PromotionReview,
    Waiting,
)
from bot.services.review.context import ReviewContext, after_decision, read_context
from bot.services.review.suggestions import (
    approved_cases,
    name_of,
    open_inactivity,
    open_promotions,
    suggested_of,
)
from bot.services.review.what_if import read_what_if
from bot.services.setup import Clan, Clock
from storage import cases as stored
from storage import chat, players
from storage.conflicts import begins_again
from storage.engine import Connection, Database


class Review:
    """Asks the rules about clans."""

    def __init__(
        self, database: Database, clock: Clock, identities: IdentityCache | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities

    async def context(
        self, clan: Clan, days: int | None = None, *, silence_only: bool = False
    ) -> ReviewContext:
        """Return everybody now by the clan's policy, or with one limit of silence for all."""
        async with self._database.reading() as connection:
            return await read_context(
                connection,
                clan,
                self._clock(),
                days,
                silence_only=silence_only,
                cache=self._identities,
            )

    async def promotions(self, clan: Clan, before: ReviewContext | None = None) -> PromotionReview:
        """Return who may rise, who is just under, and who was approved and waits.

        With what was read `before` a decision, only the cases are read again.
        """
        async with self._database.reading() as connection:
            context = await self._read_or(before, connection, clan)
        approved = approved_cases(context, CaseKind.PROMOTION)
        return PromotionReview(
            await asyncio.to_thread(open_promotions, context),
            context.of_kind(CaseKind.PROMOTION),
            _to_promote(context, approved.values()),
            context.policy,
            context.at,
            context.evidence,
            context,
        )

    async def inactive(
        self, clan: Clan, days: int | None = None, before: ReviewContext | None = None
    ) -> InactivityReview:
        """Return who is silent by the clan's policy, or with another limit for every rank.

        With what was read `before` a decision by the same limit, only the cases are read again.
        """
        async with self._database.reading() as connection:
            context = await self._read_or(before, connection, clan, days, silence_only=True)
            ids = [account.player_id for each in context.profiles for account in each.accounts]
            earlier = await stored.counts(connection, clan.clan_id, CaseKind.INACTIVITY, ids)
        cases = context.of_kind(CaseKind.INACTIVITY)
        approved = approved_cases(context, CaseKind.INACTIVITY)
        return InactivityReview(
            await asyncio.to_thread(open_inactivity, context),
            cases,
            {pid: count - (pid in cases) for pid, count in earlier.items()},
            _to_remove(context, approved.values()),
            context.policy,
            context.at,
            context.evidence,
            days,
        )

    async def audit(self, clan: Clan) -> AuditReview:
        """Return how the officers do, and when members talk and none of them is around."""
        async with self._database.reading() as connection:
            context = await read_context(connection, clan, self._clock(), cache=self._identities)
            span = last_days(context.policy.audit.window_days, context.at, clan.zone)
            hours = await chat.clan_hours(connection, clan.clan_id, span.start, span.end)
            officers = [each for each in context.profiles if is_officer(each, clan.permissions)]
            theirs = await chat.author_hours(
                connection, clan.clan_id, context.authors_of(officers), span.start
            )
        talk, cover = heatmap(hours, clan.zone), heatmap(theirs, clan.zone)
        uncovered = without_officers(talk, cover, context.policy.audit.busy_messages)
        found = audit(
            context.profiles, context.ladder, context.policy, context.at, clan.permissions
        )
        return AuditReview(
            found,
            uncovered,
            longest_gap(uncovered),
            context.policy,
            context.at,
            context.evidence,
            talk,
            cover,
            context.view.chat.heard_from,
        )

    async def alerts(self, clan: Clan) -> AlertReview:
        """Return what officers may want to know."""
        context = await self.context(clan)
        found = await asyncio.to_thread(
            alerts, context.profiles, context.policy, context.at, clan.permissions
        )
        return AlertReview(found, context.policy, context.at, context.evidence)

    @begins_again
    async def newly_unanswered(self, clan: Clan) -> tuple[str, ...]:
        """Return the newcomers nobody answered of whom officers were not told yet, and note it."""
        found = {
            each.profile.main.player_id: each.profile.main.name
            for each in (await self.alerts(clan)).alerts
            if each.kind is AlertKind.UNANSWERED
        }
        if not found:
            return ()
        async with self._database.writing() as connection:
            new = await players.tell_unanswered(connection, clan.clan_id, found, self._clock())
        return tuple(name for player_id, name in found.items() if player_id in new)

    async def standing(self, clan: Clan, player_id: int) -> OwnStanding | None:
        """Return what the person behind a player has left and lacks; None for nobody present."""
        async with self._database.reading() as connection:
            context = await read_context(
                connection, clan, self._clock(), about=player_id, cache=self._identities
            )
        return await asyncio.to_thread(standing_in, context, player_id)

    async def living(self, clan: Clan) -> dict[int, Life]:
        """Return what everybody did who shows life by the policy, by the ids of all accounts."""
        async with self._database.reading() as connection:
            context = await read_context(
                connection,
                clan,
                self._clock(),
                silence_only=True,
                everybody=True,
                cache=self._identities,
            )
        return await asyncio.to_thread(_living, context)

    async def what_if(self, clan: Clan, proposed: Policy) -> WhatIf:
        """Return what another policy would change now, and would have changed 3 months ago."""
        async with self._database.reading() as connection:
            return await read_what_if(connection, clan, proposed, self._clock(), self._identities)

    async def suggestions(
        self, clan: Clan, kind: CaseKind, player_ids: Sequence[int], days: int | None = None
    ) -> Judged:
        """Return of each of some players what is suggested about them now, or why nothing is."""
        context = await self.context(clan, days, silence_only=kind is CaseKind.INACTIVITY)
        return Judged(await asyncio.to_thread(suggested_of, context, kind, player_ids), context)

    async def _read_or(
        self,
        before: ReviewContext | None,
        connection: Connection,
        clan: Clan,
        days: int | None = None,
        *,
        silence_only: bool = False,
    ) -> ReviewContext:
        if before is not None:
            return await after_decision(connection, before)
        return await read_context(
            connection,
            clan,
            self._clock(),
            days,
            silence_only=silence_only,
            cache=self._identities,
        )


def standing_in(context: ReviewContext, player_id: int) -> OwnStanding | None:
    """Return how the person behind a player stands; None for nobody present."""
    profile = context.by_player().get(player_id)
    if profile is None:
        return None
    policy, now, permissions = context.policy, context.at, context.clan.permissions
    bars = comparison(context.profiles, context.ladder, policy.promotion)
    return OwnStanding(
        profile,
        judge(profile, policy, now),
        slack(profile, policy, now),
        outlook(profile, bars, context.ladder, policy, now, permissions=permissions),
    )


def verdicts_in(context: ReviewContext) -> dict[Verdict, int]:
    """Return how many people get which verdict."""
    judged = [judge(each, context.policy, context.at).verdict for each in context.profiles]
    return {verdict: judged.count(verdict) for verdict in Verdict}


def _to_promote(context: ReviewContext, approved: Iterable[Case]) -> tuple[Waiting, ...]:
    people = context.by_player()
    return tuple(_waiting(people.get(case.player_id), case) for case in approved)


def _to_remove(context: ReviewContext, approved: Iterable[Case]) -> tuple[Waiting, ...]:
    """Return who is to be removed, with a word of warning when they came back meanwhile."""
    people = context.by_player()
    found = ((case, people.get(case.player_id)) for case in approved)
    return tuple(_waiting(profile, case, _warning(profile, context)) for case, profile in found)


def _waiting(profile: Profile | None, case: Case, remark: str = "") -> Waiting:
    if profile is None:
        return Waiting(case, "?", "not a member any more")
    return Waiting(case, name_of(profile, case.player_id), remark, profile.user_id)


def _warning(profile: Profile | None, context: ReviewContext) -> str:
    if profile is None:
        return ""
    judgement = judge(profile, context.policy, context.at)
    return f"active again: {judgement.reasons[0]}" if judgement.verdict in LIVING else ""


def _living(context: ReviewContext) -> dict[int, Life]:
    found: dict[int, Life] = {}
    for profile in context.profiles:
        judgement = judge(profile, context.policy, context.at)
        if judgement.verdict in LIVING and profile.seen_at is not None:
            life = Life(profile.seen_at, judgement.reasons[0])
            found |= {each.player_id: life for each in profile.accounts}
    return found

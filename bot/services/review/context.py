"""A clan at one instant and the policy it is judged by: what the rules are asked about."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clan.cases import Case, CaseKind
from bot.clan.policy import Policy
from bot.clan.profiles import Profile, by_player
from bot.clan.showing import shown, shown_profiles
from bot.services.people import IdentityCache
from bot.services.review.case_store import standing_cases
from bot.services.setup import Clan, ladder_of, policy_of
from bot.services.view import (
    ClanView,
    coverage_words,
    profiles_of,
    read_view,
    verdict_query,
)
from storage.engine import Connection


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """The people of a clan as one policy looks at them; `evidence` says how well they were seen.

    With `silence_only` it has no more than verdicts on silence need. Who opted out is not in it,
    unless it is about them.
    """

    view: ClanView
    policy: Policy
    ladder: tuple[str, ...]
    profiles: tuple[Profile, ...]
    cases: tuple[Case, ...]
    evidence: tuple[str, ...]
    silence_only: bool = False

    @property
    def clan(self) -> Clan:
        """Return whose people they are."""
        return self.view.clan

    @property
    def at(self) -> datetime:
        """Return the instant that everything is as of."""
        return self.view.as_of

    def of_kind(self, kind: CaseKind) -> dict[int, Case]:
        """Return the standing cases of a kind by player id."""
        return {case.player_id: case for case in self.cases if case.kind is kind}

    def by_player(self) -> dict[int, Profile]:
        """Return the profiles by the player ids of all accounts."""
        return by_player(self.profiles)

    def authors_of(self, profiles: Iterable[Profile]) -> list[int]:
        """Return who wrote for some of the people."""
        persons = self.view.people.persons.by_player
        return [author for each in profiles for author in persons[each.main.player_id].authors]


def context_of(  # noqa: PLR0913 - by what, and about whom
    view: ClanView,
    policy: Policy,
    cases: Sequence[Case] = (),
    *,
    silence_only: bool = False,
    about: int | None = None,
    everybody: bool = False,
) -> ReviewContext:
    """Return what a policy looks at in a view that has what its verdicts need.

    Of the past there are no cases: what people decided since plays no part in it. With `everybody`
    those who opted out are in it too: for what shows nobody to anybody.
    """
    query = verdict_query(policy, view.as_of, silence_only=silence_only)
    hidden = frozenset() if everybody else view.people.hidden
    profiles = profiles_of(view, policy, cases, silence_only=silence_only)
    return ReviewContext(
        view=view,
        policy=policy,
        ladder=ladder_of(view.clan, policy),
        profiles=shown_profiles(profiles, hidden, about),
        cases=shown(cases, hidden, lambda case: case.player_id),
        evidence=coverage_words(view, max(query.windows)),
        silence_only=silence_only,
    )


async def read_context(  # noqa: PLR0913 - whose, when, by which limit, and how much
    connection: Connection,
    clan: Clan,
    now: datetime,
    days: int | None = None,
    *,
    silence_only: bool = False,
    about: int | None = None,
    everybody: bool = False,
    cache: IdentityCache | None = None,
) -> ReviewContext:
    """Return everybody now by the clan's policy, or with another limit of silence for all."""
    policy = _with_limit(await policy_of(connection, clan), days)
    query = verdict_query(policy, now, silence_only=silence_only, about=about)
    view = await read_view(connection, clan, query, cache=cache)
    cases = await standing_cases(connection, clan)
    return await asyncio.to_thread(
        context_of,
        view,
        policy,
        cases,
        silence_only=silence_only,
        about=about,
        everybody=everybody,
    )


async def after_decision(connection: Connection, before: ReviewContext) -> ReviewContext:
    """Return the same people with the cases as they stand now; nothing else is read again."""
    cases = await standing_cases(connection, before.clan)
    return await asyncio.to_thread(
        context_of, before.view, before.policy, cases, silence_only=before.silence_only
    )


def _with_limit(policy: Policy, days: int | None) -> Policy:
    """Return the policy with one limit of silence for every rank, or as it is."""
    if days is None:
        return policy
    rules = replace(policy.enforcement, window_days=days, limits={})
    return replace(policy, enforcement=rules)

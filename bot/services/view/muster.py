"""Everybody called up at one instant, with the policy, the ladder and the standing cases."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clan.cases import Case, CaseKind
from bot.clan.coverage import linked
from bot.clan.evidence import coverage
from bot.clan.persons import hidden_players
from bot.clan.policy import Policy
from bot.clan.profiles import Profile, by_player
from bot.clan.standings import Member, Roster
from bot.reports.definitions import strip
from bot.services.people import opted_out
from bot.services.review import standing_cases
from bot.services.setup import Clan, ladder_of, policy_of
from bot.services.view.profiles import joined_profiles
from bot.services.view.query import Looking
from bot.services.view.sight import Sight, read_sight
from storage.engine import Connection


@dataclass(frozen=True, slots=True)
class Muster:
    """The people of a clan as of `at`; `evidence` says how well they were seen.

    `authors` are a person's, by the player id of any account; `hidden` are the accounts that no
    list for others shows.
    """

    clan: Clan
    policy: Policy
    ladder: tuple[str, ...]
    at: datetime
    profiles: tuple[Profile, ...]
    cases: tuple[Case, ...]
    evidence: tuple[str, ...]
    authors: Mapping[int, tuple[int, ...]]
    hidden: frozenset[int] = frozenset()

    def of_kind(self, kind: CaseKind) -> dict[int, Case]:
        """Return the standing cases of a kind by player id."""
        return {case.player_id: case for case in self.cases if case.kind is kind}

    def by_player(self) -> dict[int, Profile]:
        """Return the profiles by the player ids of all accounts."""
        return by_player(self.profiles)

    def opted_out(self) -> frozenset[int]:
        """Return all accounts of the people who have a hidden one."""
        return frozenset(
            account.player_id
            for profile in self.profiles
            if any(each.player_id in self.hidden for each in profile.accounts)
            for account in profile.accounts
        )

    def authors_of(self, profiles: Iterable[Profile]) -> list[int]:
        """Return who wrote for some of the people."""
        return [author for each in profiles for author in self.authors[each.main.player_id]]


async def read_muster(connection: Connection, look: Looking) -> Muster:
    """Return everybody whom a look is at.

    Of the past the cases are left out: what people decided since plays no part in it.
    """
    sight = await read_sight(connection, look)
    is_past = look.at < look.now
    cases = () if is_past else await standing_cases(connection, look.clan)
    return await asyncio.to_thread(_muster, sight, cases)


async def muster_now(
    connection: Connection,
    clan: Clan,
    now: datetime,
    days: int | None = None,
    *,
    silence_only: bool = False,
) -> Muster:
    """Return everybody now by the clan's policy, or with another limit of silence for all."""
    policy = _with_limit(await policy_of(connection, clan), days)
    return await read_muster(connection, Looking(clan, policy, now, now, silence_only=silence_only))


def _with_limit(policy: Policy, days: int | None) -> Policy:
    """Return the policy with one limit of silence for every rank, or as it is."""
    if days is None:
        return policy
    rules = replace(policy.enforcement, window_days=days, limits={})
    return replace(policy, enforcement=rules)


def _muster(sight: Sight, cases: Sequence[Case]) -> Muster:
    clan, policy = sight.look.clan, sight.look.policy
    return Muster(
        clan=clan,
        policy=policy,
        ladder=ladder_of(clan, policy),
        at=sight.look.at,
        profiles=joined_profiles(sight, cases),
        cases=tuple(cases),
        evidence=_evidence(sight),
        authors={
            player_id: person.authors for player_id, person in sight.persons.by_player.items()
        },
        hidden=hidden_players(sight.persons, opted_out(sight.writers.values())),
    )


def _evidence(sight: Sight) -> tuple[str, ...]:
    """Return the words on how well the clan was seen."""
    links = sight.persons.links
    members = tuple(
        Member(
            place.player_id,
            place.name,
            place.role,
            place.joined_at,
            link=links[place.player_id],
            updated_at=place.updated_at,
            has_no_discord=place.has_no_discord,
        )
        for place in sight.places.values()
    )
    roster = Roster(
        members,
        sight.look.at,
        conflicts=len(sight.persons.conflicts),
        claims=sight.persons.waiting(sight.places),
    )
    heard = 0 if sight.chat.heard_from is not None else None
    known = coverage(roster, sight.look.clan.polled_at, linked(roster), heard, sight.chat.blind)
    return strip(known, sight.look.at, sight.look.clan.zone)

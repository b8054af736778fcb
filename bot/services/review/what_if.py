"""Two policies side by side, now and on the clan's own history."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from bot.clan.cases import Case
from bot.clan.policy import Policy
from bot.clan.what_if import LOOK_BACK, Flagged, Past, WhatIf, flagged_in, past
from bot.services.people import IdentityCache, mains_at
from bot.services.review.case_store import standing_cases
from bot.services.review.context import context_of
from bot.services.review.suggestions import open_inactivity, open_promotions
from bot.services.setup import Clan, policy_of
from bot.services.view import ClanView, read_view, verdict_query
from storage import cases, links
from storage.engine import Connection


async def read_what_if(
    connection: Connection,
    clan: Clan,
    proposed: Policy,
    now: datetime,
    cache: IdentityCache | None = None,
) -> WhatIf:
    """Return what a policy would change; in the past nobody's case plays a part.

    The clan is read twice, now and then: one view serves both policies.
    """
    present = await policy_of(connection, clan)
    both, then = (present, proposed), now - LOOK_BACK
    query = reduce(or_, (verdict_query(policy, now) for policy in both))
    today = await read_view(connection, clan, replace(query, look_back=LOOK_BACK), cache=cache)
    query = reduce(or_, (verdict_query(policy, then, silence_only=True) for policy in both))
    before = await read_view(connection, clan, query, today.people)
    mains = mains_at(await links.changes_since(connection, clan.clan_id, then))
    read = _TwoViews(
        today,
        replace(before, mains=mains),
        await standing_cases(connection, clan),
        await cases.noticed_since(connection, clan.clan_id, then),
    )
    was, would_be = await asyncio.to_thread(lambda: [_judged(read, policy) for policy in both])
    return WhatIf(
        was.today, would_be.today, was.past, would_be.past, was.suggested, would_be.suggested
    )


class _TwoViews(NamedTuple):
    """What both policies are asked about; `noticed` are the players who were sent a notice."""

    today: ClanView
    before: ClanView
    cases: Sequence[Case]
    noticed: Sequence[int]


class _Judged(NamedTuple):
    """What one policy makes of the clan; no past where nobody had seen anything yet."""

    today: Flagged
    past: Past | None
    suggested: tuple[str, ...]


def _judged(read: _TwoViews, policy: Policy) -> _Judged:
    today = context_of(read.today, policy, read.cases)
    then = context_of(read.before, policy, silence_only=True)
    found = open_promotions(today)
    flagged = flagged_in(open_inactivity(then))
    seen_then = flagged.flagged or any(profile.seen_at for profile in then.profiles)
    return _Judged(
        flagged_in(open_inactivity(today)),
        past(then.at, flagged, today.profiles, read.noticed) if seen_then else None,
        tuple(case.profile.main.name for case in (*found.cases, *found.others)),
    )

"""Two policies side by side, now and on the clan's own history."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.clan.policy import Policy
from bot.clan.what_if import LOOK_BACK, Flagged, Past, WhatIf, look, past
from bot.services.review.suggestions import open_inactivity, open_promotions
from bot.services.setup import Clan, policy_of
from bot.services.view import Looking, Muster, read_muster
from storage import cases
from storage.engine import Connection


async def read_what_if(
    connection: Connection, clan: Clan, proposed: Policy, now: datetime
) -> WhatIf:
    """Return what a policy would change; in the past nobody's case plays a part."""
    present = await policy_of(connection, clan)
    then = now - LOOK_BACK
    noticed = await cases.noticed_since(connection, clan.clan_id, then)

    async def by(policy: Policy) -> _Judged:
        today = await read_muster(connection, Looking(clan, policy, now, now, LOOK_BACK))
        before = await read_muster(connection, Looking(clan, policy, then, now, silence_only=True))
        return await asyncio.to_thread(_judged, today, before, noticed)

    was, would_be = await by(present), await by(proposed)
    return WhatIf(
        was.today, would_be.today, was.past, would_be.past, was.suggested, would_be.suggested
    )


class _Judged(NamedTuple):
    """What one policy makes of the clan; no past where nobody had seen anything yet."""

    today: Flagged
    past: Past | None
    suggested: tuple[str, ...]


def _judged(today: Muster, then: Muster, noticed: Sequence[int]) -> _Judged:
    found = open_promotions(today)
    flagged = look(open_inactivity(then))
    seen_then = flagged.flagged or any(profile.seen_at for profile in then.profiles)
    return _Judged(
        look(open_inactivity(today)),
        past(then.at, flagged, today.profiles, noticed) if seen_then else None,
        tuple(case.profile.main.name for case in found.cases),
    )

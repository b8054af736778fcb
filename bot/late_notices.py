"""What a clan is told once: the jobs that became late, and a roster that is not believed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.clan.names import escaped
from bot.clan.notices import Notice, doubt_words
from bot.clan.punctuality import late_words
from bot.jobs import Telling
from bot.recent import Recent
from bot.services.ops import Lateness
from bot.services.setup import Clan, Clock

_MOST_TOLD = 10_000
_STATUS = "/clanstats status"


class DoubtNotices:
    """Knows which clans were told why their roster is not believed."""

    def __init__(self) -> None:
        self._told: Recent[int, str] = Recent(_MOST_TOLD)

    def telling(self, clan: Clan, doubt: str | None) -> Telling | None:
        """Return what to tell of a doubt; what was told is not told again until it was over."""
        told = self._told.pop(clan.clan_id, None)
        if doubt is None:
            return None

        async def note() -> None:
            self._told[clan.clan_id] = doubt

        if doubt == told:
            self._told[clan.clan_id] = told
            return None
        words = doubt_words(escaped(clan.name), doubt, _STATUS)
        return Telling(Notice(clan.guild_id, words), note)


class LateNotices:
    """Knows which clans were told of what; of those in which nothing is late it keeps nothing."""

    def __init__(self, lateness: Lateness, clock: Clock) -> None:
        self._lateness = lateness
        self._clock = clock
        self._told: Recent[int, frozenset[str]] = Recent(_MOST_TOLD)

    async def late(self, clan: Clan, expected: Collection[str]) -> dict[str, datetime | None]:
        """Return those of the expected jobs that are late, and when each was last done."""
        found = await self._lateness.of(clan)
        return {each.job.name: each.since for each in found if each.job.name in expected}

    async def among(self, clans: Sequence[Clan]) -> Sequence[Clan]:
        """Return those of some clans in which anything is late, by one read for all of them."""
        late = await self._lateness.among(clans)
        for clan in clans:
            if clan.clan_id not in late:
                self._told.pop(clan.clan_id, None)
        return [clan for clan in clans if clan.clan_id in late]

    def telling(self, clan: Clan, late: Mapping[str, datetime | None]) -> Telling | None:
        """Return what to tell of a clan's late jobs; what was told is not told again."""
        told = self._told.get(clan.clan_id, frozenset()) & late.keys()
        self._told[clan.clan_id] = told
        new = {name: since for name, since in late.items() if name not in told}
        if not new:
            return None

        async def note() -> None:
            self._told[clan.clan_id] = frozenset(late)

        text = f"Late: {'; '.join(late_words(new, self._clock()))}. {_STATUS} says why."
        return Telling(Notice(clan.guild_id, text), note)

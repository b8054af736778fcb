"""What a leaderboard shows, arranged: who stands where, whose own place it is, since when."""

from dataclasses import dataclass

from bot.clan.leaderboards import (
    ALL_TIME,
    CHAT,
    EHB,
    EHP,
    Placed,
    Ranking,
    Score,
    metric_title,
)
from bot.clan.metrics import SKILLS
from bot.clan.spans import Period, Span
from bot.clan.wording import exact

_DECIMAL = frozenset({EHP, EHB})


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard of one metric; `period` is 0 for what somebody has in all.

    `own` are the accounts of whoever looks at it, `notes` what has to be known to read it right.
    """

    clan: str
    zone: str
    metric: str
    period: int
    span: Span
    ranking: Ranking
    own: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return what is ranked, with its unit where the name of a skill does not tell it."""
        title = metric_title(self.metric)
        return f"{title} XP" if self.metric in SKILLS else title

    @property
    def period_words(self) -> str:
        """Return over which time, such as "last 30 days"."""
        return "all time" if self.period == ALL_TIME else f"last {Period(self.period).words}"

    @property
    def nothing_words(self) -> str:
        """Return what is said of those who have none."""
        return "with none" if self.metric in CHAT or self.period == ALL_TIME else "gained none"

    @property
    def own_places(self) -> tuple[Placed, ...]:
        """Return the places of whoever looks at it."""
        return self.ranking.of(self.own)

    @property
    def own_zeros(self) -> tuple[Score, ...]:
        """Return the accounts of whoever looks at it that have none of it, and so no place."""
        return tuple(each for each in self.ranking.zeros if each.player_id in self.own)

    def number(self, value: float | None) -> str:
        """Return a number of this metric in full."""
        if value is None or self.metric in _DECIMAL:
            return exact(value)
        return exact(int(value))

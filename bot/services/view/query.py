"""What is looked for: whose traces, by which policy, up to which instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from bot.clan.policy import Policy
from bot.clan.spans import Span, last_days
from bot.services.setup import Clan


@dataclass(frozen=True)
class Looking:
    """A look at a clan as of `at`, which is `now` or before it.

    Signs of life are looked for over the longest window, and as far back as `look_back`. With
    `silence_only` nothing is read that only promotions, audit and alerts need. With `closely` it is
    about the person behind that player: of others only what sets the bars for a promotion.
    """

    clan: Clan
    policy: Policy
    at: datetime
    now: datetime
    look_back: timedelta = timedelta()
    silence_only: bool = False
    closely: int | None = None

    @cached_property
    def spans(self) -> dict[int, Span]:
        """Return the windows by their days."""
        policy = self.policy
        windows = policy.silence_windows() if self.silence_only else policy.windows()
        return {days: last_days(days, self.at, self.clan.zone) for days in windows}

    @cached_property
    def longest(self) -> Span:
        """Return the longest window."""
        return min(self.spans.values(), key=lambda span: span.start)

    @property
    def back_to(self) -> datetime:
        """Return how far back signs of life are looked for."""
        return min(self.at - self.look_back, self.longest.start)

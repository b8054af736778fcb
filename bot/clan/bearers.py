"""Who bore a name when: a clan-chat line belongs to whoever was called so when it was said."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple


class Bearing(NamedTuple):
    """A player and from when to when they were seen under a name; `is_current` if they still are.

    Times are no surer than WOM's: a name that was seen once may have been borne long before.
    """

    player_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    is_current: bool = False

    def covers(self, at: datetime) -> bool:
        """Return whether they are known to have borne it at an instant."""
        return self.first_seen_at <= at and (self.is_current or at <= self.last_seen_at)


def bearer_at(borne: Collection[Bearing], at: datetime) -> int | None:
    """Return who of several bore a name at an instant; None where one player at most ever did.

    Whoever took it last before then, and before anybody was seen under it, whoever was seen first.
    """
    if len(borne) <= 1:
        return None
    begun = [each for each in borne if each.first_seen_at <= at]
    if not begun:
        return min(borne, key=lambda each: (each.first_seen_at, each.player_id)).player_id
    last = max(begun, key=lambda each: (each.covers(at), each.first_seen_at, each.is_current))
    return last.player_id

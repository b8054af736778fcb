"""Who opted out stands on no list: the one filter for lists, sheets, charts and files.

What is hidden are accounts that an officer confirmed for somebody who opted out; totals count them.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from bot.clan.profiles import Profile

_Row = TypeVar("_Row")


def shown(
    rows: Iterable[_Row], hidden: Collection[int], player_of: Callable[[_Row], int | None]
) -> tuple[_Row, ...]:
    """Return the rows that are about nobody who is hidden, in their order."""
    return tuple(row for row in rows if player_of(row) not in hidden)


def shown_profiles(
    profiles: Iterable[Profile], hidden: Collection[int], about: int | None = None
) -> tuple[Profile, ...]:
    """Return the people of whom no account is hidden, and whoever it is `about`."""
    return tuple(
        profile
        for profile in profiles
        if not any(each.player_id in hidden for each in profile.accounts)
        or any(each.player_id == about for each in profile.accounts)
    )

"""Whether officers are there: by themselves, and by the hours in which members talk.

An officer whose side was not well observed is neither praised nor blamed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median

from bot.clan.activity import Heatmap
from bot.clan.enforcement import left_in_peace
from bot.clan.evidence import Grade
from bot.clan.policy import Policy
from bot.clan.profiles import Profile, Window, is_officer
from bot.clan.ranks import DEFAULT_PERMISSIONS, Permissions, rank_of
from bot.clan.wording import plural, short


class Standing(StrEnum):
    """How an officer did; PAUSED is left in peace: away, exempt."""

    AWOL = "awol"
    SLACKING = "slacking"
    FINE = "fine"
    CANT_TELL = "can't tell"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One officer, with the reasons as sentences."""

    profile: Profile
    standing: Standing
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """All officers, the worst first, and the clan's median that they were held against."""

    officers: tuple[OfficerRow, ...]
    median_messages: float | None
    days: int


_WORST_FIRST = tuple(Standing)


def audit(
    profiles: Sequence[Profile],
    ladder: Sequence[str],
    policy: Policy,
    now: datetime,
    permissions: Permissions = DEFAULT_PERMISSIONS,
) -> Audit:
    """Return how the officers did against the median of all people with known messages."""
    days = policy.audit.window_days
    known = [profile.window(days).messages for profile in profiles]
    counts = [messages for messages in known if messages is not None]
    middle = median(counts) if counts else None
    rows = [
        _row(profile, middle, policy, now)
        for profile in profiles
        if is_officer(profile, permissions)
    ]
    rows.sort(key=lambda row: _order(row, ladder))
    return Audit(tuple(rows), middle, days)


def _row(profile: Profile, middle: float | None, policy: Policy, now: datetime) -> OfficerRow:
    why = left_in_peace(profile, now)
    if why is not None:
        return OfficerRow(profile, Standing.PAUSED, (why,))
    days = policy.audit.window_days
    window = profile.window(days)
    wrote, span = plural(window.messages, "message"), plural(days, "day")
    did = f"{wrote} and {short(window.xp)} XP in {span}"
    asked = max(middle or 0, policy.audit.least_messages)
    if window.voice_days:
        did += f", {plural(window.voice_days, 'day')} in voice"
    # Who talks has no need to write: a day in voice is worth a day with messages.
    talked = (window.messages or 0) + window.voice_days
    if talked and (talked >= asked or (window.xp or 0) >= policy.audit.least_xp):
        return OfficerRow(profile, Standing.FINE, (did,))
    doubts = _doubts(window, talked)
    if doubts:
        return OfficerRow(profile, Standing.CANT_TELL, (did, *doubts))
    if not talked:
        return OfficerRow(profile, Standing.AWOL, (did,))
    below = f"under {plural(asked, 'message')}"
    if middle is not None and asked == middle:
        below = f"under the clan's median of {plural(middle, 'message')}"
    return OfficerRow(
        profile, Standing.SLACKING, (did, below, f"under {short(policy.audit.least_xp)} XP")
    )


def _doubts(window: Window, talked: int) -> tuple[str, ...]:
    """Return why nothing can be said of too little: chat for nobody, the game once they talked."""
    found: list[str] = []
    if window.messages is None or window.chat.grade < Grade.GOOD:
        found += (f"chat: {reason}" for reason in window.chat.reasons or ("unknown",))
    if talked and (window.xp is None or window.game.grade < Grade.GOOD):
        found += (f"game: {reason}" for reason in window.game.reasons or ("unknown",))
    return tuple(found)


def _order(row: OfficerRow, ladder: Sequence[str]) -> tuple[int, int, str, int]:
    main = row.profile.main
    rank = rank_of(main.role, ladder)
    return (
        _WORST_FIRST.index(row.standing),
        len(ladder) if rank is None else rank,
        main.name.casefold(),
        main.player_id,
    )


def without_officers(clan: Heatmap, officers: Heatmap, least: int) -> Heatmap:
    """Return the messages of the hours with at least so many by members and none by an officer.

    `clan` counts everybody, officers included; all other hours are 0.
    """
    return tuple(
        tuple(
            messages if messages >= least and not theirs else 0
            for messages, theirs in zip(row, of_officers, strict=True)
        )
        for row, of_officers in zip(clan, officers, strict=True)
    )


def longest_gap(uncovered: Heatmap) -> tuple[int, int, int] | None:
    """Return (weekday, first hour, hours) of the longest run of uncovered hours in the week.

    Runs go on past midnight and from Sunday into Monday; of equal ones the first in the week.
    """
    week = [bool(messages) for row in uncovered for messages in row]
    if not any(week):
        return None
    starts = range(len(week))
    lengths = [_run(week, start) for start in starts]
    first = max(starts, key=lambda start: (lengths[start], -start))
    return first // 24, first % 24, lengths[first]


def _run(week: Sequence[bool], start: int) -> int:
    hours: Iterable[bool] = (week[(start + n) % len(week)] for n in range(len(week)))
    length = 0
    for uncovered in hours:
        if not uncovered:
            break
        length += 1
    return length

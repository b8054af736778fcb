"""How many days are left before somebody would be called inactive, and what would help soonest.

By the definition of bot/clan/enforcement, for the person themselves; a case is never shown here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clan.enforcement import Verdict, judge, left_in_peace, limit_of, settling_left
from bot.clan.evidence import Grade
from bot.clan.policy import Policy
from bot.clan.profiles import Profile, Window
from bot.clan.spans import DAY
from bot.clan.standings import Link
from bot.clan.wording import exact


@dataclass(frozen=True, slots=True)
class Slack:
    """Days left on each side, None where it is unknown; either side alone keeps somebody active.

    A side has run out only if it was well observed. `days` is the longer of both, or what is left
    of the first weeks in the clan; None when there may be more on a side that is unknown.
    `not_judged` says why nobody would be called inactive just now. `saves_soonest` is the least
    that helps.
    """

    limit_days: int
    game_days: int | None
    chat_days: int | None
    days: int | None
    saves_soonest: str
    not_judged: str | None = None


def slack(profile: Profile, policy: Policy, now: datetime) -> Slack:
    """Return what a person has left of the limit of their rank."""
    rules = policy.enforcement
    limit_days = limit_of(profile, rules)
    window = profile.life(limit_days)
    enough = window.xp is not None and window.xp >= rules.least_xp
    game_known = window.xp is not None and window.game.grade is Grade.GOOD
    game_days = _left(limit_days, profile.enough_xp_at, now, known=game_known, has=enough)
    was_there = bool(window.messages or window.present_days)
    there_at = max((at for at in (profile.chat_seen_at, profile.present_at) if at), default=None)
    chat_known = window.messages is not None and window.chat.grade is Grade.GOOD
    chat_days = _left(limit_days, there_at, now, known=chat_known, has=was_there)
    settling = settling_left(profile, rules, limit_days, now)
    left = [days for days in (game_days, chat_days) if days is not None]
    if settling:
        left.append(_days(settling))
    if window.kills or window.scores:
        left.append(1)  # they count as long as the window has them; on which day is not known
    longest = max(left, default=0)
    return Slack(
        limit_days=limit_days,
        game_days=game_days,
        chat_days=chat_days,
        days=longest if longest or None not in {game_days, chat_days} else None,
        saves_soonest=_soonest(profile, rules.least_xp, window),
        not_judged=_not_judged(profile, policy, now),
    )


def _left(
    limit_days: int, since_at: datetime | None, now: datetime, *, known: bool, has: bool
) -> int | None:
    """Return the days left of one side, at least one while it still counts."""
    if not has:
        return 0 if known else None
    # What the window counts was done in it; without its date only that much is certain.
    spent = timedelta(days=limit_days) if since_at is None else now - since_at
    return max(_days(timedelta(days=limit_days) - spent), 1)


def _days(length: timedelta) -> int:
    """Return a length in days, a begun one as a whole."""
    return -(-length // DAY)


def _soonest(profile: Profile, least_xp: int, window: Window) -> str:
    missing = f"{exact(max(least_xp - (window.xp or 0), 0) or least_xp)} XP"
    if window.messages is not None:
        return f"one message or {missing}"
    if profile.user_id is None and not profile.has_no_discord:
        return f"{missing}; linked to a Discord user, one message would do"
    return missing


def _not_judged(profile: Profile, policy: Policy, now: datetime) -> str | None:
    if profile.leave is None and profile.exemption is not None:
        return "exempt"  # why is for officers
    # Somebody snoozed is judged like everybody: that they are to be let rest is a case's matter.
    why = left_in_peace(replace(profile, snoozed_until=None), now)
    if why is not None:
        return why
    judgement = judge(profile, policy, now)
    if judgement.verdict is Verdict.CANT_TELL:
        return judgement.reasons[0]
    return _never_judged(profile)


def _never_judged(profile: Profile) -> str | None:
    """Return why nobody is called inactive whatever they do: a day that is promised must come.

    Whoever is known by name is told the days all the same: they hold once an officer confirms it.
    """
    is_unlinked = profile.link is Link.NONE and not profile.has_no_discord
    return "not linked to a Discord user" if is_unlinked else None

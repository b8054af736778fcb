"""Who is inactive: the one definition, for every list, card, file and count.

Only well-observed silence on both sides of all accounts is called silent. What was seen always
counts for somebody, and what was not seen never counts against them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clan.claims import Effect, allows
from bot.clan.evidence import Grade
from bot.clan.policy import EnforcementPolicy, Policy
from bot.clan.profiles import Profile, Window, tenure
from bot.clan.ranks import rank_of
from bot.clan.spans import DAY
from bot.clan.wording import ago, exact, lasting, plural, short


class Verdict(StrEnum):
    """What is known of somebody's activity."""

    ACTIVE = "active"
    QUIET = "quiet"
    SILENT = "silent"
    CANT_TELL = "can't tell"


LIVING = frozenset({Verdict.ACTIVE, Verdict.QUIET})
"""The verdicts on those who showed life."""


class Need(StrEnum):
    """What would make it possible to tell."""

    UPDATE = "update"
    LINK = "link"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict over the limit of the person's rank, with its reasons as sentences."""

    verdict: Verdict
    limit_days: int
    reasons: tuple[str, ...]
    needs: frozenset[Need] = frozenset()


def judge(profile: Profile, policy: Policy, now: datetime) -> Judgement:
    """Return the verdict on a person, whether or not they are to be left in peace.

    Of several accounts the rank with the longest limit decides.
    """
    rules = policy.enforcement
    days = limit_of(profile, rules)
    window = profile.life(days)
    if _shows_life(window, rules):
        return _of_the_living(profile, window, rules, days, now)
    doubts = tuple(_doubts(profile, window, rules, days, now))
    if doubts:
        reasons = tuple(dict.fromkeys(words for _, words in doubts))
        needs = frozenset(need for need, _ in doubts)
        return Judgement(Verdict.CANT_TELL, days, reasons, needs)
    return Judgement(Verdict.SILENT, days, _of_silence(profile, window, rules, days, now))


def limit_of(profile: Profile, rules: EnforcementPolicy) -> int:
    """Return for how many days the person may be silent."""
    return max(rules.limit_days(account.role) for account in profile.accounts)


def settling_left(
    profile: Profile, rules: EnforcementPolicy, days: int, now: datetime
) -> timedelta | None:
    """Return how long somebody new or just back cannot be judged yet, or None when unknown."""
    joined_at = None if tenure(profile, now) is None else profile.joined_at
    came_at = profile.back_at or joined_at
    if came_at is None:
        return None
    settled_at = came_at + timedelta(days=days)
    if joined_at is not None:
        settled_at = max(settled_at, joined_at + timedelta(days=rules.min_tenure_days))
    return max(settled_at - now, timedelta())


@dataclass(frozen=True, slots=True)
class InactivityRow:
    """A person on the list; `over_days` of the silent if ever seen, `apart` why left in peace."""

    profile: Profile
    judgement: Judgement
    over_days: int | None = None
    apart: str | None = None


@dataclass(frozen=True, slots=True)
class InactivityList:
    """The silent, those who need an update or a link first, and those to be left in peace."""

    sure: tuple[InactivityRow, ...]
    cant_tell: tuple[InactivityRow, ...]
    away_or_exempt: tuple[InactivityRow, ...]


def inactivity(
    profiles: Iterable[Profile], ladder: Sequence[str], policy: Policy, now: datetime
) -> InactivityList:
    """Return the three lists, each with the lowest rank first and then the least XP.

    Whoever showed life is on none of them, nor whoever is too new or just back.
    """
    sure, unsure, apart = [], [], []
    for profile in sorted(profiles, key=lambda each: _list_order(each, ladder, policy)):
        judgement = judge(profile, policy, now)
        if judgement.verdict in LIVING:
            continue
        why = left_in_peace(profile, now)
        if why is not None:
            apart.append(InactivityRow(profile, judgement, apart=why))
        elif judgement.verdict is Verdict.SILENT:
            over = _days_over(profile, judgement.limit_days, now)
            sure.append(InactivityRow(profile, judgement, over_days=over))
        elif not _is_too_soon(profile, policy.enforcement, judgement.limit_days, now):
            unsure.append(InactivityRow(profile, judgement))
    return InactivityList(tuple(sure), tuple(unsure), tuple(apart))


def left_in_peace(profile: Profile, now: datetime) -> str | None:
    """Return why a person is on no list of the inactive today, or None."""
    if profile.leave is not None:
        until = profile.leave.until_on
        return "away" if until is None else f"away until {until.day} {until:%B}"
    if profile.exemption is not None:
        return f"exempt: {profile.exemption.reason}"
    if profile.snoozed_until is not None and profile.snoozed_until > now:
        return f"asked again in {lasting(profile.snoozed_until - now)}"
    return None


def _shows_life(window: Window, rules: EnforcementPolicy) -> bool:
    return _is_plain(window, rules) or bool(window.kills or window.scores)


def _is_plain(window: Window, rules: EnforcementPolicy) -> bool:
    """Return whether somebody surely was there; kills and scores alone make them quiet."""
    was_there = bool(window.messages or window.present_days)
    return was_there or (window.xp or 0) >= rules.least_xp


def _of_the_living(
    profile: Profile, window: Window, rules: EnforcementPolicy, days: int, now: datetime
) -> Judgement:
    wrote, span = plural(window.messages, "message"), plural(days, "day")
    did = f"{wrote} and {short(window.xp)} XP in {span}"
    if not _is_plain(window, rules):
        return Judgement(Verdict.QUIET, days, (did, _only_scores(window)))
    if window.present_days and not window.messages:
        did += f", on Discord without writing on {plural(window.present_days, 'day')}"
    seen_at = profile.seen_at
    quiet_after = timedelta(days=days) * rules.quiet_percent / 100
    if window.is_well_observed and seen_at is not None and now - seen_at > quiet_after:
        words = f"not seen on either side for {lasting(now - seen_at)}"
        return Judgement(Verdict.QUIET, days, (did, words))
    return Judgement(Verdict.ACTIVE, days, (did,))


def _only_scores(window: Window) -> str:
    kills = [plural(window.kills, "boss kill")] if window.kills else []
    return f"{' and '.join((*kills, *window.scores))} in the game, nothing else"


def _doubts(
    profile: Profile, window: Window, rules: EnforcementPolicy, days: int, now: datetime
) -> Iterator[tuple[Need, str]]:
    """Yield why nothing can be said about somebody of whom no life was seen."""
    if _is_too_soon(profile, rules, days, now) or tenure(profile, now) is None:
        yield Need.TIME, _arrival(profile, now)
    if window.elsewhere:
        yield Need.TIME, f"game: playing elsewhere: {' and '.join(window.elsewhere)} rose"
    if window.game.grade < Grade.GOOD or window.xp is None:
        for reason in window.game.reasons or ("XP unknown",):
            yield Need.UPDATE, f"game: {reason}"
    if window.chat.grade < Grade.GOOD or window.messages is None:
        unlinked = not allows(profile.link, Effect.SILENCE) and not profile.has_no_discord
        for reason in window.chat.reasons or ("messages unknown",):
            yield Need.LINK if unlinked else Need.TIME, f"chat: {reason}"
    wrote_at = profile.namesake_wrote_at
    if wrote_at is not None and now - wrote_at < timedelta(days=days):
        who = "another Discord user has the same name"
        yield Need.LINK, f"chat: {who} and wrote {ago(wrote_at, now)} ago"


def _is_too_soon(profile: Profile, rules: EnforcementPolicy, days: int, now: datetime) -> bool:
    left = settling_left(profile, rules, days, now)
    return left is not None and left > timedelta()


def _arrival(profile: Profile, now: datetime) -> str:
    joined_at, back_at = profile.joined_at, profile.back_at
    if back_at is not None and (joined_at is None or back_at > joined_at):
        return f"came back {ago(back_at, now)} ago"
    if joined_at is None:
        return "when they joined is unknown"
    if joined_at > now:
        return "the day they joined lies ahead, so it must be wrong"
    return f"joined {ago(profile.joined_at, now)} ago"


def _of_silence(
    profile: Profile, window: Window, rules: EnforcementPolicy, days: int, now: datetime
) -> tuple[str, ...]:
    wrote = profile.chat_seen_at
    rose = profile.game_seen_at
    span = plural(days, "day")
    return (
        f"no message in {span}, "
        + ("none ever seen" if wrote is None else f"the last one {ago(wrote, now)} ago"),
        f"{exact(window.xp)} XP in {span}, under {exact(rules.least_xp)}, "
        + ("none ever seen" if rose is None else f"the last gain {ago(rose, now)} ago"),
    )


def _days_over(profile: Profile, limit_days: int, now: datetime) -> int | None:
    """Return for how many days longer than the limit nothing was seen; None: not since it began."""
    return None if profile.seen_at is None else max((now - profile.seen_at) // DAY - limit_days, 0)


def _list_order(
    profile: Profile, ladder: Sequence[str], policy: Policy
) -> tuple[int, float, float, str, int]:
    main = profile.main
    rank = rank_of(main.role, ladder)
    xp = profile.window(limit_of(profile, policy.enforcement)).xp
    return (
        -(len(ladder) if rank is None else rank),
        float("inf") if xp is None else xp,
        float("inf") if profile.total_xp is None else profile.total_xp,
        main.name.casefold(),
        main.player_id,
    )

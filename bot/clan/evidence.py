"""How well each side of a member and of the whole clan was observed, and why not better.

Nobody is judged on what was not observed: NONE means that the side says nothing about anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clan.claims import Effect, allows
from bot.clan.coverage import Linked, link_words, message_words
from bot.clan.gains import Gains
from bot.clan.spans import DAY, WEEK, Span, merged
from bot.clan.standings import Link, Member, Roster
from bot.clan.wording import ago, day_words, lasting, plural

_OUT_OF_SIGHT = {
    "archived": "archived on WOM",
    "unranked": "not on the hiscores",
    "banned": "banned from the game",
}
_SHORT_STALENESS = timedelta(days=2)
_MOST_UNSEEN = 5  # a fifth of the time
_HEARTBEAT = timedelta(minutes=10)  # so long may pass before a running bot notes that it listens


USED_WITHIN = timedelta(days=90)
"""Whoever talked in voice, reacted or used a command so lately may have done so unseen again."""


class Grade(IntEnum):
    """How well a side was observed; the lesser of two is `min`."""

    NONE = 0
    THIN = 1
    GOOD = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """A grade and the sentences that say why it is not better; none when it is good."""

    grade: Grade
    reasons: tuple[str, ...] = ()


class Blind(NamedTuple):
    """A time in which chat could not be seen: in the channel `where`, or anywhere when None.

    What was missed there may be by those `authors` who wrote in it, and those `users` who can; with
    None it may be by anybody.
    """

    span: Span
    where: str | None = None
    authors: frozenset[int] | None = None
    users: frozenset[int] | None = None

    def concerns(self, user_id: int | None, author_ids: Iterable[int]) -> bool:
        """Return whether something that a person wrote may have been missed."""
        if self.authors is None and self.users is None:
            return True
        wrote = self.authors is not None and not self.authors.isdisjoint(author_ids)
        return wrote or (self.users is not None and user_id in self.users)


_WITHOUT_DOUBT = Evidence(Grade.GOOD)
_Doubt = tuple[Grade, str]


def game_evidence(member: Member, gains: Gains, length: timedelta, now: datetime) -> Evidence:
    """Return how well the game side of a member was observed for so long up to `now`.

    `gains` are the member's of that time. Only our own snapshots are evidence: the newest must be
    recent, and one near the start. What WOM says of a time after the newest is a doubt at most.
    """
    return _evidence(
        *_status_doubts(member),
        *_snapshot_doubts(member, length, now),
        *_gain_doubts(member, gains, length, now),
        *_newcomer_doubts(member, length, now),
    )


def chat_evidence(
    member: Member,
    length: timedelta,
    now: datetime,
    blind: Sequence[Blind] = (),
    unseen: Sequence[Span] = (),
) -> Evidence:
    """Return how well the chat side of a member was observed for so long up to `now`.

    Any time that was neither heard nor read since makes it thin, and half of it none; a single
    channel's never more than thin. `unseen` are the times in which nobody saw who talks in voice,
    of somebody who does: over a fifth makes it thin.
    """
    return _evidence(
        *_link_doubts(member),
        *_blind_doubts(Span(now - length, now), blind),
        *_unseen_doubts(Span(now - length, now), unseen),
        *_newcomer_doubts(member, length, now),
    )


def unread(listened_at: datetime | None, window: Span) -> tuple[Blind, ...]:
    """Return the part of a window after chat was heard or read last; all of it when it never was.

    Whatever is the cause: the bot is down, catches up, gave up, or there is none.
    """
    since = window.start if listened_at is None else max(listened_at, window.start)
    return (Blind(Span(since, window.end)),) if since < window.end else ()


def unheard(heard_from: datetime | None, window: Span) -> tuple[Blind, ...]:
    """Return the time of a window before anybody listened; all of it when nobody ever did."""
    begun_at = heard_from or window.end
    return (Blind(Span(window.start, begun_at)),) if begun_at > window.start else ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a clan is observed; None means unknown."""

    members: int
    links: Linked
    updated_within_week: int
    never_updated: int
    wom_polled_at: datetime | None
    messages: int | None = None
    blind: tuple[Blind, ...] = ()


def coverage(
    roster: Roster,
    wom_polled_at: datetime | None,
    links: Linked,
    messages: int | None = None,
    blind: Sequence[Blind] = (),
) -> Coverage:
    """Return how well the roster is observed, as of its own instant."""
    updated = (member.updated_at for member in roster.members)
    ages = [roster.as_of - updated_at for updated_at in updated if updated_at is not None]
    return Coverage(
        members=len(roster.members),
        links=links,
        updated_within_week=sum(age <= WEEK for age in ages),
        never_updated=len(roster.members) - len(ages),
        wom_polled_at=wom_polled_at,
        messages=messages,
        blind=tuple(blind),
    )


def strip(coverage: Coverage, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the words that stand under every answer, the most important first.

    WOM's age and the links always stand there; the rest only where something is missing. What to do
    about it is said elsewhere.
    """
    polled_at = coverage.wom_polled_at
    return (
        f"WOM {ago(polled_at, now)} old" if polled_at else "WOM never polled",
        link_words(coverage.links),
        *_update_words(coverage),
        *_chat_words(coverage, now, zone),
    )


def _evidence(*doubts: _Doubt) -> Evidence:
    if not doubts:
        return _WITHOUT_DOUBT
    gravest_first = sorted(doubts, key=lambda doubt: doubt[0])
    return Evidence(gravest_first[0][0], tuple(reason for _, reason in gravest_first))


def snapshot_age(newest_at: datetime, now: datetime) -> str:
    """Return how old the newest snapshot of somebody is."""
    return f"newest snapshot {ago(newest_at, now)} old"


def _status_doubts(member: Member) -> Iterable[_Doubt]:
    if member.status in _OUT_OF_SIGHT:
        yield Grade.NONE, _OUT_OF_SIGHT[member.status]
    elif member.status == "flagged":
        yield Grade.THIN, "flagged on WOM, which takes no updates until a moderator looks"


def _snapshot_doubts(member: Member, window: timedelta, now: datetime) -> Iterable[_Doubt]:
    newest_at, changed_at = member.seen_at, member.changed_at
    if newest_at is None:
        never = member.updated_at is None
        yield Grade.NONE, "never updated on WOM" if never else "no snapshot stored yet"
        return
    age = now - newest_at
    if age > max(_SHORT_STALENESS, window / 10):
        grade = Grade.NONE if age >= window else Grade.THIN
        yield grade, snapshot_age(newest_at, now)
    # What WOM says of a later time than we look at is no news then.
    if changed_at is not None and newest_at < changed_at <= now:
        yield Grade.THIN, f"WOM saw a gain {ago(changed_at, now)} ago that is not stored here yet"


def _gain_doubts(
    member: Member, gains: Gains, window: timedelta, now: datetime
) -> Iterable[_Doubt]:
    if gains.since is None:
        if member.seen_at is not None:
            yield Grade.NONE, "too few snapshots to compare"
        return
    if gains.partial:
        yield Grade.THIN, f"partial baseline: observed for only {ago(gains.since, now)}"
    if gains.thin or now - gains.since > window + max(DAY, window / 7):
        yield Grade.THIN, f"baseline is {ago(gains.since, now)} old"
    if gains.xp is None:
        yield Grade.THIN, "unranked in total XP"


def _newcomer_doubts(member: Member, window: timedelta, now: datetime) -> Iterable[_Doubt]:
    if member.joined_at is not None and timedelta() <= now - member.joined_at < window:
        yield Grade.THIN, f"joined {ago(member.joined_at, now)} ago"


def _link_doubts(member: Member) -> Iterable[_Doubt]:
    if member.chat is None:
        yield Grade.NONE, _unheard(member)
    elif member.link is Link.NONE and member.has_no_discord:
        return  # the clan chat is all there is
    elif member.link is Link.NONE:
        yield Grade.THIN, "not linked to a Discord user: only the clan chat is seen"
    elif not allows(member.link, Effect.SILENCE):
        yield Grade.THIN, "known by name only: no officer has confirmed it"


def _unheard(member: Member) -> str:
    if member.is_hidden:
        return "opted out"
    if member.alt_of is not None:
        return f"an alt: what is written counts for {member.alt_of}"
    return "has no Discord" if member.has_no_discord else "not linked to a Discord user"


def _blind_doubts(window: Span, blind: Sequence[Blind]) -> Iterable[_Doubt]:
    for where, subject, _, lost in _losses(blind, window):
        if lost == window.length and where is None:
            yield Grade.NONE, f"no chat seen in {plural(window.length // DAY, 'day')}"
        elif lost > _HEARTBEAT:
            part = str(lost // DAY) if lost >= DAY else lasting(lost)
            reason = f"{subject} {part} of {plural(window.length // DAY, 'day')}"
            yield Grade.NONE if where is None and 2 * lost >= window.length else Grade.THIN, reason


def _unseen_doubts(window: Span, unseen: Sequence[Span]) -> Iterable[_Doubt]:
    lost = sum((part.length for part in merged(unseen, window)), timedelta())
    if lost * _MOST_UNSEEN > window.length:
        part = str(lost // DAY) if lost >= DAY else lasting(lost)
        days = plural(window.length // DAY, "day")
        yield Grade.THIN, f"voice and reactions not seen {part} of {days}"


class _Loss(NamedTuple):
    where: str | None
    subject: str
    parts: tuple[Span, ...]
    length: timedelta


def _losses(blind: Sequence[Blind], window: Span) -> Iterable[_Loss]:
    """Yield what of the window could not be seen, by place: everywhere first, then by channel."""
    for where in sorted({each.where for each in blind}, key=lambda name: (name is not None, name)):
        parts = merged((each.span for each in blind if each.where == where), window)
        subject = "bot away" if where is None else f"{where} not visible"
        yield _Loss(where, subject, parts, sum((part.length for part in parts), timedelta()))


def _chat_words(coverage: Coverage, now: datetime, zone: ZoneInfo) -> Iterable[str]:
    if coverage.messages is None:
        yield "chat not counted yet"
    else:
        yield from message_words(coverage.links)
        yield from _blind_words(coverage.blind, now, zone)


def _update_words(coverage: Coverage) -> Iterable[str]:
    late = coverage.members - coverage.never_updated - coverage.updated_within_week
    if late:
        yield f"{plural(late, 'member')} not updated for a week"
    if coverage.never_updated:
        yield f"{plural(coverage.never_updated, 'member')} never updated"


def _blind_words(blind: Sequence[Blind], now: datetime, zone: ZoneInfo) -> Iterable[str]:
    ever = Span(min([now, *(each.span.start for each in blind)]), now)
    for loss in _losses(blind, ever):
        if loss.length > _HEARTBEAT:
            yield f"{loss.subject} {lasting(loss.length)} {_on_days(loss.parts, now, zone)}"


def _on_days(parts: Sequence[Span], now: datetime, zone: ZoneInfo) -> str:
    """Return when it was: on Tuesday, since Tuesday when it goes on, in all when there are many."""
    first, last = parts[0], parts[-1]
    if len(parts) > 1:
        return f"in all, last on {day_words(last.start, now, zone)}"
    return f"{'since' if first.end == now else 'on'} {day_words(first.start, now, zone)}"

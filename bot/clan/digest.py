"""What a clan's digest tells: good news with numbers, and never anybody's silence.

Facts in, Discord text out. What is unknown is said to be, and is never a zero.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.clan.metrics import XP_AT_99, MetricKind, display_name
from bot.clan.names import escaped
from bot.clan.spans import DAY, HOUR
from bot.clan.wording import exact, first_few, lasting, percent_change, plural, short

_SKILL_GOALS = ((200_000_000, "200M"), (XP_AT_99, "99"))
_KILL_GOALS = (10_000, 5_000, 2_500, 1_000, 500, 250, 100)
_ALL_SKILLS = "overall"
_LEAST_RANKED = 3
"""Among fewer ranked members a record says nothing."""

_MOST, _MOST_OFFICERS = 5, 10
_LONGEST = 2_000
"""Discord takes no longer message, by the letters of JavaScript: many an emoji is two of them."""

_BETWEEN = " \N{MIDDLE DOT} "
_A_TELLING_AT_MOST = DAY + HOUR
"""So long after it was made a claim is told to officers, who hear of new ones once a day."""


class DigestTotal(NamedTuple):
    """One of the clan's sums; `before` is None where it is unknown or cannot be compared."""

    label: str
    now: float | None
    before: float | None = None
    is_exact: bool = False


class MetricSide(NamedTuple):
    """What a member has in a skill or boss, and had before; None where that is not known."""

    player_id: int
    name: str
    metric: str
    kind: MetricKind
    now: float
    before: float | None


class DigestWin(NamedTuple):
    """What somebody reached; of two the one with the larger `weight` is rarer."""

    name: str
    words: str
    weight: float


class DigestRecord(NamedTuple):
    """Who has the most of a metric now, and had not before; so many members are ranked in it."""

    name: str
    metric: str
    kind: MetricKind
    value: float
    ranked: int


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """All that a digest of members may tell of a period of so many `days` that ends now.

    `helpers` are names with how many questions they answered. `doubts` say what the numbers leave
    out, `evidence` how good they are.
    """

    clan: str
    days: int
    start: datetime
    end: datetime
    game: Sequence[DigestTotal] = ()
    chat: Sequence[DigestTotal] = ()
    joined: Sequence[str] = ()
    returned: Sequence[str] = ()
    wins: Sequence[DigestWin] = ()
    records: Sequence[DigestRecord] = ()
    helpers: Sequence[tuple[str, int]] = ()
    doubts: Sequence[str] = ()
    evidence: Sequence[str] = ()
    link: str | None = None


def quiet_wins(sides: Iterable[MetricSide]) -> tuple[DigestWin, ...]:
    """Return what members reached in the period, the rarest of each, the rarest first."""
    best: dict[int, DigestWin] = {}
    for side in sides:
        win = _win(side)
        if win and (side.player_id not in best or win.weight > best[side.player_id].weight):
            best[side.player_id] = win
    return tuple(sorted(best.values(), key=lambda each: (-each.weight, each.name.casefold())))


def _win(side: MetricSide) -> DigestWin | None:
    if side.before is None or side.metric == _ALL_SKILLS:
        return None
    before, name = side.before, display_name(side.metric)
    if side.kind is MetricKind.SKILL:
        for goal, words in _SKILL_GOALS:
            if before < goal <= side.now:
                reached = f"{words} {name}" if goal == XP_AT_99 else f"{words} XP in {name}"
                return DigestWin(side.name, reached, goal)
        return None
    kills = next((goal for goal in _KILL_GOALS if before < goal <= side.now), None)
    return DigestWin(side.name, f"{exact(kills)} kills of {name}", kills) if kills else None


def records_broken(sides: Iterable[MetricSide]) -> tuple[DigestRecord, ...]:
    """Return who took the lead of a metric, those in which most members are ranked first.

    Who brought it along, or of whom it is not known what they had before, broke none.
    """
    by_metric: dict[str, list[MetricSide]] = {}
    for side in sides:
        by_metric.setdefault(side.metric, []).append(side)
    found = (_record(ranked) for ranked in by_metric.values() if len(ranked) >= _LEAST_RANKED)
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda each: (-each.ranked, each.metric)))


def _record(ranked: Sequence[MetricSide]) -> DigestRecord | None:
    first, second = sorted(ranked, key=lambda side: -side.now)[:2]
    # Of whom it is not known what they had before, they may have had all of it.
    had = max(side.now if side.before is None else side.before for side in ranked)
    was_first = first.before is None or first.before >= had
    if was_first or first.now == second.now:
        return None
    return DigestRecord(first.name, first.metric, first.kind, first.now, len(ranked))


def digest_text(facts: DigestFacts) -> str:
    """Return the digest of members as Discord text; what there is nothing of is left out.

    It names fewer of each where it would be too long for one message.
    """
    return _fitting(lambda most: _digest_text(facts, most), _MOST).text


class DigestText(NamedTuple):
    """A digest as Discord text, and how many of each kind of people it names at most."""

    text: str
    named: int


def _fitting(text_of: Callable[[int], str], most: int) -> DigestText:
    """Return the text with as many names of each as one message takes."""
    texts = (DigestText(text_of(named), named) for named in range(most, 0, -1))
    return next(
        (each for each in texts if _length(each.text) <= _LONGEST), DigestText(text_of(1), 1)
    )


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _digest_text(facts: DigestFacts, most: int) -> str:
    heading = f"**{escaped(facts.clan)}: the last {facts.days} days**"
    span = f"<t:{int(facts.start.timestamp())}:D> to <t:{int(facts.end.timestamp())}:D>"
    compared = any(each.before is not None for each in (*facts.game, *facts.chat))
    than = f", beside the {facts.days} days before" if compared else ""
    lines = [
        heading,
        f"-# {span}{than}",
        *_sums(facts),
        *_news(facts, most),
        *([f"[Open the dashboard](<{facts.link}>)"] if facts.link else []),
        *([f"-# {_BETWEEN.join(map(escaped, facts.doubts))}"] if facts.doubts else []),
        *([f"-# {_BETWEEN.join(map(escaped, facts.evidence))}"] if facts.evidence else []),
    ]
    return "\n".join(lines)


def _sums(facts: DigestFacts) -> Iterator[str]:
    unknown = {
        "game": "XP and boss kills are not known: Wise Old Man showed nothing new in that time.",
        "chat": "Messages are not known: the bot did not hear the chat in that time.",
    }
    for side, totals in (("game", facts.game), ("chat", facts.chat)):
        told = [_total(each) for each in totals if each.now is not None]
        if told:
            yield _BETWEEN.join(told)
        else:
            yield unknown[side]


def _total(total: DigestTotal) -> str:
    write = exact if total.is_exact else short
    more = "" if total.before is None else f" ({percent_change(total.now, total.before)})"
    return f"{total.label} **{write(total.now)}**{more}"


def _news(facts: DigestFacts, most: int) -> Iterator[str]:
    if facts.joined:
        yield f"**New faces**  {_names(facts.joined, most)}. Say hi!"
    if facts.returned:
        yield f"**Back again**  {_names(facts.returned, most)}"
    if facts.wins:
        told = [f"{escaped(each.name)}: {each.words}" for each in facts.wins]
        yield f"**Quiet wins**  {_some(told, most)}"
    if facts.records:
        yield f"**Clan records**  {_some([_record_words(each) for each in facts.records], most)}"
    if facts.helpers:
        told = [
            f"{escaped(name)}, {plural(count, 'question')} answered"
            for name, count in facts.helpers
        ]
        yield f"**Thank you**  {_some(told, most)}"


def _record_words(record: DigestRecord) -> str:
    unit = "XP" if record.kind is MetricKind.SKILL else "kills"
    number = short(record.value) if record.kind is MetricKind.SKILL else exact(int(record.value))
    what = "" if record.metric == _ALL_SKILLS else f" in {display_name(record.metric)}"
    return f"{escaped(record.name)} leads{what} now, {number} {unit}"


def _some(told: Sequence[str], most: int) -> str:
    more = len(told) - most
    return _BETWEEN.join(told[:most]) + (f" and {more} more" if more > 0 else "")


def _names(names: Sequence[str], most: int) -> str:
    return first_few([escaped(each) for each in names], most)


class ClaimWaiting(NamedTuple):
    """An account that somebody claims, and since when."""

    name: str
    since_at: datetime


class OfficersSteps(NamedTuple):
    """What to do next about each thing that waits, as sentences that name commands."""

    decide: str
    answer: str
    cases: str
    late: str


@dataclass(frozen=True, slots=True)
class OfficersFacts:
    """What waits for officers; `cases` are how many by what they wait for, `late` sentences."""

    steps: OfficersSteps
    claims: Sequence[ClaimWaiting] = ()
    newcomers: Sequence[str] = ()
    cases: Mapping[str, int] = field(default_factory=dict)
    late: Sequence[str] = ()


def untold_claims(
    claims: Iterable[ClaimWaiting], told_at: datetime | None, now: datetime
) -> tuple[ClaimWaiting, ...]:
    """Return the claims of which officers were not told in the last day, in their order."""
    if told_at is None or now - told_at >= DAY:
        return tuple(claims)
    told = (told_at - _A_TELLING_AT_MOST, told_at)
    return tuple(each for each in claims if not told[0] < each.since_at <= told[1])


def officers_text(clan: str, facts: OfficersFacts, now: datetime) -> DigestText:
    """Return the digest of officers; nothing where nothing waits."""
    heading = f"**{escaped(clan)}: what waits for officers**"
    if not any(_waiting(facts, now, 1)):
        return DigestText("", 0)
    return _fitting(lambda most: "\n".join([heading, *_waiting(facts, now, most)]), _MOST_OFFICERS)


def _waiting(facts: OfficersFacts, now: datetime, most: int) -> Iterator[str]:
    if facts.claims:
        names = _names([each.name for each in facts.claims], most)
        oldest = now - min(each.since_at for each in facts.claims)
        yield (
            f"{plural(len(facts.claims), 'claim')} waiting, the oldest for "
            f"{lasting(max(oldest, timedelta()))}: {names}. {facts.steps.decide}"
        )
    if facts.newcomers:
        yield (
            f"{plural(len(facts.newcomers), 'newcomer')} nobody answered: "
            f"{_names(facts.newcomers, most)}. {facts.steps.answer}"
        )
    told = [f"{plural(count, 'case')} {what}" for what, count in facts.cases.items() if count]
    if told:
        yield f"{', '.join(told)}. {facts.steps.cases}"
    if facts.late:
        yield f"Late: {'; '.join(facts.late)}. {facts.steps.late}"

"""Officers in words, the worst first, and the hours of the week in which none of them wrote.

Whoever was not seen well enough is neither praised nor blamed, and that is said.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.clan.audit import OfficerRow, Standing
from bot.clan.names import escaped
from bot.clan.profiles import Window
from bot.clan.wording import plural, role_words, short
from bot.services.publish import AuditFiles
from bot.services.review import AuditReview
from bot.services.setup import Clan
from cogs._replies import small, when
from cogs.screens import pages_of

_DOT = " \N{MIDDLE DOT} "
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOURS = 7 * 24
_TITLES = {
    Standing.AWOL: "AWOL",
    Standing.SLACKING: "Slacking",
    Standing.FINE: "Fine",
    Standing.CANT_TELL: "Can't tell",
    Standing.PAUSED: "Excluded",
}
_TROUBLED = (Standing.AWOL, Standing.SLACKING)
_NOBODY = (
    "Nobody in the game holds an officer's rank. Leadership says in `/clanstats settings` which "
    "ranks do."
)


def summary(review: AuditReview) -> str:
    """Return how many officers did how."""
    counts = Counter(row.standing for row in review.audit.officers)
    found = [f"{counts[each]} {_lower(_TITLES[each])}" for each in Standing if counts[each]]
    return _DOT.join(found)


def measure(review: AuditReview) -> str:
    """Return over what time the officers were looked at, and what they were held against."""
    middle = review.audit.median_messages
    known = "not known" if middle is None else plural(middle, "message")
    return small(
        f"{plural(review.audit.days, 'day')} up to {when(review.as_of, 'f')}",
        f"the clan's median is {known}",
    )


def officer_pages(review: AuditReview, room: int) -> list[list[str]]:
    """Return the officers page by page, in blocks under how they did; `room` is for their lines."""
    officers, start, found = review.audit.officers, 0, []
    for lines in pages_of([_line(row, review) for row in officers], room):
        shown = officers[start : start + len(lines)]
        start += len(lines)
        told = groupby(zip(shown, lines, strict=True), lambda pair: pair[0].standing)
        found.append([_block(each, [line for _, line in pairs], review) for each, pairs in told])
    return found if officers else [[_NOBODY]]


def hours_lines(made: AuditFiles, clan: Clan) -> list[str]:
    """Return when nobody of the officers is around, and what to do about it."""
    review = made.review
    if made.chart is None:
        words = "No officer is linked yet, so it is unknown when they are around."
        return [f"**No officer around**  {words}", small("Link them in `/clanstats links`")]
    least = plural(review.policy.audit.busy_messages, "message")
    span = plural(review.audit.days, "day")
    if review.gap is None:
        words = f"never: an officer wrote in every hour of the week with at least {least} in {span}"
        return [f"**No officer around**  {words}.", *map(small, _unseen(review))]
    messages = [each for row in review.uncovered for each in row]
    hours = sum(map(bool, messages))
    total = (
        f"in all, no officer in {plural(hours, 'hour')} of the week with "
        f"{plural(sum(messages), 'message')}"
    )
    inside = plural(sum(messages[number] for number in _numbers(review.gap)), "message")
    gap = f"{gap_words(review.gap)} ({escaped(clan.zone.key)})"
    return [
        f"**No officer around**  {gap}: {inside} in {span}.",
        "Ask an officer in another time zone, or a member who is up then, to keep an eye on chat.",
        small("longest gap", total, *_unseen(review)),
    ]


def gap_words(gap: tuple[int, int, int]) -> str:
    """Return from when to when a gap lasts: Monday 05:00 to 07:00, with the day where it turns."""
    weekday, hour, hours = gap
    if hours == _HOURS:
        return "all week long"
    ends = 24 * weekday + hour + hours
    last = "" if (ends - 1) // 24 == weekday else f"{_DAYS[ends // 24 % 7]} "
    end = 24 if ends % 24 == 0 and not last else ends % 24
    return f"{_DAYS[weekday]} {hour:02d}:00 to {last}{end:02d}:00"


def _block(standing: Standing, lines: Sequence[str], review: AuditReview) -> str:
    how_many = sum(row.standing is standing for row in review.audit.officers)
    title = f"**{_TITLES[standing]}**  {how_many}"
    return "\n".join([title, small(_meaning(standing, review)), *lines])


def _meaning(standing: Standing, review: AuditReview) -> str:
    rules = review.policy.audit
    least, few = f"{short(rules.least_xp)} XP", plural(rules.least_messages, "message")
    return {
        Standing.AWOL: "no messages",
        Standing.SLACKING: f"wrote under {few} or less than the median, and gained under {least}",
        Standing.FINE: f"at least {few} and no fewer than the median, or wrote and gained {least}",
        Standing.CANT_TELL: "not enough game or Discord data",
        Standing.PAUSED: "away, exempt, snoozed, or playing another game mode",
    }[standing]


def _line(row: OfficerRow, review: AuditReview) -> str:
    """Return who it is with the numbers, when they were seen last, and what is in doubt."""
    main, window = row.profile.main, row.profile.window(review.audit.days)
    facts = [escaped(role_words(main.role))]
    if row.standing is Standing.PAUSED:
        facts += map(escaped, row.reasons)
    else:
        facts += _numbers_of(window)
    if row.standing in _TROUBLED:
        facts.append(f"last seen {when(row.profile.seen_at)}")
    if row.standing is Standing.CANT_TELL:
        facts += map(escaped, row.reasons[1:])
    return f"**{escaped(main.name)}**  {_DOT.join(facts)}"


def _numbers_of(window: Window) -> Iterator[str]:
    yield plural(window.messages, "message")
    yield f"{short(window.xp)} XP"


def _unseen(review: AuditReview) -> list[str]:
    """Return how many officers nobody would see in chat, who may have been there."""
    officers, days = review.audit.officers, review.audit.days
    unseen = sum(row.profile.window(days).messages is None for row in officers)
    if not unseen:
        return []
    are = "is" if unseen == 1 else "are"
    words = f"{unseen} of {plural(len(officers), 'officer')} {are} not linked and may have"
    return [f"{words} been there: `/clanstats links`"]


def _numbers(gap: tuple[int, int, int]) -> Iterator[int]:
    """Yield the hours of the week that a gap is made of."""
    weekday, hour, hours = gap
    for number in range(hours):
        yield (24 * weekday + hour + number) % _HOURS


def _lower(title: str) -> str:
    return title if title.isupper() else title[:1].lower() + title[1:]

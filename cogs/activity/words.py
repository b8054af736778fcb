"""When a clan is there, as officers read it."""

from collections.abc import Iterator

from bot.clan.attendance import USUAL_WEEKS, Turnout
from bot.clan.channel_talk import LEAST_BEFORE, QUIET_PART, ChannelTalk
from bot.clan.event_times import LEAST_HOURS, SUITED_WEEKS, EventTime, PartReach
from bot.clan.names import escaped
from bot.clan.wording import DASH, first_few, percent_change, plural, short
from bot.reports import style
from bot.reports.activity_report import ActivityReport
from bot.reports.clan_report import TotalRow
from cogs._heads import clan_head, span_line
from cogs._replies import listed, small, when

_ROOM = 12
_QUIET_SHOWN = 5


def heading(report: ActivityReport) -> tuple[str, ...]:
    """Return whose activity it is, and over which time."""
    return (
        *clan_head(report.clan, "Activity", report.period),
        span_line(report.span.start, report.as_of),
    )


def activity_blocks(report: ActivityReport) -> Iterator[str]:
    """Yield what stands below the picture."""
    notes = [f"{each.title}: {each.note}" for each in report.panels if each.note]
    yield "\n".join([*map(_total, report.totals), *([small(*notes)] if notes else [])])
    channels = "Busiest channels"
    if report.channel_span.start > report.span.start:
        channels += f" since {style.day_words(report.channel_span.start.date())}"
    if report.totals[0].now is not None:
        yield listed(channels, [_talk(each) for each in report.busiest], "nobody wrote")
    if report.quiet:
        yield "\n".join(_quiet(report))
    yield "\n".join(_times(report))
    if report.event is not None:
        yield "\n".join(_event(report))


def _total(row: TotalRow) -> str:
    change = "" if row.before is None else f"  {row.percent} from {short(row.before)}"
    return f"**{row.label}**  {short(row.now)}{change}"


def _talk(channel: ChannelTalk) -> str:
    before = (
        "" if channel.before is None else f" ({percent_change(channel.messages, channel.before)})"
    )
    return f"{_called(channel)} **{short(channel.messages)}**{before}"


def _called(channel: ChannelTalk) -> str:
    """Return a channel so that only those read its name who can see it."""
    return escaped(channel.name) if channel.is_gone else f"<#{channel.discord_id}>"


def _quiet(report: ActivityReport) -> Iterator[str]:
    found = report.quiet or ()
    told = [
        f"{_called(each)} {short(each.before)} before, **{each.messages}** now"
        for each in found[:_QUIET_SHOWN]
    ]
    more = len(found) - _QUIET_SHOWN
    yield f"**Went quiet**  {' · '.join(told)}{f' and {more} more' if more > 0 else ''}"
    yield small(
        f"{LEAST_BEFORE} messages or more in the period before, and at most 1 in {QUIET_PART} left"
    )


def _times(report: ActivityReport) -> Iterator[str]:
    yield f"**Best times for {plural(report.hours, 'hour')}**  {report.zone}"
    if not report.times:
        yield "Nobody was seen often enough yet: come back after a week or two."
        return
    for place, each in enumerate(report.times, 1):
        reach = f"  suits {len(each.suited)}, misses {len(each.missed)}" if each.reach else ""
        yield f"{place}. **{time_words(each, report.hours)}**  about {_around(each)} there{reach}"
    yield small(
        f"by the hours in which {plural(report.people, 'person', 'people')} wrote or gained "
        f"something since {style.day_words(report.people_span.start.date())}"
    )


def _around(time: EventTime) -> str:
    people = max(round(time.around), 1)
    return f"{people} {'is' if people == 1 else 'are'}"


def time_words(time: EventTime, hours: int) -> str:
    """Return a time of the week, such as "Sat 20:00-22:00"."""
    _, hour, _ = time.slot
    return f"{style.slot_words(time.slot)}\N{EN DASH}{(hour + hours) % 24:02d}:00"


def missed_blocks(report: ActivityReport) -> list[str]:
    """Return whom each time suits and misses: by part of the day, and by name."""
    blocks = [_one_time(each, report.hours) for each in report.times if each.reach]
    if not blocks:
        return []
    rule = small(
        f"Suits: there in one week of {SUITED_WEEKS} or more. Misses: seen in {LEAST_HOURS} hours "
        "or more of these weeks, and never then nor an hour before or after."
    )
    return [*blocks, rule]


def _one_time(time: EventTime, hours: int) -> str:
    lines = [f"**{time_words(time, hours)}**", *map(_reach, time.reach)]
    names = [escaped(each) for each in time.missed]
    lines.append(f"Misses: {first_few(names, _ROOM)}" if names else "Misses nobody.")
    return "\n".join(lines)


def _reach(reach: PartReach) -> str:
    who = "around the clock" if reach.part is None else f"mostly {reach.part.words}"
    people = plural(reach.people, "person", "people")
    return f"{people} {who}: suits {reach.suited}, misses {reach.missed}"


def _event(report: ActivityReport) -> Iterator[str]:
    event = report.event
    if event is None:
        return
    yield f"**Event** {when(event.spans.during.start, 'f')}, {plural(report.hours, 'hour')}"
    for label, turnout in (
        ("Before", event.before),
        ("During", event.during),
        ("After", event.after),
        ("Usual then", event.usual),
    ):
        yield f"{label}: {' · '.join(turnout_words(turnout))}"
    yield small(
        f"each as long as the event, in whole hours; usual is the mean of the {USUAL_WEEKS} weeks "
        f"before; {DASH} where it was not seen or is not over"
    )


def turnout_words(turnout: Turnout) -> Iterator[str]:
    """Yield how many messages, writers and minutes in voice there were, in whole numbers."""
    messages, people, minutes = (None if each is None else round(each) for each in turnout)
    yield f"**{short(messages)}** messages"
    yield f"**{short(people)}** wrote"
    yield f"**{short(minutes)}** min in voice"

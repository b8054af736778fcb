"""The house's charts: the clan's report, a member's card, the clan's week. Values in, PNG out.

Every chart names its span and time zone and says in its alt text what it shows.
"""

from zoneinfo import ZoneInfo

from bot.clan.activity import DayLine
from bot.clan.spans import Span, day_span
from bot.clan.wording import DASH, exact, plural, role_words, short
from bot.reports import style
from bot.reports.clan_report import (
    ClanReport,
    Mover,
    TopMovers,
    TotalRow,
    doubts,
    top_movers,
    total_rows,
)
from bot.reports.documents import Document
from bot.reports.paper import Paper, Rect
from bot.reports.pictures import Card, CardNumber, ClanWeek, card_facts
from bot.reports.plots import (
    HEADING,
    SMALL,
    SOFT,
    STRONG,
    Days,
    Tile,
    TopList,
    draw_days,
    draw_header,
    draw_heat_key,
    draw_movers,
    draw_small_print,
    draw_tiles,
    draw_week,
)

_TILE_COLOURS = {
    "XP gained": style.XP,
    "Boss kills": style.KILLS,
    "Messages": style.MESSAGES,
    "Questions answered": style.ACTIVE,
}


def report_chart(report: ClanReport) -> Document:
    """Draw the clan's report: four totals, both sides by day, and who moved most."""
    paper = Paper()
    span = style.span_words(report.span, report.zone)
    draw_header(paper, report.clan, f"Clan report · {span}", f"last {report.period.words}")
    draw_small_print(paper, (*report.evidence[:1], *doubts(report), *report.evidence[1:]))
    draw_tiles(paper, _total_tiles(report), 104)
    _draw_both_sides(paper, report, (style.MARGIN, 228, 640, 412))
    movers = top_movers(report, 3)
    lists = (
        TopList("Most XP", movers.xp, style.XP),
        TopList("Most boss kills", movers.kills, style.KILLS),
        TopList("Most messages", movers.messages, style.MESSAGES),
    )
    for place, top_list in enumerate(lists):
        draw_movers(paper, top_list, (706, 228 + 138 * place, 358, 128))
    return Document("clan_report.png", paper.png(), _report_alt(report, movers))


def card_chart(card: Card) -> Document:
    """Draw a member's card: four numbers, both sides of 90 days, and the hours they write in."""
    paper = Paper()
    draw_header(paper, card.member.name, _card_line(card), f"last {card.period.words}")
    draw_small_print(paper, (style.span_words(card.span, card.zone), *_accounts(card)))
    facts = card_facts(card)
    draw_tiles(paper, [_fact_tile(fact) for fact in facts], 104)
    _draw_both_sides(paper, card, (style.MARGIN, 228, 590, 412))
    left, width = 656.0, 408.0
    paper.text((left, 242), "When they write", HEADING)
    note = plural(len(card.trend), "day")
    paper.text((left + width, 242), note, SMALL, align="right")
    if card.member.chat is None:
        paper.text((left, 284), f"{DASH} Discord side unknown", SOFT)
    else:
        draw_week(paper, card.hours, (left, 260, width, 270), every=6)
        _draw_best(paper, card.best_hours, left, 566)
    return Document("member_card.png", paper.png(), _card_alt(card, facts))


def heatmap_chart(week: ClanWeek) -> Document:
    """Draw when the clan writes: messages by weekday and hour of its own clock."""
    paper = Paper()
    span = style.span_words(week.span, week.zone)
    draw_header(
        paper, week.clan, f"Messages by weekday and hour · {span}", f"last {week.period.words}"
    )
    draw_small_print(paper, week.evidence)
    draw_week(paper, week.hours, (style.MARGIN, 108, 1028, 456), text_style=SOFT)
    draw_heat_key(paper, week.hours, 596)
    if week.best_hours:
        words = ", ".join(style.slot_words(slot) for slot in week.best_hours)
        at = (style.MARGIN, 612.0)
        paper.text(at, f"Busiest: {words}", HEADING, room=640)
    return Document("activity.png", paper.png(), _week_alt(week))


def _draw_both_sides(paper: Paper, of: ClanReport | Card, rect: Rect) -> None:
    left, top, width, height = rect
    above = height / 2 - 24
    xp, messages = _both_sides(of.trend, of.span, ZoneInfo(of.zone))
    draw_days(paper, xp, (left, top, width, above), dates=False)
    draw_days(paper, messages, (left, top + above + 16, width, height - above - 16), dates=True)


def _both_sides(trend: tuple[DayLine, ...], span: Span, zone: ZoneInfo) -> tuple[Days, Days]:
    """Return XP and messages per day; the days of the span are lit where the trend goes further."""
    days = tuple(line.day for line in trend)
    lit = span.length.days
    note = plural(len(days), "day") + (f", the last {lit} lit" if lit < len(days) else "")
    falls = tuple(place for place, line in enumerate(trend) if line.fell)
    note += ", dots: something fell" if falls else ""
    running = bool(trend) and day_span(trend[-1].day, zone).end > span.end
    xp = tuple(line.xp for line in trend)
    messages = tuple(line.messages for line in trend)
    return (
        Days("XP per day", note, days, xp, style.XP, lit, running, falls),
        Days("Messages per day", "", days, messages, style.MESSAGES, lit, running),
    )


def _draw_best(
    paper: Paper, slots: tuple[tuple[int, int, int], ...], left: float, top: float
) -> None:
    for place, slot in enumerate(slots[:3]):
        y = top + 30 * place
        paper.text((left, y), style.slot_words(slot), STRONG)
        words = plural(slot[2], "message")
        paper.text((left + 130, y), words, SOFT)


def _total_tiles(report: ClanReport) -> list[Tile]:
    rows = {row.label: row for row in total_rows(report)}
    tiles = [_total_tile(rows[label]) for label in ("XP gained", "Boss kills", "Messages")]
    active = rows["Members active"]
    members = report.totals.members
    tiles.append(_total_tile(active, style.ACTIVE, f"{exact(active.now)} of {members:,}"))
    return tiles


def _total_tile(row: TotalRow, colour: str | None = None, value: str | None = None) -> Tile:
    change = row.percent
    tone = {"+": style.ACTIVE, "-": style.DOWN}.get(change[0], style.INK_SOFT)
    below = "nothing to compare" if change == DASH else f"{change}, before: {short(row.before)}"
    colour = colour or _TILE_COLOURS[row.label]
    seen = row.seen.removesuffix(" members")
    label = f"{row.label}, {seen}" if seen else row.label
    return Tile(label, value or short(row.now), below, colour, tone)


def _fact_tile(fact: CardNumber) -> Tile:
    return Tile(fact.label, short(fact.value), fact.below, _TILE_COLOURS[fact.label])


def _card_line(card: Card) -> str:
    joined = card.member.joined_at
    since = joined and f"since {style.date_words(joined.astimezone(ZoneInfo(card.zone)).date())}"
    return style.evidence_words(
        part for part in (role_words(card.member.role), card.clan, since) if part
    )


def _accounts(card: Card) -> tuple[str, ...]:
    others = [name for name in card.accounts if name != card.member.name]
    return (f"also plays {', '.join(others)}",) if others else ()


def _report_alt(report: ClanReport, movers: TopMovers) -> str:
    totals = [
        f"{row.label} {short(row.now)}{_of(row)}{_compared(row)}"
        for row in total_rows(report)
        if row.label in {"XP gained", "Boss kills", "Messages", "Members active"}
    ]
    leaders = [
        f"{heading} {_leader(top)}"
        for heading, top in (
            ("Most XP", movers.xp),
            ("most boss kills", movers.kills),
            ("most messages", movers.messages),
        )
    ]
    return (
        f"Report of {report.clan} over {report.period.words}, "
        f"{style.span_words(report.span, report.zone)}. {'; '.join(totals)}. "
        f"{'; '.join(leaders)}. XP and messages per day as two areas; unknown days are gaps."
        f"{''.join(f' {each}.' for each in doubts(report))}{_falls(report.trend)}"
    )


def _of(row: TotalRow) -> str:
    return f" of {row.seen}" if row.seen else ""


def _falls(trend: tuple[DayLine, ...]) -> str:
    days = [style.day_words(line.day) for line in trend if line.fell]
    return f" Something fell on {', '.join(days)}." if days else ""


def _compared(row: TotalRow) -> str:
    change = row.percent
    return "" if change == DASH else f" ({change})"


def _leader(top: tuple[Mover, ...]) -> str:
    if not top:
        return "nobody"
    since = f" since {style.day_words(top[0].since)}" if top[0].since else ""
    return f"{top[0].name} with {short(top[0].value)}{since}"


def _card_alt(card: Card, facts: tuple[CardNumber, ...]) -> str:
    numbers = "; ".join(
        f"{fact.label} {short(fact.value)}{f' ({fact.below})' if fact.below else ''}"
        for fact in facts
    )
    best = ", ".join(style.slot_words(slot) for slot in card.best_hours[:3])
    nothing = "unknown" if card.member.chat is None else "none"
    return (
        f"Card of {card.member.name} in {card.clan} over {card.period.words}, "
        f"{style.span_words(card.span, card.zone)}. {numbers}. Best hours: {best or nothing}. "
        f"XP and messages per day of the last 90 days; unknown days are gaps.{_falls(card.trend)}"
    )


def _week_alt(week: ClanWeek) -> str:
    best = ", ".join(f"{style.slot_words(slot)} ({slot[2]:,})" for slot in week.best_hours)
    return (
        f"Messages of {week.clan} by weekday and hour over {week.period.words}, "
        f"{style.span_words(week.span, week.zone)}. Busiest: {best or 'no messages'}."
    )

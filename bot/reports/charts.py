"""The house's charts: the clan's report, a member's card, the clan's week. Values in, PNG out.

Every chart names its span and time zone and says in its alt text what it shows.
"""

from zoneinfo import ZoneInfo

from bot.clan.activity import TrendLine
from bot.clan.wording import DASH, role_words, short
from bot.reports import style
from bot.reports.clan_report import (
    ClanReport,
    Mover,
    TopMovers,
    TotalRow,
    begins,
    doubts,
    top_movers,
    total_rows,
)
from bot.reports.documents import Document
from bot.reports.paper import Paper
from bot.reports.pictures import Card, CardNumber, ClanWeek, card_facts
from bot.reports.plots import (
    HEADING,
    SMALL,
    SOFT,
    Tile,
    TopList,
    draw_header,
    draw_heat_key,
    draw_key,
    draw_movers,
    draw_small_print,
    draw_tiles,
    draw_trend,
    draw_week,
)
from bot.reports.trends import Mark, Trend, trend_of

_TILE_COLOURS = {
    "XP gained": style.XP,
    "Boss kills": style.KILLS,
    "Messages": style.MESSAGES,
    "Questions answered": style.ACTIVE,
}
_SHORT_LABELS = {"Questions answered": "Answers"}
_TILES, _PLOTS, _KEY = 112, 248, 672
"""Where tiles, plots and their key begin."""
_QUARTER = 90


def report_chart(report: ClanReport) -> Document:
    """Draw the clan's report: four totals, both sides step by step, and who moved most."""
    paper, trend = Paper(), trend_of(report)
    movers = top_movers(report, 3)
    span = style.span_words(report.shown_span, report.zone)
    draw_header(paper, report.clan, span, f"last {report.period.words}")
    draw_tiles(paper, _total_tiles(report), _TILES)
    draw_trend(paper, trend, (style.MARGIN, _PLOTS, 672, 392))
    lists = (
        TopList("Most XP", movers.xp, style.XP),
        TopList("Most boss kills", movers.kills, style.KILLS),
        TopList("Most messages", movers.messages, style.MESSAGES),
    )
    for place, top_list in enumerate(lists):
        draw_movers(paper, top_list, (728, _PLOTS + 133 * place, 340, 128))
    draw_key(paper, trend.key, _KEY)
    draw_small_print(paper, _report_notes(report, movers))
    return Document("clan_report.png", paper.png(), _report_alt(report, trend, movers))


def card_chart(card: Card) -> Document:
    """Draw a member's card: four numbers, both sides step by step, and the hours they write in."""
    paper, trend = Paper(), trend_of(card)
    span = style.span_words(card.shown_span, card.zone)
    draw_header(paper, card.member.name, span, f"last {card.period.words}")
    facts = card_facts(card)
    draw_tiles(paper, [_fact_tile(fact) for fact in facts], _TILES)
    draw_trend(paper, trend, (style.MARGIN, _PLOTS, 600, 392))
    draw_key(paper, trend.key, _KEY)
    draw_small_print(paper, _card_notes(card))
    left, width = 656.0, 412.0
    paper.text((left, _PLOTS + 22), "When they write", HEADING)
    if card.member.chat is None:
        paper.text((left, _PLOTS + 70), f"{DASH} Discord side unknown", SOFT)
    else:
        draw_week(paper, card.hours, (left, _PLOTS + 38, width, 320), every=6)
        paper.text((left, _KEY - 42), f"{_QUARTER} days", SMALL)
        draw_heat_key(paper, card.hours, left + width, _KEY - 42, each=26)
    return Document("member_card.png", paper.png(), _card_alt(card, facts, trend))


def heatmap_chart(week: ClanWeek) -> Document:
    """Draw when the clan writes: messages by weekday and hour of its own clock."""
    paper = Paper()
    span = style.span_words(week.span, week.zone)
    draw_header(paper, week.clan, f"Messages by hour \N{MIDDLE DOT} {span}", _last(week))
    draw_week(paper, week.hours, (style.MARGIN, 118, 1036, 500))
    right = style.WIDTH - style.MARGIN
    draw_heat_key(paper, week.hours, right, 656, "messages in the hour:")
    if week.best_hours:
        words = ", ".join(style.slot_words(slot) for slot in week.best_hours)
        paper.text((style.MARGIN, 702), f"Busiest: {words}", HEADING, room=1036)
    return Document("activity.png", paper.png(), _week_alt(week))


def _last(week: ClanWeek) -> str:
    return f"last {week.period.words}"


def _report_notes(report: ClanReport, movers: TopMovers) -> tuple[str, ...]:
    """Return what has to be known to read the picture right."""
    seen = next((row.seen for row in total_rows(report) if row.seen), "")
    later = any(mover.since for mover in (*movers.xp, *movers.kills))
    return (
        *map(_capital, begins(report)),
        *([f"XP and kills of {seen}"] if seen else []),
        *(["* not counted from the start"] if later else []),
    )


def _card_notes(card: Card) -> tuple[str, ...]:
    joined = card.member.joined_at
    since = joined and f"since {style.date_words(joined.astimezone(ZoneInfo(card.zone)).date())}"
    return tuple(part for part in (role_words(card.member.role), card.clan, since) if part)


def _total_tiles(report: ClanReport) -> list[Tile]:
    rows = {row.label: row for row in total_rows(report)}
    tiles = [_total_tile(rows[label]) for label in ("XP gained", "Boss kills", "Messages")]
    return [*tiles, _total_tile(rows["Members active"], style.ACTIVE)]


def _total_tile(row: TotalRow, colour: str | None = None) -> Tile:
    change = row.percent
    tone = {"+": style.ACTIVE, "-": style.DOWN}.get(change[0], style.INK_SOFT)
    below = f"{DASH} before" if change == DASH else f"{change} from {short(row.before)}"
    return Tile(row.label, short(row.now), below, colour or _TILE_COLOURS[row.label], tone)


def _fact_tile(fact: CardNumber) -> Tile:
    label = _SHORT_LABELS.get(fact.label, fact.label)
    # Only the place has room; what else stands below is told beside the picture.
    below = fact.below.partition(" \N{MIDDLE DOT} ")[0]
    return Tile(label, short(fact.value), below, _TILE_COLOURS[fact.label])


def _report_alt(report: ClanReport, trend: Trend, movers: TopMovers) -> str:
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
        f"{style.span_words(report.shown_span, report.zone)}. {'; '.join(totals)}. "
        f"{'; '.join(leaders)}. {_drawn(trend)}"
        f"{''.join(f' {_sentence(each)}' for each in doubts(report))}{_falls(report.trend)}"
    )


def _drawn(trend: Trend) -> str:
    """Return what is drawn step by step, and beside what."""
    beside = [words for mark, words in trend.key if mark in {Mark.MEAN, Mark.BEFORE}]
    told = f" beside the {' and the '.join(beside)}" if beside else ""
    hatched = " What was not seen is hatched." if Mark.UNSEEN in dict(trend.key) else ""
    return f"Bars: {trend.xp.label}, {trend.messages.label}{told}.{hatched}"


def _sentence(words: str) -> str:
    return f"{_capital(words)}."


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _of(row: TotalRow) -> str:
    return f" of {row.seen}" if row.seen else ""


def _falls(lines: tuple[TrendLine, ...]) -> str:
    days = dict.fromkeys(style.day_words(line.day) for line in lines if line.fell)
    return f" XP or kills were lost on {', '.join(days)}." if days else ""


def _compared(row: TotalRow) -> str:
    change = row.percent
    return "" if change == DASH else f" ({change})"


def _leader(top: tuple[Mover, ...]) -> str:
    if not top:
        return "nobody"
    since = f" since {style.day_words(top[0].since)}" if top[0].since else ""
    return f"{top[0].name} with {short(top[0].value)}{since}"


def _card_alt(card: Card, facts: tuple[CardNumber, ...], trend: Trend) -> str:
    numbers = "; ".join(
        f"{fact.label} {short(fact.value)}{f' ({fact.below})' if fact.below else ''}"
        for fact in facts
    )
    best = ", ".join(style.slot_words(slot) for slot in card.best_hours[:3])
    nothing = "unknown" if card.member.chat is None else "none"
    return (
        f"Card of {card.member.name} in {card.clan} over {card.period.words}, "
        f"{style.span_words(card.shown_span, card.zone)}. {numbers}. "
        f"Best hours of {_QUARTER} days: {best or nothing}. {_drawn(trend)}{_falls(card.trend)}"
    )


def _week_alt(week: ClanWeek) -> str:
    best = ", ".join(f"{style.slot_words(slot)} ({slot[2]:,})" for slot in week.best_hours)
    return (
        f"Messages of {week.clan} by weekday and hour over {week.period.words}, "
        f"{style.span_words(week.span, week.zone)}. Busiest: {best or 'no messages'}."
    )

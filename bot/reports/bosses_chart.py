"""The bosses that a clan killed most, each with who did most of it. Values in, PNG out."""

from bot.clan.wording import DASH, plural, short
from bot.reports import style
from bot.reports.boss_report import BossReport
from bot.reports.clan_report import Mover
from bot.reports.documents import Document
from bot.reports.paper import Paper, width_of
from bot.reports.plots import SMALL, SOFT, STRONG, draw_header, draw_small_print

_TOP, _EACH = 118, 68
_LEFT = 640


def bosses_chart(report: BossReport) -> Document:
    """Draw the bosses that were killed most."""
    paper = Paper()
    span = style.span_words(report.shown_span, report.zone)
    draw_header(paper, report.clan, span, f"bosses, last {report.period.words}")
    most = max((row.kills or 0 for row in report.most_killed), default=0) or 1
    wide = _LEFT - style.MARGIN
    for place, row in enumerate(report.most_killed):
        top, kills = _TOP + place * _EACH, row.kills or 0
        paper.box((style.MARGIN, top, wide, _EACH - 8), style.PANEL, corner=6)
        paper.rects(
            [(style.MARGIN, top, max(wide * kills / most, 6), _EACH - 8)], style.KILLS, 0.38
        )
        value = short(kills)
        baseline = top + _EACH / 2 + 5
        paper.text((_LEFT - 12, baseline), value, STRONG, align="right")
        room = wide - 44 - width_of(value, STRONG)
        paper.text((style.MARGIN + 16, baseline), row.name, STRONG, room=room)
        if row.top:
            right, value = style.WIDTH - style.MARGIN, short(row.top.value)
            paper.text((right, baseline), value, SMALL, align="right")
            room = right - _LEFT - 32 - width_of(value, SMALL)
            paper.text((_LEFT + 16, baseline), row.top.name, SMALL, room=room)
    if not report.most_killed:
        paper.text((style.MARGIN, _TOP + 40), f"{DASH} {_nothing(report)}", SOFT)
    draw_small_print(paper, ("most killed, and who killed most of each", *report.evidence))
    return Document("bosses.png", paper.png(), _alt(report, span))


def _alt(report: BossReport, span: str) -> str:
    told = "; ".join(f"{row.name} {short(row.kills)}{_by(row.top)}" for row in report.most_killed)
    return (
        f"Bosses of {report.clan} over {report.period.words}, {span}. "
        f"{plural(report.bosses, 'boss', 'bosses')}: {told or _nothing(report)}."
    )


def _nothing(report: BossReport) -> str:
    return "kills are not known" if report.kills.now is None else "no kill was seen"


def _by(top: Mover | None) -> str:
    return f", most by {top.name} with {short(top.value)}" if top else ""

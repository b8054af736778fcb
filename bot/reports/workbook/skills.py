"""The sheet Skills: what every member gained in every skill, the clan's own lines above them."""

from bot.clan.wording import DASH
from bot.reports import style
from bot.reports.clan_report import ClanReport
from bot.reports.metric_tables import SkillRow, skill_gains, skill_rows
from bot.reports.workbook.matrix import COUNTED, FIXED, write_matrix
from bot.reports.workbook.sheets import Column, Sheet, StyledWorkbook

_CLAN, _HEAD = 2, 8
_LINES = (
    "Clan gained",
    "Members who gained",
    "Most gained by",
    "Their gain",
    "Clan's XP now",
    "Members at 99",
)


def write_skills(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write the XP gained in the span, by member and skill."""
    sheet = workbook.sheet("Skills")
    sheet.title(
        f"{report.clan} · Skills",
        f"XP gained, {style.span_words(report.shown_span, report.zone)} · {DASH} unknown · "
        "italic: not counted from the start",
    )
    skills = skill_rows(report)
    for line, words in enumerate(_LINES, start=_CLAN):
        sheet.text(line, 0, words, "strong")
    for column, skill in enumerate(skills, start=len(FIXED)):
        _write_clan(sheet, column, skill)
    columns = (*FIXED, *(Column(skill.name, 11.5) for skill in skills), *COUNTED)
    rows = skill_gains(report, tuple(skill.metric for skill in skills))
    sheet.head(_HEAD, columns)
    write_matrix(sheet, _HEAD, rows, style.SHEET_SCALES["xp"])


def _write_clan(sheet: Sheet, column: int, skill: SkillRow) -> None:
    sheet.number(_CLAN, column, skill.gained)
    sheet.number(_CLAN + 1, column, skill.gainers)
    sheet.text(_CLAN + 2, column, skill.top and skill.top.name, "shrunk")
    sheet.number(_CLAN + 3, column, skill.top and skill.top.value)
    sheet.number(_CLAN + 4, column, skill.total, "millions")
    sheet.number(_CLAN + 5, column, skill.maxed)

"""The hidden sheet that the native charts and sparklines read; what is unknown is empty there.

A dash in a chart's cells would be drawn as zero, and unknown is not zero.
"""

from xlsxwriter.utility import xl_range_formula

from bot.reports.clan_report import ClanReport
from bot.reports.workbook.sheets import StyledWorkbook

_NAME = "Chart source"
_WEEKS_FROM = 4


class Source:
    """Where on the hidden sheet which numbers stand."""

    def __init__(self, report: ClanReport) -> None:
        self.steps = len(report.trend)
        self._weeks = max((len(each.weekly_messages) for each in report.roster.members), default=0)

    def trend(self, column: int) -> list[str | int]:
        """Return the range of a column of the trend: 0 its steps, 1 XP, 2 messages."""
        return [_NAME, 1, column, self.steps, column]

    def weeks(self, place: int) -> str:
        """Return the range of the weekly messages of a member, counted from 0 in the roster."""
        row, last = place + 1, _WEEKS_FROM + self._weeks - 1
        return str(xl_range_formula(_NAME, row, _WEEKS_FROM, row, last))


def write_source(workbook: StyledWorkbook, report: ClanReport) -> None:
    """Write what the charts and sparklines draw."""
    sheet = workbook.sheet(_NAME)
    sheet.page.hide()
    for column, words in enumerate(("Day", "XP", "Messages", "", "Messages by week")):
        sheet.text(0, column, words)
    for row, line in enumerate(report.trend, start=1):
        sheet.step(row, 0, line)
        if line.xp is not None:
            sheet.number(row, 1, line.xp)
        if line.messages is not None:
            sheet.number(row, 2, line.messages)
    for row, member in enumerate(report.roster.members, start=1):
        sheet.page.write_row(row, _WEEKS_FROM, member.weekly_messages)

"""How the clan did, and how the bot does."""

from cogs.report.report import SUMMARY, WORKBOOK, ReportScreen, ReportState
from cogs.report.status import StatusScreen, status_answer

__all__ = ["SUMMARY", "WORKBOOK", "ReportScreen", "ReportState", "StatusScreen", "status_answer"]

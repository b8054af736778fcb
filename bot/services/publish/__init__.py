"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.dashboard import Dashboards, WrittenDashboard
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.report import Publish, ReportFiles, report_coverage

__all__ = [
    "AuditFiles",
    "Audits",
    "CardFiles",
    "Cards",
    "Dashboards",
    "Details",
    "OptedOut",
    "Publish",
    "ReportFiles",
    "WrittenDashboard",
    "report_coverage",
]

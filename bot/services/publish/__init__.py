"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.activity import Activities, ActivityFiles
from bot.services.publish.bosses import Bosses, BossFiles
from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.report import Publish, ReportFiles, report_coverage

__all__ = [
    "Activities",
    "ActivityFiles",
    "AuditFiles",
    "Audits",
    "BossFiles",
    "Bosses",
    "CardFiles",
    "Cards",
    "Details",
    "OptedOut",
    "Publish",
    "ReportFiles",
    "report_coverage",
]

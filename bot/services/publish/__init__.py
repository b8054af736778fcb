"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.card import CardFiles, Cards
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.report import (
    Publish,
    ReportFiles,
    metric_gains,
    read_metrics,
    report_coverage,
    top_bosses,
)

__all__ = [
    "AuditFiles",
    "Audits",
    "CardFiles",
    "Cards",
    "Details",
    "Publish",
    "ReportFiles",
    "metric_gains",
    "read_metrics",
    "report_coverage",
    "top_bosses",
]

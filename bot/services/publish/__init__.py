"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.comparisons import ComparisonFiles, Comparisons, NotCompared
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.leaderboards import BoardFiles, Leaderboards
from bot.services.publish.questions import AskedIn, ClanQuestions, QuestionsAnswer
from bot.services.publish.report import Publish, ReportFiles, report_coverage

__all__ = [
    "AskedIn",
    "AuditFiles",
    "Audits",
    "BoardFiles",
    "CardFiles",
    "Cards",
    "ClanQuestions",
    "ComparisonFiles",
    "Comparisons",
    "Details",
    "Leaderboards",
    "NotCompared",
    "OptedOut",
    "Publish",
    "QuestionsAnswer",
    "ReportFiles",
    "report_coverage",
]

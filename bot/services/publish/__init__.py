"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.newcomers import Newcomers, NewcomersAnswer
from bot.services.publish.questions import AskedIn, ClanQuestions, QuestionsAnswer
from bot.services.publish.report import Publish, ReportFiles, report_coverage

__all__ = [
    "AskedIn",
    "AuditFiles",
    "Audits",
    "CardFiles",
    "Cards",
    "ClanQuestions",
    "Details",
    "Newcomers",
    "NewcomersAnswer",
    "OptedOut",
    "Publish",
    "QuestionsAnswer",
    "ReportFiles",
    "report_coverage",
]

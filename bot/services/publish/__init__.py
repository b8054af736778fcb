"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.activity import Activities, ActivityFiles
from bot.services.publish.bosses import Bosses, BossFiles
from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.dashboard import DashboardPlaces, Dashboards, WrittenDashboard
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.leaderboards import BoardFiles, Leaderboards
from bot.services.publish.questions import AskedIn, ClanQuestions, QuestionsAnswer
from bot.services.publish.report import Publish, ReportFiles, report_coverage, report_folder

__all__ = [
    "Activities",
    "ActivityFiles",
    "AskedIn",
    "AuditFiles",
    "Audits",
    "BoardFiles",
    "BossFiles",
    "Bosses",
    "CardFiles",
    "Cards",
    "ClanQuestions",
    "DashboardPlaces",
    "Dashboards",
    "Details",
    "Leaderboards",
    "OptedOut",
    "Publish",
    "QuestionsAnswer",
    "ReportFiles",
    "WrittenDashboard",
    "report_coverage",
    "report_folder",
]

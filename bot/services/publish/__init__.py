"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.activity import Activities, ActivityFiles
from bot.services.publish.bosses import Bosses, BossFiles
from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.comparisons import ComparisonFiles, Comparisons, NotCompared
from bot.services.publish.dashboard import DashboardPlaces, Dashboards, WrittenDashboard
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.digest import (
    ChannelPost,
    DigestMessage,
    Digests,
    DigestState,
    OfficersSource,
    PostResult,
)
from bot.services.publish.leaderboards import BoardFiles, Leaderboards
from bot.services.publish.newcomers import Newcomers, NewcomersAnswer
from bot.services.publish.questions import AskedIn, ClanQuestions, QuestionsAnswer
from bot.services.publish.report import (
    Publish,
    ReportFiles,
    report_coverage,
    report_folder,
    report_folders,
)

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
    "ChannelPost",
    "ClanQuestions",
    "ComparisonFiles",
    "Comparisons",
    "DashboardPlaces",
    "Dashboards",
    "Details",
    "DigestMessage",
    "DigestState",
    "Digests",
    "Leaderboards",
    "Newcomers",
    "NewcomersAnswer",
    "NotCompared",
    "OfficersSource",
    "OptedOut",
    "PostResult",
    "Publish",
    "QuestionsAnswer",
    "ReportFiles",
    "WrittenDashboard",
    "report_coverage",
    "report_folder",
    "report_folders",
]

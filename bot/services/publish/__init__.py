"""What goes out: reports, cards and pictures, arranged here and drawn elsewhere."""

from bot.services.publish.card import CardFiles, Cards, OptedOut
from bot.services.publish.details import AuditFiles, Audits, Details
from bot.services.publish.digest import (
    ChannelPost,
    DigestMessage,
    Digests,
    DigestState,
    OfficersSource,
    PostResult,
)
from bot.services.publish.questions import AskedIn, ClanQuestions, QuestionsAnswer
from bot.services.publish.report import Publish, ReportFiles, report_coverage

__all__ = [
    "AskedIn",
    "AuditFiles",
    "Audits",
    "CardFiles",
    "Cards",
    "ChannelPost",
    "ClanQuestions",
    "Details",
    "DigestMessage",
    "DigestState",
    "Digests",
    "OfficersSource",
    "OptedOut",
    "PostResult",
    "Publish",
    "QuestionsAnswer",
    "ReportFiles",
    "report_coverage",
]

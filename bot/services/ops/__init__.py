"""How the bot itself is doing: runs of jobs, status, backups."""

from bot.services.ops.archive import Archive
from bot.services.ops.disk_use import DiskUse
from bot.services.ops.duties import THE_BOT, Alone, Duties, LockLost, Shared
from bot.services.ops.integrity import CHECKS, Integrity, IntegrityCheck, Repaired, Tells
from bot.services.ops.lateness import Lateness
from bot.services.ops.rounds import (
    DONE,
    FAILED,
    OVERTAKEN,
    REFUSED,
    STOPPED,
    Outcome,
    look_again,
    poll_clan,
)
from bot.services.ops.turns import NotYourTurn, Turns
from bot.services.ops.upkeep import REHEARSAL, Status, Upkeep
from bot.services.ops.vitals import DatabaseState, Vitals

__all__ = [
    "CHECKS",
    "DONE",
    "FAILED",
    "OVERTAKEN",
    "REFUSED",
    "REHEARSAL",
    "STOPPED",
    "THE_BOT",
    "Alone",
    "Archive",
    "DatabaseState",
    "DiskUse",
    "Duties",
    "Integrity",
    "IntegrityCheck",
    "Lateness",
    "LockLost",
    "NotYourTurn",
    "Outcome",
    "Repaired",
    "Shared",
    "Status",
    "Tells",
    "Turns",
    "Upkeep",
    "Vitals",
    "look_again",
    "poll_clan",
]

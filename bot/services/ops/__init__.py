"""How the bot itself is doing: runs of jobs, status, backups."""

from bot.services.ops.archive import Archive
from bot.services.ops.disk_use import DiskUse
from bot.services.ops.duties import THE_BOT, Alone, Duties, LockLost, Shared
from bot.services.ops.integrity import CHECKS, Integrity, IntegrityCheck, Repaired, Tells
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
    "DiskUse",
    "Duties",
    "Integrity",
    "IntegrityCheck",
    "LockLost",
    "NotYourTurn",
    "Outcome",
    "Repaired",
    "Shared",
    "Status",
    "Tells",
    "Turns",
    "Upkeep",
    "look_again",
    "poll_clan",
]

"""How the bot itself is doing: runs of jobs, status, backups."""

from bot.services.ops.archive import Archive
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
from bot.services.ops.upkeep import Status, Upkeep

__all__ = [
    "DONE",
    "FAILED",
    "OVERTAKEN",
    "REFUSED",
    "STOPPED",
    "Archive",
    "NotYourTurn",
    "Outcome",
    "Status",
    "Turns",
    "Upkeep",
    "look_again",
    "poll_clan",
]

"""What Wise Old Man shows: polls, the first year, renames, and asking it to look again."""

from bot.services.game.faults import AGAIN, fault_parts, fault_words, unready
from bot.services.game.first_year import fill_history
from bot.services.game.looking import Looking
from bot.services.game.poll import GAP, Failure, NoGroup, Poll, PollResult, PollUnderWay
from bot.services.game.refreshing import MOST_AT_ONCE, OwnGroup, Refreshing, Requested
from bot.services.game.shared_budget import SharedBudget
from bot.services.game.snapshots import reading_of, store_history, store_readings

__all__ = [
    "AGAIN",
    "GAP",
    "MOST_AT_ONCE",
    "Failure",
    "Looking",
    "NoGroup",
    "OwnGroup",
    "Poll",
    "PollResult",
    "PollUnderWay",
    "Refreshing",
    "Requested",
    "SharedBudget",
    "fault_parts",
    "fault_words",
    "fill_history",
    "reading_of",
    "store_history",
    "store_readings",
    "unready",
]

"""Leave of absence: one's own, and whose officers look after."""

from cogs.leave.away_list import LeaveRequest, away_answer
from cogs.leave.leave import Day, Reason, away_words, no_day, on_day

__all__ = ["Day", "LeaveRequest", "Reason", "away_answer", "away_words", "no_day", "on_day"]

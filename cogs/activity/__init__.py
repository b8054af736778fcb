"""When a clan is there, and the best times for an event."""

from cogs.activity.screen import LONGEST, ActivityScreen, activity_answer

__all__ = ["LONGEST", "ActivityScreen", "activity_answer"]

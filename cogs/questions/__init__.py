"""The clan's questions: what is open, and who helps."""

from cogs.questions.screen import QuestionsScreen, QuestionsState

__all__ = ["QuestionsScreen", "QuestionsState"]

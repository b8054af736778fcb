"""The settings in Discord: pages, forms, a draft of what is changed, what if, saving it."""

from cogs.settings.commands import settings_answer

__all__ = ["settings_answer"]

"""What is kept of somebody, and their say in it."""

from cogs.privacy.screen import retention_words

__all__ = ["retention_words"]

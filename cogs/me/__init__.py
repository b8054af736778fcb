"""Cards of members: one's own, and those of others."""

from cogs.me.card import visitor

__all__ = ["visitor"]

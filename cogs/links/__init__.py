"""Whose account is whose: claims, and the list on which officers decide about them."""

from cogs.links.rows import LinksTab
from cogs.links.screen import LinksScreen, LinksState

__all__ = ["LinksScreen", "LinksState", "LinksTab"]

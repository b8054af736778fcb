"""The setup of a clan: a checklist on pages, to be worked through again at any time."""

from cogs.setup.digest import DigestScreen
from cogs.setup.screen import SetupScreen
from cogs.setup.state import SetupState

__all__ = ["DigestScreen", "SetupScreen", "SetupState"]

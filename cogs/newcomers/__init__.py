"""The clan's newcomers: how far they get, whom nobody answered, and who welcomes."""

from cogs.newcomers.screen import NewcomersScreen, NewcomersState

__all__ = ["NewcomersScreen", "NewcomersState"]

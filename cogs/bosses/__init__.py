"""What a clan killed."""

from cogs.bosses.screen import BossesScreen, BossesState

__all__ = ["BossesScreen", "BossesState"]

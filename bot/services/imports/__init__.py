"""What a clan brings along: the replaced system's database, and exported Discord histories."""

from bot.services.imports.counts import ImportResult, ImportTally, Shows
from bot.services.imports.exports import export_files
from bot.services.imports.imports import Imports
from bot.services.imports.legacy import LegacySource

__all__ = ["ImportResult", "ImportTally", "Imports", "LegacySource", "Shows", "export_files"]

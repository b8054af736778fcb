"""What can go wrong with the database.

StorageError
|-- DatabaseLocked      another process holds it longer than we wait
|-- DatabaseDamaged     the integrity check failed
|-- Overtaken           another process wrote first what there can be only once
`-- MigrationFailed     the schema could not be brought up; the old file stands
"""

from pathlib import Path


class StorageError(Exception):
    """The base of everything that storage raises itself."""


class DatabaseLocked(StorageError):
    """Another process held the database for longer than we wait."""


class DatabaseDamaged(StorageError):
    """The integrity check of `path` failed with `finding`."""

    def __init__(self, path: Path, finding: str) -> None:
        super().__init__(f"{path} is damaged: {finding}")
        self.path = path
        self.finding = finding


class Overtaken(StorageError):
    """Another process wrote first what there can be only once; nothing of ours was kept."""


class MigrationFailed(StorageError):
    """The schema could not be brought from `current` to `wanted`; the old file is untouched."""

    def __init__(self, current: str | None, wanted: str, reason: str) -> None:
        super().__init__(f"migration from {current or 'nothing'} to {wanted} failed: {reason}")
        self.current = current
        self.wanted = wanted

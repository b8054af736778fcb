"""Which archive goes with a backup: its own, what stands beside the database, or another one's."""

from pathlib import Path

from storage.archive_file import must_fit
from storage.backup import beside, made_at
from storage.errors import ArchiveUnusable


def sources(backup: Path, target: Path, key: str | None) -> dict[Path, Path]:
    """Return what is to be copied of what belongs to a backup, by the place where it belongs.

    `key` is that of the archive without which the backup is of no use.
    """
    found = {}
    for each, place in zip(beside(backup), beside(target), strict=True):
        source = each if each.exists() else _archive_for(key, each, place)
        if source is not None:
            found[place] = source
    return found


def must_have_archive(key: str | None, backup: Path, target: Path) -> Path | None:
    """Return the archive that a restore would take of another backup, None for none.

    Raises ArchiveUnusable where the backup needs one and none that fits is to be had.
    """
    (mine,), (place,) = beside(backup), beside(target)
    if key is None or mine.exists() or fits(place, key):
        return None
    found = _archive_for(key, mine, place)
    if found is None:
        raise ArchiveUnusable(mine, "is not there")
    return found


def older(archive: Path | None, backup: Path) -> Path | None:
    """Return an archive of an earlier backup: it may lack what moved since. None for no such."""
    if archive is None or archive in beside(backup):
        return None
    return archive if made_at(archive) < made_at(backup) else None


def _archive_for(key: str | None, missing: Path, place: Path) -> Path | None:
    """Return the newest archive beside a backup that fits it, though it came with another one.

    None where none is needed, or what stands in its place fits.
    """
    if key is None or fits(place, key):
        return None
    names = sorted(missing.parent.glob(f"{place.stem}-*.db"), reverse=True)
    return next((each for each in names if fits(each, key)), None)


def fits(archive: Path, key: str) -> bool:
    """Return whether a file is there and is the archive of the database with a key."""
    try:
        must_fit(archive, key)
    except ArchiveUnusable:
        return False
    return True

"""What went wrong, in words: the narrowest kind wins, and nothing of the inside is told."""

import errno
from pathlib import Path

import pytest

from bot.services.chat import UnknownZone
from bot.services.game import NoGroup, PollUnderWay, fault_words
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    MigrationFailed,
)
from wom.errors import InvalidId, WomBadRequest, WomBlocked, WomBusy, WomNotFound, WomUnreachable


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoGroup("Iron Cabbage"), "/clanstats setup"),
        (PollUnderWay("Iron Cabbage"), "is being read"),
        (UnknownZone("Lumbridge"), "Europe/London"),
        (WomUnreachable("/groups/1"), "cannot be reached"),
        (WomBusy("/groups/1", 429, 10.0), "slow down"),
        (WomBlocked("/groups/1", 429), "blocked"),
        (WomNotFound("/groups/1", 404), "does not know that group"),
        (WomBadRequest("/groups/1", 400, "SECRET"), "refused"),
        (InvalidId("/groups/:id"), "refused"),
        (DatabaseLocked("x"), "busy"),
        (DatabaseFull(Path("/data/clan.db"), "full"), "disk is full"),
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "disk is full"),
        (DatabaseUnopenable(Path("/data/clan.db"), "read-only"), "cannot be written"),
        (DatabaseDamaged(Path("/data/clan.db"), "row 3"), "is damaged"),
        (MigrationFailed("1", "2", "no disk"), "cannot be used"),
    ],
)
def test_each_kind_is_told_by_its_own_words(error: Exception, words: str) -> None:
    said = fault_words(error)
    assert said is not None
    assert words in said
    assert "SECRET" not in said
    assert "/groups" not in said
    assert "/data" not in said


def test_what_nobody_expected_has_no_words() -> None:
    assert fault_words(KeyError("secret")) is None

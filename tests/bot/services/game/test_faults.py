"""What went wrong, in words: the narrowest kind wins, and nothing of the inside is told."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.services.chat import UnknownZone
from bot.services.game import AGAIN, NoGroup, PollUnderWay, fault_parts, fault_words
from bot.services.game.group_facts import TooManyMembers
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseUnopenable,
    MigrationFailed,
)
from wom.errors import (
    InvalidId,
    InvalidName,
    PlayerTooSoon,
    WomBadRequest,
    WomBlocked,
    WomBusy,
    WomError,
    WomMoved,
    WomNotFound,
    WomTooLarge,
    WomUnreachable,
    WomWrongCode,
)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoGroup("Iron Cabbage"), "/clanstats setup"),
        (PollUnderWay("Iron Cabbage"), "is being read"),
        (TooManyMembers("6000 members, 5000 at most"), "raises MAX_MEMBERS in .env"),
        (UnknownZone("Lumbridge"), "Europe/London"),
        (WomUnreachable("/groups/1"), "cannot be reached"),
        (WomBusy("/groups/1", 429, 10.0), "slow down"),
        (WomBlocked("/groups/1", 429), "blocked"),
        (WomNotFound("/groups/1", 404), "does not know that group"),
        (WomMoved("/groups/1", 301, "https://x.example"), "Something else answers"),
        (WomTooLarge("/groups/1", 200), "larger than any clan's"),
        (WomWrongCode("/groups/1", 403), "verification code is wrong"),
        (PlayerTooSoon("/players/1", 429), "less than a minute ago"),
        (InvalidName("/groups"), "can be called that"),
        (WomBadRequest("/groups/1", 400, "SECRET"), "refused"),
        (InvalidId("/groups/:id"), "such a number"),
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


def every_kind(of: type[WomError]) -> Iterator[type[WomError]]:
    yield of
    for each in of.__subclasses__():
        yield from every_kind(each)


def test_whatever_wise_old_man_says_is_told_with_what_to_do_and_without_its_inside() -> None:
    for kind in every_kind(WomError):
        parts = fault_parts(kind("/groups/11907", 404))
        assert parts is not None
        what, step = parts
        for part in (what, step):
            assert part
            assert not part.endswith(".")
            assert "/groups/" not in part
            assert "404" not in part


def test_where_nobody_waits_it_is_not_they_who_try_again() -> None:
    assert fault_parts(WomUnreachable("/groups/1")) == (
        "Wise Old Man cannot be reached at the moment",
        AGAIN,
    )
    assert fault_parts(DatabaseLocked("x")) == (
        "The database is busy with something long",
        AGAIN,
    )
    assert fault_parts(WomNotFound("/groups/1", 404)) == (
        "Wise Old Man does not know that group",
        "Choose it again in `/clanstats setup`",
    )
    assert fault_parts(KeyError("secret")) is None


def test_what_nobody_expected_has_no_words() -> None:
    assert fault_words(KeyError("secret")) is None

"""Errors become one sentence and an exit code; what nobody knows stays a defect with a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot.clan.diagnosis import fault
from bot.cli.context import CannotDo
from bot.cli.exit_codes import ended_in_words, words_for
from bot.services.game import NoGroup, PollUnderWay
from bot.settings import SettingsError
from storage.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseOwned,
    DatabaseUnopenable,
    DriverMissing,
    EmptyBesideBackups,
    MigrationFailed,
    NotOurs,
)
from wom import errors

SETTINGS = SettingsError(
    (fault("A", "is not set", "right is a word"), fault("B", "is odd", "right is 2"))
)
KNOWN: list[tuple[BaseException, int, str]] = [
    (SETTINGS, 2, "A is not set; right is a word\nB is odd; right is 2"),
    (errors.WomUnreachable("/groups/1"), 1, "check the connection"),
    (errors.WomBusy("/groups/1", 429), 1, "WOM_API_KEY for more requests"),
    (errors.WomBlocked("/groups/1", 429), 1, "for a day"),
    (errors.WomBroken("/groups/1", 500), 1, "try again later"),
    (errors.WomBadKey("/groups/1", 403), 1, "set WOM_API_KEY"),
    (errors.WomWrongCode("/groups/1", 403), 1, "set WOM_GROUP_SECRET"),
    (errors.WomNotFound("/groups/1", 404, "UNEXPECTED_ERROR"), 1, "check WOM_GROUP_ID"),
    (errors.WomMoved("/groups/1", 301, "https://x.example/v3"), 1, "to https://x.example/v3"),
    (errors.WomMoved("/groups/1", 301), 1, "Something else answers for Wise Old Man"),
    (DatabaseLocked("database is locked"), 1, "stop the other program"),
    (DatabaseOwned(Path("x.db"), "process 3"), 1, "x.db is in use by process 3; stop it first"),
    (
        DriverMissing("asyncpg"),
        1,
        'asyncpg has to be installed; type python -m pip install ".[postgresql]"',
    ),
    (EmptyBesideBackups(Path("x.db"), Path("b/y.db")), 1, "`clanstats restore b/y.db` brings it"),
    (DatabaseDamaged(Path("x.db"), "row 3"), 1, "the backups folder"),
    (DatabaseUnopenable(Path("x.db"), "read-only"), 1, "it is not damaged"),
    (DatabaseFull(Path("x.db"), "full"), 1, "make room"),
    (NotOurs(Path("x.db"), "no table"), 1, "name a file of the backups folder"),
    (MigrationFailed("0000", "0001", "no"), 1, "as it was before"),
    (MigrationFailed("0002", "0001", "no"), 1, "install the newest version"),
    (NoGroup("Iron Cabbage"), 1, "or set WOM_GROUP_ID"),
    (PollUnderWay("Iron Cabbage"), 1, "Iron Cabbage is being read already"),
    (CannotDo("This is odd", "do that"), 1, "This is odd; do that."),
    (PermissionError(13, "Permission denied", "/x"), 1, "/x: Permission denied; check that"),
    (ConnectionResetError(104, "reset by peer"), 1, "check the connection and the disk"),
]


def test_restore_is_advised_for_damage_and_for_nothing_beside_backups_alone() -> None:
    advised = [type(error) for error, _, _ in KNOWN if "clanstats restore" in words_for(error)]
    assert advised == [EmptyBesideBackups, DatabaseDamaged]


@pytest.mark.parametrize(("error", "code", "words"), KNOWN, ids=lambda it: type(it).__name__)
def test_what_is_known_ends_in_words_with_its_code(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, ended_in_words(verbose=False, interrupted=130):
        raise error
    told = capsys.readouterr()
    assert ended.value.exit_code == code
    assert words in told.err
    assert told.out == ""
    assert "Traceback" not in told.err


def test_the_traceback_is_for_those_who_ask(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), ended_in_words(verbose=True, interrupted=130):
        raise CannotDo("This is odd", "do that")
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.endswith("This is odd; do that.\n")


def test_what_is_not_known_is_a_defect_and_passes() -> None:
    with pytest.raises(ZeroDivisionError), ended_in_words(verbose=False, interrupted=130):
        raise ZeroDivisionError


@pytest.mark.parametrize(("interrupted", "words"), [(130, "Stopped.\n"), (0, "")])
def test_ctrl_c_ends_without_a_trace(
    interrupted: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        pytest.raises(typer.Exit) as ended,
        ended_in_words(verbose=False, interrupted=interrupted),
    ):
        raise KeyboardInterrupt
    assert ended.value.exit_code == interrupted
    assert capsys.readouterr().err == words


def subclasses(of: type[Exception]) -> Iterator[type[Exception]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def test_every_error_of_wise_old_man_has_a_remedy() -> None:
    for kind in subclasses(errors.WomError):
        told = words_for(kind("/groups/11907", 404))
        what, _, remedy = told.partition("; ")
        assert len(what) > 20
        assert len(remedy) > 10
        assert "/groups" not in told
        assert "404" not in told

"""How a command ends when it cannot do what was asked: in one sentence and with an exit code.

2 is for settings, 1 for everything else that is known, 130 for Ctrl-C. What is not known here is a
defect and shows its traceback.
"""
# ruff: noqa: PLC0415 - families of errors are imported when there is an error

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.context import CannotDo
from bot.cli.terminal import margin

if TYPE_CHECKING:
    from storage.errors import DatabaseLocked

_FAILED, _BAD_SETTINGS = 1, 2


@contextmanager
def ended_in_words(*, verbose: bool, interrupted: int) -> Iterator[None]:
    """Turn what is raised inside into words and an exit code."""
    try:
        yield
    except KeyboardInterrupt as error:
        if interrupted:
            margin().print("Stopped.")
        raise typer.Exit(interrupted) from error
    except known_errors() as error:
        if verbose:
            margin().print(traceback.format_exc())
        margin().print(words_for(error), style="red", soft_wrap=True)
        raise typer.Exit(_code(error)) from error


def words_for(error: BaseException) -> str:
    """Return what happened and what to do about it."""
    from bot.services.game import NoGroup, PollUnderWay
    from bot.settings import SettingsError
    from storage.errors import StorageError
    from wom.errors import WomError

    words: dict[type[BaseException], Callable[[Any], str]] = {
        SettingsError: str,
        WomError: lambda e: f"{wom_words(e)}; {wom_remedy(e)}.",
        StorageError: lambda e: f"{e}; {storage_remedy(e)}.",
        NoGroup: lambda e: f"{e}, or set WOM_GROUP_ID.",
        PollUnderWay: lambda e: f"{e}.",
        CannotDo: lambda e: f"{e.what}; {e.remedy}.",
        OSError: _of_the_system,
    }
    return next(said(error) for kind, said in words.items() if isinstance(error, kind))


def _of_the_system(error: OSError) -> str:
    if error.filename:
        remedy = "check that we may write there, have room, and that no program has it open"
        return f"{error.filename}: {error.strerror}; {remedy}."
    return f"{error}; check the connection and the disk."


def wom_words(error: BaseException) -> str:
    """Return what went wrong between us and Wise Old Man; paths and codes stand in the log."""
    from bot.services.game import fault_parts
    from wom.errors import WomMoved

    if isinstance(error, WomMoved) and error.address:
        return f"We are sent on from Wise Old Man's address to {error.address}"
    return (fault_parts(error) or (str(error),))[0]


def wom_remedy(error: BaseException) -> str:
    """Return what to do about an error of Wise Old Man."""
    from wom import errors

    remedies = (
        (errors.WomMoved, "if that is Wise Old Man, set WOM_BASE_URL to it, else see the network"),
        (errors.InvalidId, "check WOM_GROUP_ID"),
        (errors.InvalidName, "check how the name is written"),
        (errors.WomUnreachable, "check the connection, or try again later"),
        (errors.WomBusy, "wait a minute, or set WOM_API_KEY for more requests"),
        (errors.WomBlocked, "stop asking for a day"),
        (errors.WomBadKey, "set WOM_API_KEY to the key as WOM gave it, or leave it empty"),
        (errors.WomWrongCode, "set WOM_GROUP_SECRET to the group's verification code"),
        (errors.WomNotFound, "check WOM_GROUP_ID and WOM_BASE_URL"),
    )
    found = [remedy for kind, remedy in remedies if isinstance(error, kind)]
    return found[0] if found else "try again later"


def storage_remedy(error: BaseException) -> str:
    """Return what to do about an error of the database, who holds it included."""
    from storage import errors

    if isinstance(error, errors.DatabaseOwned):
        return "stop it first, or set DATA_DIR to another folder for a bot of its own"
    if isinstance(error, errors.EmptyBesideBackups):
        backup, folder = error.newest, error.newest.parent
        return f"`clanstats restore {backup}` brings it back; to begin anew, move {folder} away"
    if isinstance(error, errors.DatabaseLocked):
        return f"stop {_who(error)}, or try again"
    if step := getattr(error, "step", None):
        return str(step)
    if isinstance(error, errors.MigrationFailed) and (error.current or "") > error.wanted:
        return "the database is newer than this ClanStats: install the newest version"
    remedies = (
        (
            errors.DatabaseDamaged,
            "`clanstats restore` and the newest file of the backups folder put it right",
        ),
        (
            errors.DatabaseUnopenable,
            "it is not damaged: see that file and folder are there and that we may write them",
        ),
        (
            errors.ArchiveUnusable,
            (
                "put its file there, or `clanstats restore --latest` brings it back from a backup; "
                "`clanstats archive --without` does without it"
            ),
        ),
        (errors.CopyFailed, "name an empty database, and stop whatever else writes to it"),
        (errors.CopyUnfinished, "type `clanstats copy-to` again, and it is begun anew"),
        (errors.WriteConflict, "nothing was written: try again"),
        (
            errors.DatabaseFull,
            "make room there, then run it again; nothing that was written is lost",
        ),
        (errors.NotOurs, "name a file of the backups folder"),
        (
            errors.DriverMissing,
            'type python -m pip install ".[postgresql]" in the folder that has README.md',
        ),
    )
    found = [remedy for kind, remedy in remedies if isinstance(error, kind)]
    return found[0] if found else "the database is as it was before"


def _who(error: "DatabaseLocked") -> str:
    from storage.holders import holders
    from storage.owner import owner_of

    found = holders(error.path) if error.path is not None else []
    owner = owner_of(error.path) if error.path is not None and not found else None
    return " and ".join(found) or owner or "the other program that uses the database"


def known_errors() -> tuple[type[Exception], ...]:
    """Return the kinds of errors that words_for has words for."""
    from bot.services.game import NoGroup, PollUnderWay
    from bot.settings import SettingsError
    from storage.errors import StorageError
    from wom.errors import WomError

    return (SettingsError, WomError, StorageError, NoGroup, PollUnderWay, CannotDo, OSError)


def _code(error: BaseException) -> int:
    from bot.settings import SettingsError

    return _BAD_SETTINGS if isinstance(error, SettingsError) else _FAILED

"""What every command is given by whoever starts it; a test gives it something else."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from bot.gateway import DiscordSetup, Harvest
    from bot.settings import Settings
    from bot.wiring import Services


class ListFormat(StrEnum):
    """In which form a list is given: for people, spreadsheets or programs."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class CannotDo(Exception):
    """What was asked for cannot be done; `remedy` is what to do instead."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.remedy = remedy


def _open_services(
    settings: "Settings",
    **parts: Any,  # noqa: ANN401 - those of open_services
) -> "AbstractAsyncContextManager[Services]":
    from bot.wiring import open_services  # noqa: PLC0415 - half a second, and not for `--help`

    return open_services(settings, **parts)


@contextmanager
def _discord_in_words() -> Iterator[None]:
    from bot.gateway import NoDiscord  # noqa: PLC0415 - imports discord

    try:
        yield
    except NoDiscord as error:
        raise CannotDo(error.what, error.remedy) from error


async def _stay_on_discord(
    token: str,
    opens_bot: Any,  # noqa: ANN401 - that of gateway.stay
    shows: "Callable[[DiscordSetup], None]",
) -> None:
    from bot.gateway import stay  # noqa: PLC0415 - imports discord

    with _discord_in_words():
        await stay(token, opens_bot, shows=shows)


async def _check_discord(token: str, guild_id: int | None) -> "DiscordSetup":
    from bot.gateway import read_setup  # noqa: PLC0415 - likewise

    with _discord_in_words():
        return await read_setup(token, guild_id)


async def _read_discord(
    token: str,
    services: "Services",
    settings: "Settings",
    **parts: Any,  # noqa: ANN401 - those of gateway.harvest
) -> "Harvest":
    from bot.gateway import harvest  # noqa: PLC0415 - likewise

    with _discord_in_words():
        return await harvest(token, services, settings, **parts)


@dataclass(frozen=True, slots=True)
class CliContext:
    """The environment, and the doors to everything outside of the program."""

    environment: Mapping[str, str]
    env_file: Path
    open_services: "Callable[..., AbstractAsyncContextManager[Services]]" = _open_services
    stay_on_discord: "Callable[[str, Any, Callable[[DiscordSetup], None]], Awaitable[None]]" = (
        _stay_on_discord
    )
    check_discord: "Callable[[str, int | None], Awaitable[DiscordSetup]]" = _check_discord

    read_discord: "Callable[..., Awaitable[Harvest]]" = _read_discord

    def settings(self, *needed: str) -> "Settings":
        """Return the settings, read now; SettingsError when they are faulty or lack what is needed.

        What is needed is told by the names of fields. Words say where the settings were sought.
        """
        from bot.settings import SettingsError, load, missing  # noqa: PLC0415 - pydantic is slow

        try:
            settings = load(self.environment, self.env_file if self.env_file.is_file() else None)
        except SettingsError as error:
            raise SettingsError(error.faults, self.sought) from None
        if faults := missing(settings, needed):
            raise SettingsError(faults, self.sought)
        return settings

    @property
    def sought(self) -> str:
        """Where the settings come from, in words."""
        place = self.env_file.absolute()
        name = place.name
        if place.is_file():
            return f"Settings come from {place} and the environment, which wins."
        if place.with_name(f"{name}.txt").is_file():
            return f"{name} was sought at {place}, but only {name}.txt is there: rename it."
        what = "is a folder" if place.is_dir() else "is not there"
        return f"{name} was sought at {place}, which {what}: start in the folder that has yours."

    def must_have_database(self, settings: "Settings") -> None:
        """CannotDo when there is nothing to read: no second, empty database is made by looking."""
        place = settings.database_url
        if isinstance(place, str) or place.exists():
            return
        from storage.migrate import refuse_beside_backups  # noqa: PLC0415 - imports sqlalchemy

        refuse_beside_backups(place)
        raise CannotDo(
            f"There is no database at {place.absolute()}",
            f"the bot makes it when it starts. {self.sought.removesuffix('.')}",
        )


def founded(settings: "Settings", services: "Services") -> str | None:
    """Return that a new database was made and where, if it was."""
    place = settings.database_url
    if services.migrated.before is not None or isinstance(place, str):
        return None
    return f"A new, empty database was made: {place.absolute()}"


def clock_at(now: datetime | None) -> dict[str, Any]:
    """Return the part for `open_services` that makes another present; none for the real one."""
    return {} if now is None else {"clock": lambda: now}


def journal(
    settings: "Settings", *, verbose: bool, beside: TextIO | None = None
) -> AbstractContextManager[None]:
    """Open the log for a command that has a screen: only what is alarming, unless asked.

    It is written `beside` the screen, which is standard error unless it is named.
    """
    from bot.journal import open_journal  # noqa: PLC0415 - likewise
    from bot.wiring import now  # noqa: PLC0415 - likewise

    return open_journal(
        settings.log_level if verbose else "WARNING",
        settings.log_format,
        settings.log_file,
        clock=now,
        secrets=settings.secrets,
        stream=beside,
    )

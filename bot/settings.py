"""The environment, read once and frozen; what is wrong with it is said all at once, in words.

No message and no repr ever shows the value of a key: a fault names the key and what would be right.
"""

import difflib
import os.path
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import (
    AfterValidator,
    BeforeValidator,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from bot.clan.diagnosis import Finding, fault, warning

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_POSTGRESQL = "postgresql+asyncpg"
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": _POSTGRESQL, "postgres": _POSTGRESQL}
_ADDRESS = r"https?://[\w.-]+(:\d+)?(/[\w./-]*)?"
_LOOKS_ALIKE = 0.75


class SettingsError(Exception):
    """The settings do not allow what was asked; one line per fault."""

    def __init__(self, faults: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(fault.line for fault in faults))
        self.faults = faults


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip().lower(), re.ASCII)
    if found is None:
        raise ValueError("is not a number with a unit")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _spelled(pattern: str, wrong: str) -> BeforeValidator:
    """Return the check that a text without its outer spaces matches the pattern."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text.strip(), re.ASCII) is None:
            raise ValueError(wrong)
        return text.strip()

    return BeforeValidator(check)


def _code(text: str) -> str:
    digits = re.fullmatch(r"(\d{3})-?(\d{3})-?(\d{3})", text.strip(), re.ASCII)
    if digits is None:
        raise ValueError("is not nine digits")
    return "-".join(digits.groups())


def _database(text: str) -> str:
    scheme, mark, rest = text.strip().partition("://")
    kind = scheme.lower().partition("+")[0]
    if kind not in _DRIVERS or not mark:
        raise ValueError("names a kind of database that is not known here")
    return f"{_DRIVERS[kind]}://{rest}"


def _unless(refused: Callable[[Path], bool], wrong: str) -> AfterValidator:
    def check(path: Path) -> Path:
        if refused(path):
            raise ValueError(wrong)
        return path

    return AfterValidator(check)


_Duration = Annotated[timedelta, BeforeValidator(_duration)]
_Place = Annotated[Path, BeforeValidator(os.path.expanduser)]
_OneLine = Annotated[str, _spelled(r"[ -~]+", "has letters that no request can carry")]
_OneWordSecret = Annotated[SecretStr, _spelled(r"[!-~]+", "has a space or a strange letter inside")]


class Settings(BaseSettings):
    """Everything that the environment says. A field's description is what would be right."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False
    )

    discord_token: _OneWordSecret | None = Field(None, description="the bot's token")
    discord_guild_id: int | None = Field(
        None, gt=0, lt=2**63, description="the number that Copy Server ID gives in Discord"
    )
    wom_group_id: int | None = Field(
        None, ge=1, le=2**31 - 1, description="the number in the group's address on wiseoldman.net"
    )
    wom_api_key: _OneWordSecret | None = Field(None, description="the key as WOM gave it")
    wom_group_secret: Annotated[SecretStr, BeforeValidator(_code)] | None = Field(
        None, description="the group's verification code, like 123-456-789"
    )
    wom_base_url: Annotated[str, _spelled(_ADDRESS, "is not an address")] = Field(
        "https://api.wiseoldman.net/v2", description="an address like https://api.wiseoldman.net/v2"
    )
    wom_contact: _OneLine | None = Field(
        None, description="a Discord name or mail address, in plain letters, where WOM finds you"
    )
    data_dir: Annotated[_Place, _unless(Path.is_file, "is a file")] = Field(
        Path("data"), description="a folder, which is made if it is not there"
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda read: f"sqlite+aiosqlite:///{read['data_dir'] / 'clan_data.db'}",
        repr=False,
        description="sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )
    local_drive_path: Annotated[DirectoryPath, BeforeValidator(os.path.expanduser)] | None = Field(
        None, description="an existing folder, such as one that a cloud drive keeps in step"
    )
    poll_every: _Duration = Field(
        timedelta(hours=1), ge=timedelta(minutes=5), description="5m or more, like 30m, 1h or 1d"
    )
    update_all_every: _Duration = Field(
        timedelta(hours=12), ge=timedelta(hours=6), description="6h or more, like 12h or 1d"
    )
    history_days: int = Field(90, ge=0, le=3650, description="a number of days from 0 to 3650")
    compare_days: int = Field(3, ge=0, le=90, description="a number of days from 0 to 90")
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)
    ] = Field("INFO", description="DEBUG, INFO, WARNING, ERROR or CRITICAL")
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = Field(
        "text", description="text or json"
    )
    log_file: Annotated[_Place, _unless(Path.is_dir, "is a folder")] | None = Field(
        None, description="the path of a file"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings passes all by name
        init_settings: Source,
        env_settings: Source,  # noqa: ARG003 - likewise
        dotenv_settings: Source,  # noqa: ARG003 - likewise
        file_secret_settings: Source,  # noqa: ARG003 - likewise
    ) -> tuple[Source, ...]:
        """Return the one source there is: what load() was given."""
        return (init_settings,)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return every text that must never be shown, in each spelling it may take."""
        held = (self.discord_token, self.wom_api_key, self.wom_group_secret)
        found = [secret.get_secret_value() for secret in held if secret is not None]
        if self.wom_group_secret is not None:
            found.append(self.wom_group_secret.get_secret_value().replace("-", ""))
        password = re.search(r"://[^/:@]*:(.+)@", self.database_url)
        if password:
            found += [password[1], unquote(password[1])]
        return tuple(dict.fromkeys(found))

    def need_discord(self) -> str:
        """Return the token; SettingsError when there is none."""
        if self.discord_token is None:
            raise SettingsError((_fault("discord_token", "is not set"),))
        return self.discord_token.get_secret_value()

    def need_wom(self) -> str:
        """Return the contact that goes into each request to WOM; SettingsError without one."""
        if self.wom_contact is None:
            raise SettingsError((_fault("wom_contact", "is not set"),))
        return self.wom_contact


KEYS = tuple(name.upper() for name in Settings.model_fields)
"""The names in the environment, in the order of .env.example."""


def load(environment: Mapping[str, str], env_file: Path | None) -> Settings:
    """Return the settings of an environment, which wins over the file; an empty text is not set.

    Raises SettingsError with every fault there is.
    """
    written = {} if env_file is None else _written(env_file)
    given = {key: text for key, text in written.items() if key in KEYS}
    given |= {key: environment[key] for key in KEYS if environment.get(key, "").strip()}
    faults = [
        fault(key, "is not a key of ours", f"right is {ours} (did you mean that?)")
        for key in sorted(written.keys() - set(KEYS))
        for ours in difflib.get_close_matches(key.upper(), KEYS, n=1, cutoff=_LOOKS_ALIKE)
    ]
    try:
        settings = Settings.model_validate({key.lower(): text for key, text in given.items()})
    except ValidationError as error:
        faults += _faults(error)
    if faults:
        # Outside the except clause: a validation error in the chain would be printed along.
        raise SettingsError(tuple(faults))
    return settings


def costs(settings: Settings) -> tuple[Finding, ...]:
    """Return what each missing key costs."""
    prices = {
        "discord_token": "the bot cannot start; the commands that need no Discord can",
        "wom_contact": "Wise Old Man is not asked for anything",
        "wom_group_id": "no group is polled until /clanstats setup names one",
        "wom_api_key": "20 requests a minute instead of 100",
        "wom_group_secret": "nobody refreshes members who do not refresh themselves",
    }
    return tuple(
        warning("settings", f"without {name.upper()} {price}", "set it in .env")
        for name, price in prices.items()
        if getattr(settings, name) is None
    )


def _written(env_file: Path) -> dict[str, str]:
    source = DotEnvSettingsSource(Settings, env_file=env_file, case_sensitive=True)
    return {key: text for key, text in source.env_vars.items() if text and text.strip()}


def _faults(error: ValidationError) -> list[Finding]:
    return [
        _fault(str(found["loc"][0]), found["msg"].removeprefix("Value error, "))
        for found in error.errors(include_url=False, include_context=False, include_input=False)
        if found["type"] != "default_factory_not_called"  # follows from another fault
    ]


def _fault(name: str, wrong: str) -> Finding:
    wrong = wrong.replace("Input should", "should").replace("Path does", "does")
    return fault(name.upper(), wrong, f"right is {Settings.model_fields[name].description}")

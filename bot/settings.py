"""The environment, read once and frozen; what is wrong with it is said all at once, in words.

No message and no repr ever shows the value of a key: a fault names the key and what would be right.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from bot.clan.diagnosis import Finding, fault, warning
from bot.clan.shards import MOST_SHARDS, Shards, shard_fault, shard_ids_in
from bot.env_file import decoded, read_lines
from bot.spelling import (
    address,
    database_of,
    duration,
    group_code,
    group_number,
    monthly,
    place_of,
    webhook,
    weekly,
)

_PASSWORDS = re.compile(r"://[^/:@]*:(.+)@|[?&](?:ssl)?password=([^&]+)")
_ADDRESS = r"https?://[\w.-]+(:\d+)?(/[\w./-]*)?"
_LOOKS_ALIKE = 0.75


class SettingsError(Exception):
    """The settings do not allow what was asked; one line per fault, then where they were sought."""

    def __init__(self, faults: tuple[Finding, ...], sought: str = "") -> None:
        super().__init__("\n".join([*(fault.line for fault in faults), *filter(None, [sought])]))
        self.faults = faults


def _spelled(pattern: str, wrong: str) -> BeforeValidator:
    """Return the check that a text without its outer spaces matches the pattern."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text.strip(), re.ASCII) is None:
            raise ValueError(wrong)
        return text.strip()

    return BeforeValidator(check)


def _is_no_folder(path: Path) -> bool:
    return not path.is_dir()


def _unless(refused: Callable[[Path], bool], wrong: str) -> AfterValidator:
    def check(path: Path) -> Path:
        try:
            is_wrong = refused(path)
        except OSError as error:
            raise ValueError(f"cannot be a path: {error.strerror}") from error
        if is_wrong:
            raise ValueError(wrong)
        return path

    return AfterValidator(check)


_Duration = Annotated[timedelta, BeforeValidator(duration)]
_Place = Annotated[Path, BeforeValidator(place_of)]
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
    shard_count: int | None = Field(
        None,
        ge=1,
        le=MOST_SHARDS,
        description="a whole number from 1 on, the same in every process",
    )
    shard_ids: Annotated[tuple[int, ...], BeforeValidator(shard_ids_in)] | None = Field(
        None, description="the shards of this process, like 0-3,7; without it all of SHARD_COUNT"
    )
    wom_group_id: Annotated[int, BeforeValidator(group_number)] | None = Field(
        None, ge=1, le=2**31 - 1, description="the group's number or address on wiseoldman.net"
    )
    wom_api_key: _OneWordSecret | None = Field(None, description="the key as WOM gave it")
    wom_group_secret: Annotated[SecretStr, BeforeValidator(group_code)] | None = Field(
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
    database_url: Annotated[Path | str, BeforeValidator(database_of)] = Field(
        default_factory=lambda read: read["data_dir"] / "clan_data.db",
        repr=False,
        description="sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )
    local_drive_path: (
        Annotated[_Place, _unless(_is_no_folder, "is no folder that is there")] | None
    ) = Field(None, description="an existing folder, such as one that a cloud drive keeps in step")
    backup_copy_dir: Annotated[_Place, _unless(Path.is_file, "is a file")] | None = Field(
        None, description="a folder on another disk, which you make"
    )
    poll_every: _Duration = Field(
        timedelta(hours=1), ge=timedelta(minutes=5), description="5m or more, like 30m, 1h or 1d"
    )
    update_all_every: _Duration = Field(
        timedelta(hours=12), ge=timedelta(hours=6), description="6h or more, like 12h or 1d"
    )
    report_dir: Annotated[_Place, _unless(Path.is_file, "is a file")] | None = Field(
        None, description="a folder, which is made if it is not there"
    )
    report_at: Annotated[tuple[int, int, int], BeforeValidator(weekly)] = Field(
        (0, 6, 0), description="a day of the week and a time in UTC, like Mon 06:00"
    )
    dashboard_dir: Annotated[_Place, _unless(Path.is_file, "is a file")] | None = Field(
        None, description="a folder, which is made if it is not there"
    )
    cleanup_at: Annotated[tuple[int, int, int], BeforeValidator(monthly)] = Field(
        (1, 4, 30), description="a day of the month and a time in UTC, like 1 04:30"
    )
    history_days: int = Field(90, ge=0, le=3650, description="a number of days from 0 to 3650")
    forget_clan_after: _Duration = Field(
        timedelta(days=30), ge=timedelta(days=1), description="1d or more, like 30d"
    )
    compare_days: int = Field(3, ge=0, le=90, description="a number of days from 0 to 90")
    max_members: int = Field(5_000, ge=100, le=100_000, description="a number from 100 to 100000")
    max_channels: int = Field(10_000, ge=100, le=100_000, description="a number from 100 to 100000")
    max_waiting: int = Field(20, ge=1, le=190, description="a number from 1 to 190")
    archive_after_days: int = Field(
        180, ge=0, le=3650, description="a number of days from 0 to 3650; 0 archives nothing"
    )
    watchdog_webhook: Annotated[SecretStr, BeforeValidator(webhook)] | None = Field(
        None, description="the address that Copy Webhook URL gives in a channel's settings"
    )
    watchdog_after: _Duration = Field(
        timedelta(hours=24), ge=timedelta(minutes=10), description="10m or more, like 24h"
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="a port that nothing else listens on, like 9464"
    )
    metrics_address: Annotated[str, BeforeValidator(address)] = Field(
        "127.0.0.1", description="an IP address of this machine, like 127.0.0.1"
    )
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
        held = (self.discord_token, self.wom_api_key, self.wom_group_secret, self.watchdog_webhook)
        found = [secret.get_secret_value() for secret in held if secret is not None]
        if self.watchdog_webhook is not None:
            # What allows to use it is its last part alone.
            found.append(found[-1].partition("?")[0].rpartition("/")[2])
        if self.wom_group_secret is not None:
            found.append(self.wom_group_secret.get_secret_value().replace("-", ""))
        for password in _PASSWORDS.finditer(str(self.database_url)):
            written = password[1] or password[2]
            found += [written, unquote(written)]
        return tuple(dict.fromkeys(found))

    @property
    def shards(self) -> Shards:
        """Return which servers this process serves: all, if nothing else is said."""
        return Shards.of(self.shard_count, self.shard_ids)

    def need_discord(self) -> str:
        """Return the token; SettingsError when there is none."""
        if self.discord_token is None:
            raise SettingsError((_fault("discord_token", "is not set"),))
        return self.discord_token.get_secret_value()


KEYS = tuple(name.upper() for name in Settings.model_fields)
"""The names in the environment, in the order of .env.example."""


def load(environment: Mapping[str, str], env_file: Path | None) -> Settings:
    """Return the settings of an environment, which wins over the file; an empty text is not set.

    Raises SettingsError with every fault there is.
    """
    written, without = ({}, []) if env_file is None else _written(env_file, environment)
    given = {key: text for key, text in written.items() if key in KEYS}
    given |= {key: environment[key] for key in KEYS if environment.get(key, "").strip()}
    faults = [
        fault(key, "is not a key of ours", f"right is {ours} (did you mean that?)")
        for key in sorted(written.keys() - set(KEYS))
        for ours in difflib.get_close_matches(key.upper(), KEYS, n=1, cutoff=_LOOKS_ALIKE)
    ]
    faults += [
        fault(key, "stands on a line without =", f"right is {key}=...")
        for key in without
        if key in KEYS
    ]
    try:
        settings = Settings.model_validate({key.lower(): text for key, text in given.items()})
    except ValidationError as error:
        faults += _faults(error)
    else:
        is_shared = isinstance(settings.database_url, str)
        wrong = shard_fault(settings.shard_count, settings.shard_ids, is_shared=is_shared)
        faults += [_fault("shard_ids", wrong)] if wrong else []
    if faults:
        # Outside the except clause: a validation error in the chain would be printed along.
        raise SettingsError(tuple(faults))
    return settings


def missing(settings: Settings, needed: Sequence[str]) -> tuple[Finding, ...]:
    """Return a fault for each of the fields that is needed and not set."""
    return tuple(_fault(name, "is not set") for name in needed if getattr(settings, name) is None)


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


def _written(env_file: Path, environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what is set in a file, and with what its lines begin that set nothing."""
    if not env_file.exists():
        return {}, []
    try:
        found, without = read_lines(decoded(env_file.read_bytes()), environment)
    except OSError as error:
        words = f"cannot be read: {error.strerror}"
        raise SettingsError((fault(str(env_file), words, "let us read it"),)) from error
    return {key: text for key, text in found.items() if text.strip()}, without


def _faults(error: ValidationError) -> list[Finding]:
    return [
        _fault(str(found["loc"][0]), _wrong(found["type"], found["msg"]))
        for found in error.errors(include_url=False, include_context=False, include_input=False)
        if found["type"] != "default_factory_not_called"  # follows from another fault
    ]


_WRONG = {
    "int_parsing": "is no whole number",
    "int_from_float": "is no whole number",
    "int_parsing_size": "is far too large",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "literal_error": "is none of what it can be",
}
"""What is wrong, by pydantic's name for it; our own checks say it themselves."""


def _wrong(kind: str, message: str) -> str:
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    return _WRONG.get(kind, "cannot be understood")


def _fault(name: str, wrong: str) -> Finding:
    return fault(name.upper(), wrong, f"right is {Settings.model_fields[name].description}")

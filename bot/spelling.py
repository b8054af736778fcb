"""How settings are spelled in the environment: each text as what it says, or what is wrong with it.

Every ValueError says what the text is, to stand behind the setting's name.
"""

import os.path
import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LENGTH = re.compile(
    r"(\d{1,6})\s*(s|m|h|d|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?)", re.ASCII
)
_SQLITE = re.compile(r"sqlite(?:\+\w+)?(?:://(.*)|(?!://).*)", re.ASCII | re.IGNORECASE)
_POSTGRESQL = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://"
    r"((?:[^\s:/@?#]*(?::[^\s/@?#]*)?@)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])?(?::\d{1,5})?/[^\s/@?#]+(?:\?\S*)?)",
    re.ASCII | re.IGNORECASE,
)
_OPTIONS = re.compile(r"\?\w+=[^/\\]*$")
_GROUP = re.compile(
    r"(?:https?://)?(?:www\.)?wiseoldman\.net/groups/(\d{1,10})(?:[/?#].*)?", re.IGNORECASE
)
_WEBHOOK = re.compile(
    r"(https://[\w.-]+(?::\d+)?|http://(?:127\.0\.0\.1|localhost)(?::\d+)?)"
    r"/api/(?:v\d+/)?webhooks/\d{1,20}/[\w-]+(?:\?thread_id=\d+)?",
    re.ASCII,
)


def duration(text: str) -> timedelta:
    """Return a number with a unit, like 30m or 1 hour, as a length; ValueError for another text."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError("is not a number with a unit")
    return timedelta(**{_UNITS[found[2][0]]: int(found[1])})


_LONGEST_MONTH = 31
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"


def weekly(text: str) -> tuple[int, int, int]:
    """Return (weekday, hour, minute) of a text like `Sun 18:00`, Monday 0; or ValueError."""
    found = re.fullmatch(rf"([a-z]{{3}})[a-z]*\s+{_CLOCK}", text.strip().lower(), re.ASCII)
    if found is None or found[1] not in _WEEKDAYS:
        raise ValueError("is not a day of the week with a time")
    return _WEEKDAYS.index(found[1]), int(found[2]), int(found[3])


def monthly(text: str) -> tuple[int, int, int]:
    """Return (day, hour, minute) of a text like `1 04:00`; or ValueError."""
    found = re.fullmatch(rf"(\d{{1,2}})\s+{_CLOCK}", text.strip(), re.ASCII)
    if found is None or not 1 <= int(found[1]) <= _LONGEST_MONTH:
        raise ValueError("is not a day of the month with a time")
    return int(found[1]), int(found[2]), int(found[3])


def group_code(text: str) -> str:
    """Return nine digits as Wise Old Man writes a group's code; or ValueError."""
    digits = re.fullmatch(r"(\d{3})-?(\d{3})-?(\d{3})", text.strip(), re.ASCII)
    if digits is None:
        raise ValueError("is not nine digits")
    return "-".join(digits.groups())


def webhook(text: str) -> str:
    """Return the address of a Discord webhook; or ValueError."""
    if _WEBHOOK.fullmatch(text.strip()) is None:
        raise ValueError("is not the address of a Discord webhook")
    return text.strip()


def address(text: str) -> str:
    """Return an IP address; or ValueError."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise ValueError("is not an IP address") from None


def group_number(text: str) -> str:
    """Return the number in a group's address; any other text as it is."""
    address = _GROUP.fullmatch(text.strip())
    return text if address is None else address[1]


def database_of(text: Path | str) -> Path | str:
    """Return the file of an SQLite database, else the address of PostgreSQL; or ValueError."""
    if isinstance(text, Path):
        return text
    file, server = _SQLITE.fullmatch(text.strip()), _POSTGRESQL.fullmatch(text.strip())
    if file is not None:
        return _file(file[1] or "")
    if server is not None:
        return f"postgresql+asyncpg://{server[1]}"
    if text.strip().lower().startswith("postgres"):
        raise ValueError(
            "is no address of a PostgreSQL database; in a password write @ as %40, "
            ": as %3A, / as %2F, ? as %3F and # as %23"
        )
    raise ValueError("names a kind of database that is not known here")


def _file(rest: str) -> Path:
    if not rest.startswith("/"):
        raise ValueError("needs three slashes before the path of a file, four before a whole path")
    path = rest[1:]
    if not path or path == ":memory:":
        raise ValueError("names no file")
    if _OPTIONS.search(path):
        raise ValueError("has options behind its ?, and none are taken")
    return Path(place_of(path))


def place_of(text: str) -> str:
    """Return a path as it is meant, a ~ being the home folder; or ValueError."""
    if re.search(r"[\x00-\x1f]", text):
        raise ValueError("has a line break or a tab in it; write \\ as / or as \\\\")
    return os.path.expanduser(text)  # noqa: PTH111 - pathlib raises where there is no such home

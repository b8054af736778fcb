"""A clan's clock is that of a place; whoever writes something else is told which."""

from zoneinfo import available_timezones

import pytest

from bot.clan.zones import is_of_a_place, zone_meant

KNOWN = frozenset(available_timezones()) | {"posix/Europe/London", "right/UTC", "Factory"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("EST", "America/New_York"),
        ("MST", "America/Denver"),
        ("HST", "Pacific/Honolulu"),
        ("localtime", "UTC"),
        ("Factory", "UTC"),
        ("posix/Europe/London", "Europe/London"),
        ("right/UTC", "UTC"),
        ("new york", "America/New_York"),
        (" New-York ", "America/New_York"),
        ("europe/london", "Europe/London"),
        ("london", "Europe/London"),
        ("Louisville", "America/Louisville"),
        ("pst", "America/Los_Angeles"),
        ("Europ/Berln", "Europe/Berlin"),
        ("Amsterdan", "Europe/Amsterdam"),
        ("utc", "UTC"),
        ("Lumbridge", None),
        ("", None),
        ("/", None),
    ],
)
def test_what_is_no_zone_of_a_place_is_refused_with_the_one_that_was_meant(
    text: str, meant: str | None
) -> None:
    assert not is_of_a_place(text, KNOWN)
    assert zone_meant(text, KNOWN) == meant
    assert meant is None or is_of_a_place(meant, KNOWN)


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "America/New_York", "EST5EDT", "Japan"])
def test_a_zone_of_a_place_is_one(name: str) -> None:
    assert is_of_a_place(name, KNOWN)

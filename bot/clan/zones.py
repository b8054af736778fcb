"""Which names of time zones a clan can have, and which place somebody may have meant.

A clan's clock is that of a place. `EST` is five hours behind all year, `localtime` whatever the
machine thinks, `posix/` and `right/` are other files of the same places, not there on each machine.
"""

import difflib
import re
from collections.abc import Collection

_MEANT = {
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "akst": "America/Anchorage",
    "brt": "America/Sao_Paulo",
    "bst": "Europe/London",
    "cdt": "America/Chicago",
    "cest": "Europe/Berlin",
    "cst": "America/Chicago",
    "edt": "America/New_York",
    "eest": "Europe/Helsinki",
    "est": "America/New_York",
    "factory": "UTC",
    "hst": "Pacific/Honolulu",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "localtime": "UTC",
    "mdt": "America/Denver",
    "msk": "Europe/Moscow",
    "mst": "America/Denver",
    "nzst": "Pacific/Auckland",
    "pdt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "sgt": "Asia/Singapore",
}
_NO_PLACES = frozenset({"EST", "Factory", "HST", "MST", "localtime", "posixrules"})
_OTHER_FILES = re.compile(r"^(posix|right)/", re.IGNORECASE)
_ALIKE = 0.75


def is_of_a_place(name: str, known: Collection[str]) -> bool:
    """Return whether a clan can have the time zone of that name, of those the machine knows."""
    return name in known and name not in _NO_PLACES and not _OTHER_FILES.match(name)


def zone_meant(text: str, known: Collection[str]) -> str | None:
    """Return the time zone that somebody may have meant, or None when nothing is near."""
    wanted = _folded(_OTHER_FILES.sub("", text.strip()))
    if wanted in _MEANT:
        return _MEANT[wanted]
    places = {_folded(name): name for name in known if is_of_a_place(name, known)}
    if wanted in places:
        return places[wanted]
    cities: dict[str, str] = {}
    for whole in sorted(places, key=lambda each: (each.count("/"), each)):
        cities.setdefault(whole.rpartition("/")[2], places[whole])
    if wanted in cities:
        return cities[wanted]
    named = cities | places
    near = difflib.get_close_matches(wanted, sorted(named), n=1, cutoff=_ALIKE)
    return named[near[0]] if near else None


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.casefold())

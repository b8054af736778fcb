"""The settings as a file: what leadership can keep, hand on, and read in again.

A file is never trusted: all that is wrong with it is told at once, and nothing of it holds before
somebody has saved it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.clan.clan_settings import ClanSettings, Draft
from bot.clan.plain import named
from bot.clan.policy import Policy, changed, without_retired
from bot.clan.ranks import Permissions
from bot.reports.documents import Document
from bot.services.setup.clans import Clan

LARGEST_FILE = 200_000
"""Bytes; what is larger was not exported here."""

_SECTIONS = ("policy", "gates")
_DEEPEST = 3
_MOST_VALUES = 3_000
_LONGEST_FAULT = 160
_MOST_ROLES, _LONGEST_ROLE = 100, 39
_STAY = ("discord_officers", "discord_leadership")
_ROLES = (
    ("promotion", "recruit_roles"),
    ("promotion", "comparison_ranks"),
    ("promotion", "highest_rank"),
    ("promotion", "steady_by_rank"),
    ("enforcement", "limits"),
)


def exported(policy: Policy, clan: Clan) -> Document:
    """Return policy and permissions as a file that `imported` takes.

    Roles and channels of the Discord server are not in it: elsewhere they mean nothing.
    """
    permissions = {
        name: each for name, each in clan.permissions.to_dict().items() if name not in _STAY
    }
    content: Mapping[str, Any] = {"policy": policy.to_dict(), "gates": permissions}
    return Document("clanstats_settings.json", (json.dumps(content, indent=2) + "\n").encode())


def imported(content: bytes, base: ClanSettings) -> Draft:
    """Return what a file would change of the settings; what it does not name stays.

    Raises ValueError with a line for each thing that is wrong with it. Discord roles and channels
    are never taken from a file.
    """
    policy, permissions = _sections(content)
    policy = dict(named(without_retired(policy), "policy"))
    policy.pop("version", None)
    for name in _STAY:
        permissions.pop(name, None)
    plain = base.permissions.to_dict()
    faults = [*_policy_faults(base.policy, policy), *_permissions_faults(plain, permissions)]
    if faults:
        raise ValueError("\n".join(map(_cut, faults)))
    return Draft(base, base).having(**policy).gating(Permissions.from_dict(plain | permissions))


def _sections(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    if len(content) > LARGEST_FILE:
        raise ValueError(f"the file has over {LARGEST_FILE // 1_000} kB: it was not exported here")
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError("the file is not JSON: take one that Export made") from error
    if _is_endless(told):
        raise ValueError(f"the file holds over {_MOST_VALUES:,} values: it was not exported here")
    if not isinstance(told, dict) or not told:
        raise ValueError("the file must hold named values: policy, gates or both")
    unknown = sorted(told.keys() - set(_SECTIONS))
    if unknown:
        raise ValueError(_cut(f"the file may hold policy and gates, not {', '.join(unknown)}"))
    try:
        policy, permissions = (dict(named(told.get(name, {}), name)) for name in _SECTIONS)
    except ValueError as error:
        raise ValueError(_cut(str(error))) from error
    return policy, permissions


def _is_endless(told: object) -> bool:
    """Return whether there is more in a file than a hundred roles with everything of their own.

    Each value is judged by itself: so many would take long.
    """
    waiting, met = [told], 0
    while waiting and met <= _MOST_VALUES:
        value = waiting.pop()
        if isinstance(value, dict | list):
            met += len(value)
            waiting += value.values() if isinstance(value, dict) else value
    return met > _MOST_VALUES


def _policy_faults(policy: Policy, told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with each value for itself, so that all of it is told at once."""
    for each in _single(told):
        try:
            changed(policy, **each)
        except ValueError as error:
            yield str(error)
    yield from _roles_faults("ladder", told.get("ladder"))
    for part, name in _ROLES:
        section = told.get(part)
        roles = section.get(name) if isinstance(section, dict) else None
        yield from _roles_faults(name, list(roles) if isinstance(roles, dict) else roles)


def _permissions_faults(plain: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    tiers = {name: each for name, each in told.items() if name in {"tier_1", "tier_2"}}
    for each in (tiers, *({name: told[name]} for name in told if name not in tiers)):
        try:
            Permissions.from_dict({**plain, **each})
        except ValueError as error:
            yield str(error)
    for name in (*tiers, "officer_roles"):
        yield from _roles_faults(name, told.get(name))


def _roles_faults(name: str, roles: object) -> Iterator[str]:
    if isinstance(roles, str):
        roles = [roles] if roles else []
    if not isinstance(roles, list):
        return
    if len(roles) > _MOST_ROLES:
        yield f"{name} has {len(roles)} roles, {_MOST_ROLES} are the most"
    strange = [each for each in roles if isinstance(each, str) and not _is_role(each)]
    if strange:
        yield f"{name}: Wise Old Man has no role like {strange[0]!r}, write it like deputy_owner"


def _is_role(name: str) -> bool:
    """Return whether a name has the form of WOM's roles."""
    bare = name.replace("_", "")
    return bare.isascii() and bare.isalnum() and bare.islower() and len(name) <= _LONGEST_ROLE


def _single(told: Mapping[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    for name, value in told.items():
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from ({name: inner} for inner in _single(value, depth + 1))
        else:
            yield {name: value}


def _cut(words: str) -> str:
    if len(words) <= _LONGEST_FAULT:
        return words
    return f"{words[:_LONGEST_FAULT]}\N{HORIZONTAL ELLIPSIS}"

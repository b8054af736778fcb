"""What leadership settles in Discord, and a draft of it: nothing holds before it is saved.

A draft knows what it was drawn from, so that it never undoes what somebody else changed meanwhile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bot.clan.policy import DEFAULT_POLICY, Policy, SteadyBar, changed
from bot.clan.ranks import (
    DEFAULT_PERMISSIONS,
    Authority,
    Caller,
    Permission,
    Permissions,
    authority,
    may,
)

Key = tuple[str, ...]
"""Where a value stands: ("enforcement", "window_days"), ("enforcement", "limits", "member")."""

_TIERS = ("tier_1", "tier_2")
_DEEPEST = 3
_JUDGES = frozenset({"enforcement", "promotion", "ladder"})


class SettingChange(NamedTuple):
    """One value that differs, as plain values; None where a rank has none of its own."""

    key: Key
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class ClanSettings:
    """By what a clan is judged, who may do what, and in which channels the bot posts what."""

    policy: Policy = DEFAULT_POLICY
    permissions: Permissions = DEFAULT_PERMISSIONS
    report_channel_id: int | None = None
    notice_channel_id: int | None = None
    officer_channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings as somebody would have them, and those that held when they began."""

    base: ClanSettings
    proposed: ClanSettings

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """Return what the draft changes."""
        return tuple(_changes(entries(self.base), entries(self.proposed)))

    @property
    def touches_lists(self) -> bool:
        """Return whether it changes who is called inactive, or who may rise."""
        return any(change.key[0] in _JUDGES for change in self.changes)

    def having(self, **values: object) -> "Draft":
        """Return the draft with plain values merged into its policy; raises ValueError."""
        return self._judging(changed(self.proposed.policy, **values))

    def numbering(self, numbers: Mapping[str, int], rank: str | None = None) -> "Draft":
        """Return the draft with numbers by their path, like enforcement.window_days.

        With a rank, they are of the steady bar that this rank has for its own.
        """
        if rank is None:
            values: dict[str, Any] = {}
            for path, number in numbers.items():
                _put(values, tuple(path.split(".")), number)
            return self.having(**values)
        names = {path.rpartition(".")[2]: number for path, number in numbers.items()}
        bar = replace(self.proposed.policy.promotion.steady_bar(rank), **names)
        return self.barring(rank, bar)

    def barring(self, rank: str, bar: SteadyBar | None) -> "Draft":
        """Return the draft with a steady bar of its own for a rank, or without one."""
        promotion = self.proposed.policy.promotion
        bars = {role: each for role, each in promotion.steady_by_rank.items() if role != rank}
        if bar is not None:
            bars[rank] = bar
        policy = replace(self.proposed.policy, promotion=replace(promotion, steady_by_rank=bars))
        return self._judging(policy)

    def limiting(self, rank: str, days: int | None) -> "Draft":
        """Return the draft with a limit of its own for a rank, or without one."""
        limits = dict(self.proposed.policy.enforcement.limits)
        limits.pop(rank, None)
        if days is not None:
            limits[rank] = days
        return self.having(enforcement={"limits": limits})

    def gating(self, permissions: Permissions) -> "Draft":
        """Return the draft with other permissions."""
        return replace(self, proposed=replace(self.proposed, permissions=permissions))

    def onto(self, newest: ClanSettings) -> "tuple[Draft, tuple[SettingChange, ...]]":
        """Return the draft as a change of the newest settings, and what of it was left out.

        What others changed meanwhile holds; `before` of what was left out is theirs.
        """
        was, wanted, now = map(entries, (self.base, self.proposed, newest))
        merged, lost = dict(now), []
        for change in _changes(was, wanted):
            key = change.key
            if now.get(key) == was.get(key):
                merged.pop(key, None)
                merged |= {key: wanted[key]} if key in wanted else {}
            elif now.get(key) != wanted.get(key):
                lost.append(SettingChange(key, now.get(key), wanted.get(key)))
        rebuilt = _clan_settings(merged, newest.policy.version)
        return replace(self, base=newest).proposing(rebuilt), tuple(lost)

    def _judging(self, policy: Policy) -> "Draft":
        return self.proposing(replace(self.proposed, policy=policy))

    def proposing(self, clan_settings: ClanSettings) -> "Draft":
        """Return the draft with other settings; a policy that differs is one version on."""
        before = self.base.policy
        same = replace(clan_settings.policy, version=before.version)
        policy = before if same == before else replace(same, version=before.version + 1)
        return replace(self, proposed=replace(clan_settings, policy=policy))


def entries(clan_settings: ClanSettings) -> dict[Key, object]:
    """Return all settings flat, as plain values; the tiers are one, for no role is in both."""
    permissions = clan_settings.permissions.to_dict()
    tiers = {name: permissions.pop(name) for name in _TIERS}
    policy = {
        key: value for key, value in clan_settings.policy.to_dict().items() if key != "version"
    }
    found = dict(_flat((), policy))
    found[("gates", "tiers")] = tiers
    found |= {("gates", name): value for name, value in permissions.items()}
    found["places", "report_channel_id"] = clan_settings.report_channel_id
    found["places", "notice_channel_id"] = clan_settings.notice_channel_id
    found["places", "officer_channel_id"] = clan_settings.officer_channel_id
    return found


def permissions_fault(caller: Caller, before: Permissions, after: Permissions) -> str | None:
    """Return why the caller may not change the permissions so, or None.

    Only leadership may at all: nobody gives themself more. And nobody locks themself out.
    """
    if before == after:
        return None
    if authority(caller, before) < Authority.LEADERSHIP:
        return (
            "Only the clan's leadership may change roles and permissions: nobody gives themself "
            "more. Ask one of them, and take this out of the draft."
        )
    if not may(caller, Permission.MANAGE, after):
        return (
            "You could not open the settings any more. Leave the rank that lets you in where it "
            "is, or have somebody with Manage Server do it."
        )
    return None


def _flat(key: Key, value: object) -> Iterator[tuple[Key, object]]:
    if isinstance(value, dict) and len(key) < _DEEPEST:
        for name, inner in value.items():
            yield from _flat((*key, name), inner)
    else:
        yield key, value


def _changes(before: Mapping[Key, object], after: Mapping[Key, object]) -> Iterator[SettingChange]:
    for key in dict.fromkeys((*after, *before)):
        was, became = before.get(key), after.get(key)
        if was != became:
            yield SettingChange(key, was, became)


def _clan_settings(flat: Mapping[Key, object], version: int) -> ClanSettings:
    policy: dict[str, Any] = {"version": version}
    permissions: dict[str, object] = {}
    places: dict[str, int | None] = {}
    for key, value in flat.items():
        if key[0] == "gates":
            permissions |= value if isinstance(value, dict) else {key[1]: value}
        elif key[0] == "places":
            places[key[1]] = value if isinstance(value, int) else None
        else:
            _put(policy, key, value)
    return ClanSettings(Policy.from_dict(policy), Permissions.from_dict(permissions), **places)


def _put(into: dict[str, Any], key: Key, value: object) -> None:
    for name in key[:-1]:
        into = into.setdefault(name, {})
    into[key[-1]] = value

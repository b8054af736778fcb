"""Which of Wise Old Man's players the rows of the replaced system are about.

A snapshot's own player id decides; a name alone only where one player has it. Whoever is not in the
clan any more comes as a former member, with what the old database knew of them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clan.imported import LeftOut, plain_name, read_instant
from bot.clan.names import is_valid_name, wom_key
from bot.clan.plausible import is_to_come
from bot.services.imports.counts import ImportTally
from storage.columns import storable
from storage.legacy import LegacyAlias, LegacyFile, LegacyMember, LegacySnapshotHead
from wom.models import MAX_ID

_PLAYER_ID = re.compile(r'"playerId"\s*:\s*([0-9]{1,10})(?![0-9.])')
_IN_GAME = frozenset({"wom", "game"})
_ROLE = "member"


@dataclass(slots=True)
class _Found:
    """What was found of one player: their snapshots, and the last one's time and name."""

    snapshots: list[int] = field(default_factory=list)
    last: str = ""
    name: str = ""


@dataclass(slots=True)
class Placing:
    """Places rows; `known` are the clan's players by name without case and spaces."""

    known: Mapping[str, set[int]]
    zone: ZoneInfo
    players: dict[int, _Found] = field(default_factory=dict)
    snapshots: ImportTally = field(default_factory=ImportTally)
    _by_member: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    _by_name: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    _waiting: list[LegacySnapshotHead] = field(default_factory=list)

    def read(self, file: LegacyFile) -> None:
        """Read whose every snapshot is; those that do not say so go by their name at the end."""
        for head in file.snapshot_heads():
            self.snapshots.read += 1
            player_id = _player_id(head.head or "")
            if player_id is None and head.head:
                for whole in file.snapshots([head.snapshot_id]):
                    player_id = _player_id(whole.raw_data or "")
            if player_id is None:
                self._waiting.append(head._replace(head=None))
                continue
            if head.member_id is not None:
                self._by_member[head.member_id][player_id] += 1
            self._by_name[plain_name(head.username or "")][player_id] += 1
            self._add(player_id, head)
        for head in self._waiting:
            found, why = self.whose(head.member_id, head.username or "")
            if found is None:
                self.snapshots.leave(why, head.username or "without a name")
            else:
                self._add(found, head)
        self._waiting.clear()

    def _add(self, player_id: int, head: LegacySnapshotHead) -> None:
        mine = self.players.setdefault(player_id, _Found())
        mine.snapshots.append(head.snapshot_id)
        if (head.timestamp or "") >= mine.last:
            mine.last, mine.name = head.timestamp or "", head.username or mine.name

    def whose(self, member_id: int | None, name: str) -> tuple[int | None, LeftOut]:
        """Return the player of a member or name, or why nobody knows: by snapshots, then by name.

        The old database took names for one that differ in spaces alone: of several, nobody is it.
        """
        plain = plain_name(name)
        for ids in (
            self._by_member.get(member_id) if member_id is not None else None,
            self._by_name.get(plain),
            self.known.get(plain),
        ):
            if ids:
                return (
                    (next(iter(ids)), LeftOut.NOBODY) if len(ids) == 1 else (None, LeftOut.SEVERAL)
                )
        return None, LeftOut.NOBODY


@dataclass(frozen=True, slots=True)
class NameSeen:
    """A writing of a player's name, and from when to when it was seen."""

    player_id: int
    name: str
    first_at: datetime
    last_at: datetime

    @property
    def key(self) -> str:
        """Return the name as WOM compares it."""
        return wom_key(self.name)


def placed_members(
    placing: Placing, members: Iterable[LegacyMember], tally: ImportTally
) -> dict[int, LegacyMember]:
    """Return the members by player."""
    found: dict[int, LegacyMember] = {}
    for each in members:
        tally.read += 1
        player_id, why = placing.whose(each.member_id, each.username)
        if player_id is None:
            tally.leave(why, each.username)
        elif player_id in found:
            tally.leave(LeftOut.TWICE, each.username)
        else:
            tally.taken += 1
            found[player_id] = each
    return found


def names_seen(
    placing: Placing, aliases: Iterable[LegacyAlias], now: datetime, tally: ImportTally
) -> list[NameSeen]:
    """Return the writings of names in the game, each with its player."""
    found = []
    for each in aliases:
        tally.read += 1
        name = storable((each.canonical_name or "").strip())
        times = [
            at
            for text in (each.first_seen_at, each.last_seen_at)
            if (at := read_instant(text, placing.zone)) is not None
        ]
        player_id, nobody = placing.whose(each.member_id, each.normalized_name or name)
        if each.source not in _IN_GAME or not is_valid_name(name):
            tally.leave(LeftOut.NO_NAME, name)
        elif player_id is None:
            tally.leave(nobody, name)
        elif not times:
            tally.leave(LeftOut.NO_TIME, name)
        elif is_to_come(max(times), now):
            tally.leave(LeftOut.TO_COME, name)
        else:
            found.append(NameSeen(player_id, name, min(times), max(times)))
    return found


def former_row(
    player_id: int,
    placing: Placing,
    member: LegacyMember | None,
    name: str | None,
    now: datetime,
) -> dict[str, object]:
    """Return a player as somebody who left: after the last that the old database saw of them."""
    found = placing.players.get(player_id, _Found())
    last = found.last
    told = [read_instant(last, placing.zone)]
    joined_at = None
    if member is not None:
        told.append(read_instant(member.last_updated, placing.zone))
        joined_at = read_instant(member.joined_at, placing.zone)
    seen_at = min(max((at for at in told if at is not None), default=now), now)
    called = storable(member.username if member is not None else found.name)
    called = name or called or f"#{player_id}"
    return {
        "player_id": player_id,
        "name": called,
        "wom_key": wom_key(called),
        "account_type": "unknown",
        "status": "active",
        "updated_at": read_instant(last, placing.zone),
        "changed_at": None,
        "role": storable(member.role or _ROLE) if member is not None else _ROLE,
        "joined_at": joined_at,
        "left_at": seen_at,
    }


def _player_id(text: str) -> int | None:
    found = _PLAYER_ID.search(text)
    number = 0 if found is None else int(found[1])
    return number if 1 <= number <= MAX_ID else None

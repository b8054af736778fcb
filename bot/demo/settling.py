"""How the made-up clan is settled: parts given out, accounts made, Discord users put beside them.

Every player draws from lots of its own, so that nobody's play changes anybody else's.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.careers import LADDER, Career, Casting, Times, career, times_of
from bot.demo.cast import DAY_MS, HOUR_MS, MadeUpPlayer, MadeUpUser, Persona, snowflake, to_ms
from bot.demo.people import (
    HABITS,
    TRAP_NICKNAMES,
    display_name,
    handle,
    parts_of,
    player_names,
)
from bot.demo.playing import play
from bot.demo.rhythm import lots, offset_hours
from bot.demo.updates import beside_play, update_times

_FIRST_PLAYER_ID = 51_207
_MEMBERS_PER_LEAVER = 16
_MEMBERS_PER_VISITOR = 25
_MEMBERS_PER_TRAP = 20
_RARELY_SEEN_EVERY, _RARELY_SEEN_FIRST, _RARELY = 9, 4, 0.04
_TELLS_EVERY, _TELLS_DAYS = 3, 91
_USERS_SINCE_MS = 1_490_000_000_000
_TYPES, _TYPE_SHARES = ("regular", "ironman", "hardcore", "ultimate"), (70, 24, 4, 2)
_COUNTRIES = (None, None, None, "GB_ENG", "US", "NL", "DE", "AU", "SE", "CA", "BR", "PL")
_LEAVERS = (Persona.CASUAL, Persona.STEADY, Persona.GUEST, Persona.STEADY)
_MAINS = frozenset({Persona.LEADER, Persona.STEADY, Persona.OFFICER})
_STATUSES = ("archived", "banned", "unranked")
_SMALLEST_WITH_STATUSES = 25


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, and whose second account somebody is."""

    players: tuple[MadeUpPlayer, ...]
    users: tuple[MadeUpUser, ...]
    alts: dict[int, int]
    ladder: tuple[str, ...] = LADDER


def settle(  # noqa: PLR0913 - all that makes a clan another one
    seed: int, members: int, days: int, now: datetime, coming: timedelta, *, tells: bool = False
) -> Population:
    """Settle the clan; `coming` is how far play goes on after `now`.

    Where somebody `tells`, one in three has a client that has WOM look as they log in and out.
    """
    parts = list(_parts(members, tells=tells))
    times = times_of(now, days, coming)
    names = player_names(lots(seed, "names"))
    alts = _alts(seed, parts)
    owners = _owners(parts, alts)
    players = tuple(
        _player(seed, part, times, names, owners.get(_player_id(part))) for part in parts
    )
    return Population(players, tuple(_users(seed, members, players)), alts)


def _player_id(part: Casting) -> int:
    """Return WOM's id: rising, with gaps."""
    return _FIRST_PLAYER_ID + part.index * 23 + part.index**2 % 17


def _parts(members: int, *, tells: bool) -> Iterator[Casting]:
    """Yield the present members' parts, then those of the people who left."""
    leavers = [_LEAVERS[n % len(_LEAVERS)] for n in range(members // _MEMBERS_PER_LEAVER)]
    nth = dict.fromkeys(HABITS, 0)
    for index, persona in enumerate(parts_of(members) + leavers):
        odd = persona is Persona.CASUAL and nth[persona] < len(_STATUSES) and index < members
        status = _STATUSES[nth[persona]] if odd and members >= _SMALLEST_WITH_STATUSES else "active"
        told = tells and index % _TELLS_EVERY == 0
        yield Casting(index, persona, nth[persona], index >= members, status, told)
        nth[persona] += 1


def _alts(seed: int, parts: list[Casting]) -> dict[int, int]:
    """Return the main account of each second one."""
    rng = lots(seed, "alts")
    mains = [_player_id(part) for part in parts if part.persona in _MAINS and not part.leaves]
    return {
        _player_id(part): rng.choice(mains)
        for part in parts
        if part.persona is Persona.ALT and mains
    }


def _owners(parts: list[Casting], alts: dict[int, int]) -> dict[int, int]:
    """Return the index of the Discord user of each player that has one."""
    owning = [_player_id(part) for part in parts if part.persona is not Persona.LURKER]
    mains = [player_id for player_id in owning if player_id not in alts]
    owners = {player_id: index for index, player_id in enumerate(mains)}
    return owners | {alt: owners[main] for alt, main in alts.items()}


def _player(
    seed: int, part: Casting, times: Times, names: Iterator[str], user: int | None
) -> MadeUpPlayer:
    rng = lots(seed, "player", part.index)
    habit = HABITS[part.persona]
    offset = offset_hours(lots(seed, "zone", part.index if user is None else f"user {user}"))
    way = career(rng, part, times, names)
    ledger = play(rng, habit, way.lulls, offset, (times.start_ms - DAY_MS, times.end_ms))
    observed_ms = _update_times(seed, part, way, times, ledger.played_ms)
    return MadeUpPlayer(
        player_id=_player_id(part),
        persona=part.persona,
        account_type=rng.choices(_TYPES, _TYPE_SHARES)[0],
        country=rng.choice(_COUNTRIES),
        names=way.names,
        roles=way.roles,
        stays=way.stays,
        lulls=way.lulls,
        registered_at=way.registered_at,
        status=part.status,
        status_at=way.status_at,
        user=user,
        utc_offset_hours=offset,
        clan_chat_weight=habit.clan_chat * rng.uniform(0.4, 1.7),
        observed_ms=array("q", (at_ms for at_ms in observed_ms if at_ms <= times.now_ms)),
        coming_ms=array("q", (at_ms for at_ms in observed_ms if at_ms > times.now_ms)),
        played_ms=ledger.played_ms,
        path=ledger.paths(),
    )


def _update_times(
    seed: int, part: Casting, way: Career, times: Times, played_ms: Iterable[int]
) -> list[int]:
    """Return when WOM updates: from joining until the account or its owner is gone."""
    habit = HABITS[part.persona]
    if not habit.observed_chance:
        return []
    begins_ms = min(max(times.start_ms, to_ms(way.stays[0].from_at)), times.now_ms - HOUR_MS)
    ends = [times.end_ms, *(to_ms(at) for at in (way.stays[-1].to_at, way.status_at) if at)]
    rarely = part.persona is Persona.CASUAL and part.nth % _RARELY_SEEN_EVERY == _RARELY_SEEN_FIRST
    chance = _RARELY if rarely else habit.observed_chance
    found = update_times(lots(seed, "looks", part.index), chance, begins_ms, min(ends))
    if part.tells and not rarely:
        since_ms = max(begins_ms, times.now_ms - _TELLS_DAYS * DAY_MS)
        rng = lots(seed, "tells", part.index)
        found = sorted({*found, *beside_play(rng, played_ms, since_ms, min(ends))})
    if found and found[0] <= times.now_ms:
        return found
    return [(begins_ms + min(*ends, times.now_ms)) // 2_000 * 1_000, *found]


def _users(seed: int, members: int, players: tuple[MadeUpPlayer, ...]) -> Iterator[MadeUpUser]:
    """Yield the owners of accounts, then visitors without one; some nicknames are traps."""
    accounts: dict[int, list[MadeUpPlayer]] = {}
    for player in sorted(players, key=lambda player: player.persona is Persona.ALT):
        if player.user is not None:
            accounts.setdefault(player.user, []).append(player)
    traps = iter(TRAP_NICKNAMES[: members // _MEMBERS_PER_TRAP])
    visitors = max(members // _MEMBERS_PER_VISITOR, min(members, 1))
    for index in range(len(accounts) + visitors):
        owned = accounts.get(index, [])
        trapped = bool(owned) and owned[0].persona is Persona.STEADY and index % 3 == 0
        yield _user(seed, index, owned, next(traps, None) if trapped else None)


def _known_as(rng: Random, player: MadeUpPlayer) -> str:
    """Return the name that its owner goes by: perhaps an old one, never the archive's."""
    if player.status == "archived":
        return player.names[0].value
    return rng.choice(player.names).value


def _user(seed: int, index: int, owned: list[MadeUpPlayer], trap: str | None) -> MadeUpUser:
    rng = lots(seed, "user", index)
    main = owned[0] if owned else None
    persona = main.persona if main else Persona.GUEST
    shown = trap or display_name(rng, _known_as(rng, main) if main else f"visitor {index}")
    created_ms = _USERS_SINCE_MS + rng.randrange(2_000) * DAY_MS
    return MadeUpUser(
        index=index,
        user_id=snowflake(created_ms, index),
        name=handle(rng, shown, index),
        display_name=shown,
        utc_offset_hours=offset_hours(lots(seed, "zone", f"user {index}")),
        role=main.roles[-1].value if main else None,
        persona=persona,
        player_ids=tuple(player.player_id for player in owned),
        chat_weight=HABITS[persona].chat * rng.uniform(0.5, 1.6),
    )

"""How each made-up member came, rose, was renamed, left or came back.

Every instant is a draw from the span's length, so that a clan of two days has its stories too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.cast import DAY_MS, HOUR_MS, Lull, Persona, Since, Stay, from_ms, to_ms
from bot.demo.rhythm import likely

LADDER = (
    "owner", "deputy_owner", "zenyte", "dragonstone", "saviour", "onyx", "administrator",
    "zamorakian", "member", "prospector", "wanderer",
)  # fmt: skip
"""The clan's roles, highest first."""

_LEADING = LADDER[:5]
_CLIMB = ("prospector", "member", "zamorakian", "administrator", "onyx")
_ROLES_OF: Mapping[Persona, tuple[str, ...]] = {
    Persona.LEADER: _LEADING,
    Persona.SLUMPED: ("dragonstone", "saviour"),
    Persona.OFFICER: ("administrator", "onyx"),
    Persona.NEWCOMER: ("prospector",),
    Persona.GUEST: ("wanderer",),
    Persona.GRINDER: ("prospector", "member"),
}
_ROLES_ELSE = ("member", "zamorakian", "member", "prospector", "member", "zamorakian", "member")
_JOIN_LATE = frozenset({Persona.STEADY, Persona.CASUAL, Persona.LURKER})
_SILENT_FOR_DAYS: Mapping[Persona, tuple[int, int]] = {
    Persona.GHOST: (70, 170),
    Persona.FADING: (8, 10),
    Persona.SLUMPED: (38, 42),
}
_LONG_LULL_EVERY: Mapping[Persona, tuple[int, int]] = {
    Persona.CASUAL: (6, 5),
    Persona.STEADY: (9, 3),
}
"""Which of them, every so many from which one on, were silent for long and came back unasked."""
_LONG_LULL = (122, 133), (76, 88)
"""Between how many days ago it began and ended: three months ago they would have been called."""
_SETTLED_DAYS = 40
_DRIFTED_DAYS = (36, 60)
"""For how long who is casual was silent before leaving for good, if they were settled before."""
_NOTICED = frozenset({Persona.STEADY, Persona.BOSSER, Persona.CHATTERER, Persona.OFFICER})
"""Whom leadership promotes before long: who plays and writes a lot."""
_IS_NOTICED, _NOTICED_DAYS = 0.8, (3, 85)
_RETURNS_EVERY, _RENAMED_EVERY, _PARKED_EVERY = 24, 14, 3
_JOINED_LATE, _TAKES_A_BREAK = 0.3, 0.3


@dataclass(frozen=True, slots=True)
class Casting:
    """One part in the clan: the `nth` of its persona; `status` is what WOM will make of it.

    Who `tells` has a client that has WOM look as they log in and out.
    """

    index: int
    persona: Persona
    nth: int
    leaves: bool
    status: str
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """The made-up span: from `start_ms` to `now_ms`, and play goes on until `end_ms`."""

    start_ms: int
    now_ms: int
    end_ms: int

    def share(self, part: float) -> int:
        """Return the instant at a part (0-1) of the span up to now."""
        return self.start_ms + int(part * (self.now_ms - self.start_ms))


@dataclass(frozen=True, slots=True)
class Career:
    """One player's way through the clan."""

    names: tuple[Since, ...]
    roles: tuple[Since, ...]
    stays: tuple[Stay, ...]
    lulls: tuple[Lull, ...]
    registered_at: datetime
    status_at: datetime | None


def times_of(now: datetime, days: int, coming: timedelta) -> Times:
    """Return the span of `days` days up to `now`, and what is to come."""
    return Times(to_ms(now - timedelta(days=days)), to_ms(now), to_ms(now + coming))


def career(rng: Random, part: Casting, times: Times, names: Iterator[str]) -> Career:
    """Draw somebody's way through the clan."""
    joined_ms = _joined_ms(rng, part, times)
    status_at = None if part.status == "active" else from_ms(times.share(0.85))
    registered_ms = joined_ms - rng.randrange(1, 400) * DAY_MS
    stays = _stays(rng, part, joined_ms, times)
    called = tuple(_names(rng, part, registered_ms, times, names))
    if part.status == "archived" and status_at:
        called = (called[0], Since(f"archive{rng.randrange(10_000, 99_999)}", status_at))
    return Career(
        names=called,
        roles=_roles(rng, part, stays, times),
        stays=stays,
        lulls=_drifts(rng, part, stays, times) or _lulls(rng, part, stays, times),
        registered_at=from_ms(registered_ms),
        status_at=status_at,
    )


def _joined_ms(rng: Random, part: Casting, times: Times) -> int:
    if part.persona is Persona.NEWCOMER:
        return times.now_ms - rng.randrange(DAY_MS, 10 * DAY_MS)
    settled = part.leaves or _returns(part) or part.persona not in _JOIN_LATE
    if not settled and likely(rng, _JOINED_LATE):
        return times.share(rng.random() * 0.8)
    return times.start_ms - rng.randrange(60 * DAY_MS, 1_000 * DAY_MS)


def _stays(rng: Random, part: Casting, joined_ms: int, times: Times) -> tuple[Stay, ...]:
    joined_at = from_ms(joined_ms)
    if part.leaves:
        return (Stay(joined_at, from_ms(times.share(rng.uniform(0.15, 0.97)))),)
    if _returns(part):
        left_ms = times.share(rng.uniform(0.25, 0.45))
        back_ms = times.share(rng.uniform(0.55, 0.8))
        return (Stay(joined_at, from_ms(left_ms)), Stay(from_ms(back_ms)))
    return (Stay(joined_at),)


def _returns(part: Casting) -> bool:
    """Tell whether somebody leaves within the span and comes back."""
    return part.persona is Persona.STEADY and part.nth % _RETURNS_EVERY == 1


def _names(
    rng: Random, part: Casting, registered_ms: int, times: Times, names: Iterator[str]
) -> Iterator[Since]:
    yield Since(next(names), from_ms(registered_ms))
    if part.leaves or part.nth % _RENAMED_EVERY != _RENAMED_EVERY // 2:
        return
    yield Since(next(names), from_ms(times.share(rng.uniform(0.4, 0.6))))
    if part.nth > _RENAMED_EVERY:
        yield Since(next(names), from_ms(times.share(rng.uniform(0.7, 0.97))))


def _roles(rng: Random, part: Casting, stays: tuple[Stay, ...], times: Times) -> tuple[Since, ...]:
    """Return the steps up the ladder, all of them while being a member."""
    joined_ms, left_at = to_ms(stays[0].from_at), stays[-1].to_at
    until_ms = to_ms(left_at) if left_at else times.now_ms
    known = _ROLES_OF.get(part.persona, _ROLES_ELSE)
    final = known[part.nth % len(known)]
    is_noticed = part.persona in _NOTICED and not part.leaves and likely(rng, _IS_NOTICED)
    if is_noticed and final == _CLIMB[0]:
        final = _CLIMB[1]
    steps = list(_CLIMB[: _CLIMB.index(final) + 1]) if final in _CLIMB else [final]
    if final in _LEADING[1:]:
        steps = ["onyx", final]
    steps = steps[-1:] if _returns(part) else steps[-rng.randrange(1 + is_noticed, 4) :]
    room_ms = until_ms - 3 * HOUR_MS - joined_ms
    rises = sorted(joined_ms + int(rng.uniform(0.1, 0.97) * room_ms) for _ in steps[1:])
    if rises and is_noticed:
        rises[-1] = max(rises[-1], until_ms - _days_ms(rng, _NOTICED_DAYS))
    return tuple(map(Since, steps, map(from_ms, (joined_ms, *rises))))


def _lulls(rng: Random, part: Casting, stays: tuple[Stay, ...], times: Times) -> tuple[Lull, ...]:
    """Return when the player is truly silent; None as the end means: to this day."""
    now_ms = times.now_ms
    if part.persona in _SILENT_FOR_DAYS:
        return (Lull(now_ms - _days_ms(rng, _SILENT_FOR_DAYS[part.persona])),)
    if part.persona is Persona.ALT and part.nth % _PARKED_EVERY == 0:
        return (Lull(times.start_ms - 30 * DAY_MS),)
    if part.persona is Persona.AWAY:
        gone_ms = now_ms - _days_ms(rng, (15, 45))
        return (Lull(gone_ms, now_ms + _days_ms(rng, (8, 30))),)
    if _came_back(part):
        began_ms, ended_ms = (now_ms - _days_ms(rng, days) for days in _LONG_LULL)
        if to_ms(stays[0].from_at) + _SETTLED_DAYS * DAY_MS < began_ms:
            return (Lull(began_ms, ended_ms),)
    if part.persona in _JOIN_LATE and likely(rng, _TAKES_A_BREAK):
        began_ms = times.share(rng.random() * 0.85)
        ended_ms = min(began_ms + rng.randrange(5, 20) * DAY_MS, now_ms - 4 * DAY_MS)
        return (Lull(began_ms, ended_ms),)
    return ()


def _drifts(rng: Random, part: Casting, stays: tuple[Stay, ...], times: Times) -> tuple[Lull, ...]:
    """Return the silence in which somebody drifted away, where the span is long enough for it."""
    left_at = stays[-1].to_at
    if left_at is None or part.persona is not Persona.CASUAL:
        return ()
    began_ms = to_ms(left_at) - _days_ms(rng, _DRIFTED_DAYS)
    settled_ms = times.start_ms + 2 * _SETTLED_DAYS * DAY_MS
    return (Lull(began_ms, to_ms(left_at)),) if began_ms > settled_ms else ()


def _came_back(part: Casting) -> bool:
    """Tell whether somebody was silent for long and came back without being asked."""
    if part.leaves or part.persona not in _LONG_LULL_EVERY:
        return False
    every, first = _LONG_LULL_EVERY[part.persona]
    return part.nth % every == first


def _days_ms(rng: Random, between: tuple[int, int]) -> int:
    """Draw a length in ms between two numbers of days."""
    least, most = between
    return rng.randrange(least * DAY_MS, most * DAY_MS)

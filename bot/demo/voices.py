"""Who is heard in the made-up Discord, and how often: users, and players through the bridge.

Who is in a lull, has not come yet or has left is never heard.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from bot.demo.cast import DAY_MS, Lull, MadeUpPlayer, MadeUpUser, Persona, to_ms


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who writes: a user in Discord, or a player through the bridge."""

    user: int | None
    player: MadeUpPlayer | None
    weight: float
    utc_offset_hours: int
    lulls: tuple[Lull, ...]
    stays_ms: tuple[tuple[int, int | None], ...]
    bursts: bool = False

    def may_write(self, day_ms: int) -> bool:
        """Tell whether the voice may be heard through the whole day that begins at `day_ms`."""
        end_ms = day_ms + DAY_MS
        for lull in self.lulls:
            if lull.from_ms < end_ms and (lull.to_ms is None or day_ms < lull.to_ms):
                return False
        return any(
            start <= day_ms and (end is None or end_ms <= end) for start, end in self.stays_ms
        )


@dataclass(frozen=True, slots=True)
class Choir:
    """The voices of one day with their running weights."""

    voices: Sequence[Voice]
    up_to: Sequence[float]

    def pick(self, rng: Random) -> Voice:
        """Draw one voice by weight."""
        return self.voices[bisect_right(self.up_to, rng.random() * self.up_to[-1])]


def choir_of(voices: Iterable[Voice], day: int) -> Choir:
    """Return who may write on a day."""
    heard = [voice for voice in voices if voice.may_write(day * DAY_MS)]
    return Choir(heard, list(accumulate(voice.weight for voice in heard)))


def voices_of(
    users: Sequence[MadeUpUser], players: Sequence[MadeUpPlayer]
) -> tuple[list[Voice], list[Voice]]:
    """Return who writes in Discord, and who speaks through the bridge."""
    by_id = {player.player_id: player for player in players}
    stays = {one.player_id: _stays_ms(one) for one in players}
    voices = []
    for user in users:
        main = by_id[user.player_ids[0]] if user.player_ids else None
        voices.append(
            Voice(
                user=user.index,
                player=None,
                weight=user.chat_weight,
                utc_offset_hours=user.utc_offset_hours,
                lulls=main.lulls if main else (),
                stays_ms=stays[main.player_id] if main else ((0, None),),
                bursts=user.persona is Persona.SPAMMER,
            )
        )
    speakers = [
        Voice(
            user=None,
            player=one,
            weight=one.clan_chat_weight,
            utc_offset_hours=one.utc_offset_hours,
            lulls=one.lulls,
            stays_ms=stays[one.player_id],
        )
        for one in players
    ]
    return _with_weight(voices), _with_weight(speakers)


def _with_weight(voices: list[Voice]) -> list[Voice]:
    return [voice for voice in voices if voice.weight > 0]


def _stays_ms(player: MadeUpPlayer) -> tuple[tuple[int, int | None], ...]:
    return tuple(
        (to_ms(stay.from_at), None if stay.to_at is None else to_ms(stay.to_at))
        for stay in player.stays
    )

"""The three rules of the replaced system, as they were: counts alone, by account and by name.

Nothing is unknown to them: who was not seen or is not known by the very name counts as zero. They
know no leave, no tenure, no persons, and no gains of raids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.clan.metrics import RAIDS
from bot.clan.ranks import Authority, Caller, authority
from bot.demo.cast import MadeUpMessage, MadeUpPlayer
from bot.demo.world import World
from tests.truth.life import ENOUGH_XP, MONTH

_TOP_WRITERS, _TOP_RAIDERS, _LEAST_RAIDS = 0.10, 0.15, 50


def messages_by_name(world: World, said: Iterable[MadeUpMessage]) -> Mapping[str, int]:
    """Return the messages of the last 30 days by lower-cased name: as shown then, or as spoken."""
    found: Counter[str] = Counter()
    for message in said:
        if message.sent_at >= world.now - MONTH:
            if message.speaker is not None:
                found[message.speaker.lower()] += 1
            elif message.user is not None:
                found[world.users[message.user].display_name.lower()] += 1
    return found


def inactive(world: World, said: Sequence[MadeUpMessage]) -> list[MadeUpPlayer]:
    """Return whoever has no message by name, and under 10k XP as far as WOM ever looked."""
    wrote = messages_by_name(world, said)
    return [
        player
        for player in world.present(world.now)
        if not wrote.get(player.name.lower()) and _seen_gain(world, player) < ENOUGH_XP
    ]


def top_writers(world: World, said: Sequence[MadeUpMessage]) -> list[MadeUpPlayer]:
    """Return those below leadership with a top-10% number of messages, the most first."""
    wrote = messages_by_name(world, said)
    scored = [_Scored(wrote.get(each.name.lower(), 0), each) for each in world.present(world.now)]
    return _best(scored, _cut(scored, _TOP_WRITERS), Authority.LEADERSHIP)


def top_raiders(world: World) -> list[MadeUpPlayer]:
    """Return those below officers with max(50, top 15%) raids in all their life, the most first."""
    scored = [_Scored(_raids(each), each) for each in world.present(world.now)]
    return _best(scored, max(_LEAST_RAIDS, _cut(scored, _TOP_RAIDERS)), Authority.OFFICER)


class _Scored(NamedTuple):
    points: int
    player: MadeUpPlayer


def _best(scored: Iterable[_Scored], bar: int, below: Authority) -> list[MadeUpPlayer]:
    reached = [each for each in scored if each.points >= bar and _authority(each.player) < below]
    return [each.player for each in sorted(reached, key=lambda each: -each.points)]


def _cut(scored: Iterable[_Scored], share: float) -> int:
    """Return the least of the top share of all counts above 0, one at least."""
    known = sorted((each.points for each in scored if each.points), reverse=True)
    return known[max(int(len(known) * share) - 1, 0)] if known else 1


def _authority(player: MadeUpPlayer) -> Authority:
    return authority(Caller(wom_roles=frozenset({player.roles[-1].value})))


def _seen_gain(world: World, player: MadeUpPlayer) -> int:
    seen = player.observed_at
    if not seen:
        return 0
    before = [at for at in seen if at <= world.now - MONTH]
    xp = player.path["overall"]
    return int(xp.value_at(seen[-1]) - xp.value_at(before[-1] if before else seen[0]))


def _raids(player: MadeUpPlayer) -> int:
    if not player.observed_ms:
        return 0
    last_ms = player.observed_ms[-1]
    return int(sum(max(player.path[raid].value_at_ms(last_ms), 0) for raid in RAIDS))

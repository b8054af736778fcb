"""What really happened in a made-up clan: who was silent for a month, and why all others were not.

Truth comes from the world alone: what was gained and said, never what WOM saw or a rule made of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.clan.policy import STEADY_DAYS
from bot.clan.spans import DAY
from bot.demo.cast import MadeUpMessage, MadeUpPlayer
from bot.demo.world import World

MONTH = timedelta(days=30)
ENOUGH_XP = 10_000
_LOOKED_LATELY, _OLDEST_BASELINE = 3 * DAY, 60 * DAY


class Why(StrEnum):
    """Why somebody must not be called inactive; of several reasons the first one stands.

    The words say how a rule came to flag them all the same.
    """

    AWAY = "away"
    NEW = "new or just back"
    ALT = "alt of an active member"
    WROTE = "wrote, under another name"
    PLAYED = "played, unseen by WOM"


@dataclass(frozen=True, slots=True)
class Truth:
    """The present players by id: whoever is not silent has a reason in `alive`.

    Silent is a human who gained under 10k XP on all accounts together, and said nothing anywhere,
    for 30 days. `well_observed` are those of the silent whose Discord user is linked, and at whose
    accounts WOM looked both lately and before those 30 days.
    """

    silent: frozenset[int]
    well_observed: frozenset[int]
    alive: Mapping[int, Why]


def truth_of(world: World, said: Sequence[MadeUpMessage], linked: frozenset[int]) -> Truth:
    """Return the truth; `said` are all messages, `linked` the indices of the linked users."""
    late = [message for message in said if message.sent_at >= world.now - MONTH]
    wrote = {message.user for message in late if message.user is not None}
    spoke = {message.player_id for message in late if message.speaker is not None}
    silent, observed, alive = set(), set(), {}
    for accounts in _humans(world):
        is_heard = accounts[0].user in wrote or any(each.player_id in spoke for each in accounts)
        gained = {each.player_id: _gained(world, each) for each in accounts}
        is_alive = is_heard or sum(gained.values()) >= ENOUGH_XP
        is_seen = accounts[0].user in linked and all(_is_seen(world, each) for each in accounts)
        for account in accounts:
            player_id = account.player_id
            why = _left_in_peace(world, accounts, account)
            if why is None and is_alive:
                is_idle_alt = player_id in world.alts and gained[player_id] < ENOUGH_XP
                why = Why.ALT if is_idle_alt else Why.WROTE if is_heard else Why.PLAYED
            if why is not None:
                alive[player_id] = why
            else:
                silent.add(player_id)
                observed |= {player_id} if is_seen else set()
    return Truth(frozenset(silent), frozenset(observed), alive)


def _humans(world: World) -> list[list[MadeUpPlayer]]:
    """Return the present accounts of each human; who has no Discord has one."""
    found: dict[int, list[MadeUpPlayer]] = defaultdict(list)
    for player in world.present(world.now):
        found[-player.player_id if player.user is None else player.user].append(player)
    return list(found.values())


def _left_in_peace(
    world: World, accounts: Sequence[MadeUpPlayer], account: MadeUpPlayer
) -> Why | None:
    away = [world.away[each.player_id] for each in accounts if each.player_id in world.away]
    if any(from_at <= world.now < until_at for from_at, until_at in away):
        return Why.AWAY
    return Why.NEW if world.now - account.stays[-1].from_at < MONTH else None


def _gained(world: World, player: MadeUpPlayer) -> int:
    xp = player.path["overall"]
    return int(xp.value_at(world.now) - xp.value_at(world.now - MONTH))


def _is_seen(world: World, player: MadeUpPlayer) -> bool:
    """Tell whether WOM looked at the account both lately and before the month began."""
    seen = player.observed_at
    before = [at for at in seen if at <= world.now - MONTH]
    return (
        player.status_now(world.now) == "active"
        and world.now - _LOOKED_LATELY <= max(seen, default=world.start_at)
        and world.now - _OLDEST_BASELINE <= max(before, default=world.start_at)
    )


def is_steady(ages: Collection[int]) -> bool:
    """Tell whether somebody was there on half of the last 56 days, and of the last 28 and 14.

    `ages` are the days with anything, counted back from today. Whoever was there for half of the
    time and stopped is not steady, nor who came in bursts.
    """
    spans = (STEADY_DAYS, STEADY_DAYS // 2, STEADY_DAYS // 4)
    return all(2 * sum(age < days for age in ages) >= days for days in spans)

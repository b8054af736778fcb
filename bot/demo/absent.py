"""Who of the made-up clan is on leave or exempt, with reasons that people give."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle

from bot.demo.cast import MadeUpUser, Persona
from bot.demo.world import World
from bot.services.people import Exemptions, Leaves, Whom
from bot.services.setup import Clan
from storage.engine import Database

_LEAVES = (
    (-9, 12, Persona.STEADY, "Moving house, no internet until it is done"),
    (-3, 18, Persona.CASUAL, "Exams"),
    (0, 6, Persona.CASUAL, None),
    (8, 22, Persona.STEADY, "Holiday in Norway"),
    (-25, -11, Persona.CASUAL, "Surgery"),
)
"""First and last day, counted from today, of whom, and why."""

_REASONS = ("Night shifts until spring", None, "New baby", "Back when the thesis is handed in")
"""Why those are away who are truly gone."""

_DAY = timedelta(days=1)


async def send_away(
    database: Database, clan: Clan, world: World, user_ids: Mapping[int, int]
) -> None:
    """Set leaves as people would have done when they began, and exempt a role and a player."""
    await _send_those_gone(database, clan, world, user_ids)
    spare = {persona: _spare(world, persona) for _, _, persona, _ in _LEAVES}
    leader = next(user for user in world.users if user.persona is Persona.LEADER)
    today = world.now.astimezone(clan.zone).date()
    for first, last, persona, reason in _LEAVES:
        user = next(spare[persona], None)
        if user is None:
            continue  # a clan too small for that leave
        set_at = world.now + min(first, 0) * _DAY
        days = (f"{today + first * _DAY}", f"{today + last * _DAY}")
        who = user_ids[user.index]
        leaves = Leaves(database, partial(_at, set_at))
        await leaves.go(clan, Whom(user_id=who), days, reason=reason, by=who)
    exemptions = Exemptions(database, lambda: world.now)
    by = user_ids[leader.index]
    friend = next(each for each in world.present(world.now) if each.persona is Persona.GHOST)
    founder = friend.name_at(world.now)
    reason = "Founded the clan and comes by once a year"
    await exemptions.add(clan, (founder, None), reason=reason, until_text=None, by=by)
    reason = "Friends of the clan, who need not be active"
    await exemptions.add(
        clan, (None, world.ladder[-1]), reason=reason, until_text="3 months", by=by
    )


async def _send_those_gone(
    database: Database, clan: Clan, world: World, user_ids: Mapping[int, int]
) -> None:
    """Set the leaves that the world tells of, each on the day on which it began."""
    owners = {player_id: user.index for user in world.users for player_id in user.player_ids}
    for (player_id, gone), reason in zip(world.away.items(), cycle(_REASONS)):
        from_on, until_on = (at.astimezone(clan.zone).date() for at in gone)
        who = user_ids[owners[player_id]]
        leaves = Leaves(database, partial(_at, gone[0]))
        await leaves.go(
            clan, Whom(user_id=who), (f"{from_on}", f"{until_on}"), reason=reason, by=who
        )


def _at(instant: datetime) -> datetime:
    return instant


def _spare(world: World, persona: Persona) -> Iterator[MadeUpUser]:
    """Return the users of a kind with an account, but for the first one, who may look on."""
    here = {each.player_id for each in world.present(world.now)}
    found = (
        user
        for user in world.users
        if user.persona is persona and here.intersection(user.player_ids)
    )
    next(found, None)
    return found

"""The made-up clan as profiles: what WOM's looks and Discord showed of it, and no more.

With `all_known` every Discord user is linked, otherwise every second one.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.clan.evidence import chat_evidence, game_evidence
from bot.clan.gains import UNKNOWN, Gains, Headline, gains_between
from bot.clan.leave import Leave
from bot.clan.metrics import RAIDS
from bot.clan.policy import DEFAULT_POLICY, STEADY_DAYS
from bot.clan.profiles import Account, Profile, Side, Week, Window, capped, game_window, summed
from bot.clan.spans import WEEK, Period, Span, day_of
from bot.clan.standings import Chat, Link, Member
from bot.demo.cast import MadeUpPlayer
from bot.demo.world import World

# The evidence knows no window of eight weeks, and that of a quarter is the stricter one.
WINDOWS = {7: Period.WEEK, 30: Period.MONTH, STEADY_DAYS: Period.QUARTER}
Hours = Mapping[datetime, int]
Looks = Mapping[int, Sequence[Headline]]


def profiles_of(world: World, *, all_known: bool = False) -> list[Profile]:
    """Return a profile of each person who is present."""
    hours = _hours(world)
    alone: list[Profile] = []
    owned: dict[int, list[MadeUpPlayer]] = defaultdict(list)
    for player in world.present(world.now):
        if player.user is not None and (all_known or player.user % 2 == 0):
            owned[player.user].append(player)
        else:
            alone.append(_profile(world, [player], None))
    for players in owned.values():
        players.sort(key=lambda player: player.player_id in world.alts)
    return alone + [
        replace(_profile(world, players, hours.get(user, {})), user_id=user + 1)
        for user, players in owned.items()
    ]


def _hours(world: World) -> Mapping[int, Hours]:
    hours: dict[int, Counter[datetime]] = defaultdict(Counter)
    for message in world.messages(texts=False):
        if message.user is not None:
            hours[message.user][message.sent_at.replace(minute=0, second=0, microsecond=0)] += 1
    return hours


def _profile(world: World, players: Sequence[MadeUpPlayer], hours: Hours | None) -> Profile:
    now = world.now
    looks = {player.player_id: _looks(world, player) for player in players}
    return Profile(
        accounts=tuple(
            Account(p.player_id, p.name, p.role_at(now), p.joined_at, p.roles[-1].since_at)
            for p in players
        ),
        link=Link.NONE if hours is None else Link.CONFIRMED,
        windows={days: _window(world, players, looks, hours, days) for days in WINDOWS},
        weeks=tuple(_week(now - back * WEEK, looks, hours) for back in reversed(range(8))),
        total_xp=summed(seen[-1].xp for seen in looks.values() if seen),
        total_raids=summed(seen[-1].kills for seen in looks.values() if seen),
        game_seen_at=max((at for seen in looks.values() for at in _rises(seen)), default=None),
        chat_seen_at=max(hours or {}, default=None),
        back_at=max((p.stays[-1].from_at for p in players if len(p.stays) > 1), default=None),
        leave=next((leave for p in players if (leave := _leave(world, p))), None),
    )


def _leave(world: World, player: MadeUpPlayer) -> Leave | None:
    from_at, until_at = world.away.get(player.player_id, (world.now, world.now))
    if not from_at <= world.now < until_at:
        return None
    return Leave(1, None, day_of(from_at, world.zone), day_of(until_at, world.zone), set_by=1)


def _looks(world: World, player: MadeUpPlayer) -> list[Headline]:
    """Return what WOM saw lately; the kills are those in raids."""
    path = player.path
    found = []
    for at in player.observed_at:
        if at > world.now - timedelta(days=100):
            raids = int(sum(max(path[boss].value_at(at), 0) for boss in RAIDS))
            xp, ehp, ehb = (path[name].value_at(at) for name in ("overall", "ehp", "ehb"))
            found.append(Headline(at, int(xp), raids, raids, ehp, ehb))
    return found


def _rises(seen: Sequence[Headline]) -> list[datetime]:
    return [after.seen_at for before, after in pairwise(seen) if after.xp > before.xp]


def _window(
    world: World, players: Sequence[MadeUpPlayer], looks: Looks, hours: Hours | None, days: int
) -> Window:
    span = Span(world.now - timedelta(days=days), world.now)
    wrote = None if hours is None else [n for at, n in hours.items() if at in span]
    members = [_member(world, player, looks, wrote, span, WINDOWS[days]) for player in players]
    sides = [
        Side(each.name, each.gains(WINDOWS[days]), game_evidence(each, WINDOWS[days], world.now))
        for each in members
    ]
    game = game_window(sides, [side.gains.kills for side in sides])
    return replace(
        game,
        chat=chat_evidence(members[0], WINDOWS[days], world.now),
        messages=None if wrote is None else sum(wrote),
        capped=None if wrote is None else capped(wrote, DEFAULT_POLICY.promotion.hour_cap),
    )


def _member(  # noqa: PLR0913, PLR0917 - a member is made of both sides
    world: World,
    player: MadeUpPlayer,
    looks: Looks,
    wrote: Sequence[int] | None,
    span: Span,
    period: Period,
) -> Member:
    seen = looks[player.player_id]
    return Member(
        player.player_id,
        player.name,
        player.role_at(world.now),
        player.joined_at,
        status=player.status_now(world.now),
        link=Link.NONE if wrote is None else Link.CONFIRMED,
        game={period: _gains(seen, span)},
        chat=None if wrote is None else {period: Chat(sum(wrote))},
        updated_at=seen[-1].seen_at if seen else None,
    )


def _gains(seen: Sequence[Headline], span: Span) -> Gains:
    if not seen:
        return UNKNOWN
    before = [look for look in seen if look.seen_at <= span.start]
    return gains_between((before or seen[:1])[-1], seen[-1], span)


def _week(end: datetime, looks: Looks, hours: Hours | None) -> Week:
    span = Span(end - WEEK, end)
    played = {at.date() for seen in looks.values() for at in _rises(seen) if at in span}
    wrote = {at.date() for at in hours or () if at in span}
    return Week(
        min(len(played), 7) if any(looks.values()) else None,
        None if hours is None else min(len(wrote), 7),
    )

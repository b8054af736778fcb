"""The made-up clan's own records as Wise Old Man answers them: roster, comings and goings, renames.

Every key of a recorded answer is here and no other.
"""

from datetime import datetime, timedelta

from bot.demo.cast import MadeUpPlayer, Since, Stay, from_ms
from bot.demo.wom_forms import Form, player_form, stamp
from bot.demo.wom_tracker import Tracker
from bot.demo.world import World

_FIRST_NAME_CHANGE_ID = 903_000


def group_form(world: World, tracker: Tracker, now_ms: int) -> Form:
    """Return the group as lists and searches show it."""
    members = tracker.members(now_ms)
    changed = [_changed_at(player, stay, from_ms(now_ms)) for player, stay in members]
    founded = world.start_at - timedelta(days=1_000)
    return {
        "id": world.group_id,
        "name": world.clan_name,
        "clanChat": world.clan_name.replace(" ", "")[:12],
        "description": "Bossing, skilling and lantern light. Ask for a rank in Discord!",
        "homeworld": 330,
        "verified": True,
        "patron": False,
        "visible": True,
        "profileImage": None,
        "bannerImage": None,
        "score": 120,
        "createdAt": stamp(founded),
        "updatedAt": stamp(max(changed, default=founded)),
        "memberCount": len(members),
    }


def group_details_form(world: World, tracker: Tracker, now_ms: int) -> Form:
    """Return the group with its ladder and everybody in it."""
    return group_form(world, tracker, now_ms) | {
        "socialLinks": dict.fromkeys(("website", "discord", "twitter", "youtube", "twitch")),
        "roleOrders": [
            {"groupId": world.group_id, "role": role, "index": index}
            for index, role in enumerate(world.ladder)
        ],
        "memberships": [
            _membership(world, player, stay, from_ms(now_ms))
            | {"player": player_form(player, tracker, now_ms)}
            for player, stay in tracker.members(now_ms)
        ],
    }


def activity_forms(world: World, tracker: Tracker, now_ms: int) -> list[Form]:
    """Return who joined, left and changed role, newest first; founders never joined."""
    now = from_ms(now_ms)
    events = [
        (at, player, {"type": kind, "role": role, "previousRole": before})
        for player in world.players
        for at, kind, role, before in _events(player)
        if world.start_at <= at <= now
    ]
    events.sort(key=lambda event: (event[0], event[1].player_id), reverse=True)
    return [
        {
            "groupId": world.group_id,
            "playerId": player.player_id,
            **event,
            "createdAt": stamp(at),
            "player": player_form(player, tracker, now_ms),
        }
        for at, player, event in events
    ]


def name_change_forms(world: World, now: datetime) -> list[tuple[MadeUpPlayer, Form]]:
    """Return the approved renames up to now with their players, newest first."""
    renames = [
        (new.since_at, player, old, new)
        for player in world.players
        for old, new in zip(player.names, player.names[1:], strict=False)
        if player.status != "archived"
    ]
    renames.sort(key=lambda rename: (rename[0], rename[1].player_id))
    forms = [
        (player, _name_change(_FIRST_NAME_CHANGE_ID + 7 * place, player, old, new))
        for place, (at, player, old, new) in enumerate(renames)
        if at <= now
    ]
    return forms[::-1]


def _name_change(change_id: int, player: MadeUpPlayer, old: Since, new: Since) -> Form:
    return {
        "id": change_id,
        "playerId": player.player_id,
        "oldName": old.value,
        "newName": new.value,
        "status": "approved",
        "reviewContext": None,
        "resolvedAt": stamp(new.since_at),
        "createdAt": stamp(new.since_at - timedelta(hours=9)),
        "updatedAt": stamp(new.since_at),
    }


def _events(player: MadeUpPlayer) -> list[tuple[datetime, str, str, str | None]]:
    events: list[tuple[datetime, str, str, str | None]] = []
    for stay in player.stays:
        events.append((stay.from_at, "joined", player.role_at(stay.from_at), None))
        if stay.to_at is not None:
            events.append((stay.to_at, "left", player.role_at(stay.to_at), None))
    for before, after in zip(player.roles, player.roles[1:], strict=False):
        if player.stay_at(after.since_at):
            events.append((after.since_at, "changed_role", after.value, before.value))
    return events


def _membership(world: World, player: MadeUpPlayer, stay: Stay, now: datetime) -> Form:
    in_game = stay.from_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "playerId": player.player_id,
        "groupId": world.group_id,
        "role": player.role_at(now),
        "clientSyncJoinedAt": stamp(in_game) if player.player_id % 5 else None,
        "createdAt": stamp(stay.from_at),
        "updatedAt": stamp(_changed_at(player, stay, now)),
    }


def _changed_at(player: MadeUpPlayer, stay: Stay, now: datetime) -> datetime:
    """Return when somebody's row changed last: by joining, or by a new role since."""
    risen = [role.since_at for role in player.roles if stay.from_at <= role.since_at <= now]
    return max(risen, default=stay.from_at)

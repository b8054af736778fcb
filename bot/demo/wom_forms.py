"""The made-up world in the very forms of Wise Old Man's answers: camelCase, dates ending in Z.

Every key of a recorded answer is here and no other.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.clan.metrics import SKILLS
from bot.clan.names import wom_key
from bot.demo.cast import MadeUpPlayer, from_ms
from bot.demo.hiscores import (
    ACTIVITIES,
    BOSSES,
    KILLS_PER_HOUR,
    SKILL_XP_CAP,
    UNRATED,
    XP_PER_HOUR,
    level_of,
)
from bot.demo.updates import snapshot
from bot.demo.wom_tracker import Tracker

Form = dict[str, object]

_MAXED_XP = 13_034_431
_LEAST_TOTAL_LEVEL = 33
_HIDDEN_ZERO = -1
_FIRST_NAME_CHANGE_ID = 903_000


def stamp(instant: datetime) -> str:
    """Return an instant as WOM writes it."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp_ms(at_ms: int | None) -> str | None:
    """Return milliseconds since 1970 as WOM writes an instant; None stays None."""
    return None if at_ms is None else stamp(from_ms(at_ms))


def player_form(player: MadeUpPlayer, tracker: Tracker, now_ms: int) -> Form:
    """Return a player as it stands inside nearly every answer."""
    now = from_ms(now_ms)
    updated_ms, status = tracker.updated_ms(player, now_ms), player.status_now(now)
    shown = updated_ms is not None and status != "archived"
    seen = snapshot(player, updated_ms or 0) if shown else {}
    name = player.name_at(now)
    return {
        "id": player.player_id,
        "username": wom_key(name),
        "displayName": name,
        "type": player.account_type if updated_ms is not None else "unknown",
        "build": "main",
        "status": status,
        "country": player.country,
        "patron": False,
        "exp": max(0, seen.get("overall", 0)),
        "ehp": seen.get("ehp", 0),
        "ehb": seen.get("ehb", 0),
        "ttm": _hours_to(_MAXED_XP, seen),
        "tt200m": _hours_to(SKILL_XP_CAP, seen),
        "registeredAt": stamp(player.registered_at),
        "updatedAt": stamp_ms(updated_ms),
        "lastChangedAt": stamp_ms(tracker.changed_ms(player, now_ms)),
        "lastImportedAt": None,
    }


def snapshot_form(player: MadeUpPlayer, at_ms: int) -> Form:
    """Return the full snapshot that an update at an instant took."""
    values = snapshot(player, at_ms)
    return {
        "id": -1,
        "playerId": player.player_id,
        "createdAt": stamp_ms(at_ms),
        "importedAt": None,
        "data": {
            "skills": {skill: _skill(skill, values) for skill in ("overall", *SKILLS)},
            "bosses": {boss: _boss(boss, int(values[boss])) for boss in BOSSES},
            "activities": {
                activity: {
                    "metric": activity,
                    "score": int(values[activity]),
                    "rank": _rank(values[activity], 40),
                }
                for activity in ACTIVITIES
            },
            "computed": {
                metric: {
                    "metric": metric,
                    "value": values[metric],
                    "rank": _rank(values[metric], 9),
                }
                for metric in ("ehp", "ehb")
            },
        },
    }


def details_form(player: MadeUpPlayer, tracker: Tracker, now_ms: int) -> Form:
    """Return a player as asked for alone, with the latest snapshot."""
    updates = tracker.updates_ms(player, now_ms)
    latest = snapshot_form(player, updates[-1]) if updates else None
    return player_form(player, tracker, now_ms) | {
        "combatLevel": _combat_level(snapshot(player, updates[-1])) if updates else 3,
        "archive": _archive(player, from_ms(now_ms)),
        "annotations": [],
        "latestSnapshot": latest,
    }


def gained_form(
    player: MadeUpPlayer, tracker: Tracker, now_ms: int, updates: tuple[int, int]
) -> Form:
    """Return what rose between two updates, each metric with its start and end."""
    first, last = snapshot(player, updates[0]), snapshot(player, updates[1])
    return {
        "player": player_form(player, tracker, now_ms),
        "startDate": stamp_ms(updates[0]),
        "endDate": stamp_ms(updates[1]),
        "data": [_delta(metric, first[metric], last[metric]) for metric in first],
    }


def _archive(player: MadeUpPlayer, now: datetime) -> Form | None:
    if player.status_now(now) != "archived" or player.status_at is None:
        return None
    return {
        "playerId": player.player_id,
        "previousUsername": wom_key(player.names[0].value),
        "archiveUsername": player.name,
        "restoredUsername": None,
        "createdAt": stamp(player.status_at),
        "restoredAt": None,
    }


def _skill(skill: str, values: Mapping[str, float]) -> Form:
    xp = int(values[skill])
    if skill == "overall":
        levels = sum(level_of(int(values[each])) for each in SKILLS)
        level, ehp = max(_LEAST_TOTAL_LEVEL, levels), values["ehp"]
    else:
        level, ehp = level_of(xp), round(max(0, xp) / XP_PER_HOUR[skill], 5)
    return {
        "metric": skill,
        "experience": xp,
        "rank": _rank(xp, 20_000),
        "level": level,
        "ehp": ehp,
    }


def _boss(boss: str, kills: int) -> Form:
    ehb = 0 if boss in UNRATED else round(max(0, kills) / KILLS_PER_HOUR[boss], 5)
    return {"metric": boss, "kills": kills, "rank": _rank(kills, 30), "ehb": ehb}


def _rank(value: float, half_way: float) -> int:
    """Return a believable rank: the more, the better."""
    return -1 if value < 0 else 1 + int(1_800_000 / (1 + value / half_way))


def _delta(metric: str, start: float, end: float) -> Form:
    """Return a rise as WOM counts it: never negative, and from -1 as if from 0."""
    unlisted = metric == "overall" and start < 0
    gained = 0 if unlisted else max(0, end - max(0, start))
    return {
        "metric": metric,
        "gained": round(gained, 5),
        "start": start or _HIDDEN_ZERO,
        "end": end or _HIDDEN_ZERO,
    }


def _hours_to(goal_xp: int, seen: Mapping[str, float]) -> float:
    if not seen:
        return 0
    return sum(max(0, goal_xp - max(0, seen[skill])) / XP_PER_HOUR[skill] for skill in SKILLS)


def _combat_level(values: Mapping[str, float]) -> int:
    level = {skill: level_of(int(values[skill])) for skill in SKILLS}
    shield = 0.25 * (level["defence"] + max(10, level["hitpoints"]) + level["prayer"] // 2)
    melee = level["attack"] + level["strength"]
    sword = 0.325 * max(melee, 1.5 * level["ranged"], 1.5 * level["magic"])
    return int(shield + sword)

"""The log of what was done to links: written with the action itself, and read to take it back.

Only what nobody has changed since can be undone; then everything is exactly what it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.clan.linking import LinkAction, LinkPair, LinkRefusal, LinkState, Tied, Ties
from bot.services.people.ties import read_ties, row_of
from bot.services.setup import Clan
from storage import links
from storage.columns import from_ms, to_ms
from storage.engine import Connection
from storage.links import LinkEventRow, Noted

_LOOKED_BACK = 30  # actions; what is older is mended by hand
NOBODY = 0
_MEMBERS_OWN = frozenset({LinkAction.CLAIM, LinkAction.UNLINK})
_LAST_WORD = frozenset({LinkAction.UNDO})


class PastAction(NamedTuple):
    """Something that officers did and can still undo; `pairs` begin with what was asked for."""

    action_id: int
    action: LinkAction
    by_user_id: int
    happened_at: datetime
    pairs: tuple[LinkPair, ...]
    player: str = ""


async def carry_out(  # noqa: PLR0913, PLR0917 - who does what to what, and when
    connection: Connection,
    clan: Clan,
    action: LinkAction,
    changes: Sequence[Tied],
    ties: Ties,
    by: int,
    now: datetime,
) -> None:
    """Write what an action makes of links, and that it was done."""
    await links.put(connection, clan.clan_id, [row_of(tie) for tie in changes])
    events = [LinkEventRow(*tie.pair, action, _kept(ties.get(tie.pair))) for tie in changes]
    await links.note(connection, clan.clan_id, events, by, now)


async def mark_discord(  # noqa: PLR0913 - who says so of whom, and when
    connection: Connection,
    clan: Clan,
    player_ids: Sequence[int],
    by: int,
    now: datetime,
    *,
    has_none: bool,
) -> None:
    """Remember whether players have a Discord account at all, and who said so, as one action."""
    await links.set_no_discord(connection, clan.clan_id, *player_ids, has_none=has_none)
    action = LinkAction.NO_DISCORD if has_none else LinkAction.HAS_DISCORD
    events = [
        LinkEventRow(player_id, NOBODY, action, {"has_no_discord": not has_none})
        for player_id in player_ids
    ]
    await links.note(connection, clan.clan_id, events, by, now)


async def undoable(connection: Connection, clan: Clan) -> list[PastAction]:
    """Return the officers' actions that nobody has changed anything of since, the newest first."""
    return [action for action in await _past(connection, clan) if action.action not in _MEMBERS_OWN]


async def undo(
    connection: Connection, clan: Clan, action_id: int, by: int, now: datetime
) -> LinkRefusal | None:
    """Restore what was before an action; refused when it was changed since."""
    if all(action.action_id != action_id for action in await undoable(connection, clan)):
        return LinkRefusal.CHANGED
    noted = await links.actions(connection, clan.clan_id, _LOOKED_BACK)
    events = [each.event for each in reversed(noted) if each.action_id == action_id]
    ties = await read_ties(connection, clan)
    await _restore(connection, clan, events)
    before = [
        LinkEventRow(each.player_id, each.discord_user_id, LinkAction.UNDO, _opposite(each, ties))
        for each in events
    ]
    await links.note(connection, clan.clan_id, before, by, now)
    return None


def mains_at(changes: Iterable[LinkEventRow]) -> dict[int, int]:
    """Return by user the account that was the main one before some changes, the oldest first."""
    found: dict[int, int] = {}
    seen: set[tuple[int, int]] = set()
    for each in changes:
        pair = (each.player_id, each.discord_user_id)
        if pair not in seen and (each.before or {}).get("is_main"):
            found.setdefault(each.discord_user_id, each.player_id)
        seen.add(pair)
    return found


async def _past(connection: Connection, clan: Clan) -> list[PastAction]:
    noted = await links.actions(connection, clan.clan_id, _LOOKED_BACK)
    by_action: dict[int, list[Noted]] = {}
    for each in noted:
        by_action.setdefault(each.action_id, []).append(each)
    changed_since: set[tuple[int, int]] = set()
    found = []
    for action_id, parts in sorted(by_action.items(), reverse=True):
        pairs = [LinkPair(each.event.player_id, each.event.discord_user_id) for each in parts]
        head = parts[-1]
        action = LinkAction(head.event.action)
        if action not in _LAST_WORD and not changed_since.intersection(pairs):
            told = PastAction(
                action_id, action, head.by_user_id, head.happened_at, tuple(reversed(pairs))
            )
            found.append(told)
        changed_since.update(pairs)
    return found


async def _restore(connection: Connection, clan: Clan, events: Iterable[LinkEventRow]) -> None:
    gone, back = [], []
    marked: dict[bool, list[int]] = {}
    for event in events:
        if event.discord_user_id == NOBODY:
            has_none = bool((event.before or {}).get("has_no_discord"))
            marked.setdefault(has_none, []).append(event.player_id)
        elif event.before is None:
            gone.append((event.player_id, event.discord_user_id))
        else:
            back.append(row_of(_was(event, event.before)))
    for has_none, player_ids in marked.items():
        await links.set_no_discord(connection, clan.clan_id, *player_ids, has_none=has_none)
    await links.remove(connection, clan.clan_id, gone)
    await links.put(connection, clan.clan_id, back)


def _opposite(event: LinkEventRow, ties: Ties) -> Mapping[str, Any] | None:
    """Return what an undo changes in its turn."""
    if event.discord_user_id == NOBODY:
        return {"has_no_discord": not (event.before or {}).get("has_no_discord")}
    return _kept(ties.get(LinkPair(event.player_id, event.discord_user_id)))


def _kept(tie: Tied | None) -> dict[str, Any] | None:
    if tie is None:
        return None
    return {
        "state": tie.state.value,
        "claimed_at": to_ms(tie.claimed_at),
        "is_main": tie.is_main,
        "decided_at": None if tie.decided_at is None else to_ms(tie.decided_at),
        "decided_by": tie.decided_by,
    }


def _was(event: LinkEventRow, before: Mapping[str, Any]) -> Tied:
    decided_at = before["decided_at"]
    return Tied(
        event.player_id,
        event.discord_user_id,
        LinkState(before["state"]),
        from_ms(before["claimed_at"]),
        before["is_main"],
        None if decided_at is None else from_ms(decided_at),
        before["decided_by"],
    )

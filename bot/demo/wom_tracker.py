"""What the made-up Wise Old Man knows at an instant: when it updated, and what it saw.

It knows only what an update has shown: play since the last update is not there yet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bot.demo.cast import MadeUpPlayer, Persona, Stay, from_ms
from bot.demo.world import World

STALE_MS = (23 * 60 + 30) * 60_000
JOB_MS = 250
_UNREADABLE = frozenset({"archived", "banned", "unranked"})


class Tracker:
    """The updates of the world's own history, and those that somebody asked for since."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._asked: dict[int, list[int]] = {}

    def members(self, now_ms: int) -> list[tuple[MadeUpPlayer, Stay]]:
        """Return the roster at an instant, highest role first."""
        now = from_ms(now_ms)
        place = {role: index for index, role in enumerate(self.world.ladder)}
        present = [(one, stay) for one in self.world.players if (stay := one.stay_at(now))]
        return sorted(present, key=lambda at: (place[at[0].role_at(now)], at[0].player_id))

    def shown(self, now_ms: int) -> list[MadeUpPlayer]:
        """Return the members whose snapshots are shown: archived ones are left out."""
        now = from_ms(now_ms)
        members = (player for player, _ in self.members(now_ms))
        return [player for player in members if player.status_now(now) != "archived"]

    def updates_ms(self, player: MadeUpPlayer, now_ms: int) -> Sequence[int]:
        """Return the instants up to now at which WOM updated, oldest first."""
        updates = player.observed_ms + player.coming_ms
        asked = self._asked.get(player.player_id)
        known = sorted([*updates, *asked]) if asked else updates
        return known[: bisect_right(known, now_ms)]

    def updated_ms(self, player: MadeUpPlayer, now_ms: int) -> int | None:
        """Return when WOM last updated, or None."""
        updates = self.updates_ms(player, now_ms)
        return updates[-1] if updates else None

    def changed_ms(self, player: MadeUpPlayer, now_ms: int) -> int | None:
        """Return the last update that showed a rise; the first update counts as one."""
        updates = self.updates_ms(player, now_ms)
        if not updates:
            return None
        played = bisect_right(player.played_ms, updates[-1])
        if not played:
            return updates[0]
        return updates[bisect_left(updates, player.played_ms[played - 1])]

    def readable(self, player: MadeUpPlayer, now_ms: int) -> bool:
        """Tell whether an update would find the account on the hiscores."""
        gone = player.status_now(from_ms(now_ms)) in _UNREADABLE
        return not gone and player.persona is not Persona.UNTRACKED

    def update(self, player: MadeUpPlayer, at_ms: int) -> None:
        """Update one player at an instant."""
        self._asked.setdefault(player.player_id, []).append(at_ms)

    def update_stale(self, now_ms: int) -> int:
        """Queue an update of every stale member, one each 250 ms, and return how many are stale.

        Who cannot be read is counted and never updated; who is queued already is counted too.
        """
        stale = [player for player, _ in self.members(now_ms) if self._is_stale(player, now_ms)]
        at_ms = now_ms
        for player in stale:
            waits = max(self._asked.get(player.player_id, [0])) > now_ms
            if self.readable(player, now_ms) and not waits:
                at_ms += JOB_MS
                self.update(player, at_ms)
        return len(stale)

    def _is_stale(self, player: MadeUpPlayer, now_ms: int) -> bool:
        updated_ms = self.updated_ms(player, now_ms)
        return updated_ms is None or now_ms - updated_ms > STALE_MS

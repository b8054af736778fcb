"""Asking Wise Old Man to look at members again, as far as its limits let us.

With the group's code all who are stale are queued by one request; without it each is asked for by
name, a few at a time. What it finds arrives with the next poll.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from bot.services.game.faults import fault_words
from bot.services.setup import Clan
from wom.client import WomClient, asking_for
from wom.errors import PlayerTooSoon, WomBadRequest, WomError, WomNotFound, WomRefused

MOST_AT_ONCE = 15
"""Of Wise Old Man's 20 requests a minute without a key, so that polls still get through."""

_NO_SUCH_PLAYER = frozenset({"HISCORES_USERNAME_NOT_FOUND", "INVALID_USERNAME"})

_log = structlog.get_logger()


class OwnGroup(NamedTuple):
    """The WOM group whose code we were given; no other clan's request may ever carry it."""

    group_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Requested:
    """What came of a request.

    `queued` is how many of the whole group Wise Old Man queued, None when players were asked for by
    name: then `done` were looked at. `failed` are names with why; `left` were not asked for yet,
    and `stopped` says why when that was not for their number alone.
    """

    queued: int | None = None
    done: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    left: int = 0
    stopped: str | None = None


class Refreshing:
    """Requests updates; for each clan one request at a time."""

    def __init__(self, wom: WomClient, own_group: OwnGroup | None) -> None:
        self._wom = wom
        self._own_group = own_group
        self._under_way: set[int] = set()

    async def request(self, clan: Clan, names: Sequence[str]) -> Requested | None:
        """Have players looked at again, or everybody stale; None while that is under way.

        Raises WomError when the whole group was asked for and Wise Old Man refused.
        """
        if clan.clan_id in self._under_way:
            return None
        self._under_way.add(clan.clan_id)
        try:
            own = self._own_group
            if own is not None and own.group_id == clan.wom_group_id:
                return Requested((await self._wom.update_all(own.group_id, own.code)).count)
            with asking_for(str(clan.clan_id)):
                return await self._by_name(names)
        finally:
            self._under_way.discard(clan.clan_id)

    async def _by_name(self, names: Sequence[str]) -> Requested:
        done: list[str] = []
        failed: list[tuple[str, str]] = []
        asked = tuple(dict.fromkeys(names))
        for name in asked[:MOST_AT_ONCE]:
            try:
                await self._wom.update_player(name)
            except PlayerTooSoon:
                done.append(name)  # somebody else had it looked at within the minute
            except WomRefused as error:
                failed.append((name, _why(error)))
            except WomError as error:
                # Whatever it is, the next one would meet it too.
                _log.warning("updates broken off", reason=str(error))
                rest = len(asked) - len(done) - len(failed)
                return Requested(None, tuple(done), tuple(failed), rest, fault_words(error))
            else:
                done.append(name)
        return Requested(None, tuple(done), tuple(failed), max(len(asked) - MOST_AT_ONCE, 0))


def _why(error: WomRefused) -> str:
    missing = isinstance(error, WomBadRequest) and error.code in _NO_SUCH_PLAYER
    if missing or isinstance(error, WomNotFound):
        return "not on the hiscores by that name"
    return "Wise Old Man refused"

"""Who is there without writing: heard live, buffered, and written as days with a sign of life.

What of it nobody saw is lost, for it has no history: time in voice counts from when we saw somebody
sit there up to when we looked last, and never beyond.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from bot.clan.spans import day_of
from bot.clan.voice import VoiceState, by_quarter, quarter_of, talking
from bot.services.chat.consent import forgotten_until
from bot.services.setup import Clan, Clock, OfClans, clans_in
from storage import clans, presence, privacy
from storage.conflicts import begins_again
from storage.engine import Connection, Database

_EVERY = timedelta(minutes=1)
_CLANS_AT_ONCE = 50  # in one transaction, which every other writer waits for
_ROWS_AT_ONCE = 1_000  # likewise; one clan that has more is alone in its transaction
_NONE = timedelta()
_SLEPT = timedelta(minutes=30)
"""We look every few seconds: when so much is between two looks, we slept, or the clock jumped."""
_Key = TypeVar("_Key")
_Lengths: TypeAlias = Mapping[tuple[int, datetime], timedelta]
"""How long somebody talked, or that they were there at all, by (user, quarter of an hour)."""


@dataclass(slots=True)
class _Server:
    """What one server does: who sits in voice, seen up to when, and what is not written yet.

    By (user, quarter of an hour): the day is told by the clan's clock when it is written.
    """

    voice: dict[int, VoiceState] = field(default_factory=dict)
    looked_at: datetime | None = None
    unwritten: dict[tuple[int, datetime], timedelta] = field(default_factory=dict)
    forgotten: dict[int, datetime] = field(default_factory=dict)

    def look(self, now: datetime) -> None:
        """Count the time since we looked last for those who talk."""
        since, self.looked_at = self.looked_at, now
        if since is None or not self.voice or now - since > _SLEPT:
            return
        for user_id in talking(self.voice.values()):
            for quarter, length in by_quarter(since, now):
                self.add(user_id, quarter, length)

    def add(self, user_id: int, quarter: datetime, length: timedelta = _NONE) -> None:
        """Note that somebody was there."""
        key = (user_id, quarter)
        self.unwritten[key] = self.unwritten.get(key, _NONE) + length


class Presence:
    """Sees who talks, reacts and uses commands; only `flush` waits."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._servers: dict[int, _Server] = defaultdict(_Server)
        self._unnoted: set[int] = set()
        self._together = _CLANS_AT_ONCE
        self._one_flush = asyncio.Lock()
        self._wrote_at: datetime | None = None

    def sit(self, guild_id: int, states: Iterable[VoiceState]) -> None:
        """Note who sits in a server's voice channels now: their time counts from here."""
        server = self._servers[guild_id]
        server.voice = {state.user_id: state for state in states}
        server.looked_at = self._clock()
        self._unnoted.add(guild_id)

    def move(self, guild_id: int, user_id: int, state: VoiceState | None) -> None:
        """Note that somebody sits elsewhere or otherwise now, or (None) left voice."""
        server = self._servers[guild_id]
        server.look(self._clock())
        server.voice.pop(user_id, None)
        if state is not None:
            server.voice[user_id] = state

    def show(self, guild_id: int, user_id: int) -> None:
        """Note a sign of life: a reaction, or a command."""
        self._servers[guild_id].add(user_id, quarter_of(self._clock()))

    def lose(self, guild_id: int | None = None) -> None:
        """Forget who sits in voice, in one server or in all: we do not see it any more."""
        for each in [*self._servers] if guild_id is None else [guild_id]:
            if (server := self._servers.get(each)) is not None:
                server.voice.clear()
                server.looked_at = None

    def forget(self, guild_id: int, user_id: int) -> None:
        """Write nothing of what a user did until now."""
        server = self._servers[guild_id]
        server.look(self._clock())
        server.forgotten[user_id] = self._clock()
        for key in [key for key in server.unwritten if key[0] == user_id]:
            del server.unwritten[key]

    @begins_again
    async def keep(self, clan: Clan, *, is_kept: bool) -> None:
        """Keep days with a sign of life from now on, or none, and delete what was kept."""
        async with self._database.writing() as connection:
            row = await clans.of_guild(connection, clan.guild_id)
            if row is None or row.keeps_presence is is_kept:
                return
            since = self._clock() if is_kept else None
            await clans.change(
                connection, clan.clan_id, keeps_presence=is_kept, presence_from=since
            )
            if since is None:
                await presence.forget_all(connection, clan.clan_id)
            else:
                await presence.add_voice(connection, {clan.clan_id: {quarter_of(since): 0}})

    async def flush(self, *, is_last: bool = False) -> None:
        """Write what was seen so far, once a minute or at the end; what fails is kept."""
        async with self._one_flush:
            now = self._clock()
            for server in self._servers.values():
                server.look(now)
            # What is still to come was noted by a clock that ran ahead.
            waits = self._wrote_at is not None and _NONE <= now - self._wrote_at < _EVERY
            if waits and not is_last:
                return
            self._wrote_at = now
            due = [who for who in self._servers if self._is_due(who)]
            for guild_ids in self._groups(due):
                await self._write(guild_ids, now)
            self._together = _CLANS_AT_ONCE
            self._let_go(now)

    def _is_due(self, guild_id: int) -> bool:
        return bool(self._servers[guild_id].unwritten) or guild_id in self._unnoted

    def _groups(self, guild_ids: Iterable[int]) -> Iterator[list[int]]:
        """Yield servers of which little enough together is unwritten for one transaction."""
        together, group, rows = self._together, list[int](), 0
        for guild_id in guild_ids:
            count = len(self._servers[guild_id].unwritten)
            if group and (len(group) >= together or rows + count > _ROWS_AT_ONCE):
                yield group
                group, rows = [], 0
            group.append(guild_id)
            rows += count
        if group:
            yield group

    def _let_go(self, now: datetime) -> None:
        """Keep nothing of servers in which nothing goes on; what is written was forgotten long."""
        for guild_id, server in [*self._servers.items()]:
            for user_id, at in [*server.forgotten.items()]:
                if at < quarter_of(now):
                    del server.forgotten[user_id]
            if not (server.voice or server.forgotten or self._is_due(guild_id)):
                del self._servers[guild_id]

    @begins_again
    async def _write(self, guild_ids: Sequence[int], now: datetime) -> None:
        """Write what is new of some servers; when that fails it is kept, and waits behind others.

        The next time each is written alone: if one of them cannot be, it holds up itself.
        """
        taken: dict[int, _Lengths] = {}
        try:
            async with self._database.writing() as connection:
                for guild_id in guild_ids:
                    # Here and not before: whoever was forgotten while we waited is in it no more.
                    server = self._servers[guild_id]
                    taken[guild_id], server.unwritten = server.unwritten, {}
                await self._store(connection, taken, now)
        except BaseException:
            self._together = 1
            for guild_id in guild_ids:
                server = self._servers[guild_id] = self._servers.pop(guild_id)
                for key, length in taken.get(guild_id, {}).items():
                    server.add(*key, length)
            raise
        self._unnoted.difference_update(guild_ids)

    async def _store(
        self, connection: Connection, taken: Mapping[int, _Lengths], now: datetime
    ) -> None:
        """Write what was seen in some servers, of all of them by the same statements.

        Of those whose clan keeps such days; from the first time on it is known that it does.
        """
        known = await clans_in(connection, taken)
        keeping = [(clan, taken[clan.guild_id]) for clan in known if clan.keeps_presence]
        new = [clan.clan_id for clan, _ in keeping if clan.presence_from is None]
        await clans.begin_presence(connection, new, now)
        kept = await self._willing(connection, keeping)
        await presence.add(
            connection,
            {clan.clan_id: _seconds(_by_day(lengths, clan.zone)) for clan, lengths in kept},
        )
        await presence.add_voice(
            connection,
            {clan.clan_id: _seconds(_by_quarter(lengths, now)) for clan, lengths in kept},
        )

    async def _willing(
        self, connection: Connection, seen: OfClans[_Lengths]
    ) -> list[tuple[Clan, _Lengths]]:
        """Return what was seen but of those who opted out, and of before somebody was forgotten."""
        who = [(clan, {user_id for user_id, _ in lengths}) for clan, lengths in seen]
        silent = await privacy.opted_out(connection, {clan.clan_id: users for clan, users in who})
        until = await forgotten_until(connection, who)
        found: list[tuple[Clan, _Lengths]] = []
        for clan, lengths in seen:
            # Another process may have carried that out: then ours did not hear of it.
            ours = self._servers[clan.guild_id].forgotten
            ends = {
                user_id: at
                for user_id, at in until[clan.clan_id].items()
                if user_id not in ours or at > ours[user_id]
            }
            willing = {
                (user_id, quarter): length
                for (user_id, quarter), length in lengths.items()
                if user_id not in silent[clan.clan_id]
                and not (user_id in ends and quarter <= ends[user_id])
            }
            found.append((clan, willing))
        return found


def _by_day(lengths: _Lengths, zone: ZoneInfo) -> dict[tuple[int, date], timedelta]:
    """Return how long each user talked by day, as the clan's clock has it."""
    days: dict[tuple[int, date], timedelta] = {}
    for (user_id, quarter), length in lengths.items():
        key = user_id, day_of(quarter, zone)
        days[key] = days.get(key, _NONE) + length
    return days


def _by_quarter(lengths: _Lengths, now: datetime) -> dict[datetime, timedelta]:
    """Return how long all together talked by quarter of an hour."""
    # None that was looked at is left out: from the first one on voice is known.
    quarters: dict[datetime, timedelta] = {quarter_of(now): _NONE}
    for (_, quarter), length in lengths.items():
        quarters[quarter] = quarters.get(quarter, _NONE) + length
    return quarters


def _seconds(lengths: Mapping[_Key, timedelta]) -> dict[_Key, int]:
    return {key: round(length.total_seconds()) for key, length in lengths.items()}

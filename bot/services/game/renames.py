"""Telling renames from leaving and joining, and keeping every name that a player bore.

What is known of names comes from Wise Old Man alone; the rules are in bot/clan/renames.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.clan import renames
from bot.clan.activity import Change, ChangeKind
from bot.clan.membership import Place, RosterNews
from bot.clan.names import wom_key
from bot.clan.plausible import is_to_come
from bot.clan.renames import HELD_FOR, Filed, Mistaken, RenamePair
from bot.services.game.group_facts import is_reported, reported_at, timed
from storage import players
from storage.columns import next_instant
from storage.engine import Connection, Database
from storage.players import MembershipEventRow, Sighting
from wom.client import WomClient
from wom.errors import WomError
from wom.models import MemberActivity, NameChange
from wom.questions import PAGE_SIZE

T = TypeVar("T")

_MOST_PAGES = 20

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RenameResult:
    """What a roster changed once renames are told from leaving.

    `held` are not told yet, `mistaken` were told before and never happened; `names` are who bore
    which name when.
    """

    news: RosterNews
    held: tuple[RenamePair, ...] = ()
    mistaken: tuple[Mistaken, ...] = ()
    names: tuple[Sighting, ...] = ()


class Renaming:
    """Asks Wise Old Man about names, only when a roster gives reason to."""

    def __init__(self, database: Database, wom: WomClient) -> None:
        self._database = database
        self._wom = wom

    async def settle(  # noqa: PLR0913, PLR0917 - what is known before and after, and when
        self,
        group_id: int,
        clan_id: int,
        known: Mapping[int, Place],
        news: RosterNews,
        polled_at: datetime | None,
        now: datetime,
    ) -> RenameResult:
        """Return the news at the instants that Wise Old Man tells, without what is no news."""
        if news.doubt is not None:
            return RenameResult(news)
        held: tuple[RenamePair, ...] = ()
        if any(is_reported(change) for change in news.changes):
            told = await _or_nothing(
                self._events(group_id, news.changes, polled_at), polled_at, now
            )
            events = [each for each in told if not is_to_come(each.created_at, now)]
            changes = timed(news.changes, events, polled_at)
            found = renames.pairs(changes, reported_at(events), polled_at)
            news = replace(news, changes=renames.dated(changes, found))
            filed = await _or_nothing(self._filed(found, now), polled_at, now)
            held = renames.undecided(found, filed, now)
            news = renames.held_back(news, held)
        names = await self._names(group_id, known, news, polled_at, now)
        mistaken = await self._mistaken(clan_id, known, news.changes, names)
        return RenameResult(renames.put_right(news, mistaken), held, mistaken, names)

    async def _events(
        self, group_id: int, changes: Sequence[Change], polled_at: datetime | None
    ) -> tuple[MemberActivity, ...]:
        """Return what happened in the group since the last poll; before it too, for held pairs."""
        page = found = await self._wom.activity(group_id)
        kinds = {change.kind for change in changes}
        may_be_pair = ChangeKind.LEFT in kinds and bool(kinds & renames.CAME)
        for number in range(1, _MOST_PAGES):
            if polled_at is None or len(page) < PAGE_SIZE:
                break
            if page[-1].created_at <= polled_at - (HELD_FOR if may_be_pair else timedelta(0)):
                break
            page = await self._wom.activity(group_id, number * PAGE_SIZE)
            found += page
        return found

    async def _filed(self, found: Collection[RenamePair], now: datetime) -> list[Filed]:
        """Return the name changes that may explain the pairs: one question for each of the few.

        Asked by the old name, which stands in a name change exactly as the player bore it.
        """
        fresh = [pair for pair in found if pair.at > now - HELD_FOR]
        gone = {pair.gone.player_id: pair.gone.name for pair in fresh}
        came = {pair.came.player_id: pair.came.name for pair in fresh}
        names = gone if len(gone) <= len(came) else came
        return [
            Filed(each.player_id, each.old_name, each.new_name, each.status)
            for name in names.values()
            for each in await self._wom.names_like(name)
        ]

    async def _mistaken(
        self,
        clan_id: int,
        known: Mapping[int, Place],
        changes: Sequence[Change],
        names: Sequence[Sighting],
    ) -> tuple[Mistaken, ...]:
        returned = {
            left_at
            for change in changes
            if change.kind is ChangeKind.RETURNED
            and (left_at := known[change.player_id].left_at) is not None
        }
        if not returned:
            return ()
        joined: dict[int, datetime] = {}
        async with self._database.reading() as connection:
            for at in sorted(returned):
                events = await players.events_between(connection, clan_id, at, next_instant(at))
                joined |= {
                    event.player_id: at for event, _ in events if event.kind == ChangeKind.JOINED
                }
        borne: dict[int, set[str]] = {}
        for each in names:
            borne.setdefault(each.player_id, set()).add(each.wom_key)
        return renames.mistaken(changes, known, joined, borne)

    async def _names(
        self,
        group_id: int,
        known: Mapping[int, Place],
        news: RosterNews,
        polled_at: datetime | None,
        now: datetime,
    ) -> tuple[Sighting, ...]:
        """Return who bore which name: at the first poll and when somebody came all, then news.

        The former names of whoever came may be as old as the group.
        """
        renamed = [change for change in news.changes if change.kind is ChangeKind.RENAMED]
        is_first = all(place.left_at is not None for place in known.values())
        came = any(change.kind in renames.CAME for change in news.changes)
        if not renamed and not is_first and not came:
            return ()
        filed = await self._name_changes(group_id, _MOST_PAGES if is_first or came else 1)
        here = {place.player_id for place in news.present}
        seen = [
            _sighting(each.player_id, name, min(each.created_at, now))
            for each in sorted(filed, key=lambda each: (each.created_at, each.id or 0))
            if each.player_id in here and each.status == "approved"
            for name in (each.old_name, each.new_name)
        ]
        return (
            *seen,
            *(
                _sighting(change.player_id, change.before, polled_at)
                for change in renamed
                if change.before and polled_at is not None
            ),
        )

    async def _name_changes(self, group_id: int, pages: int) -> list[NameChange]:
        """Return the group's name changes, as far as they can be had: no poll waits for them."""
        found: list[NameChange] = []
        for number in range(pages):
            try:
                page = await self._wom.name_changes(group_id, number * PAGE_SIZE)
            except WomError as error:
                _log.warning("name changes not read", group=group_id, reason=str(error))
                break
            found += page
            if len(page) < PAGE_SIZE:
                break
        return found


async def _or_nothing(
    asked: Awaitable[Sequence[T]], polled_at: datetime | None, now: datetime
) -> Sequence[T]:
    """Return what was asked for; nothing where it could not be had for as long as a pair is held.

    Before that the poll fails and is tried again, so that no rename is told as leaving and joining.
    """
    try:
        return await asked
    except WomError as error:
        if polled_at is None or now - polled_at < HELD_FOR:
            raise
        _log.warning("renames are not told from leaving and joining", reason=str(error))
        return ()


def newly_borne(settled: RenameResult) -> frozenset[str]:
    """Return the names (by WOM key) of whoever came or bears another name, those before too."""
    told = [
        change
        for change in settled.news.changes
        if change.kind is ChangeKind.RENAMED or change.kind in renames.CAME
    ]
    names = {name for change in told for name in (change.name, change.before) if name}
    return frozenset({wom_key(name) for name in names} | {each.wom_key for each in settled.names})


async def write_settled(connection: Connection, clan_id: int, settled: RenameResult) -> None:
    """Store who bore which name, and take out what never happened; the players are stored."""
    await players.note_sightings(connection, settled.names)
    await players.remove_places(connection, clan_id, [each.other_id for each in settled.mistaken])
    await players.remove_events(
        connection,
        clan_id,
        [
            MembershipEventRow(player_id, kind, each.at)
            for each in settled.mistaken
            for player_id, kind in (
                (each.player_id, ChangeKind.LEFT),
                (each.other_id, ChangeKind.JOINED),
            )
        ],
    )


def _sighting(player_id: int, name: str, seen_at: datetime) -> Sighting:
    return Sighting(player_id, name, wom_key(name), seen_at)

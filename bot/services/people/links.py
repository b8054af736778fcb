"""Linking: members claim their accounts, officers decide, and every action can be looked up.

What an action changes is a rule's to say (bot/clan/linking); a link and the note of who changed it
are written in one transaction, in which everything is read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import structlog
from rapidfuzz import fuzz

from bot.clan import linking
from bot.clan.linking import LinkAction, LinkPair, LinkRefusal, LinkState, Ruling, Tied
from bot.clan.ranks import Authority
from bot.clan.showing import shown
from bot.clan.standings import Link
from bot.services.people.identity import Identity, Officer, Visitor
from bot.services.people.identity_cache import IdentityCache, read_identity
from bot.services.people.link_entries import queue_of
from bot.services.people.link_log import NOBODY, carry_out, mark_discord, undo, undoable
from bot.services.people.link_queue import GuildMember, LinkQueue, QueueInput
from bot.services.people.ties import opted_out
from bot.services.setup import Clan, Clock
from storage import links
from storage.engine import Database


class LinkResult(NamedTuple):
    """What became of an action: about whom it was, or why nothing changed.

    `partner` is what the user or speaker is called if they were ever heard. `kept` is the account
    that was known by its name, which stays the main one; `ended` is how many claims of others a
    decision ended; `rivals` says that somebody else claims the player or is called like it.
    """

    player: str
    refusal: LinkRefusal | None = None
    partner: str = ""
    kept: str = ""
    ended: int = 0
    rivals: bool = False


class LinkedAccount(NamedTuple):
    """A present account of a user, and how it is known; the main one comes first.

    What is only claimed comes last, and does not count.
    """

    player_id: int
    name: str
    link: Link
    counts: bool = True


_ALL = LinkAction.CONFIRM_ALL
_OF_PRESENT = frozenset({LinkAction.CONFIRM, LinkAction.CONFIRM_ALL, LinkAction.MARK_ALT})

_log = structlog.get_logger()


class WaitingClaim(NamedTuple):
    """An account that somebody claims, by name, and since when."""

    name: str
    since_at: datetime


class Links:
    """Keeps who is whom."""

    def __init__(
        self, database: Database, clock: Clock, identities: IdentityCache | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities

    async def claim(self, clan: Clan, visitor: Visitor, name: str) -> LinkResult:
        """Let somebody say that the member who bears or bore a name is theirs."""
        async with self._open(clan, visitor) as identity:
            place = identity.called(name)
            if place is None:
                return LinkResult(name, LinkRefusal.UNKNOWN)
            pair = LinkPair(place.player_id, visitor.user_id)
            ruling = linking.claimed(identity.ties, pair, self._clock())
            answer = await self._carry_out(
                identity, LinkAction.CLAIM, ruling, pair, visitor.user_id
            )
            if answer.refusal is not None:
                return answer
            identity.ties |= {tie.pair: tie for tie in ruling.changes}
            disputed = {each.player_id for each in (await identity.persons()).conflicts}
            return answer._replace(rivals=place.player_id in disputed)

    async def unlink(self, clan: Clan, user_id: int, name: str) -> LinkResult:
        """Let somebody say that a player is no longer theirs, or never was."""
        async with self._open(clan) as identity:
            place = identity.called(name, of_user=user_id)
            if place is None:
                return LinkResult(name, LinkRefusal.NOT_LINKED)
            pair = LinkPair(place.player_id, user_id)
            ruling = linking.unlinked(identity.ties, pair, user_id, self._clock())
            return await self._carry_out(identity, LinkAction.UNLINK, ruling, pair, user_id)

    async def end(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """End a link, as an officer."""
        async with self._open(clan) as identity:
            ruling = linking.unlinked(identity.ties, pair, by.user_id, self._clock())
            return await self._decide(identity, LinkAction.END, ruling, pair, by)

    async def confirm(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Confirm a pair, claimed or not: it counts for everything from now on."""
        async with self._open(clan) as identity:
            return await self._confirm(identity, pair, by)

    async def link_by_hand(
        self,
        clan: Clan,
        user_id: int,
        name: str,
        by: Officer,
    ) -> LinkResult:
        """Confirm that the member who bears or bore a name is a user, or a speaker."""
        async with self._open(clan) as identity:
            place = identity.called(name)
            if place is None:
                return LinkResult(name, LinkRefusal.UNKNOWN)
            return await self._confirm(identity, LinkPair(place.player_id, user_id), by)

    async def confirm_all(self, clan: Clan, pairs: Iterable[LinkPair], by: Officer) -> int:
        """Confirm all pairs that can be, as one action; return how many were."""
        async with self._open(clan) as identity:
            before = dict(identity.ties)
            changes: dict[LinkPair, Tied] = {}
            confirmed = 0
            for pair in pairs:
                ruling = linking.confirmed(identity.ties, pair, by.user_id, self._clock())
                if (
                    ruling.refusal is None
                    and self._refusal(identity, _ALL, ruling, pair, by) is None
                ):
                    confirmed += 1
                    changes |= {tie.pair: tie for tie in ruling.changes}
                    identity.ties |= {tie.pair: tie for tie in ruling.changes}
            identity.ties = before
            ruling = Ruling(tuple(changes.values()))
            await self._write(identity, LinkAction.CONFIRM_ALL, ruling, by.user_id)
            return confirmed

    async def reject(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Remember that a pair is wrong."""
        async with self._open(clan) as identity:
            ruling = linking.rejected(identity.ties, pair, by.user_id, self._clock())
            return await self._decide(identity, LinkAction.REJECT, ruling, pair, by)

    async def mark_alt(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Confirm a pair whose player is not the person's main account."""
        async with self._open(clan) as identity:
            main, by_name = (
                await identity.other_main(pair),
                await identity.known_by_name(pair.user_id),
            )
            ruling = linking.marked_alt(
                identity.ties, pair, by.user_id, self._clock(), main, by_name
            )
            return await self._decide(identity, LinkAction.MARK_ALT, ruling, pair, by)

    async def make_main(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Make an account the main one of its person."""
        async with self._open(clan) as identity:
            ruling = linking.made_main(identity.ties, pair)
            return await self._decide(identity, LinkAction.MAKE_MAIN, ruling, pair, by)

    async def mark_discord(
        self, clan: Clan, player_id: int, by: Officer, *, has_none: bool
    ) -> LinkResult:
        """Remember that a member has no Discord account, or take that back."""
        async with self._open(clan) as identity:
            place = identity.places.get(player_id)
            if place is None:
                return LinkResult("", LinkRefusal.UNKNOWN)
            if place.has_no_discord is has_none:
                return LinkResult(place.name, LinkRefusal.ALREADY)
            action = LinkAction.NO_DISCORD if has_none else LinkAction.HAS_DISCORD
            if refusal := identity.refusal(action, [LinkPair(player_id, NOBODY)], by):
                return LinkResult(place.name, refusal)
            await mark_discord(
                identity.connection, clan, [player_id], by.user_id, self._clock(), has_none=has_none
            )
            return LinkResult(place.name)

    async def mark_without_discord(self, clan: Clan, player_ids: Sequence[int], by: Officer) -> int:
        """Remember of several members that they have no Discord account, as one action.

        Return of how many; those who are theirs to decide about and not marked yet.
        """
        async with self._open(clan) as identity:
            asked = [
                player_id
                for player_id in player_ids
                if player_id in identity.places
                and not identity.places[player_id].has_no_discord
                and not identity.refusal(LinkAction.NO_DISCORD, [LinkPair(player_id, NOBODY)], by)
            ]
            if asked:
                await mark_discord(
                    identity.connection, clan, asked, by.user_id, self._clock(), has_none=True
                )
            return len(asked)

    async def undo(self, clan: Clan, action_id: int, by: Officer) -> LinkRefusal | None:
        """Restore what was before an action; refused when it was changed or undone since."""
        async with self._open(clan) as identity:
            pairs = [
                pair
                for past in await undoable(identity.connection, clan)
                if past.action_id == action_id
                for pair in past.pairs
            ]
            if pairs and (refusal := identity.refusal(LinkAction.UNDO, pairs, by)):
                return refusal
            return await undo(identity.connection, clan, action_id, by.user_id, self._clock())

    async def accounts(self, clan: Clan, visitor: Visitor) -> tuple[LinkedAccount, ...]:
        """Return the present accounts of a user."""
        async with self._database.reading() as connection:
            identity = await read_identity(connection, clan, visitor, self._identities)
        persons = await identity.persons()
        person = persons.by_user.get(visitor.user_id)
        claims = persons.claims.get(visitor.user_id, ())
        players = person.players if person else ()
        known = {each: persons.links[each] for each in players} | dict.fromkeys(
            claims, Link.CLAIMED
        )
        return tuple(
            LinkedAccount(each, identity.places[each].name, link, counts=each in players)
            for each, link in known.items()
            if each in identity.places
        )

    async def is_confirmed(self, clan: Clan, user_id: int) -> bool:
        """Return whether an officer confirmed any account of a user."""
        async with self._database.reading() as connection:
            return bool(await links.confirmed_roles(connection, clan.clan_id, user_id))

    async def linked(self, clan: Clan, user_id: int) -> tuple[str, ...]:
        """Return the names of the accounts that a user claimed or that were confirmed for them."""
        async with self._database.reading(is_quick=True) as connection:
            identity = await read_identity(connection, clan, cache=self._identities)
        return tuple(sorted(map(identity.name_of, identity.linked_to(user_id))))

    async def queue(self, clan: Clan, guild_members: Sequence[GuildMember]) -> LinkQueue:
        """Return what officers have to decide; `guild_members` are the server's, without bots."""
        async with self._database.reading() as connection:
            identity = await read_identity(connection, clan, cache=self._identities)
            last = next(iter(await undoable(connection, clan)), None)
        asked = QueueInput(
            guild_members=_listed(identity, guild_members),
            places=tuple(identity.places.values()),
            names=identity.names,
            writers=identity.writers,
            ties=identity.ties,
            persons=await identity.persons(),
            similarity=_similarity,
            officers=frozenset(
                place.player_id
                for place in identity.places.values()
                if identity.rank(place.role) >= Authority.OFFICER
            ),
        )
        queue = await asyncio.to_thread(queue_of, asked)
        if last is not None:
            last = last._replace(player=_name_for_list(identity, last.pairs[0].player_id))
        return replace(queue, last_action=last)

    async def waiting_claims(self, clan: Clan) -> tuple[WaitingClaim, ...]:
        """Return the accounts of present members that somebody claims, the oldest claim first."""
        async with self._database.reading() as connection:
            identity = await read_identity(connection, clan, cache=self._identities)
        found = [
            WaitingClaim(_name_for_list(identity, tie.player_id), tie.claimed_at)
            for tie in identity.ties.values()
            if tie.is_pending and tie.user_id > 0 and tie.player_id in identity.places
        ]
        return tuple(sorted(found, key=lambda each: (each.since_at, each.name)))

    @asynccontextmanager
    async def _open(self, clan: Clan, visitor: Visitor | None = None) -> AsyncIterator[Identity]:
        async with self._database.writing() as connection:
            yield await read_identity(connection, clan, visitor)

    async def _confirm(self, identity: Identity, pair: LinkPair, by: Officer) -> LinkResult:
        by_name = await identity.known_by_name(pair.user_id)
        ruling = linking.confirmed(identity.ties, pair, by.user_id, self._clock(), by_name)
        return await self._decide(identity, LinkAction.CONFIRM, ruling, pair, by)

    async def _decide(
        self, identity: Identity, action: LinkAction, ruling: Ruling, pair: LinkPair, by: Officer
    ) -> LinkResult:
        """Carry out what an officer decided, if it is theirs to decide."""
        if refusal := self._refusal(identity, action, ruling, pair, by):
            return LinkResult(
                identity.name_of(pair.player_id), refusal, identity.partner_name(pair.user_id)
            )
        return await self._carry_out(identity, action, ruling, pair, by.user_id)

    def _refusal(
        self, identity: Identity, action: LinkAction, ruling: Ruling, pair: LinkPair, by: Officer
    ) -> LinkRefusal | None:
        """Return why an officer may not decide so; what it changes beside counts as well."""
        if action in _OF_PRESENT and pair.player_id not in identity.places:
            return LinkRefusal.UNKNOWN
        return identity.refusal(action, [pair, *(tie.pair for tie in ruling.changes)], by)

    async def _carry_out(
        self, identity: Identity, action: LinkAction, ruling: Ruling, pair: LinkPair, by: int
    ) -> LinkResult:
        name, partner = identity.name_of(pair.player_id), identity.partner_name(pair.user_id)
        if ruling.refusal is not None:
            return LinkResult(name, ruling.refusal, partner)
        await self._write(identity, action, ruling, by)
        kept = [tie for tie in ruling.changes if tie.pair not in identity.ties and tie.pair != pair]
        return LinkResult(
            name,
            partner=partner,
            kept=identity.name_of(kept[0].player_id) if kept else "",
            ended=sum(tie.user_id != pair.user_id for tie in ruling.changes),
        )

    async def _write(self, identity: Identity, action: LinkAction, ruling: Ruling, by: int) -> None:
        if action in _OF_PRESENT and any(tie.user_id == by for tie in ruling.changes):
            _log.warning("confirmed their own account", clan=identity.clan.clan_id, user=by)
        if ruling.changes:
            await carry_out(
                identity.connection,
                identity.clan,
                action,
                ruling.changes,
                identity.ties,
                by,
                self._clock(),
            )


def _listed(identity: Identity, guild_members: Sequence[GuildMember]) -> tuple[GuildMember, ...]:
    """Return whom the queue may show: of those who opted out only who asks for an account."""
    claiming = {tie.user_id for tie in identity.ties.values() if tie.is_pending}
    return shown(guild_members, opted_out(identity.writers) - claiming, lambda each: each.user_id)


def _name_for_list(identity: Identity, player_id: int) -> str:
    """Return a member's name where everybody who decides reads it."""
    quiet = opted_out(identity.writers)
    sure = {
        tie.player_id
        for tie in identity.ties.values()
        if tie.user_id in quiet and tie.state is LinkState.CONFIRMED
    }
    return "of somebody who opted out" if player_id in sure else identity.name_of(player_id)


def _similarity(one: str, other: str) -> float:
    return fuzz.ratio(one, other)

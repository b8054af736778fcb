"""Linking: members claim their accounts, officers decide, and every action can be looked up.

What an action changes is a rule's to say (bot/clan/linking); a link and the note of who changed it
are written in one transaction, in which everything is read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
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
from storage.conflicts import begins_again
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


_MARKS = frozenset({LinkAction.NO_DISCORD, LinkAction.HAS_DISCORD})
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

    @begins_again
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

    @begins_again
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
        return await self._decide(clan, LinkAction.END, pair, by)

    async def confirm(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Confirm a pair, claimed or not: it counts for everything from now on."""
        return await self._decide(clan, LinkAction.CONFIRM, pair, by)

    @begins_again
    async def link_by_hand(self, clan: Clan, user_id: int, name: str, by: Officer) -> LinkResult:
        """Confirm that the member who bears or bore a name is a user, or a speaker."""
        async with self._open(clan) as identity:
            place = identity.called(name)
            if place is None:
                return LinkResult(name, LinkRefusal.UNKNOWN)
            pair = LinkPair(place.player_id, user_id)
            (answer,) = await self._decide_in(identity, LinkAction.CONFIRM, [pair], by)
            return answer

    async def confirm_all(
        self, clan: Clan, pairs: Sequence[LinkPair], by: Officer
    ) -> tuple[LinkResult, ...]:
        """Confirm all pairs that can be, as one action."""
        return await self.decide_many(clan, LinkAction.CONFIRM_ALL, pairs, by)

    async def reject(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Remember that a pair is wrong."""
        return await self._decide(clan, LinkAction.REJECT, pair, by)

    async def mark_alt(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Confirm a pair whose player is not the person's main account."""
        return await self._decide(clan, LinkAction.MARK_ALT, pair, by)

    async def make_main(self, clan: Clan, pair: LinkPair, by: Officer) -> LinkResult:
        """Make an account the main one of its person."""
        return await self._decide(clan, LinkAction.MAKE_MAIN, pair, by)

    async def mark_discord(
        self, clan: Clan, player_id: int, by: Officer, *, has_none: bool
    ) -> LinkResult:
        """Remember that a member has no Discord account, or take that back."""
        action = LinkAction.NO_DISCORD if has_none else LinkAction.HAS_DISCORD
        return await self._decide(clan, action, LinkPair(player_id, NOBODY), by)

    @begins_again
    async def decide_many(
        self, clan: Clan, action: LinkAction, pairs: Sequence[LinkPair], by: Officer
    ) -> tuple[LinkResult, ...]:
        """Do one thing with several pairs, as one action that is undone at once.

        Each is judged by what is so after those before it; what one is refused stops no other.
        """
        async with self._open(clan) as identity:
            if action in _MARKS:
                return await self._mark(identity, action, pairs, by)
            return await self._decide_in(identity, action, pairs, by)

    @begins_again
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

    async def _decide(
        self, clan: Clan, action: LinkAction, pair: LinkPair, by: Officer
    ) -> LinkResult:
        (answer,) = await self.decide_many(clan, action, [pair], by)
        return answer

    async def _decide_in(
        self, identity: Identity, action: LinkAction, pairs: Sequence[LinkPair], by: Officer
    ) -> tuple[LinkResult, ...]:
        """Carry out what of several pairs is an officer's to decide, all of it as one action."""
        vain = linking.asked_in_vain(action, pairs)
        before, changes = identity.ties, dict[LinkPair, Tied]()
        identity.ties = dict(before)
        answers = []
        for pair in pairs:
            ruling = (
                Ruling(refusal=vain[pair])
                if pair in vain
                else await self._ruling(identity, action, pair, by)
            )
            answers.append(_answer(identity, ruling, pair))
            changes |= {tie.pair: tie for tie in ruling.changes}
            identity.ties |= changes
        identity.ties = before
        await self._write(identity, action, Ruling(tuple(changes.values())), by.user_id)
        return tuple(answers)

    async def _ruling(
        self, identity: Identity, action: LinkAction, pair: LinkPair, by: Officer
    ) -> Ruling:
        """Return what an action changes, if it is an officer's; what changes beside counts too."""
        if action in _OF_PRESENT and pair.player_id not in identity.places:
            return Ruling(refusal=LinkRefusal.UNKNOWN)
        ruling = await self._changes(identity, action, pair, by.user_id)
        asked = [pair, *(tie.pair for tie in ruling.changes)]
        refusal = identity.refusal(action, asked, by)
        return ruling if refusal is None else Ruling(refusal=refusal)

    async def _changes(
        self, identity: Identity, action: LinkAction, pair: LinkPair, by: int
    ) -> Ruling:
        ties, now = identity.ties, self._clock()
        if action is LinkAction.CONFIRM:
            return linking.confirmed(
                ties, pair, by, now, await identity.known_by_name(pair.user_id)
            )
        if action is LinkAction.MARK_ALT:
            main = await identity.other_main(pair)
            by_name = await identity.known_by_name(pair.user_id)
            return linking.marked_alt(ties, pair, by, now, main, by_name)
        return {
            # Whose name is the account's own is known as nobody else by name.
            LinkAction.CONFIRM_ALL: lambda: linking.confirmed(ties, pair, by, now),
            LinkAction.REJECT: lambda: linking.rejected(ties, pair, by, now),
            LinkAction.MAKE_MAIN: lambda: linking.made_main(ties, pair),
            LinkAction.END: lambda: linking.unlinked(ties, pair, by, now),
        }[action]()

    async def _mark(
        self, identity: Identity, action: LinkAction, pairs: Sequence[LinkPair], by: Officer
    ) -> tuple[LinkResult, ...]:
        """Remember of several members whether they have a Discord account, as one action."""
        has_none = action is LinkAction.NO_DISCORD
        refusals = {
            each.player_id: _mark_refusal(identity, action, each.player_id, by) for each in pairs
        }
        asked = [player_id for player_id, refusal in refusals.items() if refusal is None]
        if asked:
            await mark_discord(
                identity.connection,
                identity.clan,
                asked,
                by.user_id,
                self._clock(),
                has_none=has_none,
            )
        return tuple(
            LinkResult(identity.name_of(each.player_id), refusals[each.player_id]) for each in pairs
        )

    async def _carry_out(
        self, identity: Identity, action: LinkAction, ruling: Ruling, pair: LinkPair, by: int
    ) -> LinkResult:
        """Write what somebody does to a link of their own."""
        await self._write(identity, action, ruling, by)
        return _answer(identity, ruling, pair)

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


def _answer(identity: Identity, ruling: Ruling, pair: LinkPair) -> LinkResult:
    """Return what becomes of a pair; the ties are those before."""
    name, partner = identity.name_of(pair.player_id), identity.partner_name(pair.user_id)
    kept = [tie for tie in ruling.changes if tie.pair not in identity.ties and tie.pair != pair]
    return LinkResult(
        name,
        ruling.refusal,
        partner,
        kept=identity.name_of(kept[0].player_id) if kept else "",
        ended=sum(tie.user_id != pair.user_id for tie in ruling.changes),
    )


def _mark_refusal(
    identity: Identity, action: LinkAction, player_id: int, by: Officer
) -> LinkRefusal | None:
    """Return why an officer may not say whether a member has a Discord account."""
    place = identity.places.get(player_id)
    if place is None:
        return LinkRefusal.UNKNOWN
    if place.has_no_discord is (action is LinkAction.NO_DISCORD):
        return LinkRefusal.ALREADY
    return identity.refusal(action, [LinkPair(player_id, NOBODY)], by)


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

"""Linking: members claim their accounts, officers decide, and every deed can be looked up.

What a deed changes is a rule's to say (bot/clan/linking); a link and the note of who changed it
are written in one transaction, in which everything is read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

import structlog
from rapidfuzz import fuzz

from bot.clan import linking
from bot.clan.linking import LinkDeed, Pair, Refusal, Ruling, Tied
from bot.clan.standings import Link
from bot.services.book import Book, Officer, Visitor, read_book
from bot.services.clans import Clan, Clock
from bot.services.deeds import NOBODY, carry_out, mark_discord, undo, undoable
from bot.services.link_entries import queue_of
from bot.services.link_queue import Asked, Face, LinkQueue
from storage import links
from storage.engine import Database


class Answer(NamedTuple):
    """What became of a deed: about whom it was, or why nothing changed.

    `partner` is what the user or speaker is called if they were ever heard. `kept` is the account
    that was known by its name, which stays the main one; `ended` is how many claims of others a
    decision ended; `rivals` says that somebody else claims the player or is called like it.
    """

    player: str
    refusal: Refusal | None = None
    partner: str = ""
    kept: str = ""
    ended: int = 0
    rivals: bool = False


class Account(NamedTuple):
    """A present account of a user, and how it is known; the main one comes first.

    What is only claimed comes last, and does not count.
    """

    player_id: int
    name: str
    link: Link
    counts: bool = True


_ALL = LinkDeed.CONFIRM_ALL
_OF_PRESENT = frozenset({LinkDeed.CONFIRM, LinkDeed.CONFIRM_ALL, LinkDeed.MARK_ALT})

_log = structlog.get_logger()


class Links:
    """Keeps who is whom."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, clan: Clan, visitor: Visitor, name: str) -> Answer:
        """Let somebody say that the member who bears or bore a name is theirs."""
        async with self._open(clan, visitor) as book:
            place = book.called(name)
            if place is None:
                return Answer(name, Refusal.UNKNOWN)
            pair = Pair(place.player_id, visitor.user_id)
            ruling = linking.claimed(book.ties, pair, self._clock())
            answer = await self._carry_out(book, LinkDeed.CLAIM, ruling, pair, visitor.user_id)
            if answer.refusal is not None:
                return answer
            book.ties |= {tie.pair: tie for tie in ruling.changes}
            disputed = {each.player_id for each in (await book.persons()).conflicts}
            return answer._replace(rivals=place.player_id in disputed)

    async def unlink(self, clan: Clan, user_id: int, name: str) -> Answer:
        """Let somebody say that a player is no longer theirs, or never was."""
        async with self._open(clan) as book:
            place = book.called(name, of_user=user_id)
            if place is None:
                return Answer(name, Refusal.NOT_LINKED)
            pair = Pair(place.player_id, user_id)
            ruling = linking.unlinked(book.ties, pair, user_id, self._clock())
            return await self._carry_out(book, LinkDeed.UNLINK, ruling, pair, user_id)

    async def end(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """End a link, as an officer."""
        async with self._open(clan) as book:
            ruling = linking.unlinked(book.ties, pair, by.user_id, self._clock())
            return await self._decide(book, LinkDeed.END, ruling, pair, by)

    async def confirm(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Confirm a pair, claimed or not: it counts for everything from now on."""
        async with self._open(clan) as book:
            return await self._confirm(book, pair, by)

    async def link_by_hand(
        self,
        clan: Clan,
        user_id: int,
        name: str,
        by: Officer,
    ) -> Answer:
        """Confirm that the member who bears or bore a name is a user, or a speaker."""
        async with self._open(clan) as book:
            place = book.called(name)
            if place is None:
                return Answer(name, Refusal.UNKNOWN)
            return await self._confirm(book, Pair(place.player_id, user_id), by)

    async def confirm_all(self, clan: Clan, pairs: Iterable[Pair], by: Officer) -> int:
        """Confirm all pairs that can be, as one deed; return how many were."""
        async with self._open(clan) as book:
            before = dict(book.ties)
            changes: dict[Pair, Tied] = {}
            confirmed = 0
            for pair in pairs:
                ruling = linking.confirmed(book.ties, pair, by.user_id, self._clock())
                if ruling.refusal is None and self._refusal(book, _ALL, ruling, pair, by) is None:
                    confirmed += 1
                    changes |= {tie.pair: tie for tie in ruling.changes}
                    book.ties |= {tie.pair: tie for tie in ruling.changes}
            book.ties = before
            ruling = Ruling(tuple(changes.values()))
            await self._write(book, LinkDeed.CONFIRM_ALL, ruling, by.user_id)
            return confirmed

    async def reject(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Remember that a pair is wrong."""
        async with self._open(clan) as book:
            ruling = linking.rejected(book.ties, pair, by.user_id, self._clock())
            return await self._decide(book, LinkDeed.REJECT, ruling, pair, by)

    async def mark_alt(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Confirm a pair whose player is not the person's main account."""
        async with self._open(clan) as book:
            main, by_name = await book.other_main(pair), await book.known_by_name(pair.user_id)
            ruling = linking.marked_alt(book.ties, pair, by.user_id, self._clock(), main, by_name)
            return await self._decide(book, LinkDeed.MARK_ALT, ruling, pair, by)

    async def make_main(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Make an account the main one of its person."""
        async with self._open(clan) as book:
            ruling = linking.made_main(book.ties, pair)
            return await self._decide(book, LinkDeed.MAKE_MAIN, ruling, pair, by)

    async def mark_discord(
        self, clan: Clan, player_id: int, by: Officer, *, has_none: bool
    ) -> Answer:
        """Remember that a member has no Discord account, or take that back."""
        async with self._open(clan) as book:
            place = book.places.get(player_id)
            if place is None:
                return Answer("", Refusal.UNKNOWN)
            if place.has_no_discord is has_none:
                return Answer(place.name, Refusal.ALREADY)
            deed = LinkDeed.NO_DISCORD if has_none else LinkDeed.HAS_DISCORD
            if refusal := book.refusal(deed, [Pair(player_id, NOBODY)], by):
                return Answer(place.name, refusal)
            await mark_discord(
                book.connection, clan, player_id, by.user_id, self._clock(), has_none=has_none
            )
            return Answer(place.name)

    async def undo(self, clan: Clan, deed_id: int, by: Officer) -> Refusal | None:
        """Restore what was before a deed; refused when it was changed or undone since."""
        async with self._open(clan) as book:
            pairs = [
                pair
                for past in await undoable(book.connection, clan)
                if past.deed_id == deed_id
                for pair in past.pairs
            ]
            if pairs and (refusal := book.refusal(LinkDeed.UNDO, pairs, by)):
                return refusal
            return await undo(book.connection, clan, deed_id, by.user_id, self._clock())

    async def accounts(self, clan: Clan, visitor: Visitor) -> tuple[Account, ...]:
        """Return the present accounts of a user."""
        async with self._database.reading() as connection:
            book = await read_book(connection, clan, visitor)
        persons = await book.persons()
        person = persons.by_user.get(visitor.user_id)
        claims = persons.claims.get(visitor.user_id, ())
        players = person.players if person else ()
        known = {each: persons.links[each] for each in players} | dict.fromkeys(
            claims, Link.CLAIMED
        )
        return tuple(
            Account(each, book.places[each].name, link, counts=each in players)
            for each, link in known.items()
            if each in book.places
        )

    async def is_confirmed(self, clan: Clan, user_id: int) -> bool:
        """Return whether an officer confirmed any account of a user."""
        async with self._database.reading() as connection:
            return bool(await links.confirmed_roles(connection, clan.clan_id, user_id))

    async def linked(self, clan: Clan, user_id: int) -> tuple[str, ...]:
        """Return the names of the accounts that a user claimed or that were confirmed for them."""
        async with self._database.reading() as connection:
            book = await read_book(connection, clan)
        return tuple(sorted(map(book.name_of, book.linked_to(user_id))))

    async def queue(self, clan: Clan, faces: Sequence[Face]) -> LinkQueue:
        """Return what officers have to decide; `faces` are the server's members without bots."""
        async with self._database.reading() as connection:
            book = await read_book(connection, clan)
            last = next(iter(await undoable(connection, clan)), None)
        asked = Asked(
            faces=faces,
            places=tuple(book.places.values()),
            names=book.names,
            writers=book.writers,
            ties=book.ties,
            persons=await book.persons(),
            similarity=_similarity,
        )
        queue = await asyncio.to_thread(queue_of, asked)
        if last is not None:
            last = last._replace(player=book.name_of(last.pairs[0].player_id))
        return replace(queue, last_deed=last)

    @asynccontextmanager
    async def _open(self, clan: Clan, visitor: Visitor | None = None) -> AsyncIterator[Book]:
        async with self._database.writing() as connection:
            yield await read_book(connection, clan, visitor)

    async def _confirm(self, book: Book, pair: Pair, by: Officer) -> Answer:
        by_name = await book.known_by_name(pair.user_id)
        ruling = linking.confirmed(book.ties, pair, by.user_id, self._clock(), by_name)
        return await self._decide(book, LinkDeed.CONFIRM, ruling, pair, by)

    async def _decide(
        self, book: Book, deed: LinkDeed, ruling: Ruling, pair: Pair, by: Officer
    ) -> Answer:
        """Carry out what an officer decided, if it is theirs to decide."""
        if refusal := self._refusal(book, deed, ruling, pair, by):
            return Answer(book.name_of(pair.player_id), refusal, book.partner_name(pair.user_id))
        return await self._carry_out(book, deed, ruling, pair, by.user_id)

    def _refusal(
        self, book: Book, deed: LinkDeed, ruling: Ruling, pair: Pair, by: Officer
    ) -> Refusal | None:
        """Return why an officer may not decide so; what it changes beside counts as well."""
        if deed in _OF_PRESENT and pair.player_id not in book.places:
            return Refusal.UNKNOWN
        return book.refusal(deed, [pair, *(tie.pair for tie in ruling.changes)], by)

    async def _carry_out(
        self, book: Book, deed: LinkDeed, ruling: Ruling, pair: Pair, by: int
    ) -> Answer:
        name, partner = book.name_of(pair.player_id), book.partner_name(pair.user_id)
        if ruling.refusal is not None:
            return Answer(name, ruling.refusal, partner)
        await self._write(book, deed, ruling, by)
        kept = [tie for tie in ruling.changes if tie.pair not in book.ties and tie.pair != pair]
        return Answer(
            name,
            partner=partner,
            kept=book.name_of(kept[0].player_id) if kept else "",
            ended=sum(tie.user_id != pair.user_id for tie in ruling.changes),
        )

    async def _write(self, book: Book, deed: LinkDeed, ruling: Ruling, by: int) -> None:
        if deed in _OF_PRESENT and any(tie.user_id == by for tie in ruling.changes):
            _log.warning("confirmed their own account", clan=book.clan.clan_id, user=by)
        if ruling.changes:
            await carry_out(
                book.connection, book.clan, deed, ruling.changes, book.ties, by, self._clock()
            )


def _similarity(one: str, other: str) -> float:
    return fuzz.ratio(one, other)

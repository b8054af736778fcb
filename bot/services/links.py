"""Linking: members claim their accounts, officers decide, and every deed can be looked up.

What a deed changes is a rule's to say (bot/clan/linking); a link and the note of who changed it
are written in one transaction, in which everything is read anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from rapidfuzz import fuzz

from bot.clan import linking
from bot.clan.linking import LinkDeed, Pair, Refusal, Ruling, Tied
from bot.clan.standings import Link
from bot.services.book import Book, Officer, Visitor, read_book
from bot.services.clans import Clan, Clock
from bot.services.deeds import carry_out, mark_discord, undo, undoable
from bot.services.link_entries import queue_of
from bot.services.link_queue import Asked, Face, LinkQueue
from storage.engine import Database


class Answer(NamedTuple):
    """What became of a deed: about whom it was, or why nothing changed.

    `partner` is what the user or speaker is called if they were ever heard. `kept` is the account
    that was known by its name, which stays the main one; `ended` is how many claims of others a
    decision ended.
    """

    player: str
    refusal: Refusal | None = None
    partner: str = ""
    kept: str = ""
    ended: int = 0


class Account(NamedTuple):
    """A present account of a user, and how it is known; the main one comes first."""

    player_id: int
    name: str
    link: Link


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
            by_name = await book.known_by_name(visitor.user_id)
            ruling = linking.claimed(book.ties, pair, self._clock(), by_name)
            return await self._carry_out(book, LinkDeed.CLAIM, ruling, pair, visitor.user_id)

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
            if book.refusal(pair.player_id, by) is Refusal.ABOVE:
                return Answer(book.name_of(pair.player_id), Refusal.ABOVE)
            ruling = linking.unlinked(book.ties, pair, by.user_id, self._clock())
            return await self._carry_out(book, LinkDeed.END, ruling, pair, by.user_id)

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
                if ruling.refusal is None and book.refusal(pair.player_id, by) is None:
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
            return await self._carry_out(book, LinkDeed.REJECT, ruling, pair, by.user_id)

    async def mark_alt(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Confirm a pair whose player is not the person's main account."""
        async with self._open(clan) as book:
            if refusal := book.refusal(pair.player_id, by):
                return Answer(book.name_of(pair.player_id), refusal)
            main = await book.other_main(pair)
            ruling = linking.marked_alt(book.ties, pair, by.user_id, self._clock(), main)
            return await self._carry_out(book, LinkDeed.MARK_ALT, ruling, pair, by.user_id)

    async def make_main(self, clan: Clan, pair: Pair, by: Officer) -> Answer:
        """Make an account the main one of its person."""
        async with self._open(clan) as book:
            ruling = linking.made_main(book.ties, pair)
            return await self._carry_out(book, LinkDeed.MAKE_MAIN, ruling, pair, by.user_id)

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
            if any(book.refusal(pair.player_id, by) is Refusal.ABOVE for pair in pairs):
                return Refusal.ABOVE
            return await undo(book.connection, clan, deed_id, by.user_id, self._clock())

    async def accounts(self, clan: Clan, visitor: Visitor) -> tuple[Account, ...]:
        """Return the present accounts of a user."""
        async with self._database.reading() as connection:
            book = await read_book(connection, clan, visitor)
        persons = await book.persons()
        person = persons.by_user.get(visitor.user_id)
        return tuple(
            Account(player_id, book.places[player_id].name, persons.links[player_id])
            for player_id in (person.players if person else ())
            if player_id in book.places
        )

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
        if refusal := book.refusal(pair.player_id, by):
            return Answer(book.name_of(pair.player_id), refusal)
        by_name = await book.known_by_name(pair.user_id)
        ruling = linking.confirmed(book.ties, pair, by.user_id, self._clock(), by_name)
        return await self._carry_out(book, LinkDeed.CONFIRM, ruling, pair, by.user_id)

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
        if ruling.changes:
            await carry_out(
                book.connection, book.clan, deed, ruling.changes, book.ties, by, self._clock()
            )


def _similarity(one: str, other: str) -> float:
    return fuzz.ratio(one, other)

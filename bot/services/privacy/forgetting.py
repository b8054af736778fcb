"""What people decide about their own traces: to be forgotten, not to be counted, to be counted.

Forgetting is one transaction, and everybody else's numbers are afterwards what a rebuild from the
facts that remain would make of them; what the archive has of it is void at once, and deleted there
next. That somebody was forgotten stays noted, by a hash.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.clan.forgotten import speaker_key, user_key
from bot.services.chat import Presence, credit, settle_again
from bot.services.people import IdentityCache
from bot.services.privacy.reach import Reach, reach_of
from bot.services.setup import Clan, Clans, Clock, as_it_is
from storage import authors, clan_rows, clans, forgetting, forgotten, privacy
from storage.archiving import sweep
from storage.conflicts import begins_again
from storage.engine import Connection, Database
from storage.forgotten import Keys, KeysByServer, later
from storage.rollups import roll_up

_AT_ONCE = 50  # questions between two breaths of the event loop
_LATE = timedelta(minutes=1)  # from a press to its transaction; a clock that differs more is wrong


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted; no word about whose it was."""

    people: int = 0
    messages: int = 0


class Privacy:
    """Carries out what people decide about their own traces."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        identities: IdentityCache | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities
        self._presence = presence

    @begins_again
    async def forget(
        self,
        clan: Clan,
        user_id: int,
        asked_at: datetime | None = None,
        *,
        left_before: datetime | None = None,
    ) -> Forgotten:
        """Delete everything about a user in this clan but what the roster itself shows.

        Of somebody who does not want to be counted, the id and that wish stay. `asked_at` is when
        that was by Discord's clock, by which messages are dated: ours may be behind, or ahead. With
        `left_before` only somebody who left the server before then and has not come back.
        """
        now = self._clock()
        until = now if asked_at is None else max(asked_at, min(now, asked_at + _LATE))
        async with self._database.writing() as connection:
            if left_before is not None and not await privacy.has_left(
                connection, clan.clan_id, user_id, left_before
            ):
                return Forgotten()
            clan = await as_it_is(connection, clan)
            reach = await reach_of(connection, clan, user_id)
            messages = await _forget(connection, clan, reach)
            # Nobody writes meanwhile: what was heard, or is read from history at this moment, waits
            # for this transaction and is not written after it.
            await self._note(connection, clan, _keys(clan, reach, until))
            if self._presence is not None:
                self._presence.forget(clan.guild_id, user_id)
        self._let_go(clan)
        await sweep(self._database)
        return Forgotten(1, messages)

    async def forget_again(self, only: Clan | None = None) -> Forgotten:
        """Forget whom a restored backup brought back, `only` in a clan, and return how much.

        Whoever was forgotten stands in a file outside the database, and not in the backup. Whom
        only the database knows, as another process noted it, is added to the file. Clans of which
        both say the same are not even read.
        """
        file = forgotten.file_of(self._database)
        if file is None:
            return Forgotten()
        remembered = await asyncio.to_thread(forgotten.remembered, file)
        async with self._database.reading() as connection:
            noted = await forgotten.by_server(connection)
        servers = {guild_id for (guild_id, _), _ in remembered.items() ^ noted.items()}
        if only is not None:
            servers &= {only.guild_id}
        known = await Clans(self._database, self._clock).of_guilds(servers)
        found = [await self._forget_again(clan, file, remembered) for clan in known.values()]
        # Of those too whose forgetting was cut off before the archive was reached.
        await sweep(self._database)
        return _sum(found)

    @begins_again
    async def _forget_again(self, clan: Clan, file: Path, remembered: KeysByServer) -> Forgotten:
        ours = _of_guild(remembered, clan.guild_id)
        async with self._database.reading() as connection:
            known = await forgotten.of_clan(connection, clan.clan_id)
        if missing := later(known, ours):
            await asyncio.to_thread(forgotten.remember, file, clan.guild_id, missing)
        lost = later(ours, known)
        if not lost:
            return Forgotten()
        people = messages = 0
        async with self._database.writing() as connection:
            for user_id in await privacy.users(connection, clan.clan_id):
                if user_key(clan.guild_id, user_id) in lost:
                    people += 1
                    messages += await _forget(
                        connection, clan, await reach_of(connection, clan, user_id)
                    )
            messages += await _forget_speakers(connection, clan, lost)
            await forgotten.note(connection, clan.clan_id, lost)
        self._let_go(clan)
        return Forgotten(people, messages)

    async def _note(self, connection: Connection, clan: Clan, keys: Keys) -> None:
        """Note who was forgotten, in the file first: what stands there alone is forgotten again."""
        if (file := forgotten.file_of(self._database)) is not None:
            await asyncio.to_thread(forgotten.remember, file, clan.guild_id, keys)
        await forgotten.note(connection, clan.clan_id, keys)

    def _let_go(self, clan: Clan) -> None:
        if self._identities is not None:
            self._identities.forget(clan)

    async def is_opted_out(self, clan: Clan, user_id: int) -> bool:
        """Return whether a user does not want to be counted."""
        async with self._database.reading() as connection:
            quiet = await privacy.opted_out(connection, {clan.clan_id: [user_id]})
        return bool(quiet[clan.clan_id])

    async def hidden(self, clan: Clan) -> frozenset[int]:
        """Return the accounts that stand on no list."""
        async with self._database.reading() as connection:
            return frozenset(await privacy.hidden_players(connection, clan.clan_id))

    @begins_again
    async def opt_out(self, clan: Clan, user_id: int) -> None:
        """Count a user no more, from this moment on."""
        async with self._database.writing() as connection:
            await privacy.opt_out(connection, clan.clan_id, user_id, self._clock())

    @begins_again
    async def opt_in(self, clan: Clan, user_id: int) -> None:
        """Count a user again, from this moment on."""
        async with self._database.writing() as connection:
            await privacy.opt_in(connection, clan.clan_id, user_id)

    @begins_again
    async def left(self, clan: Clan, user_id: int) -> None:
        """Note that a user left the server, if anything is kept about them."""
        async with self._database.reading() as connection:
            known = user_id in await privacy.users(connection, clan.clan_id)
        if known:
            async with self._database.writing() as connection:
                await privacy.note_left(connection, clan.clan_id, [user_id], self._clock())

    @begins_again
    async def present(self, clan: Clan, user_ids: Collection[int], *, all_of_them: bool) -> None:
        """Note that users are on the server and, if these are all, that the others left it."""
        async with self._database.reading() as connection:
            known = await privacy.users(connection, clan.clan_id)
        came = {who for who, left_at in known.items() if left_at and who in user_ids}
        gone = {who for who, left_at in known.items() if not left_at and who not in user_ids}
        if came or (gone and all_of_them):
            async with self._database.writing() as connection:
                await privacy.note_left(connection, clan.clan_id, came, None)
                if all_of_them:
                    await privacy.note_left(connection, clan.clan_id, gone, self._clock())

    @begins_again
    async def keep_left_for(self, clan: Clan, days: int | None) -> None:
        """Forget people so many days after they left the server, or (None) never."""
        async with self._database.writing() as connection:
            await clans.change(connection, clan.clan_id, forget_after_days=days)

    async def forget_left(self, clan: Clan) -> Forgotten:
        """Forget those who left the server longer ago than the clan keeps them."""
        if clan.forget_after_days is None:
            return Forgotten()
        before = self._clock() - timedelta(days=clan.forget_after_days)
        async with self._database.reading() as connection:
            gone = await privacy.left_before(connection, clan.clan_id, before)
        # Each may have come back since they were found.
        found = [await self.forget(clan, user_id, left_before=before) for user_id in gone]
        return _sum(found)

    @begins_again
    async def forget_clan(self, clan: Clan, *, removed_by: datetime | None = None) -> bool:
        """Delete a clan with everything of it; players and what they did in the game stay.

        Those who asked to be forgotten stay so: they stand in the file outside the database. With
        `removed_by` only a clan that had removed the bot by then; return whether it is deleted.
        """
        async with self._database.writing() as connection:
            if removed_by is not None:
                # It may have invited the bot again since it was found.
                row = await clans.of_guild(connection, clan.guild_id)
                if row is None or row.removed_at is None or row.removed_at > removed_by:
                    return False
            if (file := forgotten.file_of(self._database)) is not None:
                keys = await forgotten.of_clan(connection, clan.clan_id)
                by_server = {(clan.guild_id, key): until for key, until in keys.items()}
                await asyncio.to_thread(forgotten.learn, file, by_server)
            await clan_rows.delete_clan(connection, clan.clan_id)
        self._let_go(clan)
        await sweep(self._database)
        return True

    async def forget_removed(self, after: timedelta) -> tuple[Clan, ...]:
        """Forget the clans whose server the bot left so long ago, and return them."""
        before = self._clock() - after
        gone = await Clans(self._database, self._clock).removed_before(before)
        return tuple([each for each in gone if await self.forget_clan(each, removed_by=before)])


def _sum(found: Sequence[Forgotten]) -> Forgotten:
    """Return how much was deleted of all of them."""
    return Forgotten(sum(each.people for each in found), sum(each.messages for each in found))


async def _forget(connection: Connection, clan: Clan, reach: Reach) -> int:
    """Delete everything within somebody's reach, and return how many messages that was."""
    user_id, mine = reach.user_id, reach.author_ids
    messages = await _delete_chat(connection, clan, mine)
    await forgetting.delete_ties(connection, clan.clan_id, user_id, mine)
    await forgetting.delete_words(connection, clan.clan_id, user_id, reach.player_ids)
    await forgetting.unname(connection, clan.clan_id, user_id)
    await forgetting.clean_words(connection, clan.clan_id, user_id, reach.called)
    await forgetting.delete_presence(connection, clan.clan_id, user_id)
    await forgetting.delete_authors(connection, clan.clan_id, mine)
    return messages


async def _forget_speakers(connection: Connection, clan: Clan, keys: Collection[str]) -> int:
    """Delete what the clan chat's speakers of some keys said; return how many messages it was."""
    mine = [
        writer.author_id
        for writer in await authors.writers(connection, clan.clan_id)
        if writer.bridge_name and speaker_key(clan.guild_id, writer.bridge_name) in keys
    ]
    if not mine:
        return 0
    messages = await _delete_chat(connection, clan, mine)
    await forgetting.delete_ties(connection, clan.clan_id, -mine[0], mine)
    await forgetting.delete_authors(connection, clan.clan_id, mine)
    return messages


async def _delete_chat(connection: Connection, clan: Clan, author_ids: Sequence[int]) -> int:
    """Delete what authors wrote, asked and answered, and make the others' numbers right."""
    await _drop_credits(connection, clan, author_ids)
    messages = await forgetting.delete_facts(connection, clan.clan_id, author_ids)
    await _settle_without(connection, clan, author_ids)
    await forgetting.delete_rollups(connection, clan.clan_id, author_ids)
    return messages


def _keys(clan: Clan, reach: Reach, until: datetime) -> dict[str, datetime]:
    """Return by what somebody and the speakers of their accounts are known again."""
    speakers = {speaker_key(clan.guild_id, name): until for name in reach.speakers}
    return {user_key(clan.guild_id, reach.user_id): until, **speakers}


def _of_guild(remembered: KeysByServer, guild_id: int) -> dict[str, datetime]:
    """Return what the file says of one server."""
    return {key: until for (where, key), until in remembered.items() if where == guild_id}


async def _drop_credits(connection: Connection, clan: Clan, author_ids: Sequence[int]) -> None:
    """Take back the credit that others have for answers to questions that are about to go."""
    after_id = -1
    while few := await forgetting.questions_of(
        connection, clan.clan_id, author_ids, after_id, _AT_ONCE
    ):
        after_id = few[-1].message_id
        gone = [tally for asked in few for tally in credit(asked, clan.zone, -1)]
        await roll_up(connection, {clan.clan_id: gone})


async def _settle_without(connection: Connection, clan: Clan, author_ids: Sequence[int]) -> None:
    """Find who else answered the questions whose answers are gone."""
    after_id = -1
    while few := await forgetting.answered_by(
        connection, clan.clan_id, author_ids, after_id, _AT_ONCE
    ):
        after_id = few[-1].message_id
        await settle_again(connection, [(clan, few)])

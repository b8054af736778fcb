"""What people decide about their own traces: to be forgotten, not to be counted, to be counted.

Forgetting is one transaction, and everybody else's numbers are afterwards what a rebuild from the
facts that remain would make of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.chat import Intake, Presence, credit, settle_again
from bot.services.people import IdentityCache
from bot.services.privacy.reach import reach_of
from bot.services.setup import Clan, Clock, as_it_is
from storage import clans, forgetting, privacy
from storage.engine import Connection, Database
from storage.rollups import roll_up

_AT_ONCE = 50  # questions between two breaths of the event loop


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
        intake: Intake,
        clock: Clock,
        identities: IdentityCache | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._database = database
        self._intake = intake
        self._clock = clock
        self._identities = identities
        self._presence = presence

    async def forget(self, clan: Clan, user_id: int, asked_at: datetime | None = None) -> Forgotten:
        """Delete everything about a user in this clan but what the roster itself shows.

        Of somebody who does not want to be counted, the id and that wish stay. `asked_at` is when
        that was by Discord's clock, by which messages are dated: ours may be behind.
        """
        until = max(self._clock(), asked_at or self._clock())
        async with self._database.writing() as connection:
            clan = await as_it_is(connection, clan)
            reach = await reach_of(connection, clan, user_id)
            mine = reach.author_ids
            await _drop_credits(connection, clan, mine)
            messages = await forgetting.delete_facts(connection, mine)
            await _settle_without(connection, clan, mine)
            await forgetting.delete_rollups(connection, clan.clan_id, mine)
            await forgetting.delete_ties(connection, clan.clan_id, user_id, mine)
            await forgetting.delete_words(connection, clan.clan_id, user_id, reach.player_ids)
            await forgetting.unname(connection, clan.clan_id, user_id)
            await forgetting.clean_words(connection, clan.clan_id, user_id, reach.called)
            await forgetting.delete_presence(connection, clan.clan_id, user_id)
            await forgetting.delete_authors(connection, clan.clan_id, mine)
            # Nobody writes meanwhile: what was heard, or is read from history at this moment, waits
            # for this transaction and must not be written after it.
            self._intake.forget(clan.guild_id, user_id, reach.speakers, until)
            if self._presence is not None:
                self._presence.forget(clan.guild_id, user_id)
        if self._identities is not None:
            self._identities.forget(clan)
        return Forgotten(1, messages)

    async def is_opted_out(self, clan: Clan, user_id: int) -> bool:
        """Return whether a user does not want to be counted."""
        async with self._database.reading() as connection:
            return bool(await privacy.opted_out(connection, clan.clan_id, [user_id]))

    async def opt_out(self, clan: Clan, user_id: int) -> None:
        """Count a user no more, from this moment on."""
        async with self._database.writing() as connection:
            await privacy.opt_out(connection, clan.clan_id, user_id, self._clock())

    async def opt_in(self, clan: Clan, user_id: int) -> None:
        """Count a user again, from this moment on."""
        async with self._database.writing() as connection:
            await privacy.opt_in(connection, clan.clan_id, user_id)

    async def left(self, clan: Clan, user_id: int) -> None:
        """Note that a user left the server, if anything is kept about them."""
        async with self._database.reading() as connection:
            known = user_id in await privacy.users(connection, clan.clan_id)
        if known:
            async with self._database.writing() as connection:
                await privacy.note_left(connection, clan.clan_id, [user_id], self._clock())

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
        messages = 0
        for user_id in gone:
            messages += (await self.forget(clan, user_id)).messages
        return Forgotten(len(gone), messages)


async def _drop_credits(connection: Connection, clan: Clan, author_ids: Sequence[int]) -> None:
    """Take back the credit that others have for answers to questions that are about to go."""
    after_id = -1
    while few := await forgetting.questions_of(connection, author_ids, after_id, _AT_ONCE):
        after_id = few[-1].message_id
        gone = [tally for asked in few for tally in credit(asked, clan.zone, -1)]
        await roll_up(connection, clan.clan_id, gone)


async def _settle_without(connection: Connection, clan: Clan, author_ids: Sequence[int]) -> None:
    """Find who else answered the questions whose answers are gone."""
    after_id = -1
    while few := await forgetting.answered_by(connection, author_ids, after_id, _AT_ONCE):
        after_id = few[-1].message_id
        await settle_again(connection, clan.clan_id, clan.zone, few)

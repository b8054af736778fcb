"""Bridges: which channels repeat the clan chat, and what each line there is.

What is declared is kept in memory as well, because whoever hears a message cannot wait; words end
here, and only who spoke and what kind of line it was goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from bot.clan.bridge import ChatLine, Pattern, pattern, read
from bot.clan.broadcasts import Broadcast
from bot.clan.questions import is_question
from bot.services.chat.facts import NO_USER, ChannelInfo, IncomingMessage, channel_of
from bot.services.chat.intake import Intake
from bot.services.setup import Clan
from storage import bridges
from storage.engine import Database

_log = structlog.get_logger()


class Posted(NamedTuple):
    """What a webhook or bot posted: by whom, where and when, with its lines, best first."""

    message_id: int
    channel_info: ChannelInfo
    sent_at: datetime
    lines: Sequence[str]
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """How one channel repeats the clan chat; `source_id` is the only one who may, None: anybody."""

    name: str
    how: Pattern
    source_id: int | None
    clan_name: str

    def takes(self, source_id: int) -> bool:
        """Return whether a webhook or bot repeats the clan chat here."""
        return self.source_id in {None, source_id}

    def line(self, text: str) -> ChatLine | Broadcast | None:
        """Return what a line holds: talk, a broadcast of the game, or nothing of the clan's."""
        return read(text, self.how, self.clan_name)

    def heard(self, posted: Posted) -> IncomingMessage | None:
        """Return what was posted without its words; None when it is neither talk nor broadcast."""
        found = next((got for got in map(self.line, posted.lines) if got is not None), None)
        if found is None:
            return None
        talk = found if isinstance(found, ChatLine) else None
        return IncomingMessage(
            posted.message_id,
            posted.channel_info,
            NO_USER,
            found.name or "",
            "",
            posted.sent_at,
            is_question=talk is not None and is_question(talk.text),
            reply_to=posted.reply_to,
            told=None if isinstance(found, ChatLine) else found.kind,
        )


class Bridges:
    """Declares bridges, and knows them without waiting."""

    def __init__(self, database: Database, intake: Intake) -> None:
        self._database = database
        self._intake = intake
        self._known: dict[int, dict[int, Bridge]] = {}

    def at(self, guild_id: int, channel_id: int) -> Bridge | None:
        """Return the bridge that a channel is, as far as it was read from the database."""
        return self._known.get(guild_id, {}).get(channel_id)

    async def of_clan(self, clan: Clan) -> dict[int, Bridge]:
        """Return the clan's bridges by Discord channel, and remember them."""
        async with self._database.reading() as connection:
            declared = await bridges.of_clan(connection, clan.clan_id)
        known = {}
        for each in declared:
            try:
                how = pattern(each.pattern)
            except ValueError as error:
                _log.warning("bridge not read", channel=each.name, reason=str(error))
                continue
            known[each.discord_channel_id] = Bridge(each.name, how, each.source_id, clan.name)
        self._known[clan.guild_id] = known
        return known

    async def declare(
        self, clan: Clan, channel_info: ChannelInfo, source: str, source_id: int | None = None
    ) -> None:
        """Read a channel as a bridge from now on; ValueError says what is wrong with a pattern.

        What was written there before stays as it was read.
        """
        how = pattern(source)
        async with self._database.writing() as connection:
            await channel_of(connection, clan, channel_info)
            await bridges.declare(
                connection, clan.clan_id, channel_info.discord_channel_id, how.source, source_id
            )
        await self.of_clan(clan)

    async def end(self, clan: Clan, channel_id: int) -> None:
        """Read a Discord channel as any other from now on; what it brought stays."""
        async with self._database.writing() as connection:
            await bridges.declare(connection, clan.clan_id, channel_id, None)
        await self.of_clan(clan)

    async def start_over(self, clan: Clan, channel_id: int) -> None:
        """Forget how far a Discord channel's history was read, so that all of it is read again."""
        async with self._database.writing() as connection:
            known_id = await bridges.start_over(connection, clan.clan_id, channel_id)
        if known_id is not None:
            self._intake.stop_following(known_id)

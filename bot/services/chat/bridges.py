"""Bridges: which channels repeat the clan chat, and what each line there is.

What is declared is kept in memory as well, because whoever hears a message cannot wait; words end
here, and only who spoke and what kind of line it was goes on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import structlog

from bot.clan.bridge import UNDER_NAMES, ChatLine, Pattern, pattern, read
from bot.clan.broadcasts import Broadcast
from bot.clan.questions import is_question
from bot.services.chat.echoes import Echoes
from bot.services.chat.facts import (
    LINE_STEP,
    MOST_LINES,
    NO_USER,
    ChannelInfo,
    IncomingMessage,
    channel_of,
)
from bot.services.chat.intake import Intake
from bot.services.setup import Clan
from storage import bridges
from storage.conflicts import begins_again
from storage.engine import Database

_LINES_OF_ALL, _LEAST_LINES = 100_000, 200
"""Lines that are remembered for all clans (40 MB), and of each at least: of far over 10 seconds."""

_log = structlog.get_logger()


class Posted(NamedTuple):
    """What a webhook or bot posted: where and when, what it says, by which relay."""

    message_id: int
    channel_info: ChannelInfo
    sent_at: datetime
    blocks: Sequence[str]
    reply_to: int | None = None
    relay_id: int = 0


@dataclass(frozen=True, slots=True)
class Bridge:
    """How one channel repeats the clan chat; `source_id` is the only one who may, None: anybody.

    `echoes` are shared by all bridges of a clan.
    """

    name: str
    how: Pattern
    source_id: int | None
    clan_name: str
    echoes: Echoes = field(default_factory=Echoes, compare=False, repr=False)

    @property
    def is_under_names(self) -> bool:
        """Return whether posts are by a webhook that is called as whoever speaks."""
        return self.how.source == UNDER_NAMES

    def takes(self, source_id: int) -> bool:
        """Return whether a webhook or bot repeats the clan chat here."""
        return self.source_id in {None, source_id}

    def line(self, text: str) -> ChatLine | Broadcast | None:
        """Return what a line holds: talk, a broadcast of the game, or nothing of the clan's."""
        return read(text, self.how, self.clan_name)

    def heard(self, posted: Posted) -> tuple[IncomingMessage, ...]:
        """Return what was posted without its words: each line that is talk or a broadcast.

        What another relay has brought already is left out.
        """
        found = [got for block in posted.blocks for got in self._lines(block)][:MOST_LINES]
        return tuple(
            _incoming(posted, number, got)
            for number, got in enumerate(found)
            if not self.echoes.is_one(
                posted.relay_id, _id_of(posted, number), _said(got), posted.sent_at
            )
        )

    def _lines(self, block: str) -> Iterator[ChatLine | Broadcast]:
        """Yield what the lines of a block hold; where none does, what it holds as a whole."""
        lines = [got for each in block.splitlines() if (got := self.line(each)) is not None]
        whole = None if lines else self.line(block)
        yield from lines if whole is None else [whole]


def _id_of(posted: Posted, number: int) -> int:
    return posted.message_id + number * LINE_STEP


def _said(got: ChatLine | Broadcast) -> tuple[str, str]:
    """Return by whom what was said; of the game's words all that a broadcast tells."""
    if isinstance(got, ChatLine):
        return got.name, got.text
    return got.name or "", f"{got.kind}\0{got.words}\0{got.by}"


def _incoming(posted: Posted, number: int, got: ChatLine | Broadcast) -> IncomingMessage:
    talk = got if isinstance(got, ChatLine) else None
    return IncomingMessage(
        _id_of(posted, number),
        posted.channel_info,
        NO_USER,
        got.name or "",
        "",
        posted.sent_at,
        is_question=talk is not None and is_question(talk.text),
        reply_to=posted.reply_to,
        told=None if isinstance(got, ChatLine) else got.kind,
        line=number,
    )


class Bridges:
    """Declares bridges, and knows them without waiting."""

    def __init__(self, database: Database, intake: Intake) -> None:
        self._database = database
        self._intake = intake
        self._known: dict[int, dict[int, Bridge]] = {}
        self._echoes: dict[int, Echoes] = {}

    def at(self, guild_id: int, channel_id: int) -> Bridge | None:
        """Return the bridge that a channel is, as far as it was read from the database."""
        return self._known.get(guild_id, {}).get(channel_id)

    async def of_clan(self, clan: Clan) -> dict[int, Bridge]:
        """Return the clan's bridges by Discord channel, and remember them."""
        async with self._database.reading() as connection:
            declared = await bridges.of_clan(connection, clan.clan_id)
        known = {}
        echoes = self._echoes_of(clan.guild_id) if declared else Echoes()
        for each in declared:
            try:
                how = pattern(each.pattern)
            except ValueError as error:
                _log.warning("bridge not read", channel=each.name, reason=str(error))
                continue
            known[each.discord_channel_id] = Bridge(
                each.name, how, each.source_id, clan.name, echoes
            )
        self._known[clan.guild_id] = known
        if not known:
            self.forget(clan.guild_id)
        return known

    def forget(self, guild_id: int) -> None:
        """Keep nothing in memory of a server that has no bridge, or is gone."""
        self._known.pop(guild_id, None)
        self._echoes.pop(guild_id, None)

    @contextmanager
    def reading(self, clan: Clan) -> Iterator[None]:
        """Remember as much of the clan chat as can be meanwhile: its past is read."""
        echoes = self._echoes.get(clan.guild_id)
        if echoes is None:
            yield
            return
        echoes.is_reading = True
        try:
            yield
        finally:
            echoes.is_reading = False

    def _echoes_of(self, guild_id: int) -> Echoes:
        if guild_id not in self._echoes:
            self._echoes[guild_id] = Echoes(self._share)
        return self._echoes[guild_id]

    def _share(self) -> int:
        """Return how many lines of a clan are remembered, fewer where many clans have bridges."""
        return max(_LINES_OF_ALL // max(len(self._echoes), 1), _LEAST_LINES)

    @begins_again
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

    @begins_again
    async def end(self, clan: Clan, channel_id: int) -> None:
        """Read a Discord channel as any other from now on; what it brought stays."""
        async with self._database.writing() as connection:
            await bridges.declare(connection, clan.clan_id, channel_id, None)
        await self.of_clan(clan)

    @begins_again
    async def start_over(self, clan: Clan, channel_id: int) -> None:
        """Forget how far a Discord channel's history was read, so that all of it is read again."""
        async with self._database.writing() as connection:
            known_id = await bridges.start_over(connection, clan.clan_id, channel_id)
        if known_id is not None:
            self._intake.stop_following(clan, known_id)

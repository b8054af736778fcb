"""Channels that are left out take their past out of the count, wholly, and bring it back."""

import asyncio

import pytest
from sqlalchemy import text

from bot.clan.broadcasts import BroadcastKind
from bot.services.chat import Channels, IncomingMessage, Intake
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import one
from tests.bot.services.talk import BRIDGE, GENERAL, MINUTE, PVM, THREAD, heard, kept, spoken, told
from tests.storage.rows import NOW, Place

PLACES = (GENERAL, PVM, THREAD)


class Hall:
    """A clan that talks in two channels and in a thread of one of them."""

    def __init__(self, database: Database, clan: Clan, intake: Intake, place: Place) -> None:
        self.database, self.clan, self.intake, self.place = database, clan, intake, place
        self.channels = Channels(database)
        self.said: list[IncomingMessage] = []

    async def hears(self, *messages: IncomingMessage) -> None:
        self.said += messages
        await self.intake.store(self.clan, messages)

    async def counts_only(self, *messages: IncomingMessage) -> None:
        assert kept(self.place) == told(messages, self.clan.zone)
        assert self.aside() == len(self.said) - len(messages)

    def aside(self) -> int:
        return int(one(self.place, "SELECT count(*) FROM left_out_messages"))

    def outside(self, *channel_ids: int) -> list[IncomingMessage]:
        shut = set(channel_ids)
        return [
            each
            for each in self.said
            if not {each.channel_info.discord_channel_id, each.channel_info.parent_id} & shut
        ]


@pytest.fixture
async def hall(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place
) -> Hall:
    hall = Hall(database, clan, Intake(database, known_clans, clock), place)
    talk = [
        heard(n, 1 + n % 5, NOW + n * MINUTE / 4, PLACES[n % 3], asks=not n % 4) for n in range(900)
    ]
    replies = [
        heard(n, 7, NOW + n * MINUTE / 4, each.channel_info, reply_to=each.message_id)
        for n, each in enumerate(talk[:40:4], 900)
    ]
    await hall.hears(*talk)
    await hall.hears(*replies)
    return hall


async def test_a_channel_that_is_left_out_takes_all_of_its_past_with_it_and_brings_it_back(
    hall: Hall,
) -> None:
    await hall.counts_only(*hall.said)
    await hall.channels.leave_out(hall.clan, [PVM])
    await hall.counts_only(*hall.outside(PVM.discord_channel_id))
    await hall.channels.leave_out(hall.clan, [GENERAL])
    await hall.counts_only(*hall.outside(GENERAL.discord_channel_id))
    await hall.channels.leave_out(hall.clan, [])
    await hall.counts_only(*hall.said)


async def test_what_waits_to_be_written_meanwhile_is_counted_where_it_belongs(hall: Hall) -> None:
    waiting = [heard(n, 3, NOW + n * MINUTE / 4, PVM) for n in range(1_000, 1_600)]
    for each in waiting:
        hall.intake.hear(hall.clan.guild_id, each)
    await asyncio.gather(hall.intake.flush(), hall.channels.leave_out(hall.clan, [PVM]))
    assert kept(hall.place) == told(hall.outside(PVM.discord_channel_id), hall.clan.zone)


async def test_a_stop_half_way_is_gone_on_with(hall: Hall, known_clans: Clans) -> None:
    await known_clans.set_counted(hall.clan, PVM.discord_channel_id, is_counted=False)
    await hall.channels.settle(hall.clan)
    await hall.counts_only(*hall.outside(PVM.discord_channel_id))


async def test_what_is_deleted_on_discord_does_not_come_back(hall: Hall) -> None:
    await hall.channels.leave_out(hall.clan, [PVM])
    gone = [each for each in hall.said if each.channel_info == PVM][:20]
    await hall.intake.store(hall.clan, [], [each.message_id for each in gone])
    await hall.channels.leave_out(hall.clan, [])
    left = [each for each in hall.said if each not in gone]
    assert kept(hall.place) == told(left, hall.clan.zone)
    assert hall.aside() == 0


async def test_a_deleted_channel_leaves_the_count_with_its_threads(hall: Hall) -> None:
    hall.intake.hear(hall.clan.guild_id, heard(5_000, 2, NOW, GENERAL))
    await hall.channels.forget_deleted(hall.clan, GENERAL.discord_channel_id)
    await hall.intake.flush()
    left = hall.outside(GENERAL.discord_channel_id)
    assert kept(hall.place) == told(left, hall.clan.zone)


async def test_nothing_is_kept_of_a_deleted_channel(hall: Hall) -> None:
    await hall.intake.store(
        hall.clan, [spoken(6_000, "Zezima", told=BroadcastKind.QUEST), spoken(6_001, "Zezima")]
    )
    await hall.channels.leave_out(hall.clan, [PVM])
    for place in (*PLACES, BRIDGE):
        await hall.channels.forget_deleted(hall.clan, place.discord_channel_id)
    async with hall.database.reading() as connection:
        for table in ("messages", "questions", "left_out_messages", "broadcasts", "author_days"):
            counted = await connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            assert counted == 0, table

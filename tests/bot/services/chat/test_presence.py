"""Who is there without writing is seen live, kept by day, and never invented."""

from datetime import date, datetime, timedelta

import pytest

from bot.clan.voice import VoiceState
from bot.services.chat import Presence
from bot.services.privacy import Privacy
from storage import privacy
from storage.columns import from_ms
from storage.tables import VOICE_QUARTERS
from tests.bot.services.contents import instant, one, rows
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW, Place

ANN, BOB, ROOM = 11, 12, 500
MINUTE = timedelta(minutes=1)
GUILD = 1


@pytest.fixture
def presence(village: Village) -> Presence:
    return Presence(village.database, village.clock)


def sits(user: int, **how: bool) -> VoiceState:
    return VoiceState(user, ROOM, **how)


def kept(place: Place) -> dict[tuple[int, date], int]:
    found = rows(place, "SELECT * FROM presence_days WHERE clan_id = 1")
    return {
        (row["discord_user_id"], date.fromordinal(row["day"])): row["voice_seconds"]
        for row in found
    }


async def test_minutes_in_voice_count_with_company_alone(
    village: Village, presence: Presence, place: Place
) -> None:
    today = NOW.date()
    presence.sit(GUILD, [sits(ANN)])
    village.clock.forward(10 * MINUTE)
    presence.move(GUILD, BOB, sits(BOB))
    village.clock.forward(20 * MINUTE)
    presence.move(GUILD, BOB, sits(BOB, is_deaf=True))
    village.clock.forward(5 * MINUTE)
    presence.move(GUILD, BOB, None)
    village.clock.forward(HOUR)
    await presence.flush()
    assert kept(place) == {(ANN, today): 25 * 60, (BOB, today): 20 * 60}


async def test_time_goes_on_over_every_flush_and_ends_with_its_day(
    village: Village, presence: Presence, place: Place
) -> None:
    village.clan = await village.changed(zone="America/New_York")
    village.clock.now = NOW.replace(hour=4, minute=50)  # ten minutes before midnight there
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    for _ in range(10):
        village.clock.forward(3 * MINUTE)
        await presence.flush()
    yesterday, today = NOW.date() - DAY, NOW.date()
    assert kept(place) == {
        (user, day): seconds
        for user in (ANN, BOB)
        for day, seconds in ((yesterday, 600), (today, 1200))
    }


async def test_a_reaction_or_a_command_makes_a_day_without_any_minute(
    presence: Presence, place: Place
) -> None:
    for _ in range(3):
        presence.show(GUILD, ANN)
    await presence.flush()
    presence.show(GUILD, ANN)
    await presence.flush()
    await presence.flush(is_last=True)
    assert kept(place) == {(ANN, NOW.date()): 0}


async def test_the_time_that_nobody_saw_is_not_invented(
    village: Village, presence: Presence, place: Place
) -> None:
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(MINUTE)
    await presence.flush()
    village.clock.forward(9 * HOUR)
    presence.lose()
    village.clock.forward(HOUR)
    await presence.flush()
    assert set(kept(place).values()) == {60}
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(2 * MINUTE)
    presence.lose(GUILD + 1)
    await presence.flush()
    assert set(kept(place).values()) == {180}


async def test_a_machine_that_slept_for_a_day_saw_nobody_in_it(
    village: Village, presence: Presence, place: Place
) -> None:
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(MINUTE)
    await presence.flush()
    village.clock.forward(24 * HOUR)
    await presence.flush()
    village.clock.forward(MINUTE)
    presence.move(GUILD, BOB, None)
    await presence.flush(is_last=True)
    assert sum(kept(place).values()) == 2 * 120


async def test_who_opted_out_is_not_seen_and_who_is_forgotten_leaves_nothing_waiting(
    village: Village, presence: Presence, place: Place
) -> None:
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, BOB, NOW)
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(MINUTE)
    await presence.flush()
    assert kept(place) == {(ANN, NOW.date()): 60}
    village.clock.forward(5 * MINUTE)
    forgets = Privacy(village.database, village.clock, presence=presence)
    await forgets.forget(village.clan, ANN)
    await presence.flush(is_last=True)
    assert kept(place) == {}
    village.clock.forward(2 * MINUTE)
    await presence.flush()
    assert kept(place) == {(ANN, NOW.date()): 120}


async def test_what_could_not_be_written_is_written_later(
    village: Village, presence: Presence, place: Place
) -> None:
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(5 * MINUTE)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE presence_days RENAME TO elsewhere")
    with pytest.raises(Exception, match="presence_days"):
        await presence.flush()
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO presence_days")
    village.clock.forward(MINUTE)
    await presence.flush()
    assert set(kept(place).values()) == {360}


async def test_a_clock_that_is_set_back_does_not_keep_what_was_seen_from_being_written(
    village: Village, presence: Presence, place: Place
) -> None:
    await presence.flush()
    village.clock.forward(-timedelta(days=30))
    presence.show(GUILD, ANN)
    await presence.flush()
    assert [user_id for user_id, _ in kept(place)] == [ANN]


async def test_a_clan_says_since_when_it_keeps_and_can_keep_none(
    village: Village, presence: Presence, place: Place
) -> None:
    presence.sit(GUILD, [])
    await presence.flush()
    assert instant(one(place, "SELECT presence_from FROM clans")) == NOW
    presence.show(GUILD, ANN)
    village.clock.forward(MINUTE)
    await presence.flush()
    assert kept(place) != {}
    await presence.keep(village.clan, is_kept=False)
    assert kept(place) == {}
    presence.show(GUILD, ANN)
    village.clock.forward(MINUTE)
    await presence.flush()
    assert kept(place) == {}
    assert one(place, "SELECT presence_from FROM clans") is None
    village.clock.forward(HOUR)
    for _ in range(2):
        await presence.keep(village.clan, is_kept=True)
    assert instant(one(place, "SELECT presence_from FROM clans")) == village.clock.now


async def test_of_a_server_without_a_clan_nothing_is_kept(presence: Presence, place: Place) -> None:
    presence.show(404, ANN)
    await presence.flush()
    assert kept(place) == {}


def quarters(place: Place) -> dict[datetime, int]:
    found = rows(place, "SELECT * FROM voice_quarters WHERE clan_id = 1 ORDER BY quarter_at")
    return {from_ms(row["quarter_at"]): row["voice_seconds"] for row in found}


async def test_the_clan_s_time_in_voice_is_kept_by_the_quarter_and_names_nobody(
    village: Village, presence: Presence, place: Place
) -> None:
    """In every zone hours begin with a quarter, so that none has to be counted anew."""
    village.clock.now = NOW.replace(hour=20, minute=10)
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(20 * MINUTE)
    await presence.flush()
    at = NOW.replace(hour=20, minute=0)
    assert quarters(place) == {at: 600, at + 15 * MINUTE: 1800, at + 30 * MINUTE: 0}
    assert VOICE_QUARTERS.columns.keys() == ["clan_id", "quarter_at", "voice_seconds"]


async def test_voice_is_known_by_the_quarter_from_the_first_look_on(
    village: Village, presence: Presence, place: Place
) -> None:
    presence.sit(GUILD, [])
    await presence.flush()
    assert list(quarters(place).values()) == [0]
    await presence.keep(village.clan, is_kept=False)
    assert quarters(place) == {}
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(5 * MINUTE)
    await presence.flush(is_last=True)
    assert quarters(place) == {}
    await presence.keep(await village.changed(), is_kept=True)
    assert list(quarters(place).values()) == [0]


async def test_whoever_opted_out_adds_nothing_to_the_clan_s_time_in_voice(
    village: Village, presence: Presence, place: Place
) -> None:
    async with village.database.writing() as connection:
        await privacy.opt_out(connection, village.clan.clan_id, ANN, NOW)
    presence.sit(GUILD, [sits(ANN), sits(BOB)])
    village.clock.forward(5 * MINUTE)
    await presence.flush()
    assert sum(quarters(place).values()) == 300


async def test_of_ten_thousand_servers_only_those_where_something_goes_on_are_kept(
    village: Village, presence: Presence
) -> None:
    for guild_id in range(2, 10_002):
        presence.sit(guild_id, [])
        presence.move(guild_id, ANN, sits(ANN))
        presence.forget(guild_id, BOB)
    await presence.flush()
    assert len(presence._servers) == 10_000
    for guild_id in range(2, 10_001):
        presence.move(guild_id, ANN, None)
        presence.lose(guild_id)
    presence.lose(77_777)
    village.clock.forward(HOUR)
    await presence.flush()
    assert [*presence._servers] == [10_001]
    assert not presence._unnoted

"""What is remembered of the clan chat is bounded, for a clan and for a thousand of them."""

from datetime import timedelta

import pytest

from bot.clan.bridge import UNDER_NAMES
from bot.services.chat import Bridges, Intake
from bot.services.chat.echoes import Echoes
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.talk import PVM
from tests.storage.rows import NOW


def said(echoes: Echoes, number: int, relay: int = 1) -> bool:
    """Return whether a relay repeats what another one brought."""
    at = NOW + timedelta(seconds=number)
    return echoes.is_one(relay, number * 10 + relay, ("Ann", f"line {number}"), at)


def test_of_ten_thousand_lines_so_many_are_remembered_as_there_is_room_for() -> None:
    echoes = Echoes(lambda: 200)
    assert not any(said(echoes, number) for number in range(10_000))
    assert len(echoes._lines) == 200
    assert said(echoes, 9_900, relay=2)
    assert not said(echoes, 9_000, relay=2), "that was long ago"


def test_while_the_past_is_read_more_is_remembered_and_no_longer() -> None:
    echoes = Echoes(lambda: 200)
    echoes.is_reading = True
    assert not any(said(echoes, number) for number in range(30_000))
    assert len(echoes._lines) == 20_000
    assert said(echoes, 15_000, relay=2)
    echoes.is_reading = False
    assert not said(echoes, 30_001)
    assert len(echoes._lines) == 200


@pytest.mark.parametrize(("servers", "lines"), [(1, 20_000), (50, 2_000), (10_000, 200)])
def test_many_clans_with_bridges_share_what_is_remembered(
    database: Database, known_clans: Clans, clock: Clock, servers: int, lines: int
) -> None:
    bridges = Bridges(database, Intake(database, known_clans, clock))
    for guild_id in range(servers):
        echoes = bridges._echoes_of(guild_id)
    for number in range(20_500):
        said(echoes, number)
    assert len(echoes._lines) == lines
    for guild_id in range(servers):
        bridges.forget(guild_id)
    assert not bridges._echoes


async def test_a_clan_without_bridges_and_a_server_that_is_gone_leave_nothing(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    bridges = Bridges(database, Intake(database, known_clans, clock))
    with bridges.reading(clan):
        assert await bridges.of_clan(clan) == {}
    assert not bridges._known
    await bridges.declare(clan, PVM, UNDER_NAMES)
    with bridges.reading(clan):
        assert bridges._echoes[clan.guild_id].is_reading
    assert not bridges._echoes[clan.guild_id].is_reading
    await bridges.end(clan, PVM.discord_channel_id)
    assert not bridges._known
    assert not bridges._echoes

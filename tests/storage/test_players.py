"""Players, their names and their places: nobody is forgotten, and a name is only a name."""

import pytest

from storage import players
from storage.engine import Database
from storage.players import MembershipEventRow
from storage.tables import PLAYER_NAMES
from tests.statements import statements
from tests.storage.rows import DAY, HOUR, NOW, a_clan, a_player, members


@pytest.fixture
async def clan_id(database: Database) -> int:
    async with database.writing() as connection:
        return await a_clan(connection)


async def test_a_renamed_player_stays_one_player_with_both_names(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await members(connection, clan_id, [1])
        await players.note_players(connection, [a_player(1, "Zezima")], NOW + DAY)
        (place,) = await players.places(connection, clan_id)
        assert (place.name, place.wom_key) == ("Zezima", "zezima")
        assert await players.names(connection, clan_id) == {1: ["Zezima", "Player 1"]}


async def test_names_are_kept_with_when_they_were_first_and_last_seen(
    database: Database, clan_id: int
) -> None:
    assert clan_id
    async with database.writing() as connection:
        await players.note_players(connection, [a_player(1, "Zezima")], NOW)
        for seen_at in (NOW + DAY, NOW - DAY, NOW):
            await players.note_names(connection, [(1, "zezima", "ZEZIMA")], seen_at)
        (row,) = (await connection.execute(PLAYER_NAMES.select())).all()
        assert (row.first_seen_at, row.last_seen_at) == (NOW - DAY, NOW + DAY)
        assert row.name == "ZEZIMA"


async def test_a_former_member_is_kept_and_marked_as_left(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        await members(connection, clan_id, [1, 2])
        await players.take_out(connection, clan_id, [1], NOW)
        assert [place.player_id for place in await players.places(connection, clan_id)] == [2]
        former = await players.places(connection, clan_id, with_former=True)
        assert [(place.player_id, place.left_at) for place in former] == [(1, NOW), (2, None)]
        assert 1 in await players.names(connection, clan_id)


async def test_when_somebody_left_is_not_moved_by_taking_them_out_again(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await members(connection, clan_id, [1])
        await players.take_out(connection, clan_id, [1], NOW)
        await players.take_out(connection, clan_id, [1], NOW + DAY)
        (place,) = await players.places(connection, clan_id, with_former=True)
        assert place.left_at == NOW


async def test_a_returning_member_is_present_again(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        await members(connection, clan_id, [1])
        await players.take_out(connection, clan_id, [1], NOW)
        back = {"player_id": 1, "role": "recruit", "joined_at": NOW + DAY, "role_since_at": None}
        await players.put_in(connection, clan_id, [back])
        (place,) = await players.places(connection, clan_id)
        assert (place.role, place.joined_at, place.left_at) == ("recruit", NOW + DAY, None)


async def test_a_player_leaves_one_clan_and_not_the_other(database: Database, clan_id: int) -> None:
    async with database.writing() as connection:
        other = await a_clan(connection, guild_id=2)
        await members(connection, clan_id, [1])
        await members(connection, other, [1])
        await players.take_out(connection, clan_id, [1], NOW)
        assert len(await players.places(connection, other)) == 1


async def test_an_event_is_noted_once(database: Database, clan_id: int) -> None:
    joined = MembershipEventRow(1, "joined", NOW, after="member")
    async with database.writing() as connection:
        await members(connection, clan_id, [1])
        await players.note_events(connection, clan_id, [joined, joined])
        await players.note_events(connection, clan_id, [joined._replace(after="owner")])
        found = await players.events_between(connection, clan_id, NOW, NOW + HOUR)
        assert found == [(joined, "Player 1")]


async def test_events_of_a_span_are_half_open_and_newest_first(
    database: Database, clan_id: int
) -> None:
    async with database.writing() as connection:
        await members(connection, clan_id, [1])
        events = [MembershipEventRow(1, "role", NOW + hours * HOUR) for hours in (0, 1, 2)]
        await players.note_events(connection, clan_id, events)
        found = await players.events_between(connection, clan_id, NOW, NOW + 2 * HOUR)
        assert [event.happened_at for event, _ in found] == [NOW + HOUR, NOW]


async def test_many_events_that_never_happened_go_by_one_statement(
    database: Database, clan_id: int
) -> None:
    events = [MembershipEventRow(who, "joined", NOW + who * HOUR) for who in range(1, 6)]
    async with database.writing() as connection:
        await members(connection, clan_id, range(1, 6))
        await players.note_events(connection, clan_id, events)
        with statements(database) as sent:
            await players.remove_events(connection, clan_id, [])
            await players.remove_events(connection, clan_id, events[1:])
        kept = await players.events_between(connection, clan_id, NOW)
    assert len(sent) == 1
    assert [each for each, _ in kept] == events[:1]

"""Clans beside each other in one database: none of them can read what belongs to another."""

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

import pytest

from storage import (
    authors,
    chat,
    clans,
    links,
    messages,
    metrics,
    players,
    rollups,
    runs,
    snapshots,
)
from storage.columns import first_snowflake
from storage.engine import Connection, Database
from storage.players import Event
from tests.storage.rows import (
    DAY,
    HOUR,
    NOW,
    a_channel,
    a_clan,
    a_fact,
    an_author,
    members,
    observe,
    opened,
)

ROOM: tuple[ModuleType, ...] = (
    *(authors, chat, clans, links, messages, metrics, players),
    *(rollups, runs, snapshots),
)
START, END = NOW - 7 * DAY, NOW + DAY
DAYS = (START.date(), END.date())
IDS = [first_snowflake(NOW + hours * HOUR) for hours in range(5)]

READS: dict[str, Callable[[Connection, int], Awaitable[object]]] = {
    "authors.places": authors.places,
    "authors.writers": authors.writers,
    "chat.author_hours": lambda it, clan: chat.author_hours(it, clan, [1, 2, 3, 4], START),
    "chat.clan_hours": lambda it, clan: chat.clan_hours(it, clan, START, END),
    "chat.messages_on_days": lambda it, clan: chat.messages_on_days(it, clan, [DAYS, DAYS]),
    "chat.written_in_hours": lambda it, clan: chat.written_in_hours(it, clan, START, END),
    "chat.written_on_days": lambda it, clan: chat.written_on_days(it, clan, *DAYS),
    "links.confirmed_roles": lambda it, clan: links.confirmed_roles(it, clan, 7),
    "links.of_clan": links.of_clan,
    "messages.after": lambda it, clan: messages.after(it, clan, 0, 10),
    "messages.stored": lambda it, clan: messages.stored(it, clan, IDS),
    "players.events_between": lambda it, clan: players.events_between(it, clan, START, END),
    "players.names": players.names,
    "players.places": lambda it, clan: players.places(it, clan, with_former=True),
    "runs.blindness": lambda it, clan: runs.blindness(it, clan, START),
    "runs.last_runs": runs.last_runs,
    "snapshots.first_seen": snapshots.first_seen,
    "metrics.paths": lambda it, clan: metrics.paths(it, clan, START),
    "metrics.ranked_values": metrics.ranked_values,
    "snapshots.rises": lambda it, clan: snapshots.rises(it, clan, START),
    "snapshots.seen_at": lambda it, clan: snapshots.seen_at(it, clan, [NOW]),
}
WRITES = {
    *("authors.author_ids", "authors.move_cursors", "authors.note_place", "authors.set_counted"),
    *("clans.change", "links.confirm", "messages.add", "messages.remove", "players.note_events"),
    *(
        "players.put_in",
        "players.take_out",
        "rollups.forget",
        "rollups.roll_up",
        "runs.begin",
        "runs.go_blind",
    ),
    "runs.see_again",
}


async def settle(connection: Connection, number: int) -> int:
    """Make a clan that has something of everything; the numbers of two of them differ."""
    clan_id = await a_clan(connection, guild_id=number)
    await members(connection, clan_id, [number * 10, number * 10 + 1], f"role {number}")
    await players.note_events(connection, clan_id, [Event(number * 10, "joined", NOW)])
    for days in (9, 1):
        await observe(connection, number * 10, NOW - days * DAY, {"zulrah": 100 * number - days})
    who = await an_author(connection, clan_id, user_id=7)
    channel = await a_channel(connection, clan_id, discord_id=number)
    await messages.add(connection, clan_id, [a_fact(who, channel, NOW + number * HOUR, asks=True)])
    link = links.Link(number * 10, 7, links.State.CONFIRMED, is_main=True)
    await links.confirm(connection, clan_id, link, decided_by=number, now=NOW)
    await runs.begin(connection, f"poll {number}", clan_id, "trace", NOW)
    await runs.go_blind(connection, clan_id, channel, NOW, f"reason {number}")
    return clan_id


def test_every_function_about_a_clan_is_listed_here() -> None:
    found = {
        f"{module.__name__.removeprefix('storage.')}.{name}"
        for module in ROOM
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "clan_id" in inspect.signature(function).parameters
    }
    assert found == READS.keys() | WRITES


@pytest.mark.parametrize("read", READS)
async def test_a_clan_reads_the_same_whether_it_has_neighbours_or_not(
    database: Database, read: str
) -> None:
    async with database.writing() as connection:
        first = await settle(connection, 1)
        alone = await READS[read](connection, first)
        second = await settle(connection, 2)
        assert alone, "a reading of nothing proves nothing"
        assert await READS[read](connection, first) == alone
        assert await READS[read](connection, second) not in (alone, [], {})
        assert await READS[read](connection, second + 1) in ([], {}, [{}], [{}, {}])


async def test_what_one_clan_changes_stays_as_it_is_in_the_other(database: Database) -> None:
    async with database.writing() as connection:
        one, two = await a_clan(connection, 1), await a_clan(connection, 2)
        mine = await a_channel(connection, one, discord_id=5)
        theirs = await a_channel(connection, two, discord_id=5)
        await authors.set_counted(connection, one, 5, is_counted=False)
        await authors.move_cursors(connection, one, {mine: 9, theirs: 9})
        await runs.go_blind(connection, one, None, NOW, "away")
        await runs.go_blind(connection, two, None, NOW, "away")
        await runs.see_again(connection, one, None, NOW + HOUR)
        await clans.change(connection, one, name="Changed")
        place = (await authors.places(connection, two))[5]
        assert (place.is_counted, place.cursor_id) == (True, None)
        assert [spot.ended_at for spot in await runs.blindness(connection, two, NOW)] == [None]
        assert [clan.name for clan in await clans.every(connection)] == ["Changed", "Clan 2"]


async def test_a_server_has_one_clan_however_often_it_is_founded(database: Database) -> None:
    async with database.writing() as connection:
        made = await clans.found(connection, 2**63 - 1, "Ours", NOW)
        assert await clans.found(connection, 2**63 - 1, "Renamed", NOW + DAY) == made
        assert await clans.of_guild(connection, 2**63 - 1) == made
        assert await clans.of_guild(connection, 5) is None
        assert (made.zone, made.role_orders, made.gates) == ("UTC", [], {})


async def test_a_clan_comes_back_as_it_was_changed(path: Path) -> None:
    async with opened(path) as database, database.writing() as connection:
        clan_id = await a_clan(connection)
        await clans.change(
            connection,
            clan_id,
            wom_group_id=139,
            zone="Europe/London",
            role_orders=[("owner", 0), ("member", 1)],
            gates={"officers": [1, 2]},
            polled_at=NOW,
        )
    async with opened(path) as database, database.reading() as connection:
        (clan,) = await clans.every(connection)
    assert (clan.wom_group_id, clan.zone, clan.polled_at) == (139, "Europe/London", NOW)
    assert clan.role_orders == [("owner", 0), ("member", 1)]
    assert clan.gates == {"officers": [1, 2]}

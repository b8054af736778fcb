"""A new clan's first year: what lies at the edges of its windows, and never the hiscores."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import httpx
import pytest

from bot.services.game import Poll, fill_history, store_readings
from bot.services.game.first_year import EDGES, Filled
from bot.services.game.snapshots import reading_of
from storage import players
from storage.engine import Database
from tests.bot.services.contents import contents, instant, rows
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW, Place, a_player
from wom.errors import WomBroken
from wom.wire import Fresh

DAYS_BACK = range(360, 0, -5)


async def fill(database: Database, group: Callable[[httpx.Request], httpx.Response]) -> Filled:
    wom = client_of(group)
    answer = await wom.hiscores(GROUP_ID)
    assert isinstance(answer, Fresh)
    async with database.writing() as connection:
        await players.note_players(connection, [a_player(1), a_player(2), a_player(3)], NOW)
        readings = {each.player.id: [reading_of(each)] for each in answer.value}
        await store_readings(connection, readings)
    return await fill_history(database, wom, GROUP_ID, [1, 2], NOW)


def seen(place: Place, player_id: int = 1) -> list[tuple[datetime | None, int]]:
    """Return all looks but the present one, which was there before."""
    found = rows(
        place, "SELECT * FROM observations WHERE player_id = ? ORDER BY seen_at", player_id
    )
    return [(instant(row["seen_at"]), row["xp"]) for row in found][:-1]


async def test_windows_give_the_first_and_last_look_of_each(
    database: Database, place: Place
) -> None:
    someone = Someone(1, past=[(NOW - days * DAY, 1_000 - days, {}) for days in DAYS_BACK])
    group = Group(someone)
    assert await fill(database, group) == (NOW + HOUR - EDGES[0] * DAY, None)
    assert group.asked().count("bulk-gained") == len(EDGES)
    found = seen(place)
    assert found == sorted(found)
    assert found[0] == (NOW - 360 * DAY, 640)
    # Looked at every five days, all looks of the last two months lie at an edge.
    assert [at for at, _ in found[-18:]] == [NOW - days * DAY for days in range(90, 0, -5)]
    assert all(1_000 - xp == (NOW - at) / DAY for at, xp in found if at is not None)


async def test_a_window_with_one_look_gives_one_reading(database: Database, place: Place) -> None:
    await fill(database, Group(Someone(1, past=[(NOW - 100 * DAY, 5, {})])))
    assert seen(place) == [(NOW - 100 * DAY, 5)]


async def test_the_latest_snapshot_is_left_to_the_hiscores_which_say_more(
    database: Database, place: Place
) -> None:
    someone = Someone(1, updated_at=NOW - 3 * DAY, more={"activities": {"tea_parties": 3}})
    await fill(database, Group(someone))
    assert seen(place) == []


async def test_who_is_not_among_the_hiscores_is_left_out(database: Database, place: Place) -> None:
    past = [(NOW - 100 * DAY, 5.0, {"zulrah": 1.0})]
    strangers = (Someone(1, past=past, is_in_hiscores=False), Someone(3, past=past))
    await fill(database, Group(*strangers, Someone(2)))
    assert [row["player_id"] for row in rows(place, "SELECT * FROM observations")] == [2, 3]
    assert seen(place, 3) == []


async def test_what_was_read_before_it_broke_off_is_stored_the_newest_first(
    database: Database, place: Place
) -> None:
    group = Group(Someone(1, past=[(NOW - days * DAY, 1_000 - days, {}) for days in DAYS_BACK]))
    windows = count(1)

    def breaks_off(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bulk-gained") and next(windows) > 20:
            return httpx.Response(500, json={"message": "We are sorry."})
        return group(request)

    since, trouble = await fill(database, breaks_off)
    assert (since, type(trouble)) == (None, WomBroken)
    assert 40 < (NOW - (seen(place)[0][0] or NOW)) / DAY < 90
    whole = await fill(database, group)
    assert whole.trouble is None
    assert seen(place)[0] == (NOW - 360 * DAY, 640)


async def test_history_that_comes_late_stores_the_same_as_history_that_came_first(
    database: Database, place: Place
) -> None:
    """A boss that lapsed, a fall and a rise, in whatever order they are learned."""
    past = [
        (NOW - 300 * DAY, 900.0, {"zulrah": 300.0, "vorkath": 8.0}),
        (NOW - 200 * DAY, 950.0, {"zulrah": 320.0, "vorkath": -1.0}),
        (NOW - 100 * DAY, 940.0, {"zulrah": 310.0, "vorkath": -1.0}),
    ]
    present = Someone(1, xp=990, bosses={"zulrah": 330, "vorkath": 12}, past=past)
    await fill(database, Group(replace(present, past=[])))
    alone = contents(place)
    await fill(database, Group(present))
    assert alone != contents(place)
    found = rows(place, "SELECT xp, kills, kills_earned, kills_fell, xp_fell FROM observations")
    assert [tuple(row.values()) for row in found] == [
        (900, 308, 0, 0, 0),
        (950, 320, 20, 0, 0),
        (940, 310, 10, 10, 10),
        (990, 342, 34, 10, 10),
    ]
    now = rows(place, "SELECT changed_at FROM present_values WHERE value = 330")
    assert [instant(row["changed_at"]) for row in now] == [present.updated_at]


async def test_filled_again_nothing_is_new(database: Database, place: Place) -> None:
    past = [(NOW - days * DAY, 1_000.0 - days, {"zulrah": 400.0 - days}) for days in (300, 90, 9)]
    group = Group(Someone(1, past=past))
    await fill(database, group)
    before = contents(place)
    await fill(database, group)
    assert contents(place) == before


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("days", [1, 7, 14, 30, 60, 90, 180, 365])
async def test_the_last_look_before_a_span_that_begins_today_is_kept(
    database: Database, place: Place, days: int
) -> None:
    """Looked at every five hours: what was seen last before each span is its baseline."""
    looks = [NOW - timedelta(hours=hours) for hours in range(9_000, 0, -5)]
    someone = Someone(1, past=[(at, 9_000 + number, {}) for number, at in enumerate(looks)])
    await fill(database, Group(someone))
    start = NOW + HOUR - days * DAY
    assert max(at for at in looks if at <= start) in [at for at, _ in seen(place)]


@pytest.mark.parametrize("window", [1, 6, 27])
async def test_cut_off_in_any_window_and_begun_again_it_is_whole(
    village: Village, place: Place, window: int
) -> None:
    past = [(NOW - days * DAY, 1_000.0 - days, {"zulrah": 400.0 - days}) for days in DAYS_BACK]
    group = Group(Someone(1, past=past, bosses={"zulrah": 400}))
    await village.known_clans.join_group(village.clan, GROUP_ID, "Iron Cabbage")
    windows = count(1)

    def dies(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bulk-gained") and next(windows) == window:
            raise Killed
        return group(request)

    with pytest.raises(Killed):
        await Poll(village.database, client_of(dies), village.clock).poll(village.clan)
    await Poll(village.database, client_of(group), village.clock).poll(village.clan)
    assert seen(place)[0][0] == NOW - DAYS_BACK[0] * DAY
    earned = rows(place, "SELECT kills_earned FROM observations ORDER BY seen_at")
    assert earned[-1]["kills_earned"] == DAYS_BACK[0]

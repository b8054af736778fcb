"""Leaderboards by the real services: who stands where, against gains that are counted by hand."""

import pytest

from bot.clan.leaderboards import ALL_TIME, Unplaced
from bot.reports.boards import Board
from bot.reports.worker import Inline
from bot.services.publish import Leaderboards
from bot.services.view import Visitor
from storage import presence
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW

ME = Visitor(11, "Somebody", "somebody")


@pytest.fixture
def boards(village: Village) -> Leaderboards:
    return Leaderboards(village.database, Inline(), village.clock)


def places(board: Board) -> list[tuple[int, str, float | None, float | None]]:
    found = board.ranking.placed
    return [(each.place, each.score.name, each.score.value, each.score.total) for each in found]


async def test_gains_are_ranked_with_the_total_beside_them(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"})
    for who, gained in ((1, 50), (2, 70), (3, 50), (6, 0)):
        await village.seen(who, NOW - 7.5 * DAY, 100, zulrah=10)
        await village.seen(who, NOW - DAY, 100 + gained, zulrah=10 + gained)
    await village.seen(4, NOW - 7.5 * DAY, 100, zulrah=-1)
    await village.seen(4, NOW - DAY, 105, zulrah=-1)
    await village.linked(3, ME.user_id)
    for metric, total in (("overall", 100), ("zulrah", 10)):
        board = await boards.board(village.clan, metric, 7, ME)
        assert places(board)[:3] == [
            (1, "Two", 70, total + 70),
            (2, "One", 50, total + 50),
            (2, "Three", 50, total + 50),
        ]
        assert [each.score.name for each in board.own_places] == ["Three"]
        assert board.ranking.left_out[Unplaced.NOT_SEEN] == 1
    assert board.ranking.left_out[Unplaced.NOT_ON_HISCORES] == 1
    ever = await boards.board(village.clan, "zulrah", ALL_TIME, ME)
    assert places(ever)[0] == (1, "Two", 80, None)


async def test_who_opted_out_is_nowhere_and_nobody_is_counted_for_them(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two"})
    await village.linked(1, 11)
    await village.called(11, "Somebody")
    await village.wrote(11, NOW - DAY)
    for who in (1, 2):
        await village.seen(who, NOW - 7.5 * DAY, 100)
        await village.seen(who, NOW - DAY, 200)
    async with village.database.writing() as connection:
        await connection.exec_driver_sql("UPDATE authors SET opted_out_at = 1")
    for metric in ("overall", "messages", "voice_minutes"):
        board = await boards.board(village.clan, metric, 7, ME)
        assert "One" not in repr(board.ranking)
        assert not board.own
        assert len(board.ranking.placed) + sum(board.ranking.left_out.values()) == 1


async def test_messages_stand_with_the_main_account_and_say_since_when(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "Main", 2: "Alt", 3: "Stranger"})
    await village.linked(1, 11, is_main=True)
    await village.linked(2, 11)
    await village.wrote(11, NOW - 2 * DAY, NOW - DAY, NOW - DAY)
    board = await boards.board(village.clan, "messages", 30)
    assert places(board) == [(1, "Main", 3, 3)]
    assert board.ranking.left_out == {Unplaced.NO_DISCORD: 1}
    (note,) = board.notes
    assert note.startswith("data since ")
    days = await boards.board(village.clan, "active_days", ALL_TIME)
    assert (places(days), days.period) == ([(1, "Main", 2, None)], 365)


async def test_nobody_was_active_on_more_days_than_there_are(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "Daily"})
    await village.linked(1, 11)
    await village.wrote(11, *(NOW - n * DAY + HOUR * (n > 0) for n in range(8)))
    board = await boards.board(village.clan, "active_days", 7)
    assert places(board) == [(1, "Daily", 7, None)]


async def test_minutes_in_voice_are_those_of_the_days_of_the_period(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "One", 2: "Two", 3: "Stranger"})
    for who, user in ((1, 11), (2, 12)):
        await village.linked(who, user)
    today = NOW.date()
    seconds = {(11, today): 90, (11, today - 6 * DAY): 3_600, (11, today - 7 * DAY): 9_999}
    async with village.database.writing() as connection:
        await presence.add(connection, {village.clan.clan_id: seconds})
    await village.changed(presence_from=NOW - 30 * DAY, keeps_presence=True)
    board = await boards.board(village.clan, "voice_minutes", 7, ME)
    assert places(board) == [(1, "One", 61, None)]
    assert [each.name for each in board.ranking.zeros] == ["Two"]
    assert board.ranking.left_out == {Unplaced.NO_DISCORD: 1}
    await village.changed(keeps_presence=False)
    none = await boards.board(village.clan, "voice_minutes", 7, ME)
    assert none.notes == ("this clan keeps no voice minutes",)
    assert not none.ranking.placed


async def test_who_is_new_on_the_hiscores_has_no_place_for_it(
    boards: Leaderboards, village: Village
) -> None:
    await village.settled({1: "One", 2: "New", 3: "Crossed"})
    for who, before, after in ((1, 10, 12), (2, -1, 250), (3, -1, 7)):
        await village.seen(who, NOW - 7.5 * DAY, 100, zulrah=before)
        await village.seen(who, NOW - DAY, 200, zulrah=after)
    board = await boards.board(village.clan, "zulrah", 7)
    assert places(board) == [(1, "Crossed", 3, 7), (2, "One", 2, 12)]
    assert board.ranking.left_out == {Unplaced.ENTERED: 1}
    ever = await boards.board(village.clan, "zulrah", ALL_TIME)
    assert places(ever)[0] == (1, "New", 250, None)

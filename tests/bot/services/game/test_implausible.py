"""What Wise Old Man says that cannot be: refused, named, asked for again, and a stop for nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.clan.activity import ChangeKind
from bot.clan.looking import StaleAccount
from bot.services.game import Looking, Poll, PollResult
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import instant, one, rows
from tests.bot.services.group import GROUP_ID, Group, Renamed, Someone, client_of
from tests.storage.rows import DAY, HOUR, NOW, Place


@dataclass
class Table:
    """A clan of ten that was polled once, and Wise Old Man with a mistake."""

    group: Group
    clan: Clan
    clock: Clock
    poll: Poll
    place: Place
    database: Database

    async def polled(self, later: timedelta = HOUR) -> PollResult:
        self.clock.forward(later)
        self.group.asked()
        return await self.poll.poll(self.clan)

    def latest(self, player_id: int) -> dict[str, object]:
        found = rows(
            self.place,
            "SELECT * FROM observations WHERE player_id = ? ORDER BY seen_at DESC LIMIT 1",
            player_id,
        )
        return dict(found[0])


@pytest.fixture
async def table(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> Table:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(player_id) for player_id in range(1, 11)))
    made = Table(group, clan, clock, Poll(database, client_of(group), clock), place, database)
    await made.polled()
    return made


def everybody_rises(table: Table) -> Someone:
    """Have everybody looked at, and return number 5."""
    for each in table.group.members.values():
        each.rises(table.clock.now, 500, zulrah=2)
    return table.group.members[5]


Spoil = Callable[[Someone], object]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda who: who.bosses.update(zulrah=10.0**15),
            "Zulrah 1,000,000,000,000,000 cannot be right",
        ),
        (lambda who: setattr(who, "xp", -3), "Total XP -3, "),
        (lambda who: setattr(who, "updated_at", NOW + 2_000 * DAY), "dated 12 May 2032"),
    ],
)
async def test_a_look_that_cannot_be_is_refused_and_named_and_the_others_are_kept(
    table: Table, spoil: Spoil, words: str
) -> None:
    before = table.latest(5)
    spoil(everybody_rises(table))
    result = await table.polled()
    (failure,) = result.failed
    assert (failure.name, failure.player_id) == ("Player 5", 5)
    assert words in failure.reason
    assert failure.is_odd
    assert (result.updated, result.unchanged) == (9, 0)
    assert table.latest(5) == before


async def test_whose_look_was_refused_is_asked_for_again_although_nothing_else_is_new(
    table: Table,
) -> None:
    """Even when every ETag matches: what could not be read of the same bytes may be read later."""
    someone = everybody_rises(table)
    someone.updated_at = table.clock.now + 3 * DAY
    assert len((await table.polled()).failed) == 1
    assert len((await table.polled()).failed) == 1
    assert table.group.asked() == ["group", "bulk-hiscores"]
    result = await table.polled(3 * DAY)
    assert (result.failed, result.updated) == ((), 1)
    await table.polled()
    assert table.group.asked() == ["group"]


async def test_whoever_is_missing_from_the_hiscores_is_asked_for_again(table: Table) -> None:
    everybody_rises(table).is_in_hiscores = False
    assert [each.player_id for each in (await table.polled()).failed] == [5]
    await table.polled()
    assert table.group.asked() == ["group", "bulk-hiscores"]
    table.group.members[5].is_in_hiscores = True
    assert (await table.polled()).updated == 1


async def test_a_single_number_that_cannot_be_is_left_out_alone(table: Table) -> None:
    everybody_rises(table).more = {"computed": {"ehp": 1e12}, "skills": {"attack": -8}}
    result = await table.polled()
    (failure,) = result.failed
    assert failure.reason == "Attack -8, EHP 1,000,000,000,000 cannot be right and was left out"
    assert result.updated == 10
    assert (table.latest(5)["xp"], table.latest(5)["ehp"]) == (1_000_500, -1)
    await table.polled()
    assert table.group.asked() == ["group"], "that look was kept"


async def test_a_snapshot_from_the_future_that_is_stored_does_not_make_later_ones_ignored(
    table: Table,
) -> None:
    """As older versions stored it: Wise Old Man has only older ones, so it never was."""
    someone = table.group.members[5]
    table.clock.forward(2_000 * DAY)
    someone.rises(table.clock.now, 7_000_000)
    await table.polled(HOUR)
    table.clock.forward(-2_000 * DAY)
    someone.xp -= 7_000_000
    for hour in (1, 2):
        someone.rises(table.clock.now, 500)
        assert (await table.polled()).failed == ()
        assert table.latest(5)["xp"] == 1_000_000 + 500 * hour
    assert one(table.place, "SELECT count(*) FROM observations WHERE player_id = 5") == 3
    xp = one(table.place, "SELECT xp_fell FROM observations WHERE xp = 1001000")
    assert xp == 0


async def test_while_our_own_clock_is_behind_nothing_that_is_stored_is_taken_out(
    table: Table,
) -> None:
    everybody_rises(table)
    await table.polled()
    count = one(table.place, "SELECT count(*) FROM observations")
    real = table.clock.now
    table.clock.forward(-300 * DAY)
    for each in table.group.members.values():
        each.rises(real + HOUR, 500)
    result = await table.polled()
    assert len(result.failed) == 10
    assert one(table.place, "SELECT count(*) FROM observations") == count
    table.clock.now = real
    result = await table.polled(2 * HOUR)
    assert (result.failed, result.updated) == ((), 10)


async def test_an_event_from_the_future_dates_nothing_and_holds_nobody_back(table: Table) -> None:
    someone = table.group.members.pop(4)
    table.group.members[44] = Someone(44, "Brand New", updated_at=None)
    at = NOW + 900 * DAY
    table.group.events = [(4, "left", at), (44, "joined", at)]
    table.group.names = [Renamed(4, someone.name or "Player 4", "Brand New", "pending", at)]
    result = await table.polled()
    assert {(each.kind, each.happened_at) for each in result.changes} == {
        (ChangeKind.LEFT, table.clock.now),
        (ChangeKind.JOINED, table.clock.now),
    }
    assert result.held == ()


@pytest.mark.parametrize(
    ("synced_at", "joined_at"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), NOW - 400 * DAY),
        (datetime(2014, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)),
        (NOW + 900 * DAY, NOW - 400 * DAY),
    ],
)
async def test_nobody_joined_before_there_was_a_game_or_after_now(
    table: Table, synced_at: datetime, joined_at: datetime
) -> None:
    table.group.members[44] = Someone(44, synced_at=synced_at)
    await table.polled()
    kept = one(table.place, "SELECT joined_at FROM memberships WHERE player_id = 44")
    assert instant(kept) == joined_at


async def test_a_name_from_the_future_was_not_seen_after_now(table: Table) -> None:
    table.group.members[4].name = "Brand New"
    table.group.names = [Renamed(4, "Player 4", "Brand New", "approved", NOW + 900 * DAY)]
    await table.polled()
    seen = rows(table.place, "SELECT last_seen_at FROM player_names WHERE player_id = 4")
    assert {instant(row["last_seen_at"]) for row in seen} == {table.clock.now}


async def test_history_that_cannot_be_is_left_out(table: Table, known_clans: Clans) -> None:
    table.group.members[5].past = [
        (NOW - 300 * DAY, 800_000, {"zulrah": 50}),
        (NOW - 200 * DAY, 1e17, {"zulrah": 60}),
        (NOW - 100 * DAY, 900_000, {"zulrah": 1e15}),
    ]
    await known_clans.join_group(table.clan, 88, "Elsewhere")
    await known_clans.join_group(table.clan, GROUP_ID, "Iron Cabbage")
    await table.polled()
    seen = rows(table.place, "SELECT xp FROM observations WHERE player_id = 5 ORDER BY seen_at")
    assert [row["xp"] for row in seen] == [800_000, 1_000_000]


async def test_an_account_that_is_looked_at_again_says_what_cannot_be(table: Table) -> None:
    someone = table.group.members[5]
    someone.bosses["zulrah"] = 10.0**15
    table.group.outside = {5: someone}

    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            request = httpx.Request("GET", "https://wom.test/v2/players/id/5")
        return table.group(request)

    looking = Looking(table.database, client_of(answers), table.poll, table.clock)
    looked = await looking.look(table.clan, [StaleAccount(5, "Player 5", NOW - 2 * DAY)])
    ((name, why),) = looked.failed
    assert name == "Player 5"
    assert "Zulrah 1,000,000,000,000,000 cannot be right" in why

"""Polling a small group that changes under our eyes, through the real client."""

import gc
import json
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from bot.clan.activity import ChangeKind
from bot.clan.policy import DEFAULT_POLICY
from bot.services.game import NoGroup, Poll, PollResult
from bot.services.game.first_year import EDGES
from bot.services.game.group_facts import TooManyMembers
from bot.services.setup import Clan, Clans, Policies
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, instant, one, rows
from tests.bot.services.group import CODE, GROUP_ID, Group, Someone, client_of
from tests.bot.services.village import judged_by
from tests.storage.rows import DAY, HOUR, NOW, Place
from wom.errors import WomBadKey, WomBroken, WomBusy, WomError, WomUnreachable

FIRST_POLL = ["group", "bulk-hiscores", "name-changes", *["bulk-gained"] * len(EDGES)]


@dataclass
class Table:
    """A clan at the table with its group: poll as often as you like, hours pass between."""

    group: Group
    clan: Clan
    clock: Clock
    poll: Poll
    place: Place

    async def polled(self, later: timedelta = HOUR) -> PollResult:
        self.clock.forward(later)
        self.group.asked()
        return await self.poll.poll(self.clan)


@pytest.fixture
async def table(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> Table:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(player_id) for player_id in range(1, 11)))
    return Table(group, clan, clock, Poll(database, client_of(group), clock), place)


async def test_a_group_of_more_members_than_a_clan_may_have_is_not_read(
    table: Table, database: Database
) -> None:
    small = Poll(database, client_of(table.group), table.clock, most_members=9)
    with pytest.raises(TooManyMembers, match="10 members, 9 at most"):
        await small.poll(table.clan)
    assert table.group.requests == ["group"]
    assert one(table.place, "SELECT count(*) FROM memberships") == 0
    exact = Poll(database, client_of(table.group), table.clock, most_members=10)
    assert (await exact.poll(table.clan)).members == 10


async def test_a_clan_without_a_group_is_told_to_set_up(
    database: Database, clan: Clan, clock: Clock
) -> None:
    group = Group()
    with pytest.raises(NoGroup, match="setup"):
        await Poll(database, client_of(group), clock).poll(clan)
    with pytest.raises(NoGroup):
        await Poll(database, client_of(group), clock).update_all(clan, CODE)
    assert group.requests == []


async def test_the_first_poll_reads_everybody_and_the_last_twelve_months(table: Table) -> None:
    someone = table.group.members[3]
    someone.past = [(NOW - 200 * DAY, 600_000, {"zulrah": 40})]
    result = await table.polled()
    assert table.group.asked() == FIRST_POLL
    assert (result.members, result.updated, result.unchanged) == (10, 10, 0)
    assert (result.failed, result.changes, result.doubt) == ((), (), None)
    assert result.filled_from == table.clock.now + HOUR - timedelta(days=EDGES[0])
    seen = rows(table.place, "SELECT xp, kills, kills_earned FROM observations WHERE player_id = 3")
    assert [tuple(row.values()) for row in seen] == [(600_000, 40, 0), (1_000_000, 100, 60)]


async def test_one_request_when_nothing_changed_and_two_for_everybodys_stats(table: Table) -> None:
    await table.polled()
    before = contents(table.place)
    result = await table.polled()
    assert table.group.asked() == ["group"]
    assert (result.members, result.updated, result.unchanged) == (10, 0, 10)
    assert contents(table.place) == before
    for each in table.group.members.values():
        each.rises(table.clock.now, 500)
    result = await table.polled()
    assert table.group.asked() == ["group", "bulk-hiscores"]
    assert (result.updated, result.unchanged) == (10, 0)


async def test_without_etags_a_repeated_poll_still_writes_nothing(table: Table) -> None:
    table.group.has_etags = False
    await table.polled()
    before = contents(table.place)
    result = await table.polled()
    assert (result.updated, result.unchanged) == (0, 10)
    assert table.group.asked() == ["group"]
    assert contents(table.place) == before


async def test_only_who_was_looked_at_is_updated(table: Table) -> None:
    await table.polled()
    table.group.members[7].rises(table.clock.now, 500, zulrah=2)
    result = await table.polled()
    assert (result.updated, result.unchanged) == (1, 9)
    last = rows(table.place, "SELECT * FROM observations ORDER BY seen_at")[-1]
    assert (last["player_id"], last["xp"], last["kills_earned"]) == (7, 1_000_500, 2)
    assert one(table.place, "SELECT count(*) FROM observations") == 11


async def test_who_is_looked_at_between_the_two_requests_is_not_lost(table: Table) -> None:
    await table.polled()
    table.group.members[1].rises(table.clock.now, 1)
    at = table.clock.now + HOUR
    table.group.before_hiscores = lambda: table.group.members[2].rises(at, 1)
    await table.polled()
    table.group.before_hiscores = lambda: None
    result = await table.polled()
    assert result.failed == ()
    assert one(table.place, "SELECT max(xp) FROM observations WHERE player_id = 2") == 1_000_001


async def test_who_joins_leaves_rises_falls_and_is_renamed_is_noticed(table: Table) -> None:
    await table.polled()
    members = table.group.members
    del members[1]
    members[11] = Someone(11, "Newcomer", role="prospector", created_at=table.clock.now)
    members[2].role, members[3].role, members[4].role = "zenyte", "prospector", "quester"
    members[5].name = "Brand New"
    result = await table.polled()
    assert {(change.kind, change.player_id): change for change in result.changes}.keys() == {
        (ChangeKind.LEFT, 1),
        (ChangeKind.JOINED, 11),
        (ChangeKind.PROMOTED, 2),
        (ChangeKind.DEMOTED, 3),
        (ChangeKind.ROLE, 4),
        (ChangeKind.RENAMED, 5),
    }
    assert result.members == 10
    roles = rows(table.place, "SELECT player_id, role FROM memberships WHERE left_at IS NULL")
    assert {row["player_id"]: row["role"] for row in roles} == {
        2: "zenyte",
        3: "prospector",
        4: "quester",
        11: "prospector",
        **dict.fromkeys((5, 6, 7, 8, 9, 10), "member"),
    }
    assert len(rows(table.place, "SELECT * FROM membership_events")) == 6
    names = rows(table.place, "SELECT name FROM player_names WHERE player_id = 5")
    assert {row["name"] for row in names} == {"Player 5", "Brand New"}
    assert one(table.place, "SELECT name FROM players WHERE player_id = 5") == "Brand New"
    before = contents(table.place)
    assert (await table.polled()).changes == ()
    assert contents(table.place) == before


async def test_a_change_happened_when_wom_says_and_not_when_we_looked(table: Table) -> None:
    await table.polled()
    at = table.clock.now + timedelta(minutes=10)
    table.group.events = [(1, "left", at - 300 * DAY), (1, "left", at), (2, "changed_role", at)]
    table.group.members[2].role = "zenyte"
    del table.group.members[1]
    result = await table.polled()
    assert {change.happened_at for change in result.changes} == {at}
    assert instant(one(table.place, "SELECT left_at FROM memberships WHERE player_id = 1")) == at


async def test_an_event_of_an_earlier_stay_does_not_date_this_change(table: Table) -> None:
    await table.polled()
    table.group.events = [(1, "left", NOW - 300 * DAY)]
    del table.group.members[1]
    (change,) = (await table.polled()).changes
    assert change.happened_at == table.clock.now


async def test_who_returns_keeps_the_earliest_day_they_joined(table: Table) -> None:
    someone = table.group.members[4]
    someone.synced_at = NOW - 900 * DAY
    await table.polled()
    del table.group.members[4]
    await table.polled()
    someone.created_at, someone.synced_at = table.clock.now, None
    table.group.members[4] = someone
    (change,) = (await table.polled()).changes
    assert change.kind is ChangeKind.RETURNED
    (place,) = rows(table.place, "SELECT * FROM memberships WHERE player_id = 4")
    assert instant(place["joined_at"]) == NOW - 900 * DAY
    assert place["left_at"] is None


async def test_members_whose_numbers_cannot_be_had_are_failures_with_reasons(
    table: Table,
) -> None:
    members = table.group.members
    members[1].updated_at = None
    members[2].status = "archived"
    members[3].status = "banned"
    members[4].status = "unranked"
    members[5].is_in_hiscores = False
    members[6].status = "flagged"
    result = await table.polled()
    assert {failure.name: failure.reason for failure in result.failed} == {
        "Player 1": "never updated on WOM",
        "Player 2": "archived on WOM: another account took the name",
        "Player 3": "banned from the game",
        "Player 4": "not on the hiscores",
        "Player 5": "missing from WOM's hiscores answer",
    }
    assert result.unchanged == 0
    assert result.updated + len(result.failed) >= result.members
    for player_id in (1, 2, 5):
        assert not rows(table.place, "SELECT * FROM observations WHERE player_id = ?", player_id)


@pytest.mark.parametrize(("gone", "believed"), [(4, True), (5, False)])
async def test_a_roster_that_lost_over_a_fifth_at_once_is_not_believed(
    table: Table, gone: int, *, believed: bool
) -> None:
    await table.polled()
    before = contents(table.place)
    for player_id in range(1, gone + 1):
        del table.group.members[player_id]
    table.group.members[10].rises(table.clock.now, 5)
    result = await table.polled()
    assert (result.doubt is None) == believed
    if believed:
        assert len(result.changes) == 4
        return
    assert result.doubt == "5 of 10 members are missing from WOM's answer"
    assert (result.members, result.changes, result.updated) == (10, (), 0)
    assert contents(table.place) == before


async def test_everybody_is_back_after_a_doubt_and_nothing_is_lost(table: Table) -> None:
    await table.polled()
    members = dict(table.group.members)
    table.group.members[9].rises(table.clock.now, 5)
    table.group.members = {9: members[9]}
    assert (await table.polled()).doubt is not None
    table.group.members = members
    result = await table.polled()
    assert (result.doubt, result.updated, result.changes) == (None, 1, ())


async def test_a_member_who_cannot_be_read_has_not_left(table: Table) -> None:
    await table.polled()
    table.group.unreadable = {3}
    del table.group.members[8]
    result = await table.polled()
    assert result.changes == ()
    assert result.doubt is None
    table.group.unreadable = set()
    (change,) = (await table.polled()).changes
    assert (change.kind, change.player_id) == (ChangeKind.LEFT, 8)


PAGE = httpx.Response(502, html="<html>Bad gateway</html>")
TRICK = httpx.Response(200, html="<html>We will be back soon</html>")
BUSY = httpx.Response(429, json={"message": "Too Many Requests."}, headers={"retry-after": "60"})
BAD_KEY = httpx.Response(403, json={"message": "Invalid API Key."})


@pytest.mark.parametrize("what", ["group", "activity"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [(PAGE, WomBroken), (TRICK, WomBroken), (BUSY, WomBusy), (BAD_KEY, WomBadKey)],
)
async def test_no_usable_answer_passes_as_an_error_and_nothing_is_written(
    table: Table, what: str, answer: httpx.Response, error: type[WomError]
) -> None:
    await table.polled()
    before = contents(table.place)
    table.group.members[1].rises(table.clock.now, 500)
    table.group.members[2].role = "zenyte"
    table.group.answers[what] = answer
    polled_at = one(table.place, "SELECT polled_at FROM clans")
    with pytest.raises(error):
        await table.polled()
    assert contents(table.place) == before
    assert one(table.place, "SELECT polled_at FROM clans") == polled_at
    table.group.answers.clear()
    result = await table.polled()
    assert (result.updated, len(result.changes)) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "error"), [(PAGE, WomBroken), (TRICK, WomBroken), (BUSY, WomBusy)]
)
async def test_while_nobodys_numbers_can_be_had_the_roster_goes_on(
    table: Table, answer: httpx.Response, error: type[WomError]
) -> None:
    await table.polled()
    polled_at = one(table.place, "SELECT polled_at FROM clans")
    seen = contents(table.place)["observations"]
    for each in table.group.members.values():
        each.rises(table.clock.now, 500)
    table.group.members[2].role = "zenyte"
    table.group.answers["bulk-hiscores"] = answer
    for _ in range(2):
        with pytest.raises(error):
            await table.polled()
    assert one(table.place, "SELECT role FROM memberships WHERE player_id = 2") == "zenyte"
    assert len(rows(table.place, "SELECT * FROM membership_events")) == 1
    assert contents(table.place)["observations"] == seen
    assert one(table.place, "SELECT polled_at FROM clans") == polled_at, "it was not read whole"
    table.group.answers.clear()
    result = await table.polled()
    assert (result.updated, result.changes) == (10, ())


async def test_a_new_clan_has_its_roster_before_anybodys_numbers(table: Table) -> None:
    table.group.answers["bulk-hiscores"] = PAGE
    with pytest.raises(WomBroken):
        await table.polled()
    assert one(table.place, "SELECT count(*) FROM memberships") == 10
    assert one(table.place, "SELECT polled_at FROM clans") is None
    table.group.answers.clear()
    result = await table.polled()
    assert (result.updated, result.changes) == (10, ())
    assert result.filled_from is not None


async def test_no_network_passes_as_an_error(
    database: Database, known_clans: Clans, clan: Clan, clock: Clock, place: Place
) -> None:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    before = contents(place)

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(WomUnreachable):
        await Poll(database, client_of(down), clock).poll(clan)
    assert contents(place) == before


async def test_while_its_history_cannot_be_had_a_new_clan_has_its_roster_and_its_numbers(
    table: Table,
) -> None:
    someone = table.group.members[1]
    someone.past = [(NOW - (30 * month + 1) * DAY, 1_000 * month, {}) for month in range(12, 0, -1)]
    someone.past = [(at, 13_000 - xp, bosses) for at, xp, bosses in someone.past]
    table.group.answers["bulk-gained"] = PAGE
    result = await table.polled()
    assert isinstance(result.unfilled, WomBroken)
    assert (result.members, result.updated, result.filled_from) == (10, 10, None)
    assert one(table.place, "SELECT history_from FROM clans") is None
    assert one(table.place, "SELECT count(*) FROM memberships") == 10
    # It is asked for again, also when nothing else is new.
    assert (await table.polled()).unfilled is not None
    assert table.group.asked() == ["group", *["bulk-gained"] * 4]
    someone.rises(table.clock.now, 500)
    table.group.answers.clear()
    result = await table.polled()
    assert result.filled_from is not None
    assert result.unfilled is None
    seen = rows(table.place, "SELECT xp FROM observations WHERE player_id = 1 ORDER BY seen_at")
    assert [row["xp"] for row in seen] == [
        *(1_000 * n for n in range(1, 13)),
        1_000_000,
        1_000_500,
    ]
    await table.polled()
    assert "bulk-gained" not in table.group.asked()


async def test_the_history_of_a_group_that_was_left_meanwhile_is_not_taken_for_the_new_ones(
    table: Table, known_clans: Clans, database: Database
) -> None:
    async def answers(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bulk-gained"):
            await known_clans.join_group(table.clan, 88, "Elsewhere")
        return table.group(request)

    await Poll(database, client_of(answers), table.clock).poll(table.clan)
    assert one(table.place, "SELECT history_from FROM clans") is None


async def test_unknown_metrics_and_roles_pass_and_are_stored(table: Table) -> None:
    someone = table.group.members[1]
    someone.role = "grand_poobah"
    someone.more = {"skills": {"sorcery": 77}, "activities": {"tea_parties": 4}}
    someone.bosses["quantum_dragon"] = 12
    await table.polled()
    stored = rows(
        table.place,
        "SELECT name, kind, value FROM metrics JOIN present_values ON metric_id = id"
        " WHERE player_id = 1",
    )
    values = {(row["kind"], row["name"]): row["value"] for row in stored}
    assert values["skill", "sorcery"] == 77
    assert values["activity", "tea_parties"] == 4
    assert values["boss", "quantum_dragon"] == 12
    assert one(table.place, "SELECT role FROM memberships WHERE player_id = 1") == "grand_poobah"


@pytest.mark.parametrize(
    "lost",
    [
        ("registeredAt", "build", "memberCount", "username", "exp", "ehp", "ehb", "country"),
        ("roleOrders",),
        ("name",),
        ("type", "status", "lastChangedAt", "createdAt", "clientSyncJoinedAt"),
    ],
)
async def test_a_field_that_is_lost_and_that_we_can_do_without_stops_no_poll(
    table: Table, database: Database, lost: tuple[str, ...]
) -> None:
    table.group.members[5].status = "banned"
    await table.polled()
    before = one(table.place, "SELECT role_orders FROM clans")

    def without(request: httpx.Request) -> httpx.Response:
        answer = table.group(request)
        if request.url.path.endswith("bulk-hiscores"):
            return answer
        return httpx.Response(200, json=json.loads(answer.content, object_hook=bare))

    def bare(form: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in form.items() if name not in lost}

    table.group.members[3].rises(table.clock.now, 500)
    table.group.members[4].role = "zenyte"
    table.clock.forward(HOUR)
    result = await Poll(database, client_of(without), table.clock).poll(table.clan)
    assert (result.members, result.updated) == (10, 1)
    assert one(table.place, "SELECT status FROM players WHERE player_id = 5") == "banned"
    assert [(each.kind, each.player_id) for each in result.changes] == [(ChangeKind.PROMOTED, 4)]
    assert one(table.place, "SELECT role_orders FROM clans") == before
    assert one(table.place, "SELECT name FROM clans") == "Iron Cabbage"
    joined = one(table.place, "SELECT joined_at FROM memberships WHERE player_id = 4")
    assert instant(joined) == NOW - 400 * DAY


async def test_minus_one_is_stored_as_it_comes(table: Table) -> None:
    someone = table.group.members[1]
    someone.xp, someone.bosses = -1, {"zulrah": -1, "vorkath": 7}
    await table.polled()
    (seen,) = rows(table.place, "SELECT * FROM observations WHERE player_id = 1")
    assert (seen["xp"], seen["kills"]) == (-1, 7)
    stored = rows(
        table.place,
        "SELECT name FROM metrics JOIN present_values ON metric_id = id"
        " WHERE player_id = 1 AND value = -1",
    )
    assert {row["name"] for row in stored} == {"attack", "zulrah", "clue_scrolls_all"}


@pytest.mark.parametrize(("kills", "earned"), [(812, 0), (6, 2), (9, 5), (10, 0), (4, 0)])
async def test_a_boss_that_is_newly_listed_is_earned_only_when_the_threshold_was_crossed(
    table: Table, kills: float, earned: int
) -> None:
    table.group.members[1].bosses = {"zulrah": 100, "vorkath": -1}
    await table.polled()
    for player_id in (1, 2):
        table.group.members[player_id].bosses["vorkath"] = kills
        table.group.members[player_id].rises(table.clock.now)
    await table.polled()
    last = rows(table.place, "SELECT * FROM observations ORDER BY seen_at DESC LIMIT 2")
    assert [row["kills_earned"] for row in last] == [earned, earned]
    assert [row["kills"] for row in last] == [100 + kills] * 2


async def test_two_clans_that_share_a_player_store_the_snapshot_once(
    table: Table, database: Database, known_clans: Clans
) -> None:
    await table.polled()
    snapshots = contents(table.place)
    other = await known_clans.found(2, "Other")
    await known_clans.join_group(other, 88, "Other")
    group = Group(table.group.members[3], group_id=88)
    result = await Poll(database, client_of(group), table.clock).poll(other)
    assert (result.members, result.updated, result.unchanged) == (1, 0, 1)
    now = contents(table.place)
    for kept in ("observations", "metric_changes", "present_values", "players"):
        assert now[kept] == snapshots[kept]


async def test_the_code_goes_into_update_all_and_nowhere_else(
    table: Table, known_clans: Clans
) -> None:
    await table.polled()
    clan = await known_clans.of_guild(1)
    assert clan is not None
    assert await table.poll.update_all(clan, CODE) == 10
    asked = zip(table.group.requests, table.group.bodies[-len(table.group.requests) :], strict=True)
    assert [what for what, body in asked if CODE.encode() in body] == ["update-all"]
    await table.polled()
    assert not any(CODE in str(table_rows) for table_rows in contents(table.place).values())


async def test_a_clan_that_moves_to_another_group_is_not_doubted(
    table: Table, database: Database, known_clans: Clans
) -> None:
    await table.polled()
    await known_clans.join_group(table.clan, 88, "Elsewhere")
    group = Group(*(Someone(player_id) for player_id in range(10, 13)), group_id=88)
    result = await Poll(database, client_of(group), table.clock).poll(table.clan)
    assert (result.doubt, result.members) == (None, 3)
    assert result.filled_from is not None
    here = rows(table.place, "SELECT player_id FROM memberships WHERE left_at IS NULL")
    assert {row["player_id"] for row in here} == {10, 11, 12}


async def test_a_change_of_rank_is_told_by_the_ladder_that_was_set_by_hand(
    table: Table, database: Database
) -> None:
    """Where Wise Old Man has no order of the ranks, the clan's own says which is the higher."""
    table.group.orders = []
    policies = Policies(database, table.clock)
    policy = replace(DEFAULT_POLICY, ladder=("captain", "sergeant", "recruit"))
    await judged_by(policies, table.clan, policy)
    table.group.members[1].role, table.group.members[2].role = "sergeant", "captain"
    await table.polled()
    table.group.members[1].role, table.group.members[2].role = "captain", "sergeant"
    result = await table.polled()
    assert [(change.player_id, change.kind) for change in result.changes] == [
        (1, ChangeKind.PROMOTED),
        (2, ChangeKind.DEMOTED),
    ]


async def test_after_days_without_us_every_change_still_has_the_instant_that_wom_tells(
    table: Table,
) -> None:
    await table.polled()
    last_polled_at = table.clock.now
    at = last_polled_at + HOUR
    del table.group.members[1]
    table.group.members[2].role = "zenyte"
    more = [(9, "changed_role", at + timedelta(minutes=n)) for n in range(1, 130)]
    table.group.events = [(1, "left", at), (2, "changed_role", at), *more]
    result = await table.polled(5 * DAY)
    assert {change.happened_at for change in result.changes} == {at}
    assert table.group.asked().count("activity") == 3


async def test_after_days_without_us_the_looks_in_between_are_read_too(table: Table) -> None:
    await table.polled()
    someone, away_from = table.group.members[3], table.clock.now
    for day in (1, 2, 3):
        someone.past.append((away_from + day * DAY, 1_000_000 + 1_000 * day, {"zulrah": 100}))
    someone.rises(away_from + 4 * DAY, 9_000)
    table.group.answers["bulk-gained"] = PAGE
    assert (await table.polled(5 * DAY)).unfilled is not None
    table.group.answers.clear()
    assert (await table.polled()).filled_from is not None
    seen = rows(table.place, "SELECT xp FROM observations WHERE player_id = 3 ORDER BY seen_at")
    assert [row["xp"] - 1_000_000 for row in seen] == [0, 1_000, 2_000, 3_000, 9_000]
    await table.polled()
    assert "bulk-gained" not in table.group.asked()


async def test_of_a_thousand_clans_that_were_polled_no_lock_is_kept(table: Table) -> None:
    for clan_id in range(1_000):
        async with table.poll.turn_of(replace(table.clan, clan_id=clan_id)):
            assert clan_id in table.poll._turns
    gc.collect()
    assert len(table.poll._turns) == 0

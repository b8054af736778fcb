"""A rename that a roster sync meets before Wise Old Man knows of it, and all that looks alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest

from bot.clan.activity import ChangeKind
from bot.reports.worker import Inline
from bot.services.game import Poll, PollResult
from bot.services.publish import Cards
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, instant, one, rows
from tests.bot.services.group import GROUP_ID, Group, Renamed, Someone, client_of
from tests.storage.rows import DAY, HOUR, NOW, Place
from wom.errors import WomBroken

JOINED_AT = NOW - 900 * DAY
OLD, NEW = "Bronze-cat", "Brand New"


@dataclass
class Race:
    """A clan of ten in which number 4 renames, is synced under the temporary id 44, and waits."""

    group: Group
    clan: Clan
    clock: Clock
    poll: Poll
    place: Place

    async def polled(self, later: timedelta = HOUR) -> PollResult:
        self.clock.forward(later)
        self.group.asked()
        return await self.poll.poll(self.clan)

    def synced(self) -> datetime:
        """Sync the roster: two events of one instant, and the place is the new id's."""
        at = self.clock.now + timedelta(minutes=20)
        self.someone = self.group.members.pop(4)
        self.group.members[44] = Someone(44, NEW.lower(), created_at=at, updated_at=None)
        self.group.events += [(4, "left", at), (44, "joined", at)]
        return at

    def approved(self) -> None:
        """Approve the change: the old id is back, nothing of the new one is left."""
        del self.group.members[44]
        self.group.events = [event for event in self.group.events if event[0] not in {4, 44}]
        self.someone.name, self.someone.synced_at = NEW, None
        self.someone.created_at = self.clock.now
        self.group.members[4] = self.someone
        self.group.names = [Renamed(4, OLD, NEW, "approved", self.clock.now)]

    def here(self) -> dict[int, datetime | None]:
        """Return who is a member, and since when."""
        found = rows(
            self.place, "SELECT player_id, joined_at FROM memberships WHERE left_at IS NULL"
        )
        return {row["player_id"]: instant(row["joined_at"]) for row in found}

    def told(self) -> list[tuple[int, str, datetime | None]]:
        """Return what is told of the player and of the temporary id."""
        found = rows(
            self.place,
            "SELECT * FROM membership_events WHERE player_id IN (4, 44) ORDER BY happened_at, id",
        )
        return [(row["player_id"], row["kind"], instant(row["happened_at"])) for row in found]


@pytest.fixture
async def race(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> Race:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(player_id) for player_id in range(1, 11)))
    group.members[4] = Someone(4, OLD, synced_at=JOINED_AT)
    made = Race(group, clan, clock, Poll(database, client_of(group), clock), place)
    await made.polled()
    return made


def kinds(result: PollResult) -> list[tuple[ChangeKind, int]]:
    return sorted((change.kind, change.player_id) for change in result.changes)


async def test_a_pair_with_a_pending_change_is_held_back(race: Race) -> None:
    at = race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    result = await race.polled()
    assert race.group.asked() == ["group", "activity", "v2/names"]
    assert result.changes == ()
    ((gone, came),) = result.held
    assert (gone.player_id, came.player_id, came.happened_at) == (4, 44, at)
    assert race.told() == []
    assert race.here().keys() == set(range(1, 11))
    assert race.here()[4] == JOINED_AT


async def test_while_it_is_held_each_poll_looks_again_and_changes_nothing(race: Race) -> None:
    race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    await race.polled()
    before = contents(race.place)
    for _ in range(3):
        assert len((await race.polled()).held) == 1
        now = contents(race.place)
        assert {table for table in now if now[table] != before[table]} == {"player_names"}
    assert race.group.asked() == ["group", "activity", "v2/names"]


async def test_approved_it_is_as_if_nothing_had_happened_but_the_rename(race: Race) -> None:
    race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    await race.polled()
    race.clock.forward(20 * HOUR)
    race.approved()
    result = await race.polled()
    assert (kinds(result), result.held) == ([(ChangeKind.RENAMED, 4)], ())
    assert race.here().keys() == set(range(1, 11))
    assert race.here()[4] == JOINED_AT
    assert [(who, kind) for who, kind, _ in race.told()] == [(4, "renamed")]
    assert one(race.place, "SELECT count(*) FROM memberships") == 10
    before = contents(race.place)
    assert (await race.polled()).changes == ()
    assert race.group.asked() == ["group"]
    assert contents(race.place) == before


async def test_a_change_that_is_approved_before_the_roster_shows_it_is_held(race: Race) -> None:
    race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "approved")]
    assert len((await race.polled()).held) == 1
    race.approved()
    assert kinds(await race.polled()) == [(ChangeKind.RENAMED, 4)]


async def test_denied_both_are_told_at_the_instant_at_which_it_happened(race: Race) -> None:
    at = race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    await race.polled()
    race.group.names = [Renamed(4, OLD, NEW, "denied")]
    result = await race.polled(5 * HOUR)
    assert kinds(result) == [(ChangeKind.JOINED, 44), (ChangeKind.LEFT, 4)]
    assert result.held == ()
    assert race.told() == [(44, "joined", at), (4, "left", at)]
    assert instant(one(race.place, "SELECT left_at FROM memberships WHERE player_id = 4")) == at
    await race.polled()
    assert race.group.asked() == ["group"]


async def test_after_three_days_both_are_told_and_approval_puts_it_right_later(race: Race) -> None:
    at = race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    await race.polled()
    assert (await race.polled(70 * HOUR)).held
    result = await race.polled(3 * HOUR)
    assert {change.happened_at for change in result.changes} == {at}
    assert race.here().keys() == set(range(1, 11)) - {4} | {44}
    race.approved()
    assert kinds(await race.polled(DAY)) == [(ChangeKind.RENAMED, 4)]
    assert [(who, kind) for who, kind, _ in race.told()] == [(4, "renamed")]
    assert race.here().keys() == set(range(1, 11))
    assert race.here()[4] == JOINED_AT
    assert one(race.place, "SELECT count(*) FROM memberships WHERE player_id = 44") == 0


async def test_a_change_that_is_filed_only_after_the_sync_is_put_right(race: Race) -> None:
    race.synced()
    assert len((await race.polled()).changes) == 2
    race.approved()
    assert kinds(await race.polled(DAY)) == [(ChangeKind.RENAMED, 4)]
    assert [(who, kind) for who, kind, _ in race.told()] == [(4, "renamed")]
    assert race.here()[4] == JOINED_AT
    before = contents(race.place)
    assert (await race.polled()).changes == ()
    assert contents(race.place) == before


async def test_one_leaves_and_another_joins_in_one_sync_and_they_are_two(race: Race) -> None:
    at = race.synced()
    race.group.names = [Renamed(7, "Player 7", NEW, "pending"), Renamed(4, OLD, "Else", "pending")]
    result = await race.polled()
    assert kinds(result) == [(ChangeKind.JOINED, 44), (ChangeKind.LEFT, 4)]
    assert {change.happened_at for change in result.changes} == {at}


async def test_a_big_sync_asks_only_for_the_smaller_side(race: Race) -> None:
    at = race.synced()
    race.group.members |= {number: Someone(number, created_at=at) for number in range(50, 70)}
    race.group.events += [(number, "joined", at) for number in range(50, 70)]
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    result = await race.polled()
    assert race.group.asked().count("v2/names") == 1
    assert len(result.held) == 1
    assert len(result.changes) == 20


async def test_events_are_read_back_until_a_pair_can_be_told(race: Race) -> None:
    race.synced()
    later = race.clock.now + timedelta(minutes=30)
    race.group.events += [(1, "changed_role", later + timedelta(seconds=n)) for n in range(120)]
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    assert len((await race.polled()).held) == 1
    assert race.group.asked().count("activity") == 3


async def test_who_left_renamed_and_returned_is_the_same_player(race: Race) -> None:
    someone = race.group.members.pop(4)
    await race.polled()
    await race.polled(9 * DAY)
    someone.name, someone.created_at, someone.synced_at = "Comeback", race.clock.now, None
    race.group.members[4] = someone
    race.group.names = [Renamed(4, OLD, "Comeback", created_at=race.clock.now - DAY)]
    result = await race.polled()
    assert kinds(result) == [(ChangeKind.RENAMED, 4), (ChangeKind.RETURNED, 4)]
    assert [kind for _, kind, _ in race.told()] == ["left", "returned", "renamed"]
    assert race.here()[4] == JOINED_AT


async def test_an_archived_account_and_the_one_that_took_its_name_are_two_players(
    race: Race,
) -> None:
    archived = race.group.members[4]
    archived.name, archived.status = "archive42733", "archived"
    race.group.members[44] = Someone(44, OLD, created_at=race.clock.now, updated_at=None)
    result = await race.polled()
    assert kinds(result) == [(ChangeKind.JOINED, 44)]
    assert race.here().keys() == {*range(1, 11), 44}
    assert race.here()[4] == JOINED_AT
    names = rows(race.place, "SELECT player_id FROM player_names WHERE wom_key = 'bronze cat'")
    assert sorted(row["player_id"] for row in names) == [4, 44]


async def test_an_archived_account_that_leaves_as_its_name_joins_is_not_renamed(race: Race) -> None:
    race.synced()
    race.group.members[44].name = OLD
    race.group.names = [Renamed(4, "Elder", OLD, "approved", NOW - 400 * DAY)]
    assert kinds(await race.polled()) == [(ChangeKind.JOINED, 44), (ChangeKind.LEFT, 4)]


async def test_all_names_that_are_known_are_read_with_the_first_poll(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(player_id) for player_id in range(1, 61)))
    days = {number: NOW - (number + 1) * DAY for number in range(1, 61)}
    group.names = [Renamed(n, f"First_{n}", f"player {n}", created_at=days[n]) for n in days]
    group.names += [Renamed(99, "Somebody", "Else"), Renamed(1, "Zero", "First 1", "denied")]
    await Poll(database, client_of(group), clock).poll(clan)
    assert group.asked().count("name-changes") == 2
    found = rows(place, "SELECT * FROM player_names WHERE player_id = 7 ORDER BY last_seen_at")
    assert [
        (row["name"], instant(row["first_seen_at"]), instant(row["last_seen_at"])) for row in found
    ] == [("First_7", days[7], days[7]), ("Player 7", days[7], clock.now)]
    assert one(place, "SELECT count(*) FROM player_names") == 120


async def test_names_are_read_again_only_when_somebody_shows_a_new_one(race: Race) -> None:
    race.group.members[4].name = NEW
    race.group.names = [
        Renamed(4, "Between", NEW, created_at=race.clock.now + timedelta(minutes=5)),
        Renamed(4, OLD, "Between", created_at=race.clock.now + timedelta(minutes=1)),
    ]
    polled_at = race.clock.now
    await race.polled()
    assert race.group.asked() == ["group", "name-changes"]
    found = rows(race.place, "SELECT * FROM player_names WHERE player_id = 4")
    seen = {row["name"]: instant(row["last_seen_at"]) for row in found}
    assert seen == {
        OLD: polled_at + timedelta(minutes=1),
        "Between": polled_at + timedelta(minutes=5),
        NEW: race.clock.now,
    }
    await race.polled()
    assert race.group.asked() == ["group"]


async def test_an_old_name_finds_the_player_and_is_offered(race: Race, database: Database) -> None:
    race.group.members[4].name = NEW
    race.group.names = [Renamed(4, "Between", NEW), Renamed(4, OLD, "Between")]
    await race.polled()
    cards = Cards(database, Inline(), race.clock)
    for typed in ("bronze", "betw", "brand"):
        assert await cards.names_like(race.clan, typed) == (NEW,)


async def test_an_officer_who_looked_may_believe_any_roster(race: Race) -> None:
    race.group.members = {number: race.group.members[number] for number in (1, 2)}
    refused = await race.polled()
    assert refused.doubt == "8 of 10 members are missing from WOM's answer"
    result = await race.poll.poll(race.clan, believe=True)
    assert (result.doubt, result.members, len(result.changes)) == (None, 2, 8)
    assert race.here().keys() == {1, 2}


async def test_who_was_renamed_twice_while_we_were_away_is_one_player_all_the_same(
    race: Race,
) -> None:
    """Told as two before; approved, and renamed again, in days of which we know nothing."""
    race.synced()
    assert len((await race.polled()).changes) == 2
    race.approved()
    race.someone.name = "Newer Still"
    race.group.names.append(
        Renamed(4, NEW, "Newer Still", "approved", race.clock.now + 2 * DAY),
    )
    assert kinds(await race.polled(5 * DAY)) == [(ChangeKind.RENAMED, 4)]
    assert [(who, kind) for who, kind, _ in race.told()] == [(4, "renamed")]
    assert race.here().keys() == set(range(1, 11))
    assert race.here()[4] == JOINED_AT
    names = rows(race.place, "SELECT name FROM player_names WHERE player_id = 4")
    assert {row["name"] for row in names} == {OLD, NEW, "Newer Still"}


async def test_chains_swaps_and_names_that_change_hands_in_days_without_us(race: Race) -> None:
    """In whatever order they were submitted, each account keeps its place and all its names."""
    away_from, members = race.clock.now, race.group.members
    members[4].name = "Third"
    members[7].name = OLD
    members[8].name, members[9].name = "Player 9", "Player 8"
    race.group.names = [
        Renamed(4, "Second", "Third", created_at=away_from + DAY),
        Renamed(7, "Player 7", OLD, created_at=away_from + 2 * DAY),
        Renamed(4, OLD, "Second", created_at=away_from + 3 * DAY),
        Renamed(8, "Player 8", "spare", created_at=away_from + 4 * DAY),
        Renamed(9, "Player 9", "Player 8", created_at=away_from + 4 * DAY),
        Renamed(8, "spare", "Player 9", created_at=away_from + 4 * DAY + HOUR),
        Renamed(10, "Player 10", "Denied", "denied", away_from + DAY),
    ]
    result = await race.polled(5 * DAY)
    assert kinds(result) == [(ChangeKind.RENAMED, who) for who in (4, 7, 8, 9)]
    assert {change.player_id: (change.before, change.after) for change in result.changes} == {
        4: (OLD, "Third"),
        7: ("Player 7", OLD),
        8: ("Player 8", "Player 9"),
        9: ("Player 9", "Player 8"),
    }
    assert race.here().keys() == set(range(1, 11))
    assert race.here()[4] == JOINED_AT
    names = rows(race.place, "SELECT player_id, name FROM player_names WHERE player_id IN (4, 8)")
    found = {(row["player_id"], row["name"]) for row in names}
    assert found >= {(4, OLD), (4, "Second"), (4, "Third"), (8, "spare"), (8, "Player 9")}
    before = contents(race.place)
    assert (await race.polled()).changes == ()
    assert contents(race.place) == before


DOWN = httpx.Response(500, json={"message": "We are sorry."})


async def test_names_that_cannot_be_had_keep_no_clan_empty_and_no_newcomer_out(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> None:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(player_id) for player_id in range(1, 11)))
    group.answers["name-changes"] = DOWN
    poll = Poll(database, client_of(group), clock)
    assert (await poll.poll(clan)).members == 10
    group.members[11] = Someone(11, NEW)
    clock.forward(HOUR)
    assert kinds(await poll.poll(clan)) == [(ChangeKind.JOINED, 11)]
    group.answers.clear()
    group.names = [Renamed(11, OLD, NEW)]
    group.members[12] = Someone(12)
    clock.forward(HOUR)
    await poll.poll(clan)
    assert rows(place, "SELECT 1 FROM player_names WHERE player_id = 11 AND name = ?", OLD)


@pytest.mark.parametrize("what", ["activity", "v2/names"])
async def test_after_three_days_without_them_the_roster_goes_on_without_what_tells_renames(
    race: Race, what: str
) -> None:
    race.synced()
    race.group.names = [Renamed(4, OLD, NEW, "pending")]
    race.group.answers[what] = DOWN
    with pytest.raises(WomBroken):
        await race.polled()
    with pytest.raises(WomBroken):
        await race.polled(2 * DAY)
    if what == "v2/names":
        # By then nobody would ask for that pair any more: somebody else is renamed.
        race.group.events = [
            (who, kind, race.clock.now + DAY) for who, kind, _ in race.group.events
        ]
    assert kinds(await race.polled(DAY)) == [(ChangeKind.JOINED, 44), (ChangeKind.LEFT, 4)]

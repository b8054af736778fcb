"""Polls of one clan that overlap, in one process and in two, and a group that changes meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from bot.services.game import Poll, PollResult, PollUnderWay
from bot.services.ops import OVERTAKEN, Outcome, poll_clan
from bot.services.review import Cases, Review
from bot.services.setup import Clan, Clans
from storage.engine import Database
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, one, rows
from tests.bot.services.group import GROUP_ID, Group, Someone, client_of
from tests.storage.rows import HOUR, Place, opened

OTHER_GROUP = 88
Meanwhile = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """Let nothing happen meanwhile."""


class Gate:
    """A group's answers; what `meanwhile` does happens while one of them is under way."""

    def __init__(self, *groups: Group) -> None:
        self.groups = groups
        self.meanwhile: Meanwhile = nothing
        self.before = "bulk-hiscores"

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self.before):
            meanwhile, self.meanwhile = self.meanwhile, nothing
            await meanwhile()
        asked = next(each for each in self.groups if f"/groups/{each.group_id}" in request.url.path)
        return asked(request)


@dataclass
class Table:
    """A clan that was polled an hour ago; since then somebody joined and somebody left."""

    permission: Gate
    database: Database
    place: Place
    known_clans: Clans
    clan: Clan
    clock: Clock
    poll: Poll

    @property
    def group(self) -> Group:
        return self.permission.groups[0]

    def of_another_process(self, database: Database) -> Poll:
        return Poll(database, client_of(self.permission), self.clock)

    def told(self) -> list[tuple[str, int]]:
        told = rows(self.place, "SELECT kind, player_id FROM membership_events ORDER BY 1, 2")
        return [(row["kind"], row["player_id"]) for row in told]

    def present(self) -> list[int]:
        present = rows(self.place, "SELECT player_id FROM memberships WHERE left_at IS NULL")
        return sorted(row["player_id"] for row in present)


@pytest.fixture
async def table(
    database: Database, place: Place, known_clans: Clans, clan: Clan, clock: Clock
) -> Table:
    await known_clans.join_group(clan, GROUP_ID, clan.name)
    group = Group(*(Someone(number) for number in range(1, 11)))
    other = Group(*(Someone(number) for number in range(101, 106)), group_id=OTHER_GROUP)
    permission = Gate(group, other)
    table = Table(
        permission,
        database,
        place,
        known_clans,
        clan,
        clock,
        Poll(database, client_of(permission), clock),
    )
    await table.poll.poll(clan)
    del group.members[1]
    group.members[11] = Someone(11, "Newcomer", created_at=clock.now, updated_at=clock.now)
    group.members[2].rises(clock.now, 500)
    clock.forward(HOUR)
    return table


async def test_two_polls_at_once_tell_who_joined_and_left_only_once(table: Table) -> None:
    polls = (table.poll.poll(table.clan) for _ in range(3))
    results = await asyncio.gather(*polls)
    assert table.told() == [("joined", 11), ("left", 1)]
    assert [len(result.changes) for result in results] == [2, 0, 0]
    assert [result.overtaken for result in results] == [None, None, None]


async def test_a_poll_waits_for_the_one_before_it_and_not_for_that_of_another_clan(
    table: Table,
) -> None:
    other = await table.known_clans.found(2, "Swamp Tofu")
    await table.known_clans.join_group(other, OTHER_GROUP, "Swamp Tofu")
    order: list[str] = []

    async def meanwhile() -> None:
        waiting.append(asyncio.create_task(polled("second", table.clan)))
        await polled("other clan", other)
        order.append("first goes on")

    async def polled(name: str, clan: Clan) -> PollResult:
        result = await table.poll.poll(clan)
        order.append(name)
        return result

    waiting: list[asyncio.Task[PollResult]] = []
    table.permission.meanwhile = meanwhile
    await polled("first", table.clan)
    await waiting[0]
    assert order == ["other clan", "first goes on", "first", "second"]


async def test_the_wait_for_another_poll_has_an_end(table: Table) -> None:
    poll = Poll(
        table.database, client_of(table.permission), table.clock, turn=timedelta(milliseconds=5)
    )

    async def meanwhile() -> None:
        with pytest.raises(PollUnderWay, match="Iron Cabbage is being read already"):
            await poll.poll(table.clan)

    table.permission.meanwhile = meanwhile
    assert len((await poll.poll(table.clan)).changes) == 2
    assert len((await poll.poll(table.clan)).changes) == 0


@pytest.mark.parametrize("answers", ["with etags", "without etags"])
async def test_of_two_processes_the_one_that_is_late_writes_nothing(
    table: Table, answers: str
) -> None:
    table.group.has_etags = answers == "with etags"
    between: list[object] = []

    async def meanwhile() -> None:
        async with opened(table.place) as other:
            between.append(await table.of_another_process(other).poll(table.clan))
        between.append(contents(table.place))
        table.group.members[12] = Someone(12, "Too Late", created_at=table.clock.now)

    table.permission.meanwhile = meanwhile
    result = await table.poll.poll(table.clan)
    assert result.overtaken is not None
    assert "another poll" in result.overtaken
    assert (result.members, result.updated, result.changes) == (10, 0, ())
    first, before = between
    assert isinstance(first, PollResult)
    assert len(first.changes) == 2
    assert contents(table.place) == before
    assert table.told() == [("joined", 11), ("left", 1)]


async def test_late_by_no_instant_at_all_is_late_too(table: Table) -> None:
    """A clock of another process may say what ours said, and no answer need have an ETag."""
    table.group.has_etags = False
    table.clock.forward(-HOUR)

    async def meanwhile() -> None:
        async with opened(table.place) as other:
            await table.of_another_process(other).poll(table.clan)

    table.permission.meanwhile = meanwhile
    assert (await table.poll.poll(table.clan)).overtaken is not None
    assert table.told() == [("joined", 11), ("left", 1)]


async def test_a_group_that_changes_meanwhile_is_never_mixed_with_the_one_before(
    table: Table,
) -> None:
    async def meanwhile() -> None:
        await table.known_clans.join_group(table.clan, OTHER_GROUP, "Swamp Tofu")

    table.permission.meanwhile = meanwhile
    result = await table.poll.poll(table.clan)
    assert result.overtaken is not None
    assert "other Wise Old Man group" in result.overtaken
    assert table.present() == []
    assert one(table.place, "SELECT name FROM clans") == "Swamp Tofu"
    assert (await table.poll.poll(table.clan)).members == 5
    assert table.present() == [101, 102, 103, 104, 105]


async def test_a_group_that_changes_in_setup_is_read_after_the_one_under_way(table: Table) -> None:
    reading: list[asyncio.Task[PollResult]] = []

    async def meanwhile() -> None:
        await table.known_clans.join_group(table.clan, OTHER_GROUP, "Swamp Tofu")
        reading.append(asyncio.create_task(table.poll.poll(table.clan)))

    table.permission.meanwhile = meanwhile
    assert (await table.poll.poll(table.clan)).overtaken is not None
    assert (await reading[0]).members == 5
    assert table.present() == [101, 102, 103, 104, 105]


async def test_a_group_that_changes_and_is_changed_back_is_read_anew(table: Table) -> None:
    async def meanwhile() -> None:
        await table.known_clans.join_group(table.clan, OTHER_GROUP, "Swamp Tofu")
        await table.known_clans.join_group(table.clan, GROUP_ID, "Iron Cabbage")

    table.permission.meanwhile = meanwhile
    assert (await table.poll.poll(table.clan)).overtaken is not None
    assert table.present() == []


@pytest.mark.parametrize("roster", ["the same", "not believed"])
async def test_a_poll_without_news_of_the_old_group_does_not_pass_for_one_of_the_new(
    table: Table, roster: str
) -> None:
    await table.poll.poll(table.clan)
    before = one(table.place, "SELECT polled_at FROM clans")
    table.clock.forward(HOUR)
    if roster == "not believed":
        table.group.members = {2: table.group.members[2]}

    async def meanwhile() -> None:
        await table.known_clans.join_group(table.clan, OTHER_GROUP, "Swamp Tofu")

    table.permission.before, table.permission.meanwhile = f"groups/{GROUP_ID}", meanwhile
    result = await table.poll.poll(table.clan)
    assert result.overtaken is not None
    assert one(table.place, "SELECT polled_at FROM clans") == before


async def test_a_round_that_was_overtaken_says_so_and_ends_no_case(table: Table) -> None:
    async def meanwhile() -> None:
        await table.known_clans.join_group(table.clan, OTHER_GROUP, "Swamp Tofu")

    table.permission.meanwhile = meanwhile
    outcome = Outcome()
    cases = Cases(table.database, Review(table.database, table.clock), table.clock)
    result = await poll_clan(table.poll, cases, table.clan, outcome)
    assert outcome.outcome == OVERTAKEN
    assert outcome.detail["words"] == result.overtaken
    assert "cases_ended" not in outcome.detail

"""Looking at somebody again before a notice or a removal: the real client, a WOM of the test's."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from bot.clan.looking import MOST_AT_ONCE, AccountGain, StaleAccount
from bot.services.game import Looking, Poll
from tests.bot.services.village import Village
from tests.storage.rows import DAY, HOUR, NOW
from wom.client import WomClient, open_http


def form(player_id: int, at: datetime, xp: int, zulrah: int | None = None) -> str:
    """Return what WOM says of a player after an update."""
    when = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    kills = {"metric": "zulrah", "kills": zulrah, "rank": 1, "ehb": 1}
    bosses = "{}" if zulrah is None else json.dumps({"zulrah": kills})
    snapshot = (
        f'{{"id":1,"playerId":{player_id},"createdAt":"{when}","importedAt":null,"data":'
        f'{{"skills":{{"overall":{{"metric":"overall","experience":{xp},"rank":1,"level":99,'
        f'"ehp":1}}}},"bosses":{bosses},"activities":{{}},"computed":{{"ehp":{{"metric":"ehp",'
        '"value":1,"rank":1},"ehb":{"metric":"ehb","value":1,"rank":1}}}}'
    )
    return (
        f'{{"id":{player_id},"username":"p","displayName":"Player {player_id}","type":"regular",'
        f'"build":"main","status":"active","patron":false,"exp":{xp},"ehp":0,"ehb":0,"ttm":0,'
        f'"tt200m":0,"registeredAt":"2024-01-01T00:00:00.000Z","updatedAt":"{when}",'
        f'"lastChangedAt":"{when}","lastImportedAt":null,"latestSnapshot":{snapshot},'
        '"archive":null,"annotations":[]}'
    )


class Wom:
    """Answers each name as the test says, once it is `opened`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, httpx.Response | Exception] = {}
        self.opened = asyncio.Event()
        self.opened.set()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        self.asked.append(f"{request.method} {name}")
        await self.opened.wait()
        answer = self.answers.get(f"{request.method} {name}", httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def wom() -> Wom:
    return Wom()


@pytest_asyncio.fixture
async def looking(village: Village, wom: Wom) -> AsyncIterator[Looking]:
    transport = httpx.MockTransport(wom)
    async with open_http("https://wom.test/v2", "key", "nobody", "1", transport=transport) as http:
        client = WomClient(
            lambda: http,
            has_key=True,
            monotonic=lambda: 0.0,
            sleep=lambda _: asyncio.sleep(0),
            jitter=lambda: 0.5,
        )
        poll = Poll(village.database, client, village.clock)
        yield Looking(
            village.database, client, poll, village.clock, patience=timedelta(seconds=0.2)
        )


def says(wom: Wom, player_id: int, xp: int, name: str = "", **other: int) -> None:
    who, zulrah = other.get("as_id", player_id), other.get("zulrah")
    told = httpx.Response(200, text=form(who, NOW, xp, zulrah))
    wom.answers[f"POST {name or f'Player {player_id}'}"] = told


async def one_person(village: Village, *ages: timedelta) -> None:
    """Settle a person's accounts, each seen so long ago."""
    for number, age in enumerate(ages, start=1):
        await village.settled({number: f"Player {number}"})
        await village.linked(number, 11, is_main=number == 1)
        await village.seen(number, NOW - age, 1_000_000)


async def test_accounts_that_were_not_seen_for_a_day_are_asked_for_wherever_they_are(
    village: Village, looking: Looking
) -> None:
    await one_person(village, 3 * DAY, 2 * HOUR, 25 * HOUR)
    await village.settled({9: "Gone"}, left_at=NOW)
    await village.linked(9, 11)
    await village.settled({50: "Stranger"})
    found = await looking.stale(village.clan, 2)
    assert [each.name for each in found] == ["Gone", "Player 1", "Player 3"]
    assert await looking.stale(village.clan, 777) == ()


async def test_what_is_seen_is_stored_and_told_as_what_rose(
    village: Village, looking: Looking, wom: Wom
) -> None:
    await one_person(village, 3 * DAY, 3 * DAY)
    says(wom, 1, 3_500_000)
    says(wom, 2, 1_000_000)
    found = await looking.look(village.clan, await looking.stale(village.clan, 1))
    assert (found.rose, found.failed, found.stopped, found.as_of) == (
        (AccountGain("Player 1", 2_500_000, 0),),
        (),
        None,
        None,
    )
    assert await looking.stale(village.clan, 1) == ()


async def test_what_was_done_before_somebody_came_on_the_hiscores_is_no_gain(
    village: Village, looking: Looking, wom: Wom
) -> None:
    await village.settled({1: "Player 1", 2: "Player 2", 3: "Player 3"})
    await village.seen(1, NOW - 3 * DAY, -1)
    await village.seen(2, NOW - 3 * DAY, 1_000_000, zulrah=-1)
    await village.seen(3, NOW - 3 * DAY, 1_000_000, zulrah=-1)
    says(wom, 1, 4_000_000)
    says(wom, 2, 1_000_000, zulrah=900)
    says(wom, 3, 1_000_000, zulrah=6)
    found = await looking.look(village.clan, await looking.stale(village.clan, 1, 2, 3))
    # Jagex lists Zulrah from 5 kills on: of six, two were surely made since.
    assert found.rose == (AccountGain("Player 3", 0, 2),)


async def test_who_was_looked_at_within_the_minute_is_read_instead(
    village: Village, looking: Looking, wom: Wom
) -> None:
    await one_person(village, 3 * DAY)
    too_soon = {"code": "PLAYER_IS_RATE_LIMITED", "message": "no"}
    wom.answers["POST Player 1"] = httpx.Response(429, json=too_soon)
    wom.answers["GET 1"] = httpx.Response(200, text=form(1, NOW, 1_000_001))
    found = await looking.look(village.clan, await looking.stale(village.clan, 1))
    assert (found.rose, found.as_of) == ((AccountGain("Player 1", 1, 0),), None)


async def test_what_could_not_be_looked_at_is_said_with_as_of_when(
    village: Village, looking: Looking, wom: Wom
) -> None:
    await one_person(village, 3 * DAY, 5 * DAY, 4 * DAY)
    says(wom, 1, 1_000_000)
    refusal = {"code": "HISCORES_USERNAME_NOT_FOUND", "message": "no"}
    wom.answers["POST Player 2"] = httpx.Response(400, json=refusal)
    says(wom, 3, 99_000_000, as_id=888)
    found = await looking.look(village.clan, await looking.stale(village.clan, 1))
    assert sorted(found.failed) == [
        ("Player 2", "Wise Old Man refused"),
        ("Player 3", "Wise Old Man knows another account by that name"),
    ]
    assert (found.rose, found.stopped, found.as_of) == ((), None, NOW - 5 * DAY)


async def test_where_wise_old_man_is_away_it_says_so_and_as_of_when(
    village: Village, looking: Looking, wom: Wom
) -> None:
    await one_person(village, 3 * DAY)
    wom.answers["POST Player 1"] = httpx.ConnectError("down")
    found = await looking.look(village.clan, await looking.stale(village.clan, 1))
    assert found.stopped == "Wise Old Man cannot be reached at the moment"
    assert (found.rose, found.as_of) == ((), NOW - 3 * DAY)


async def test_nobody_waits_for_ever(village: Village, looking: Looking, wom: Wom) -> None:
    await one_person(village, 3 * DAY)
    wom.opened.clear()
    found = await looking.look(village.clan, await looking.stale(village.clan, 1))
    assert found.stopped == "Wise Old Man takes too long to answer"
    assert found.as_of == NOW - 3 * DAY


async def test_ten_are_asked_for_at_once_and_the_others_wait(
    village: Village, looking: Looking, wom: Wom
) -> None:
    many = MOST_AT_ONCE + 5
    await village.settled({number: f"Player {number}" for number in range(1, many + 1)})
    for number in range(1, many + 1):
        says(wom, number, 5)
    accounts = [StaleAccount(number, f"Player {number}") for number in range(1, many + 1)]
    wom.opened.clear()
    asked = asyncio.create_task(looking.look(village.clan, accounts))
    async with asyncio.timeout(60):
        while len(looking._at_once._waiters or ()) < many - MOST_AT_ONCE:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(looking._at_once._waiters or ()) == many - MOST_AT_ONCE
    wom.opened.set()
    found = await asked
    assert (len(wom.asked), found.failed, found.as_of) == (many, (), None)


async def test_it_waits_behind_a_poll(village: Village, looking: Looking, wom: Wom) -> None:
    await one_person(village, 3 * DAY)
    says(wom, 1, 2_000_000)
    accounts = await looking.stale(village.clan, 1)
    async with looking._poll.turn_of(village.clan):
        asked = asyncio.create_task(looking.look(village.clan, accounts))
        for _ in range(10):
            await asyncio.sleep(0)
        assert wom.asked == []
    assert (await asked).rose == (AccountGain("Player 1", 1_000_000, 0),)

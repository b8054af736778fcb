"""Asking Wise Old Man to look at members again; the client is the real one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from bot.services.game import MOST_AT_ONCE, OwnGroup, Refreshing
from bot.services.setup import Clan
from wom.client import WomClient, open_http
from wom.errors import WomWrongCode

FORM = (
    '{"id":1,"username":"x","displayName":"x","type":"regular","build":"main","status":"active",'
    '"patron":false,"exp":1,"ehp":0,"ehb":0,"ttm":0,"tt200m":0,"registeredAt":'
    '"2024-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z","lastChangedAt":null,'
    '"lastImportedAt":null,"latestSnapshot":null,"archive":null,"annotations":[]}'
)


class Wom:
    """Answers each name as the test says, every other one well; `asked` are paths and bodies."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.answers: dict[str, httpx.Response | Exception] = {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        name = request.url.path.rpartition("/")[2]
        self.asked.append((name, request.content))
        answer = self.answers.get(name)
        if isinstance(answer, Exception):
            raise answer
        return answer or httpx.Response(200, text=FORM)


@pytest.fixture
def wom() -> Wom:
    return Wom()


@pytest_asyncio.fixture
async def client(wom: Wom) -> AsyncIterator[WomClient]:
    transport = httpx.MockTransport(wom)
    async with open_http("https://wom.test/v2", "key", "nobody", "1", transport=transport) as http:
        yield WomClient(
            lambda: http,
            has_key=True,
            monotonic=lambda: 0.0,
            sleep=lambda _: asyncio.sleep(0),
            jitter=lambda: 0.5,
        )


def refused(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": "no"})


async def test_each_name_is_asked_for_once_and_never_too_many(
    clan: Clan, client: WomClient, wom: Wom
) -> None:
    names = [f"name {number}" for number in range(MOST_AT_ONCE + 4)]
    asked = await Refreshing(client, None).request(clan, [*names, *names])
    assert asked is not None
    assert asked.done == tuple(names[:MOST_AT_ONCE])
    assert asked.left == 4
    assert [name for name, _ in wom.asked] == names[:MOST_AT_ONCE]


async def test_one_player_s_failure_stops_nobody_else(
    clan: Clan, client: WomClient, wom: Wom
) -> None:
    wom.answers = {
        "gone": refused(400, "HISCORES_USERNAME_NOT_FOUND"),
        "stored": refused(403, "PLAYER_IS_ARCHIVED"),
        "fresh": refused(429, "PLAYER_IS_RATE_LIMITED"),
    }
    asked = await Refreshing(client, None).request(clan, ["gone", "stored", "fresh", "well"])
    assert asked is not None
    assert asked.done == ("fresh", "well")
    assert asked.failed == (
        ("gone", "not on the hiscores by that name"),
        ("stored", "Wise Old Man refused"),
    )
    assert asked.stopped is None


async def test_what_every_next_one_would_meet_too_ends_it(
    clan: Clan, client: WomClient, wom: Wom
) -> None:
    wom.answers = {"b": httpx.ConnectError("down")}
    asked = await Refreshing(client, None).request(clan, ["a", "b", "c"])
    assert asked is not None
    assert asked.done == ("a",)
    assert asked.left == 2
    assert asked.stopped is not None
    assert "cannot be reached" in asked.stopped
    assert [name for name, _ in wom.asked] == ["a", "b"]


async def test_a_wrong_key_ends_it_as_well(clan: Clan, client: WomClient, wom: Wom) -> None:
    wom.answers = {"a": httpx.Response(403, json={"message": "Invalid API Key."})}
    asked = await Refreshing(client, None).request(clan, ["a", "b"])
    assert asked is not None
    assert asked.left == 2
    assert asked.stopped is not None
    assert "API key" in asked.stopped


async def test_the_code_goes_to_the_own_group_alone(
    clan: Clan, client: WomClient, wom: Wom
) -> None:
    wom.answers = {"update-all": httpx.Response(200, json={"count": 7, "message": "queued"})}
    refreshing = Refreshing(client, OwnGroup(77, "123-456-789"))
    own = await refreshing.request(replace(clan, wom_group_id=77), ["a"])
    assert own is not None
    assert own.queued == 7
    other = await refreshing.request(replace(clan, wom_group_id=78), ["a"])
    assert other is not None
    assert other.queued is None
    assert [b"123-456-789" in body for _, body in wom.asked] == [True, False]


async def test_a_wrong_code_is_an_error_and_the_next_request_is_taken(
    clan: Clan, client: WomClient, wom: Wom
) -> None:
    wom.answers = {"update-all": refused(403, "INCORRECT_VERIFICATION_CODE")}
    refreshing = Refreshing(client, OwnGroup(77, "123-456-789"))
    own = replace(clan, wom_group_id=77)
    for _ in range(2):
        with pytest.raises(WomWrongCode):
            await refreshing.request(own, ["a"])


async def test_one_request_at_a_time_for_each_clan(clan: Clan, client: WomClient) -> None:
    refreshing = Refreshing(client, None)
    first, second, other = await asyncio.gather(
        refreshing.request(clan, ["a"]),
        refreshing.request(clan, ["b"]),
        refreshing.request(replace(clan, clan_id=99), ["c"]),
    )
    assert first is not None
    assert second is None
    assert other is not None

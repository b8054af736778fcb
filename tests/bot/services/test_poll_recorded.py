"""Polling what was recorded of a group of 300, and a made-up clan that lives on."""

import json
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.demo.cast import to_ms
from bot.demo.wom_server import MadeUpWom
from bot.demo.world import make_world
from bot.services.game import Poll, PollResult
from bot.services.game.first_year import EDGES
from bot.services.setup import Clans
from tests.bot.demo.conftest import Clock
from tests.bot.services.contents import contents, instant, one, rows
from tests.bot.services.group import client_of
from tests.bot.services.village import Village
from tests.storage.rows import HOUR, NOW, Place, opened
from tests.wom.recorded import recorded

GROUP_ID = 4821
RECORDED_AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
DETAILS: dict[str, Any] = json.loads(recorded("group-details").body)
HISCORES: list[dict[str, Any]] = json.loads(recorded("group-bulk-hiscores").body)


class Recordings:
    """The recorded group, with the one recorded window for the newest ones."""

    def __init__(self, *, has_etags: bool = True) -> None:
        self.has_etags = has_etags
        self.requests: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        what = request.url.path.removeprefix(f"/v2/groups/{GROUP_ID}").strip("/") or "details"
        self.requests.append(what)
        if request.url.params.get("endDate", "2026-11-20") < "2026-11-15":
            return self._answer(request, "empty-group-bulk-gained")
        return self._answer(request, "group-" + what.replace("bulk-gained", "bulk-gained-dates"))

    def _answer(self, request: httpx.Request, name: str) -> httpx.Response:
        answer = recorded(name)
        etag = answer.headers["etag"]
        if self.has_etags and request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers={"etag": etag})
        kept = {"content-type": "application/json"} | ({"etag": etag} if self.has_etags else {})
        return httpx.Response(answer.status, headers=kept, content=answer.body)


async def poll_once(place: Place, recordings: Recordings, clock: Clock) -> PollResult:
    """Poll as a bot does that was started just for it."""
    async with opened(place) as database:
        known_clans = Clans(database, clock)
        clan = await known_clans.found(1, "Frostbourne Keep")
        if clan.wom_group_id is None:
            await known_clans.join_group(clan, GROUP_ID, clan.name)
        return await Poll(database, client_of(recordings, key="k"), clock).poll(clan)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def polled(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, PollResult, list[str]]:
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("polled") / "clan_data.db"))
    recordings = Recordings()
    result = await poll_once(path, recordings, Clock(RECORDED_AT))
    return path, result, recordings.requests


def test_the_first_poll_of_three_hundred_asks_two_questions_and_for_the_windows(
    polled: tuple[Path, PollResult, list[str]],
) -> None:
    _, result, requests = polled
    assert Counter(requests) == {
        "details": 1,
        "bulk-hiscores": 1,
        "bulk-gained": len(EDGES),
        "name-changes": 1,
    }
    assert (result.members, result.updated, result.changes) == (300, 291, ())
    assert Counter(failure.reason for failure in result.failed) == {
        "never updated on WOM": 6,
        "archived on WOM: another account took the name": 3,
        "not on the hiscores": 7,
        "banned from the game": 6,
    }
    assert result.unchanged == 0


def test_every_member_is_found_with_their_role(
    polled: tuple[Path, PollResult, list[str]],
) -> None:
    found = rows(
        polled[0], "SELECT player_id, name, role FROM memberships JOIN players USING (player_id)"
    )
    assert {row["player_id"]: (row["name"], row["role"]) for row in found} == {
        member["playerId"]: (member["player"]["displayName"], member["role"])
        for member in DETAILS["memberships"]
    }


def test_each_member_that_the_hiscores_answer_holds_has_that_snapshot(
    polled: tuple[Path, PollResult, list[str]],
) -> None:
    path = polled[0]
    newest = rows(path, "SELECT *, max(seen_at) AS seen_at FROM observations GROUP BY player_id")
    assert {row["player_id"]: (instant(row["seen_at"]), row["xp"]) for row in newest} == {
        each["player"]["id"]: (
            datetime.fromisoformat(each["data"]["createdAt"]),
            each["data"]["data"]["skills"]["overall"]["experience"],
        )
        for each in HISCORES
    }
    names = {row["id"]: row["name"] for row in rows(path, "SELECT id, name FROM metrics")}
    for each in (HISCORES[0], HISCORES[-1]):
        stored = rows(
            path, "SELECT * FROM present_values WHERE player_id = ?", each["player"]["id"]
        )
        sections = each["data"]["data"]
        counted_as = {"skills": "experience", "bosses": "kills", "activities": "score"}
        assert {names[row["metric_id"]]: row["value"] for row in stored} == {
            name: entry[counted]
            for section, counted in counted_as.items()
            for name, entry in sections[section].items()
            if name != "overall"
        }


@pytest.mark.parametrize("has_etags", [True, False])
async def test_polled_again_it_writes_nothing(
    polled: tuple[Path, PollResult, list[str]], tmp_path: Path, *, has_etags: bool
) -> None:
    path = Path(shutil.copy(polled[0], tmp_path / "clan_data.db"))
    before = contents(path)
    recordings = Recordings(has_etags=has_etags)
    later = Clock(RECORDED_AT + HOUR)
    result = await poll_once(path, recordings, later)
    assert recordings.requests == ["details"]
    assert (result.members, result.updated, result.changes) == (300, 0, ())
    after = contents(path)
    if not has_etags:  # none is given any more, and none is kept
        assert after.pop("clans") != before.pop("clans")
    assert after == before
    assert instant(one(path, "SELECT polled_at FROM clans")) == later.now


@pytest.mark.parametrize("members", [5, 30])
async def test_a_clan_that_lives_on_is_followed_at_two_requests_a_poll(
    village: Village, place: Place, members: int
) -> None:
    clock = village.clock
    world = make_world(seed=5, members=members, days=60, now=NOW)
    wom = MadeUpWom(world, clock)
    await village.known_clans.join_group(village.clan, world.group_id, world.clan_name)
    poll = Poll(village.database, client_of(wom, key="k"), clock)
    await poll.poll(village.clan)
    for _ in range(6):
        clock.forward(timedelta(hours=26))
        wom.tracker.update_stale(to_ms(clock.now - HOUR))
        wom.requests.clear()
        result = await poll.poll(village.clan)
        asked = [request for _, request in wom.requests if "activity" not in request]
        assert len(asked) == 2
        assert len(wom.requests) - len(asked) == bool(result.changes)
    here = rows(place, "SELECT player_id, role FROM memberships WHERE left_at IS NULL")
    assert {row["player_id"]: row["role"] for row in here} == {
        player.player_id: player.role_at(clock.now) for player in world.present(clock.now)
    }
    for player in world.present(clock.now):
        looked_ms = wom.tracker.updated_ms(player, to_ms(clock.now))
        latest = rows(
            place,
            "SELECT seen_at AS at, xp FROM observations WHERE player_id = ?"
            " ORDER BY seen_at DESC LIMIT 1",
            player.player_id,
        ) or [{"at": None, "xp": None}]
        if player.status_now(clock.now) != "archived":
            xp = None if looked_ms is None else player.path["overall"].value_at_ms(looked_ms)
            assert latest == [{"at": looked_ms, "xp": xp}]

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from bot.demo.cast import MadeUpPlayer, Persona, to_ms
from bot.demo.hiscores import METRICS
from bot.demo.wom_limits import CODE
from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World, make_world
from tests.bot.demo.conftest import NOW, Clock
from tests.wom.recorded import recorded
from wom.client import WomClient, open_http
from wom.errors import WomBadRequest, WomBroken, WomNotFound, WomUnreachable, WomWrongCode
from wom.wire import Fresh, NotModified

GROUP = "/groups/7404"


@pytest.fixture
def wom(village: World, clock: Clock) -> MadeUpWom:
    return MadeUpWom(village, clock)


@pytest.fixture
def http(wom: MadeUpWom) -> Iterator[httpx.Client]:
    transport = httpx.MockTransport(wom)
    with httpx.Client(transport=transport, base_url="https://wom.test/v2") as client:
        yield client


def known(name: str) -> object:
    return json.loads(recorded(name).body)


def first(answer: object) -> object:
    assert isinstance(answer, list)
    return answer[0]


def shape(value: object) -> object:
    """The keys of a value all the way down; numbers are one kind, null is any kind."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else None
    if isinstance(value, bool) or value is None:
        return value is not None or None
    return "number" if isinstance(value, int | float) else "text"


def alike(made: object, true: object) -> bool:
    if made is None or true is None:
        return True
    if isinstance(made, dict) and isinstance(true, dict):
        return made.keys() == true.keys() and all(alike(made[key], true[key]) for key in made)
    if isinstance(made, list) and isinstance(true, list):
        return alike(made[0], true[0])
    return made == true


RANGE = "startDate=2026-10-20T00:00:00Z&endDate=2026-11-14T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "name", "part"),
    [
        (GROUP, "group-details", None),
        (f"{GROUP}/bulk-hiscores", "group-bulk-hiscores", first),
        (f"{GROUP}/bulk-gained?{RANGE}", "group-bulk-gained-dates", first),
        (f"{GROUP}/activity?limit=50", "group-activity", first),
        (f"{GROUP}/name-changes?limit=50", "group-name-changes", first),
        ("/names?username=", "names-search-username", first),
        ("/groups?name=lant", "groups-search-name", first),
        ("/players/id/51207", "player-by-id", None),
    ],
)
def test_answers_have_the_recorded_forms(
    http: httpx.Client, path: str, name: str, part: Callable[[object], object] | None
) -> None:
    made, true = http.get(path).json(), known(name)
    if part:
        made, true = part(made), part(true)
    assert alike(shape(made), shape(true))


def test_details_of_the_never_updated_have_the_recorded_form(
    http: httpx.Client, village: World
) -> None:
    untracked = one_of(village, Persona.UNTRACKED)
    made = http.get(f"/players/id/{untracked.player_id}").json()
    true = known("player-never-updated-details")
    assert isinstance(true, dict)
    assert made.keys() == true.keys()
    assert made["updatedAt"] is made["latestSnapshot"] is None
    assert (made["type"], made["exp"], made["ehp"]) == ("unknown", 0, 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("GET", "/groups/999999", None, "error-404-unknown-group-details"),
        ("GET", "/groups/999999/bulk-hiscores", None, "error-404-unknown-group-bulk-hiscores"),
        ("GET", "/groups/999999/activity", None, "error-404-unknown-group-activity"),
        ("GET", "/groups/-1", None, "error-400-group-id-negative"),
        ("GET", "/groups/99999999999", None, "error-500-group-id-too-large"),
        ("GET", f"{GROUP}/activity?limit=51", None, "error-400-limit-over-50"),
        ("GET", f"{GROUP}/bulk-gained?startDate=yesterday", None, "error-400-date-invalid"),
        ("GET", f"{GROUP}/activity?offset=5000", None, "group-activity-past-the-end"),
        ("GET", "/groups?name=zzzz", None, "groups-search-no-match"),
        ("GET", "/nope", None, "error-404-endpoint"),
        ("GET", "/players/id/1", None, "error-404-unknown-player-id"),
        ("POST", f"{GROUP}/update-all", {}, "error-400-update-all-missing-code"),
        (
            "POST",
            f"{GROUP}/update-all",
            {"verificationCode": "111-111-111"},
            "error-403-update-all-wrong-code",
        ),
        (
            "POST",
            f"{GROUP}/update-all",
            {"verificationCode": 123456789},
            "error-403-update-all-code-as-number",
        ),
        ("POST", "/players/bad%24name", {}, "error-400-player-update-invalid-name-chars"),
        ("POST", "/players/nobody%20xyz", {}, "error-400-player-update-not-on-hiscores"),
    ],
)
def test_refusals_are_the_recorded_ones(
    http: httpx.Client, method: str, path: str, body: object, name: str
) -> None:
    answer = http.request(method, path, json=body)
    assert answer.status_code == recorded(name).status
    assert answer.json() == known(name)


def test_a_malformed_body_gets_a_page(http: httpx.Client) -> None:
    answer = http.post(f"{GROUP}/update-all", content=b"{nope")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


def test_hiscores_show_what_was_seen_at_the_last_update_and_nothing_later(
    http: httpx.Client, village: World
) -> None:
    rows = {row["player"]["id"]: row for row in http.get(f"{GROUP}/bulk-hiscores").json()}
    for player in village.present(NOW):
        if player.status == "archived" or not player.observed_at:
            assert player.player_id not in rows
            continue
        stats = rows[player.player_id]["data"]
        seen = village.snapshot(player, player.observed_at[-1])
        assert stats["data"]["skills"]["overall"]["experience"] == seen["overall"]
        assert stats["data"]["bosses"]["zulrah"]["kills"] == seen["zulrah"]
        assert stats["data"]["computed"]["ehp"]["value"] == seen["ehp"]


def test_gained_is_from_the_first_update_inside_to_the_last(
    http: httpx.Client, village: World
) -> None:
    rows = {row["player"]["id"]: row for row in http.get(f"{GROUP}/bulk-gained?{RANGE}").json()}
    leader = village.players[0]
    inside = [
        at for at in leader.observed_at if (at.month, at.day) >= (10, 20) and at.date() < RANGE_END
    ]
    deltas = {delta["metric"]: delta for delta in rows[leader.player_id]["data"]}
    assert tuple(deltas) == METRICS
    assert deltas["overall"]["start"] == village.snapshot(leader, inside[0])["overall"]
    assert deltas["overall"]["end"] == village.snapshot(leader, inside[-1])["overall"]


RANGE_END = (NOW - timedelta(days=6)).date()


def test_members_stand_in_the_order_of_the_ladder(http: httpx.Client, village: World) -> None:
    group = http.get(GROUP).json()
    assert group["memberCount"] == len(group["memberships"]) == 40
    places = [village.ladder.index(member["role"]) for member in group["memberships"]]
    assert places == sorted(places)
    assert [order["role"] for order in group["roleOrders"]] == list(village.ladder)


def test_activity_is_newest_first_and_pages(http: httpx.Client) -> None:
    whole = http.get(f"{GROUP}/activity?limit=50").json()
    when = [event["createdAt"] for event in whole]
    assert when == sorted(when, reverse=True)
    assert {event["type"] for event in whole} == {"joined", "left", "changed_role"}
    assert http.get(f"{GROUP}/activity?limit=3&offset=2").json() == whole[2:5]


def test_an_etag_spares_the_body_and_still_costs_a_request(http: httpx.Client) -> None:
    fresh = http.get(GROUP)
    again = http.get(GROUP, headers={"If-None-Match": fresh.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ratelimit-remaining"] == "18"


def test_the_21st_request_within_a_minute_is_refused(http: httpx.Client, clock: Clock) -> None:
    assert [http.get("/names").status_code for _ in range(20)] == [200] * 20
    clock.forward(timedelta(seconds=15))
    refused = http.get("/names")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"] == "45"
    assert refused.json() == known("ratelimit-no-key-429")
    assert http.get("/names", headers={"x-api-key": "some-key"}).status_code == 200
    clock.forward(timedelta(seconds=45))
    assert http.get("/names").status_code == 200


def test_update_all_refreshes_the_stale_one_each_250_ms(
    http: httpx.Client, wom: MadeUpWom, clock: Clock, village: World
) -> None:
    clock.forward(timedelta(days=1))
    before = updates(http)
    answer = http.post(f"{GROUP}/update-all", json={"verificationCode": f" {CODE} "})
    assert answer.status_code == 200
    assert answer.json().keys() == {"count", "message"}
    clock.forward(timedelta(milliseconds=250))
    one = [player for player, at in updates(http).items() if at != before[player]]
    assert len(one) == 1
    clock.forward(timedelta(minutes=1))
    after = updates(http)
    refreshed = {player for player, at in after.items() if at != before[player]}
    hopeless = {
        player.player_id
        for player in village.present(clock.now)
        if not wom.tracker.readable(player, to_ms(clock.now))
    }
    assert refreshed
    assert not refreshed & hopeless
    again = http.post(f"{GROUP}/update-all", json={"verificationCode": CODE})
    assert again.json()["count"] == len(hopeless)


def test_update_all_of_a_fresh_clan_has_nothing_to_do(clock: Clock) -> None:
    alone = make_world(seed=1, members=1, days=10, now=NOW)
    wom = MadeUpWom(alone, clock)
    wom.tracker.update(alone.players[0], to_ms(NOW))
    with httpx.Client(transport=httpx.MockTransport(wom), base_url="https://wom.test") as http:
        answer = http.post(f"{GROUP}/update-all", json={"verificationCode": CODE})
    assert answer.status_code == 400
    assert answer.json() == known("error-400-update-all-empty-group")


def test_a_player_is_updated_once_a_minute(http: httpx.Client, village: World) -> None:
    name = village.players[0].name
    assert alike(shape(http.post(f"/players/{name}").json()), shape(known("player-update-200")))
    too_soon = http.post(f"/players/{name}")
    assert too_soon.status_code == 429
    assert too_soon.json() == known("player-update-429-too-soon")
    assert too_soon.headers["ratelimit-limit"] == "1"
    assert too_soon.headers["retry-after"] == "60"


def test_archived_and_banned_players_are_not_updated(http: httpx.Client, village: World) -> None:
    by_status = {player.status: player.name for player in village.players}
    archived = http.post(f"/players/{by_status['archived']}")
    assert (archived.status_code, archived.json()) == (403, known("player-update-archived"))
    banned = http.post(f"/players/{by_status['banned']}")
    assert (banned.status_code, banned.json()) == (400, known("player-update-banned"))


def test_the_limit_can_be_switched_off_and_the_same_update_reads_the_same(
    http: httpx.Client, wom: MadeUpWom
) -> None:
    wom.limited = False
    first_answer = http.get(f"{GROUP}/bulk-hiscores")
    assert "ratelimit-limit" not in first_answer.headers
    assert [http.get(f"{GROUP}/bulk-hiscores").content for _ in range(25)] == [
        first_answer.content
    ] * 25


def test_failures_can_be_ordered(http: httpx.Client, wom: MadeUpWom) -> None:
    wom.fail_with(503, times=2, body={"code": "HISCORES_UNEXPECTED_ERROR", "message": "down"})
    wom.fail_with(502, body="<html>Bad gateway</html>")
    answers = [http.get(GROUP) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 503, 502, 200]
    assert answers[2].headers["content-type"].startswith("text/html")
    wom.slow = True
    with pytest.raises(httpx.ReadTimeout):
        http.get(GROUP)
    assert wom.requests == [("GET", f"/v2{GROUP}")] * 5


def test_a_clan_of_nobody_answers_too(clock: Clock) -> None:
    wom = MadeUpWom(make_world(seed=1, members=0, days=5, now=NOW), clock)
    with httpx.Client(transport=httpx.MockTransport(wom), base_url="https://wom.test") as http:
        assert http.get(GROUP).json()["memberships"] == []
        assert http.get(f"{GROUP}/bulk-hiscores").json() == []
        assert http.get(f"{GROUP}/activity").json() == []


class Client:
    """The real client in front of the made-up WOM; time passes only while it waits."""

    def __init__(self, wom: MadeUpWom, clock: Clock) -> None:
        self.clock = clock
        self.http = open_http(
            "https://wom.test/v2", None, "tests", "1", transport=httpx.MockTransport(wom)
        )
        self.ask = WomClient(
            lambda: self.http,
            has_key=False,
            monotonic=self.monotonic,
            sleep=self.sleep,
            jitter=lambda: 0.5,
        )

    def monotonic(self) -> float:
        return self.clock.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.clock.forward(timedelta(seconds=seconds))


async def test_the_real_client_reads_every_answer(
    wom: MadeUpWom, clock: Clock, village: World
) -> None:
    client = Client(wom, clock)
    group = await client.ask.group(7404)
    assert isinstance(group, Fresh)
    assert group.unreadable == 0
    assert len(group.value.memberships) == 40
    assert isinstance(await client.ask.group(7404, group.etag), NotModified)
    hiscores = await client.ask.hiscores(7404)
    assert isinstance(hiscores, Fresh)
    assert hiscores.unreadable == 0
    one = hiscores.value[0]
    read = {**one.skills, **one.activities, **one.bosses, **one.computed}
    player = next(each for each in village.players if each.player_id == one.player.id)
    assert read == village.snapshot(player, one.taken_at)
    gained = await client.ask.gained_between(7404, NOW - timedelta(days=30), NOW)
    assert all(len(each.values) == 113 for each in gained)
    assert await client.ask.activity(7404)
    assert await client.ask.name_changes(7404)
    assert await client.ask.names_like("a") is not None
    assert (await client.ask.search_groups("lanterns"))[0].id == 7404
    assert (await client.ask.player(51_207)).latest_snapshot is not None
    clock.forward(timedelta(days=2))
    assert (await client.ask.update_all(7404, CODE)).count > 0
    assert (await client.ask.update_player(village.players[0].name)).id == 51_207
    await client.http.aclose()


async def test_the_real_client_understands_every_refusal(wom: MadeUpWom, clock: Clock) -> None:
    client = Client(wom, clock)
    with pytest.raises(WomNotFound):
        await client.ask.group(1)
    with pytest.raises(WomWrongCode):
        await client.ask.update_all(7404, "000-000-000")
    with pytest.raises(WomBadRequest):
        await client.ask.update_player("nobody xyz")
    wom.fail_with(503, times=4)
    with pytest.raises(WomBroken):
        await client.ask.group(7404)
    wom.fail_with(503, times=1)
    assert isinstance(await client.ask.group(7404), Fresh)
    wom.slow = True
    with pytest.raises(WomUnreachable):
        await client.ask.group(7404)
    await client.http.aclose()


def updates(http: httpx.Client) -> dict[int, str | None]:
    members = http.get(GROUP).json()["memberships"]
    return {member["playerId"]: member["player"]["updatedAt"] for member in members}


def one_of(world: World, persona: Persona) -> MadeUpPlayer:
    return next(player for player in world.players if player.persona is persona)


def test_players_are_found_by_the_beginning_of_their_names(http: httpx.Client) -> None:
    found = http.get("/players/search?username=x").json()
    assert found
    assert all(player["username"].startswith("x") for player in found)
    hours = [player["ehp"] for player in found]
    assert hours == sorted(hours, reverse=True)
    assert http.get("/players/search?username=").status_code == 400
    assert http.get(f"/players/{found[0]['username']}").json()["id"] == found[0]["id"]


def test_names_too_long_are_refused_and_there_are_no_competitions(http: httpx.Client) -> None:
    too_long = http.post("/players/much%20too%20long%20a%20name")
    assert too_long.json()["subError"] == {"code": "USERNAME_TOO_LONG"}
    assert http.get(f"{GROUP}/competitions").json() == []


def test_an_archived_account_stays_on_the_roster_without_numbers(http: httpx.Client) -> None:
    members = http.get(GROUP).json()["memberships"]
    archived = next(one["player"] for one in members if one["player"]["status"] == "archived")
    assert (archived["exp"], archived["ehp"], archived["ehb"]) == (0, 0, 0)
    details = http.get(f"/players/id/{archived['id']}").json()
    assert details["archive"]["archiveUsername"] == archived["displayName"]
    assert details["latestSnapshot"] is not None

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.wom.recorded import recorded
from wom.client import MAX_BYTES, TRIES, WomClient, asking_for, behind_others, open_http
from wom.errors import (
    InvalidId,
    PlayerTooSoon,
    WomBadKey,
    WomBadRequest,
    WomBlocked,
    WomBroken,
    WomBusy,
    WomError,
    WomMoved,
    WomNotFound,
    WomTooLarge,
    WomUnreachable,
    WomWrongCode,
)
from wom.wire import Fresh, NotModified

KEY = "made0up0key"
CODE = "111-222-333"
HTML_502 = httpx.Response(502, html="<html>Bad gateway</html>")
Answer = httpx.Response | Exception


class Clock:
    """Time that passes only while somebody sleeps, and a list of the naps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class Stream(httpx.AsyncByteStream):
    """A body that comes in parts, as from a socket; a dripping one waits a little for each."""

    def __init__(self, parts: Iterable[bytes], drip_s: float | None = None) -> None:
        self.parts = parts
        self.drip_s = drip_s
        self.sent = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            if self.drip_s is not None:
                await asyncio.sleep(self.drip_s)
            self.sent += len(part)
            yield part

    async def aclose(self) -> None:
        self.is_closed = True


class Wom:
    """A Wise Old Man that gives these answers in turn, the last one for ever."""

    def __init__(
        self,
        *answers: Answer,
        key: str | None = None,
        max_wait_s: float = 120.0,
        deadline_s: float = 90.0,
    ) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.clock = Clock()
        self.http = open_http(
            "https://wom.test/v2",
            key,
            "someone on Discord",
            "1.2.3",
            transport=httpx.MockTransport(self._answer),
        )
        self.client = WomClient(
            lambda: self.http,
            has_key=key is not None,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            jitter=lambda: 0.5,
            max_wait_s=max_wait_s,
            deadline_s=deadline_s,
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer.stream, Stream):
            return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def as_recorded(name: str, **headers: str) -> httpx.Response:
    """A recorded answer, without its rate limit unless asked for."""
    answer = recorded(name)
    kept = {k: v for k, v in answer.headers.items() if not k.startswith("ratelimit")}
    return httpx.Response(answer.status, headers=kept | headers, content=answer.body)


EMPTY = as_recorded("empty-group-details")


async def test_every_question_is_answered_from_the_recordings() -> None:
    start, end = datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 14, tzinfo=UTC)

    async def asked(name: str, ask: Callable[[WomClient], Awaitable[Any]]) -> Any:  # noqa: ANN401 - one of many
        return await ask(Wom(as_recorded(name)).client)

    group = await asked("group-details", lambda wom: wom.group(4821))
    assert len(group.value.memberships) == 300
    everybody = await asked("group-bulk-hiscores", lambda wom: wom.hiscores(4821))
    assert (len(everybody.value), everybody.unreadable) == (291, 0)
    gained = await asked(
        "group-bulk-gained-dates", lambda wom: wom.gained_between(4821, start, end)
    )
    assert len(gained) == 238
    assert len(await asked("group-activity", lambda wom: wom.activity(4821))) == 50
    assert await asked("group-activity-past-the-end", lambda wom: wom.activity(4821, 5000)) == ()
    assert len(await asked("group-name-changes", lambda wom: wom.name_changes(4821))) > 10
    assert len(await asked("names-search-username", lambda wom: wom.names_like("third"))) == 1
    assert len(await asked("groups-search-name", lambda wom: wom.search_groups("frost"))) == 4
    assert (await asked("player-by-id", lambda wom: wom.player(51240))).id == 51240
    assert (await asked("player-update-200", lambda wom: wom.update_player("AddyRat"))).id == 51254
    assert (await asked("update-all-200", lambda wom: wom.update_all(4821, CODE))).count > 0


async def test_a_request_says_who_we_are_and_carries_the_key() -> None:
    wom = Wom(EMPTY, key=KEY)
    await wom.client.group(11920)
    (request,) = wom.requests
    assert str(request.url) == "https://wom.test/v2/groups/11920"
    assert request.headers["user-agent"] == "ClanStats/1.2.3 (someone on Discord)"
    assert request.headers["x-api-key"] == KEY
    assert request.headers["accept-encoding"] == "gzip"


async def test_without_a_key_no_key_is_sent_and_a_foreign_contact_does_no_harm() -> None:
    async with open_http("https://wom.test", None, "J\xf6rg\n", "1") as http:
        assert "x-api-key" not in http.headers
        assert http.headers["user-agent"] == "ClanStats/1 (J?rg?)"


@pytest.mark.parametrize("key", ["two\nlines", "a b", "caf\xe9"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="no header can carry") as raised:
        open_http("https://wom.test", key, "contact", "1")
    assert key not in str(raised.value)


async def test_an_etag_is_sent_back_and_nothing_new_is_a_value() -> None:
    wom = Wom(EMPTY, httpx.Response(304))
    first = await wom.client.group(11920)
    assert isinstance(first, Fresh)
    assert first.etag
    assert await wom.client.group(11920, first.etag) == NotModified(first.etag)
    assert "if-none-match" not in wom.requests[0].headers
    assert wom.requests[1].headers["if-none-match"] == first.etag


async def test_hiscores_take_an_etag_too() -> None:
    assert await Wom(httpx.Response(304)).client.hiscores(1, '"x"') == NotModified('"x"')


async def test_a_gateway_error_and_then_a_good_answer_is_a_good_answer() -> None:
    wom = Wom(HTML_502, EMPTY)
    assert isinstance(await wom.client.group(11920), Fresh)
    assert wom.clock.naps == [1.0]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HTML_502, WomBroken),
        (httpx.Response(200, content=b'{"id": 1'), WomBroken),
        (httpx.Response(200, headers={"content-encoding": "gzip"}, content=b""), WomBroken),
        (httpx.DecodingError("bad gzip"), WomBroken),
        (httpx.ConnectError("refused"), WomUnreachable),
        (httpx.ReadTimeout("late"), WomUnreachable),
    ],
)
async def test_what_may_pass_is_asked_four_times_with_growing_delays(
    answer: Answer, kind: type[WomError]
) -> None:
    wom = Wom(answer)
    with pytest.raises(kind):
        await wom.client.group(1)
    assert len(wom.requests) == TRIES
    assert wom.clock.naps == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error-400-date-invalid", WomBadRequest),
        ("error-400-json-malformed", WomBroken),
        ("error-403-api-key-invalid", WomBadKey),
        ("error-404-unknown-group-details", WomNotFound),
    ],
)
async def test_a_4xx_is_never_asked_again(name: str, kind: type[WomError]) -> None:
    wom = Wom(as_recorded(name))
    with pytest.raises(kind):
        await wom.client.group(4821)
    assert len(wom.requests) == 1


@pytest.mark.parametrize("answer", [HTML_502, httpx.ReadTimeout("late")])
async def test_a_post_that_may_have_done_something_is_never_sent_again(answer: Answer) -> None:
    wom = Wom(answer)
    with pytest.raises((WomBroken, WomUnreachable)):
        await wom.client.update_all(4821, CODE)
    assert len(wom.requests) == 1


async def test_a_post_refused_for_haste_is_sent_again_after_the_wait() -> None:
    wom = Wom(as_recorded("ratelimit-no-key-429"), as_recorded("update-all-200"))
    assert (await wom.client.update_all(4821, CODE)).count > 0
    assert len(wom.requests) == 2
    assert wom.clock.naps == [61.0]


async def test_a_429_without_end_is_busy_when_patience_ends() -> None:
    wom = Wom(as_recorded("ratelimit-no-key-429"))
    with pytest.raises(WomBusy) as raised:
        await wom.client.group(4821)
    assert raised.value.retry_after == 61.0
    assert (len(wom.requests), sum(wom.clock.naps)) == (2, 61.0)


async def test_even_endless_patience_ends_after_four_tries() -> None:
    wom = Wom(as_recorded("ratelimit-no-key-429"), max_wait_s=9999)
    with pytest.raises(WomBusy) as raised:
        await wom.client.group(4821)
    assert (len(wom.requests), raised.value.status) == (TRIES, 429)


async def test_a_429_makes_every_question_wait() -> None:
    wom = Wom(as_recorded("ratelimit-no-key-429"), max_wait_s=5)
    with pytest.raises(WomBusy):
        await wom.client.group(4821)
    with pytest.raises(WomBusy):
        await wom.client.activity(4821)
    assert len(wom.requests) == 1


async def test_a_blocked_address_stops_asking_for_a_day() -> None:
    wom = Wom(as_recorded("blocked-ip-429"), EMPTY)
    for _ in range(3):
        with pytest.raises(WomBlocked):
            await wom.client.group(4821)
    assert len(wom.requests) == 1
    wom.clock.now += 24 * 60 * 60
    assert isinstance(await wom.client.group(11920), Fresh)


async def test_a_player_asked_too_soon_holds_nobody_else_up() -> None:
    wom = Wom(as_recorded("player-update-429-too-soon", **{"ratelimit-limit": "1"}), EMPTY)
    with pytest.raises(PlayerTooSoon) as raised:
        await wom.client.update_player("AddyRat")
    assert raised.value.retry_after == 60
    await wom.client.group(11920)
    assert wom.clock.naps == []


async def test_the_twenty_first_request_waits_for_the_next_window() -> None:
    wom = Wom(EMPTY)
    for _ in range(20):
        await wom.client.group(11920)
    assert wom.clock.naps == []
    await wom.client.group(11920)
    assert wom.clock.naps == [61.0]


async def test_who_watches_is_told_of_each_request_and_how_long_questions_waited() -> None:
    wom = Wom(HTML_502, httpx.ConnectError("away"), EMPTY)
    told: list[tuple[int | None, float]] = []
    wom.client.watch(lambda status, seconds: told.append((status, seconds)))
    assert wom.client.requests_left == (20, 20)
    for _ in range(19):
        await wom.client.group(11920)
    assert told == [(502, 0.0), (None, 0.0), *[(200, 0.0)] * 19]
    # The twenty-first had to wait; the pauses before asking again are no waits for a turn.
    assert wom.client.waited_s == wom.clock.naps[-1] > 50
    assert wom.client.requests_left == (20, 19)


async def test_a_long_past_leaves_slots_to_whoever_asks_meanwhile() -> None:
    wom = Wom(EMPTY)
    with behind_others():
        for _ in range(17):
            await wom.client.group(1)
    assert wom.clock.naps == [61.0]
    for _ in range(19):
        await wom.client.group(1)
    assert wom.clock.naps == [61.0]


async def test_who_asks_much_under_a_name_leaves_slots_to_whoever_else_asks() -> None:
    wom = Wom(EMPTY)
    with asking_for("quiet"):
        await wom.client.group(1)
    with asking_for("loud"):
        for _ in range(18):
            await wom.client.group(1)
        assert wom.clock.naps == []
        await wom.client.group(1)
    assert wom.clock.naps == [61.0]


async def test_a_key_lets_a_hundred_pass() -> None:
    wom = Wom(EMPTY, key=KEY)
    for _ in range(101):
        await wom.client.group(11920)
    assert wom.clock.naps == [61.0]


async def test_what_the_headers_say_is_heeded() -> None:
    limits = {"ratelimit-limit": "20", "ratelimit-remaining": "0", "ratelimit-reset": "44"}
    wom = Wom(as_recorded("empty-group-details", **limits), EMPTY)
    await wom.client.group(11920)
    await wom.client.group(11920)
    assert wom.clock.naps == [45.0]


async def test_a_wait_beyond_patience_is_busy_at_once() -> None:
    wom = Wom(EMPTY, max_wait_s=30)
    for _ in range(20):
        await wom.client.group(11920)
    with pytest.raises(WomBusy) as raised:
        await wom.client.group(11920)
    assert (raised.value.status, raised.value.retry_after) == (None, 61.0)
    assert (len(wom.requests), wom.clock.naps) == (20, [])


async def test_an_id_too_large_is_never_sent() -> None:
    wom = Wom(EMPTY)
    with pytest.raises(InvalidId):
        await wom.client.group(99_999_999_999)
    assert wom.requests == []


async def test_nobody_to_update_is_a_success() -> None:
    wom = Wom(as_recorded("error-400-update-all-empty-group"))
    assert (await wom.client.update_all(11920, CODE)).count == 0


async def test_another_400_of_an_update_is_an_error() -> None:
    wom = Wom(as_recorded("error-400-update-all-missing-code"))
    with pytest.raises(WomBadRequest):
        await wom.client.update_all(4821, "")


async def test_the_code_is_sent_as_text_and_shown_nowhere() -> None:
    wom = Wom(as_recorded("error-403-update-all-wrong-code"), key=KEY)
    with capture_logs() as logs, pytest.raises(WomWrongCode) as raised:
        await wom.client.update_all(4821, CODE)
    assert wom.requests[0].content == b'{"verificationCode":"111-222-333"}'
    shown = f"{logs} {raised.value!r} {raised.value} {wom.client!r} {wom.http!r}"
    assert CODE not in shown
    assert KEY not in shown


async def test_each_request_is_one_line_in_the_log() -> None:
    wom = Wom(HTML_502, EMPTY)
    with capture_logs() as logs:
        await wom.client.group(11920)
    assert [(line["status"], line["waited"]) for line in logs] == [(502, 0.0), (200, 1.0)]
    assert logs[0] == {
        "event": "wise old man answered",
        "log_level": "debug",
        "method": "GET",
        "path": "/groups/11920",
        "status": 502,
        "seconds": 0.0,
        "waited": 0.0,
    }


async def test_a_retry_after_of_months_silences_nobody_for_longer_than_an_hour() -> None:
    wom = Wom(httpx.Response(429, headers={"retry-after": "9999999"}), EMPTY)
    with pytest.raises(WomBusy) as raised:
        await wom.client.group(11920)
    assert raised.value.retry_after == 3_601.0
    wom.clock.now += 3_601
    assert isinstance(await wom.client.group(11920), Fresh)


async def test_a_body_that_drips_ends_with_the_deadline_of_the_whole_request() -> None:
    body = Stream((b" " for _ in range(10_000)), drip_s=0.001)
    wom = Wom(httpx.Response(200, stream=body), max_wait_s=0, deadline_s=0.03)
    with pytest.raises(WomUnreachable):
        await wom.client.group(11920)
    assert body.is_closed
    assert body.sent < 100
    assert len(wom.requests) == 1, "its time was used up"


async def test_after_a_deadline_it_is_asked_again_only_while_patience_lasts() -> None:
    wom = Wom(httpx.ReadTimeout("late"), max_wait_s=100)

    async def slow(seconds: float) -> None:
        wom.clock.now += 60 + seconds

    wom.client._sleep = slow
    with pytest.raises(WomUnreachable):
        await wom.client.group(1)
    assert len(wom.requests) == 3


def packed(most: int) -> bytes:
    """So many bytes of white space, in gzip."""
    return gzip.compress(b" " * most, compresslevel=9)


async def test_a_bomb_of_gzip_is_given_up_long_before_it_is_unpacked() -> None:
    bomb = packed(128 * 1024 * 1024)
    assert len(bomb) < 500_000
    body = Stream([bomb])
    wom = Wom(httpx.Response(200, headers={"content-encoding": "gzip"}, stream=body))
    tracemalloc.start()
    with pytest.raises(WomTooLarge):
        await wom.client.group(11920)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * MAX_BYTES
    assert body.is_closed
    assert len(wom.requests) == 1


async def test_a_body_without_end_is_given_up() -> None:
    body = Stream(b" " * 65_536 for _ in range(10_000))
    with pytest.raises(WomTooLarge):
        await Wom(httpx.Response(200, stream=body)).client.group(11920)
    assert body.sent <= MAX_BYTES + 65_536


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "deflate", "zstd"])
async def test_what_is_packed_otherwise_than_we_asked_for_is_not_unpacked(packing: str) -> None:
    body = Stream([packed(1_000)])
    wom = Wom(httpx.Response(200, headers={"content-encoding": packing}, stream=body))
    with pytest.raises(WomBroken):
        await wom.client.update_all(4821, CODE)
    assert body.sent == 0


async def test_gzip_is_unpacked_however_it_is_cut() -> None:
    sent = gzip.compress(recorded("empty-group-details").body)
    for parts in ([sent], [sent[n : n + 1] for n in range(len(sent))]):
        answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Stream(parts))
        assert isinstance(await Wom(answer).client.group(11920), Fresh)


async def test_being_sent_on_is_not_followed_and_not_tried_again() -> None:
    moved = httpx.Response(301, headers={"location": "https://api.example.net/v3/groups/11920"})
    wom = Wom(moved, key=KEY)
    with pytest.raises(WomMoved) as raised:
        await wom.client.group(11920)
    assert raised.value.address == "https://api.example.net/v3"
    assert len(wom.requests) == 1


async def test_closing_closes_the_connection_if_one_was_opened() -> None:
    unused, used = Wom(EMPTY), Wom(EMPTY)
    await used.client.group(11920)
    for wom in (unused, used):
        await wom.client.aclose()
    assert (unused.http.is_closed, used.http.is_closed) == (False, True)
    await unused.http.aclose()

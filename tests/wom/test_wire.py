import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wom.recorded import recorded
from wom import questions
from wom.errors import (
    PlayerTooSoon,
    WomBadKey,
    WomBadRequest,
    WomBlocked,
    WomBroken,
    WomBusy,
    WomError,
    WomMoved,
    WomNotFound,
    WomRefused,
    WomWrongCode,
)
from wom.pace import Allowance
from wom.questions import ApiRequest
from wom.wire import Fresh, NotModified, allowance, read_answer

ETAG = 'W/"22f3-1LRXcSDudI3G6Hd9xtMbkp9r0rg"'
SPAN = datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 14, tzinfo=UTC)
EVERY_QUESTION: list[ApiRequest[Any]] = [
    questions.group(1, ETAG),
    questions.hiscores(1),
    questions.gained_between(1, *SPAN),
    questions.activity(1),
    questions.name_changes(1),
    questions.search_groups("frost"),
    questions.player(1),
    questions.update_all(1, "111-222-333"),
]


def error_of(name: str) -> WomError:
    """What a recorded answer raises."""
    answer = recorded(name)
    with pytest.raises(WomError) as raised:
        read_answer(questions.group(4821), answer.status, answer.headers, answer.body)
    return raised.value


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("error-400-date-invalid", WomBadRequest, "VALIDATION_ERROR"),
        ("error-400-group-id-negative", WomBadRequest, "VALIDATION_ERROR"),
        ("error-400-limit-over-50", WomBadRequest, "VALIDATION_ERROR"),
        ("error-400-update-all-empty-group", WomBadRequest, "NO_OUTDATED_MEMBERS"),
        ("error-400-update-all-missing-code", WomBadRequest, "MISSING_VERIFICATION_CODE"),
        ("error-400-player-update-invalid-name-chars", WomBadRequest, "INVALID_USERNAME"),
        (
            "error-400-player-update-not-on-hiscores",
            WomBadRequest,
            "HISCORES_USERNAME_NOT_FOUND",
        ),
        ("player-update-banned", WomBadRequest, "HISCORES_USERNAME_NOT_FOUND"),
        ("player-update-archived", WomRefused, "PLAYER_IS_ARCHIVED"),
        ("error-403-update-all-code-as-number", WomWrongCode, "INCORRECT_VERIFICATION_CODE"),
        ("error-403-update-all-wrong-code", WomWrongCode, "INCORRECT_VERIFICATION_CODE"),
        ("error-404-endpoint", WomNotFound, "ENDPOINT_NOT_FOUND"),
        ("error-404-unknown-group-bulk-hiscores", WomNotFound, "GROUP_NOT_FOUND"),
        ("error-404-unknown-group-details", WomNotFound, "UNEXPECTED_ERROR"),
        ("error-404-unknown-group-activity", WomNotFound, "UNEXPECTED_ERROR"),
        ("error-404-unknown-player-id", WomNotFound, "PLAYER_NOT_FOUND"),
        ("error-404-update-all-unknown-group", WomNotFound, "GROUP_NOT_FOUND"),
    ],
)
def test_a_recorded_refusal_is_told_by_its_status(
    name: str, kind: type[WomRefused], code: str | None
) -> None:
    error = error_of(name)
    assert type(error) is kind
    assert isinstance(error, WomRefused)
    assert (error.path, error.status, error.code) == ("/groups/4821", recorded(name).status, code)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("error-500-group-id-too-large", WomBroken),
        ("error-500-player-id-too-large", WomBroken),
        ("error-503-player-update-hiscores-down", WomBroken),
        ("error-503-player-update-hiscores-html", WomBroken),
        ("error-400-json-malformed", WomBroken),
        ("error-403-api-key-invalid", WomBadKey),
        ("blocked-ip-429", WomBlocked),
        ("ratelimit-key-429", WomBusy),
        ("ratelimit-no-key-429", WomBusy),
        ("player-update-429-too-soon", PlayerTooSoon),
    ],
)
def test_a_recorded_failure_has_its_kind(name: str, kind: type[WomError]) -> None:
    error = error_of(name)
    assert type(error) is kind
    assert error.status == recorded(name).status


def test_both_kinds_of_waiting_say_how_long() -> None:
    busy, too_soon = error_of("ratelimit-key-429"), error_of("player-update-429-too-soon")
    assert isinstance(busy, WomBusy)
    assert isinstance(too_soon, PlayerTooSoon)
    assert (busy.retry_after, too_soon.retry_after) == (60, 60)


@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ({"retry-after": "60"}, b'{"message": "You are blocked"}', WomBusy),
        ({"ratelimit-limit": "20"}, b'{"message": "You are blocked"}', WomBusy),
        ({}, b'{"message": "Too Many Requests."}', WomBusy),
        ({}, b"<html>error 1015</html>", WomBusy),
        ({"retry-after": "soon"}, b"", WomBusy),
    ],
)
def test_only_a_429_without_limits_that_says_so_is_a_block(
    headers: dict[str, str], body: bytes, kind: type[WomError]
) -> None:
    with pytest.raises(kind) as raised:
        read_answer(questions.group(1), 429, headers, body)
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (502, {"content-type": "text/html"}, b"Bad gateway", WomBroken),
        (404, {}, b" <!DOCTYPE html>", WomBroken),
        (403, {"content-type": "text/html; charset=utf-8"}, b"challenge", WomBroken),
        (302, {}, b"", WomMoved),
        (300, {}, b"", WomBroken),
        (204, {}, b"", WomBroken),
        (304, {}, b"", WomBroken),
        (200, {}, b"", WomBroken),
        (200, {}, b"<html>", WomBroken),
        (404, {}, b"", WomNotFound),
        (403, {}, b"[]", WomRefused),
        (403, {}, b'{"message": "go away", "code": 7}', WomRefused),
        (403, {}, b'{"message": "API key", "code": "PLAYER_OPTED_OUT"}', WomRefused),
        (409, {}, b'{"code": "not a code"}', WomRefused),
    ],
)
def test_an_answer_nobody_recorded_still_has_its_kind(
    status: int, headers: dict[str, str], body: bytes, kind: type[WomError]
) -> None:
    with pytest.raises(WomError) as raised:
        read_answer(questions.group(1), status, headers, body)
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("https://api.example.net/v2/groups/1", "https://api.example.net/v2"),
        ("https://api.example.net/v2/groups/1?key=secret#x", "https://api.example.net/v2"),
        ("https://me:secret@api.example.net/", "https://api.example.net/"),
        ("http://hotel.example/login", "http://hotel.example/login"),
        ("/v3/groups/1", None),
        ("https://" + "x" * 400, None),
        ("https://two\nlines", None),
        ("javascript:alert(1)", None),
    ],
)
def test_being_sent_on_names_the_address_and_nothing_that_was_asked(
    location: str, address: str | None
) -> None:
    with pytest.raises(WomMoved) as raised:
        read_answer(questions.group(1), 308, {"location": location}, b"")
    assert raised.value.address == address
    assert (address or "308") in str(raised.value)
    assert "secret" not in str(raised.value)


def test_an_answer_that_echoes_what_was_sent_puts_none_of_it_into_the_error() -> None:
    secret = "111-222-333"
    body = json.dumps({"code": secret, "message": secret}).encode()
    with pytest.raises(WomBadRequest) as raised:
        read_answer(questions.update_all(1, secret), 400, {}, body)
    assert raised.value.code is None
    assert secret not in f"{raised.value!r} {raised.value} {vars(raised.value)}"


def test_not_modified_is_a_value() -> None:
    answer = recorded("not-modified-304")
    question = questions.group(4821, answer.headers["etag"])
    assert read_answer(question, answer.status, answer.headers, answer.body) == NotModified(ETAG)


def test_a_good_answer_brings_the_etag_to_ask_with_next_time() -> None:
    answer = recorded("group-details")
    fresh = read_answer(questions.group(4821), answer.status, answer.headers, answer.body)
    assert isinstance(fresh, Fresh)
    assert fresh.etag == 'W/"2a3b1-HEfxY+t0X8vfqcOuTJlBKNDJcmg"'
    assert fresh.unreadable == 0


@pytest.mark.parametrize("etag", ["", "bare", '"caf\xe9"', '"two\nlines"'])
def test_an_etag_that_could_not_be_sent_back_is_dropped(etag: str) -> None:
    fresh = read_answer(questions.hiscores(1), 200, {"etag": etag}, b"[]")
    assert fresh == Fresh((), None, 0)


def test_an_ordinary_answer_says_what_is_left_to_ask() -> None:
    assert allowance(200, recorded("group-activity").headers) is not None
    headers = {"ratelimit-limit": "100", "ratelimit-remaining": "99", "ratelimit-reset": "60"}
    assert allowance(304, headers) == Allowance(limit=100, remaining=99, reset_s=60)


@pytest.mark.parametrize("missing", ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"])
def test_half_a_limit_is_none(missing: str) -> None:
    headers = {"ratelimit-limit": "100", "ratelimit-remaining": "99", "ratelimit-reset": "60"}
    assert allowance(200, {**headers, missing: "many"}) is None


def test_the_limits_on_the_429_of_a_player_are_not_the_clients() -> None:
    answer = recorded("player-update-429-too-soon")
    assert answer.headers["ratelimit-limit"] == "1"
    assert allowance(answer.status, answer.headers) is None


def reads_or_raises(status: int, headers: dict[str, str], body: bytes) -> None:
    """Give one answer to every question; whatever is no WomError fails the test."""
    for question in EVERY_QUESTION:
        with suppress(WomError):
            read_answer(question, status, headers, body)


bodies_of_anything = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["code", "message", "player", "data", "skills", "id", "metric"]),
                inner,
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.sampled_from([200, 201, 304, 400, 403, 404, 429, 503]), st.integers(100, 599)),
    st.dictionaries(
        st.sampled_from(["content-type", "etag", "retry-after", "ratelimit-limit"]),
        st.text(max_size=20),
    ),
    bodies_of_anything,
)
def test_any_bytes_at_any_status_are_read_or_raise_a_member_of_the_family(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    reads_or_raises(status, headers, body)


nasty: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 10**30, 1e308, "", "x", "\ud800", "0001-01-01T00:00:00+23:59", [], {}, [[]]]
)


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, part in inner for place in _paths(part, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], put: object) -> Any:  # noqa: ANN401 - JSON
    """Replace what stands at one place."""
    if not path:
        return put
    changed = value.copy()
    changed[path[0]] = _with(value[path[0]], path[1:], put)
    return changed


def _cut_down(name: str) -> Any:  # noqa: ANN401 - JSON
    """Take the first element or members of a recorded answer."""
    whole = json.loads(recorded(name).body)
    if isinstance(whole, list):
        return whole[:1]
    return whole | {key: part[:2] for key, part in whole.items() if isinstance(part, list)}


SAMPLES = [
    _cut_down(name)
    for name in (
        "group-details",
        "group-bulk-hiscores",
        "group-bulk-gained-dates",
        "group-activity",
        "group-name-changes",
        "player-by-id",
        "update-all-200",
    )
]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_nasty_value_anywhere_in_a_real_answer_is_read_around_or_raised(
    data: st.DataObject,
) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))
    place = data.draw(st.sampled_from(_paths(sample)))
    body = json.dumps(_with(sample, place, data.draw(nasty))).encode()
    reads_or_raises(200, {}, body)


@pytest.mark.parametrize("name", ["group-details", "group-activity", "player-by-id"])
@pytest.mark.parametrize("cut", [lambda body: body[:-2], lambda body: body[: len(body) // 2]])
def test_an_answer_that_was_cut_short_is_broken(name: str, cut: Callable[[bytes], bytes]) -> None:
    asked: dict[str, ApiRequest[Any]] = {
        "group-details": questions.group(1),
        "group-activity": questions.activity(1),
        "player-by-id": questions.player(1),
    }
    with pytest.raises(WomBroken):
        read_answer(asked[name], 200, {}, cut(recorded(name).body))

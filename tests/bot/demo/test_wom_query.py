from collections.abc import Mapping

import pytest

from bot.demo.cast import to_ms
from bot.demo.wom_limits import WomRefusal
from bot.demo.wom_query import WomRequest, body_of, paged, span_of, whole_id
from tests.bot.demo.conftest import NOW

DAY_MS = 86_400_000


def asked(query: Mapping[str, str], body: bytes = b"") -> WomRequest:
    return WomRequest("7404", query, body, to_ms(NOW))


def test_a_period_ends_now_and_wins_over_dates() -> None:
    query = {"period": "week", "startDate": "2020-01-01", "endDate": "2020-02-01"}
    assert span_of(asked(query)) == (to_ms(NOW) - 7 * DAY_MS, to_ms(NOW))


def test_dates_without_a_zone_are_utc() -> None:
    start_ms, end_ms = span_of(asked({"startDate": "2026-11-01", "endDate": "2026-11-02T00:00Z"}))
    assert end_ms - start_ms == DAY_MS


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"period": "fortnight"}, "INVALID_PERIOD"),
        ({"startDate": "2026-11-02", "endDate": "2026-11-01"}, "INVALID_DATE_RANGE"),
        ({"startDate": "2026-11-02"}, "VALIDATION_ERROR"),
        ({}, "VALIDATION_ERROR"),
    ],
)
def test_spans_without_sense_are_refused(query: Mapping[str, str], code: str) -> None:
    with pytest.raises(WomRefusal) as refused:
        span_of(asked(query))
    assert (refused.value.status, refused.value.form["code"]) == (400, code)


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "51"}, {"limit": "all"}, {"offset": "-1"}]
)
def test_pages_without_sense_are_refused(query: Mapping[str, str]) -> None:
    with pytest.raises(WomRefusal):
        paged([1, 2], query)


def test_a_page_is_twenty_unless_asked_otherwise() -> None:
    assert paged(range(100), {}) == range(20)
    assert paged(range(100), {"limit": "50", "offset": "70"}) == range(70, 100)


@pytest.mark.parametrize(("text", "status"), [("abc", 400), ("-1", 400), ("99999999999", 500)])
def test_bad_ids_are_refused(text: str, status: int) -> None:
    with pytest.raises(WomRefusal) as refused:
        whole_id(text)
    assert refused.value.status == status


def test_a_body_is_an_object_or_nothing() -> None:
    assert body_of(asked({}, b'{"a": 1}')) == {"a": 1}
    assert body_of(asked({}, b"[1]")) == body_of(asked({})) == {}
    with pytest.raises(WomRefusal) as refused:
        body_of(asked({}, b"{"))
    assert refused.value.page

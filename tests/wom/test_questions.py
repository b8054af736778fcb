from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wom import questions
from wom.errors import InvalidId, InvalidName, InvalidSpan
from wom.questions import ApiRequest

START = datetime(2026, 10, 31, tzinfo=UTC)
END = datetime(2026, 11, 14, tzinfo=UTC)


def shape(question: ApiRequest[Any]) -> tuple[str, str, dict[str, str]]:
    """What goes into the request line."""
    return question.method, question.path, dict(question.query)


def test_each_question_asks_what_the_contract_names() -> None:
    page = {"limit": "50", "offset": "0"}
    assert shape(questions.group(4821)) == ("GET", "/groups/4821", {})
    assert shape(questions.hiscores(4821)) == ("GET", "/groups/4821/bulk-hiscores", {})
    assert shape(questions.activity(4821)) == ("GET", "/groups/4821/activity", page)
    assert shape(questions.name_changes(4821, 50)) == (
        "GET",
        "/groups/4821/name-changes",
        {"limit": "50", "offset": "50"},
    )
    assert shape(questions.names_like("third")) == ("GET", "/names", {"username": "third", **page})
    assert shape(questions.search_groups("frost")) == ("GET", "/groups", {"name": "frost", **page})
    assert shape(questions.player(51240)) == ("GET", "/players/id/51240", {})
    assert shape(questions.update_player("AddyRat")) == ("POST", "/players/AddyRat", {})
    assert shape(questions.update_all(4821, "111-222-333")) == (
        "POST",
        "/groups/4821/update-all",
        {},
    )


def test_dates_end_in_z_because_a_plus_would_turn_into_a_space() -> None:
    east = START.astimezone(timezone(timedelta(hours=2)))
    assert questions.gained_between(4821, east, END).query == {
        "startDate": "2026-10-31T00:00:00.000Z",
        "endDate": "2026-11-14T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (START.replace(tzinfo=None), END),
        (START, END.replace(tzinfo=None)),
        (END, START),
        (START, START),
    ],
)
def test_a_span_without_zone_or_length_is_never_sent(start: datetime, end: datetime) -> None:
    with pytest.raises(InvalidSpan):
        questions.gained_between(4821, start, end)


@pytest.mark.parametrize("number", [0, -1, 2**31, 99_999_999_999, True, 1.0, "abc", "4821", None])
def test_an_id_that_the_server_could_choke_on_is_never_sent(number: Any) -> None:  # noqa: ANN401 - anything at all
    for ask in (questions.group, questions.hiscores, questions.activity, questions.player):
        with pytest.raises(InvalidId):
            ask(number)
    with pytest.raises(InvalidId):
        questions.update_all(number, "111-222-333")
    with pytest.raises(InvalidId):
        questions.gained_between(number, START, END)


def test_the_largest_id_is_sent() -> None:
    assert questions.group(2**31 - 1).path == "/groups/2147483647"


def test_a_name_is_percent_encoded() -> None:
    assert questions.update_player("Two  Sp/é").path == "/players/Two%20%20Sp%2F%C3%A9"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_no_name_leaves_its_place_in_the_path(name: str) -> None:
    segment = questions.update_player(name).path.removeprefix("/players/")
    assert segment
    assert not set(segment) & set("/.?# \\")
    assert segment.isascii()


@pytest.mark.parametrize(
    "name", ["", "\ud800", "x" * 51, "\N{SMILING FACE WITH SUNGLASSES}" * 3_000]
)
def test_a_name_that_none_can_be_is_never_sent(name: str) -> None:
    for ask in (questions.update_player, questions.search_groups, questions.names_like):
        with pytest.raises(InvalidName):
            ask(name)


def test_the_longest_name_makes_no_long_address() -> None:
    asked = questions.search_groups("\N{SMILING FACE WITH SUNGLASSES}" * 50)
    assert len(quote(asked.query["name"])) < 1_000


def test_a_question_never_shows_the_code_it_carries() -> None:
    question = questions.update_all(4821, "111-222-333")
    assert question.body == {"verificationCode": "111-222-333"}
    assert "111" not in repr(question)

import pickle

import pytest

from wom.errors import (
    InvalidId,
    PlayerTooSoon,
    WomBadKey,
    WomBusy,
    WomError,
    WomMoved,
    WomNotFound,
    WomRefused,
    WomUnreachable,
)


def test_an_error_says_what_happened_where_and_with_which_status() -> None:
    assert str(WomNotFound("/groups/7", 404, "GROUP_NOT_FOUND")) == (
        "/groups/7: Wise Old Man does not know this (404) GROUP_NOT_FOUND"
    )
    assert str(WomBadKey("/groups/7", 403)) == (
        "/groups/7: Wise Old Man does not know the API key (403)"
    )
    assert str(WomUnreachable("/groups/7")) == "/groups/7: Wise Old Man cannot be reached"


def test_an_invalid_id_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="whole number"):
        raise InvalidId("/groups/:id")


def test_a_player_asked_too_soon_is_a_refusal_and_not_a_busy_client() -> None:
    assert issubclass(PlayerTooSoon, WomRefused)
    assert not issubclass(PlayerTooSoon, WomBusy)


@pytest.mark.parametrize(
    "error",
    [
        WomError("/p", 500),
        WomBusy("/p", 429, 60),
        WomRefused("/p", 403, "PLAYER_IS_ARCHIVED"),
        PlayerTooSoon("/p", 429, "PLAYER_IS_RATE_LIMITED", 60),
        InvalidId("/p"),
        WomMoved("/p", 301, "https://x"),
    ],
)
def test_an_error_survives_a_trip_to_another_process(error: WomError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), vars(copy)) == (type(error), vars(error))

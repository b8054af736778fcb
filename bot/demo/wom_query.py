"""How the made-up Wise Old Man reads a request: ids, pages, spans, bodies.

What is malformed is refused in the words of the real one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from bot.demo.cast import to_ms
from bot.demo.wom_limits import WomRefusal

_PAGE, _LARGEST_PAGE = 20, 50
_PAGE_400 = "<!DOCTYPE html><title>Error</title><pre>Bad Request</pre>"
_MAX_ID = 2_147_483_647
_PERIODS = {
    "five_min": timedelta(minutes=5),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "year": timedelta(days=365.2422),
}


class WomRequest(NamedTuple):
    """A request that was let in: what its path named, its query, its body, and when it came."""

    name: str
    query: Mapping[str, str]
    body: bytes
    now_ms: int

    @property
    def group_id(self) -> int:
        """Return the id that the path named, or refuse it."""
        return whole_id(self.name)


def body_of(asked: WomRequest) -> Mapping[str, object]:
    """Return the JSON object that was sent; anything else is empty."""
    try:
        body = json.loads(asked.body or b"{}")
    except ValueError:
        raise WomRefusal(HTTPStatus.BAD_REQUEST, None, "Bad Request", page=_PAGE_400) from None
    return body if isinstance(body, dict) else {}


def span_of(asked: WomRequest) -> tuple[int, int]:
    """Return the span asked for in ms; a period wins over dates."""
    if "period" in asked.query:
        period = _PERIODS.get(asked.query["period"])
        if period is None:
            raise WomRefusal.invalid("Invalid period", "INVALID_PERIOD")
        return asked.now_ms - int(period.total_seconds() * 1_000), asked.now_ms
    start_ms, end_ms = _date(asked, "startDate"), _date(asked, "endDate")
    if start_ms > end_ms:
        raise WomRefusal.invalid("Invalid date range", "INVALID_DATE_RANGE")
    return start_ms, end_ms


def _date(asked: WomRequest, name: str) -> int:
    try:
        instant = datetime.fromisoformat(asked.query.get(name, ""))
    except ValueError:
        message = f"Parameter '{name}' is not a valid date."
        raise WomRefusal.invalid(message) from None
    return to_ms(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def whole_id(text: str) -> int:
    """Return an id of a path; what is no number is a 400, what is too large a 500."""
    try:
        number = int(text)
    except ValueError:
        message = "Parameter 'id' is not a valid number."
        raise WomRefusal.invalid(message) from None
    if number < 0:
        message = "Parameter 'id' must have a minimum of 0 character(s)."
        raise WomRefusal.invalid(message)
    if number > _MAX_ID:
        raise WomRefusal(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "UNEXPECTED_DATABASE_ERROR",
            "An unexpected database error occurred. Please try again later.",
        )
    return number


def paged(forms: Sequence[object], query: Mapping[str, str]) -> Sequence[object]:
    """Return the page asked for; over the largest page is a 400, past the end is empty."""
    limit, offset = _number(query, "limit", _PAGE), _number(query, "offset", 0)
    complaint = None
    if limit < 1:
        complaint = "Parameter 'limit' must be > 0."
    elif limit > _LARGEST_PAGE:
        complaint = (
            f"The maximum results limit is {_LARGEST_PAGE}. "
            "Please consider using the 'offset' parameter to load more data."
        )
    elif offset < 0:
        complaint = "Parameter 'offset' must be >= 0."
    if complaint:
        raise WomRefusal.invalid(complaint)
    return forms[offset : offset + limit]


def _number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    try:
        return int(query.get(name, otherwise))
    except ValueError:
        message = f"Parameter '{name}' is not a valid number."
        raise WomRefusal.invalid(message) from None

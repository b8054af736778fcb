"""What an answer of Wise Old Man means, as values; no network here.

The status decides; a code or a message only tells apart what shares a status.
Headers are any mapping that finds lower-case names (`httpx.Headers` does).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar

from wom import bodies
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

T = TypeVar("T")

Headers = Mapping[str, str]

_DIGITS = re.compile(r"[0-9]{1,7}")
_CODE = re.compile(r"[A-Z_]{1,64}")
_ADDRESS = re.compile(r"(https?://)(?:[^/?#@]*@)?([!-~]{1,200}?)(?:[?#].*)?")
_SENT_ON = frozenset({301, 302, 303, 307, 308})
_BY_STATUS: Mapping[int, type[WomRefused]] = {
    HTTPStatus.BAD_REQUEST: WomBadRequest,
    HTTPStatus.NOT_FOUND: WomNotFound,
}
_ETAG = re.compile(r'(W/)?"[!#-~]{0,128}"')


@dataclass(frozen=True, slots=True)
class Fresh(Generic[T]):
    """A good answer, the ETag to ask with next time, and how many elements were unreadable."""

    value: T
    etag: str | None
    unreadable: int


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing changed since the answer that had this ETag."""

    etag: str


def read_answer(
    question: ApiRequest[T], status: int, headers: Headers, body: bytes
) -> Fresh[T] | NotModified:
    """Turn an answer into a value or raise its WomError."""
    if status == HTTPStatus.NOT_MODIFIED and question.etag is not None:
        return NotModified(question.etag)
    if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        raise _refusal(question.path, status, headers, body)
    try:
        value, unreadable = question.read(body)
    except ValueError as error:
        raise WomBroken(question.path, status) from error
    etag = headers.get("etag", "")
    return Fresh(value, etag if _ETAG.fullmatch(etag) else None, unreadable)


def allowance(status: int, headers: Headers) -> Allowance | None:
    """Read the client-wide rate limit; None without one, and for any 429.

    The 429 of one player's update carries that player's numbers in the same headers.
    """
    names = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
    limit, remaining, reset_s = (_whole(headers.get(name)) for name in names)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return None
    if limit is None or remaining is None or reset_s is None:
        return None
    return Allowance(limit, remaining, reset_s)


def _refusal(path: str, status: int, headers: Headers, body: bytes) -> WomError:
    """Find the error that an answer without a value stands for."""
    form = _form(body)
    code = _code(form)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_many(path, headers, form)
    if status in _SENT_ON:
        return WomMoved(path, status, _address(path, headers.get("location", "")))
    if not HTTPStatus(400) <= status < HTTPStatus(500) or _is_page(headers, body):
        return WomBroken(path, status)
    if status == HTTPStatus.FORBIDDEN and code is None and _says(form, "api key"):
        return WomBadKey(path, status)
    if status == HTTPStatus.FORBIDDEN and code == "INCORRECT_VERIFICATION_CODE":
        return WomWrongCode(path, status, code)
    return _BY_STATUS.get(status, WomRefused)(path, status, code)


def _too_many(path: str, headers: Headers, form: Mapping[str, object]) -> WomError:
    """Tell apart the three kinds of 429."""
    status = int(HTTPStatus.TOO_MANY_REQUESTS)
    retry_after = _whole(headers.get("retry-after"))
    code = _code(form)
    if code == "PLAYER_IS_RATE_LIMITED":
        return PlayerTooSoon(path, status, code, retry_after)
    limited = retry_after is not None or "ratelimit-limit" in headers
    if not limited and _says(form, "blocked"):
        return WomBlocked(path, status)
    return WomBusy(path, status, retry_after)


def _address(path: str, location: str) -> str | None:
    """Return where we are sent on to, without what we asked for; None when that is no address."""
    found = _ADDRESS.fullmatch(location)
    return None if found is None else f"{found[1]}{found[2]}".removesuffix(path)


def _form(body: bytes) -> Mapping[str, object]:
    """Read the error form {code, message}; empty when the body is something else."""
    try:
        form = bodies.document(body)
    except ValueError:
        return {}
    return form if isinstance(form, dict) else {}


def _code(form: Mapping[str, object]) -> str | None:
    """Take the code of an error form, never anything that could be an echo of what we sent."""
    code = form.get("code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _says(form: Mapping[str, object], words: str) -> bool:
    """Tell whether the message of an error form has these words."""
    return words in str(form.get("message", "")).lower()


def _is_page(headers: Headers, body: bytes) -> bool:
    """Tell a page of the web server or a proxy from a word of Wise Old Man."""
    return headers.get("content-type", "").startswith("text/html") or body.lstrip()[:1] == b"<"


def _whole(text: str | None) -> int | None:
    """Read a header of digits."""
    return int(text) if text is not None and _DIGITS.fullmatch(text) else None

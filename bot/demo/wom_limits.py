"""The door of the made-up Wise Old Man: request limit, refusals, ETags.

Every request counts against its window, refused and unmodified ones too.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Self

import httpx

CODE = "123-456-789"
"""The clan's verification code."""

_WINDOW_MS = 60_000
_LIMIT, _LIMIT_WITH_KEY = 20, 100
_HEADERS = {"X-Powered-By": "Express", "Access-Control-Allow-Origin": "*"}


class WomRefusal(Exception):
    """An answer other than the one asked for, in WOM's error form or as a `page` of HTML."""

    def __init__(
        self,
        status: int,
        code: str | None,
        message: str,
        *,
        sub: str | None = None,
        page: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.page = page
        self.headers: dict[str, str] = {}
        self.form: dict[str, object] = {"message": message}
        if sub:
            self.form = {"subError": {"code": sub}} | self.form
        if code:
            self.form = {"code": code} | self.form

    @classmethod
    def invalid(cls, message: str, code: str = "VALIDATION_ERROR") -> "WomRefusal":
        """Return the 400 of something that makes no sense."""
        return cls(HTTPStatus.BAD_REQUEST, code, message)

    @classmethod
    def too_soon(cls, wait_ms: int) -> "WomRefusal":
        """Return the 429 of one player's update, whose headers speak of that player only."""
        return cls(
            HTTPStatus.TOO_MANY_REQUESTS,
            "PLAYER_IS_RATE_LIMITED",
            "Player was updated too recently",
        ).heading(_allowance(1, 0, wait_ms))

    def heading(self, allowance: Mapping[str, str]) -> Self:
        """Say in the headers how long to wait."""
        self.headers = {**allowance, "Retry-After": allowance["RateLimit-Reset"]}
        return self


class RateLimiter:
    """Counts requests by key, or by address without one, in fixed windows of 60 s."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[int, int]] = {}

    def enter(self, request: httpx.Request, now_ms: int) -> dict[str, str]:
        """Return the limit's headers, or refuse with 429."""
        key = request.headers.get("x-api-key")
        limit = _LIMIT_WITH_KEY if key else _LIMIT
        client = key or request.headers.get("x-forwarded-for", "somebody")
        began_ms, used = self._windows.get(client, (now_ms, 0))
        if now_ms - began_ms >= _WINDOW_MS:
            began_ms, used = now_ms, 0
        self._windows[client] = (began_ms, used + 1)
        left_ms = began_ms + _WINDOW_MS - now_ms
        headers = _allowance(limit, max(0, limit - used - 1), left_ms)
        if used < limit:
            return headers
        raise WomRefusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            None,
            "Too Many Requests. Please check https://docs.wiseoldman.net/#rate-limits--api-keys.",
        ).heading(headers)


def _allowance(limit: int, remaining: int, left_ms: int) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(_seconds(left_ms)),
    }


def _seconds(length_ms: int) -> int:
    return -(-length_ms // 1_000)


def answered(
    request: httpx.Request, status: int, form: object, headers: Mapping[str, str]
) -> httpx.Response:
    """Return a JSON answer with its ETag, or 304 to who has it already; bytes are sent as is."""
    body = form if isinstance(form, bytes) else json.dumps(form, separators=(",", ":")).encode()
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    known = {**_HEADERS, **headers, "ETag": f'W/"{len(body):x}-{digest.rstrip("=")}"'}
    if status == HTTPStatus.OK and request.headers.get("if-none-match") == known["ETag"]:
        return httpx.Response(HTTPStatus.NOT_MODIFIED, headers=known)
    known["Content-Type"] = "application/json; charset=utf-8"
    return httpx.Response(status, headers=known, content=body)


def bare(status: int, page: str, headers: Mapping[str, str]) -> httpx.Response:
    """Return a page of the web server, such as a gateway's error."""
    kind = {"Content-Type": "text/html; charset=utf-8"}
    return httpx.Response(status, headers={**_HEADERS, **headers, **kind}, content=page.encode())

"""The only door to Wise Old Man: one method per question, paced, tried again, never loud.

Rule: a key or a code is sent, and never logged, raised or shown. A refusal is final; only
what may be different a moment later is asked again, and a POST only if it surely did nothing.
The library that asks is imported with the first question: many commands never ask.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import structlog

from wom import questions
from wom.errors import (
    WomBadRequest,
    WomBlocked,
    WomBroken,
    WomBusy,
    WomError,
    WomMoved,
    WomTooLarge,
    WomUnreachable,
)
from wom.models import (
    GroupDetails,
    GroupSummary,
    Hiscores,
    MemberActivity,
    MemberGained,
    NameChange,
    PlayerDetails,
    UpdateAll,
)
from wom.pace import LIMIT_WITH_KEY, LIMIT_WITHOUT_KEY, Pace, RequestsLeft
from wom.questions import ApiRequest
from wom.wire import Fresh, Headers, NotModified, allowance, read_answer

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

TRIES = 4
FIRST_DELAY_S = 1.0
THREAD_FROM_BYTES = 8_192  # below this, decoding takes about a millisecond
# The server closes idle connections after 5 s; a request must not meet the closing.
KEEPALIVE_S = 4.0
# Everybody's numbers are 9 KB a member: this is a clan of 3,500, as sent and once unpacked.
MAX_BYTES = 32 * 1024 * 1024
# Gzip unpacks to a thousand times as much at most, so no step makes more than two megabytes.
STEP_BYTES = 2_048
_PACKED = frozenset({"", "identity", "gzip"})  # once, and the way we asked for

RequestListener = Callable[[int | None, float], None]
"""Who is told of each request: the status of its answer, or None, and the seconds it took."""

_log = structlog.get_logger()


def _nobody(_status: int | None, _seconds: float) -> None:
    """Tell nobody."""


_is_behind = ContextVar("_is_behind", default=False)
_asker = ContextVar("_asker", default="")


class PaceShare(Protocol):
    """Whoever keeps the pace of several processes that ask with one key."""

    def together(self, pace: Pace) -> AbstractAsyncContextManager[None]:
        """Have a pace know inside what all of them did, and then tell them what it did."""


@contextmanager
def asking_for(asker: str) -> Iterator[None]:
    """Have what is asked inside count as somebody's: who asks much stands behind the others."""
    before = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(before)


@contextmanager
def behind_others() -> Iterator[None]:
    """Have what is asked inside leave slots to whoever asks meanwhile: for a long past, say."""
    before = _is_behind.set(True)
    try:
        yield
    finally:
        _is_behind.reset(before)


def open_http(  # noqa: PLR0913 - the settings of one connection, each with its own origin
    base_url: str,
    api_key: str | None,
    contact: str,
    version: str,
    *,
    transport: "httpx.AsyncBaseTransport | None" = None,
    timeout_s: float = 30.0,
) -> "httpx.AsyncClient":
    """Open a connection that says who we are; ValueError for a key that no header can carry."""
    import httpx

    agent = f"ClanStats/{version} ({contact})"
    headers = {
        "User-Agent": "".join(c if c.isascii() and c.isprintable() else "?" for c in agent),
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    if api_key:
        # Checked here because the library would put the key into its complaint.
        if not (api_key.isascii() and api_key.isprintable() and " " not in api_key):
            raise ValueError("the API key holds a character that no header can carry")
        headers["x-api-key"] = api_key
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        transport=transport,
        timeout=timeout_s,
        limits=httpx.Limits(keepalive_expiry=KEEPALIVE_S),
    )


class WomClient:
    """Asks Wise Old Man; waits, at most `max_wait_s` a question, rather than ask too much.

    `opens` opens the connection, once, when the first question is asked. A request that is not
    answered whole within `deadline_s`, however slowly it drips, was not answered. With whom the
    budget is shared, `shares` knows.
    """

    def __init__(  # noqa: PLR0913 - time and chance come from outside
        self,
        opens: "Callable[[], httpx.AsyncClient]",
        *,
        has_key: bool,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
        max_wait_s: float = 120.0,
        deadline_s: float = 90.0,
        shares: PaceShare | None = None,
    ) -> None:
        self._shares = shares
        self._opens = opens
        self._http: httpx.AsyncClient | None = None
        self._one_opens = asyncio.Lock()
        self._pace = Pace(LIMIT_WITH_KEY if has_key else LIMIT_WITHOUT_KEY)
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._max_wait_s = max_wait_s
        self._deadline_s = deadline_s
        self._listener: RequestListener = _nobody
        self.waited_s = 0.0
        """How long questions waited for their turn, all together."""

    def watch(self, listener: RequestListener) -> None:
        """Have somebody told of each request."""
        self._listener = listener

    @property
    def requests_left(self) -> RequestsLeft:
        """How much may be asked now."""
        return self._pace.requests_left(self._monotonic())

    async def aclose(self) -> None:
        """Close the connection, if it was ever opened."""
        if self._http is not None:
            await self._http.aclose()

    async def group(
        self, group_id: int, etag: str | None = None
    ) -> Fresh[GroupDetails] | NotModified:
        """Everybody in a group, with roles, headline numbers and the last update of each."""
        return await self._ask(questions.group(group_id, etag))

    async def hiscores(
        self, group_id: int, etag: str | None = None
    ) -> Fresh[tuple[Hiscores, ...]] | NotModified:
        """Every metric of every member that was ever updated."""
        return await self._ask(questions.hiscores(group_id, etag))

    async def gained_between(
        self, group_id: int, start: datetime, end: datetime
    ) -> tuple[MemberGained, ...]:
        """First and last value of every metric of the members that were updated in the span."""
        return await self._value(questions.gained_between(group_id, start, end))

    async def activity(self, group_id: int, offset: int = 0) -> tuple[MemberActivity, ...]:
        """Who joined, left and changed role: a page of 50, newest first, empty past the end."""
        return await self._value(questions.activity(group_id, offset))

    async def name_changes(self, group_id: int, offset: int = 0) -> tuple[NameChange, ...]:
        """Approved renames of present members: a page of 50, newest submission first."""
        return await self._value(questions.name_changes(group_id, offset))

    async def names_like(self, username: str) -> tuple[NameChange, ...]:
        """Up to 50 renames of any status, from or to a name that begins so."""
        return await self._value(questions.names_like(username))

    async def search_groups(self, name: str) -> tuple[GroupSummary, ...]:
        """Up to 50 groups that have this in their name."""
        return await self._value(questions.search_groups(name))

    async def player(self, player_id: int) -> PlayerDetails:
        """One player and the latest snapshot."""
        return await self._value(questions.player(player_id))

    async def update_all(self, group_id: int, code: str) -> UpdateAll:
        """Queue an update of all members not updated for a day; 0 when there are none."""
        try:
            return await self._value(questions.update_all(group_id, code))
        except WomBadRequest as error:
            if error.code != "NO_OUTDATED_MEMBERS":
                raise
            return UpdateAll(count=0)

    async def update_player(self, username: str) -> PlayerDetails:
        """Update one player now; an unknown name becomes a tracked player."""
        return await self._value(questions.update_player(username))

    async def _value(self, question: ApiRequest[T]) -> T:
        """Ask without an ETag, so that the answer is always fresh."""
        return cast("Fresh[T]", await self._ask(question)).value

    async def _ask(self, question: ApiRequest[T]) -> Fresh[T] | NotModified:
        """Ask, and ask again while that may help and patience lasts."""
        waited = 0.0
        attempt = 0
        began = self._monotonic()
        while True:
            attempt += 1
            waited += await self._turn(question.path, self._max_wait_s - waited)
            try:
                return await self._once(question, waited)
            except WomBusy:
                # The pace has learned how long to wait.
                if attempt == TRIES:
                    raise
            except (WomUnreachable, WomBroken) as error:
                spent = self._monotonic() - began
                if attempt == TRIES or spent >= self._max_wait_s or not _may_help(question, error):
                    raise
                delay = self._delay(attempt)
                await self._sleep(delay)
                waited += delay

    def _delay(self, attempt: int) -> float:
        """Double the delay with each attempt, give or take a half, so that clients drift apart."""
        return FIRST_DELAY_S * 2.0 ** (attempt - 1) * (0.5 + self._jitter())

    async def _turn(self, path: str, patience_s: float) -> float:
        """Wait for a slot and say how long it took; WomBusy rather than beyond our patience."""
        waited = 0.0
        while True:
            async with self._paced():
                now = self._monotonic()
                if self._pace.is_blocked(now):
                    raise WomBlocked(path)
                wait = self._pace.reserve(now, is_behind=_is_behind.get(), asker=_asker.get())
            if not wait:
                return waited
            if waited + wait > patience_s:
                raise WomBusy(path, retry_after=wait)
            await self._sleep(wait)
            waited += wait
            self.waited_s += wait

    def _paced(self) -> AbstractAsyncContextManager[None]:
        """Return that inside of which the pace is that of all who ask with our key."""
        return nullcontext() if self._shares is None else self._shares.together(self._pace)

    async def _once(self, question: ApiRequest[T], waited: float) -> Fresh[T] | NotModified:
        """Send one request, learn from its answer and read it."""
        sent = self._monotonic()
        try:
            status, headers, body = await self._send(question)
        except WomError:
            self._listener(None, self._monotonic() - sent)
            raise
        now = self._monotonic()
        self._listener(status, now - sent)
        seen = allowance(status, headers)
        if seen is not None:
            async with self._paced():
                self._pace.learn(now, sent, seen)
        _log.debug(
            "wise old man answered",
            method=question.method,
            path=question.path,
            status=status,
            seconds=round(now - sent, 3),
            waited=round(waited, 3),
        )
        try:
            if len(body) < THREAD_FROM_BYTES:
                return read_answer(question, status, headers, body)
            return await asyncio.to_thread(read_answer, question, status, headers, body)
        except WomBlocked:
            async with self._paced():
                self._pace.block(now)
            raise
        except WomBusy as error:
            async with self._paced():
                self._pace.back_off(now, error.retry_after)
            raise

    async def _opened(self) -> "httpx.AsyncClient":
        """Return the connection; it opens beside the event loop: imports and certificates."""
        async with self._one_opens:
            if self._http is None:
                self._http = await asyncio.to_thread(self._opens)
            return self._http

    async def _send(self, question: ApiRequest[T]) -> tuple[int, Headers, bytes]:
        """Send one request, and translate what the network does to it."""
        http = await self._opened()
        import httpx

        asked = http.stream(
            question.method,
            question.path,
            params=question.query,
            json=question.body,
            headers={} if question.etag is None else {"If-None-Match": question.etag},
        )
        try:
            async with asyncio.timeout(self._deadline_s), asked as response:
                body = await _body(question.path, response)
                return response.status_code, response.headers, body
        except httpx.DecodingError as error:
            raise WomBroken(question.path) from error
        except (httpx.RequestError, TimeoutError) as error:
            raise WomUnreachable(question.path) from error


async def _body(path: str, response: "httpx.Response") -> bytes:
    """Return an answer's body, unpacked; WomTooLarge as soon as it is more than it can be."""
    import httpx

    if response.headers.get("content-encoding", "").strip().lower() not in _PACKED:
        raise WomBroken(path, response.status_code)

    class Steps(httpx.AsyncByteStream):
        """The bytes as they are sent, in steps that cannot unpack to much."""

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for part in sent:
                for start in range(0, len(part), STEP_BYTES):
                    yield part[start : start + STEP_BYTES]

        async def aclose(self) -> None:
            await sent.aclose()

    sent = cast("httpx.AsyncByteStream", response.stream)
    response.stream = Steps()
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if max(len(body), response.num_bytes_downloaded) > MAX_BYTES:
            raise WomTooLarge(path, response.status_code)
    return bytes(body)


def _may_help(question: ApiRequest[T], error: WomError) -> bool:
    """Tell whether asking again is safe and not in vain: a GET, and no page with a 4xx."""
    client_fault = error.status is not None and HTTPStatus(400) <= error.status < HTTPStatus(500)
    for_good = client_fault or isinstance(error, WomMoved | WomTooLarge)
    return question.method == "GET" and not for_good

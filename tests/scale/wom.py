"""One Wise Old Man for many clans: the made-up one answers for the first, and it is told apart."""

import re
import time
from collections.abc import Callable
from datetime import datetime

import httpx

from bot.demo.wom_server import MadeUpWom
from bot.demo.world import World

WINDOW_S = 60.0
_NUMBERS = re.compile(r'("(?:playerId|groupId)":\s*|\{"id":\s*)(\d+)')
_NAMES = re.compile(r'("(?:username|displayName|oldName|newName)":\s*")([^"]*)')
_PLACE = re.compile(r"/(groups|players/id)/(\d+)(.*)")


class ManyWoms:
    """Answers about each clan's own group as of one instant, and never refuses.

    So every clan has as much that is new. `asked_s` are the seconds of the `timer` at which it was
    asked, `cpu_s` the processor time that answering took.
    """

    def __init__(self, world: World, at: datetime, timer: Callable[[], float]) -> None:
        self._world = world
        self._wom = MadeUpWom(world, lambda: at)
        self._wom.limited = False
        self._timer = timer
        ids = [player.player_id for player in world.players]
        self._stride = max(ids) - min(ids) + 1
        self._first_id = min(ids)
        self._answers: dict[tuple[str, bytes, str], tuple[httpx.Response, str]] = {}
        self.asked_s: list[float] = []
        self.cpu_s = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        began_s = time.process_time()
        self.asked_s.append(self._timer())
        answer = self._answer(request)
        self.cpu_s += time.process_time() - began_s
        return answer

    def most_in_a_window(self) -> int:
        """Return how many requests came in the fullest minute."""
        most = first = 0
        for number, at_s in enumerate(self.asked_s):
            while at_s - self.asked_s[first] >= WINDOW_S:
                first += 1
            most = max(most, number - first + 1)
        return most

    def _answer(self, request: httpx.Request) -> httpx.Response:
        place = _PLACE.fullmatch(request.url.path.removeprefix("/v2"))
        if place is None:
            return self._wom(request)
        kind, number = place[1], int(place[2])
        clan = number - self._world.group_id
        if kind != "groups":
            clan = (number - self._first_id) // self._stride
            number -= clan * self._stride
        else:
            number = self._world.group_id
        path = f"/v2/{kind}/{number}{place[3]}"
        told, text = self._first(request, path)
        headers = {
            key: told.headers[key] for key in ("etag", "content-type") if key in told.headers
        }
        return httpx.Response(told.status_code, headers=headers, text=self._of(clan, text))

    def _first(self, request: httpx.Request, path: str) -> tuple[httpx.Response, str]:
        """Return what is answered about the first clan; it is the same each time."""
        etag = request.headers.get("if-none-match", "")
        key = (path, request.url.query, etag)
        if key not in self._answers:
            headers = {"if-none-match": etag} if etag else {}
            url = f"https://wom{path}?{request.url.query.decode()}"
            made = self._wom(httpx.Request(request.method, url, headers=headers))
            self._answers[key] = (made, made.text)
        return self._answers[key]

    def _of(self, clan: int, text: str) -> str:
        """Return an answer about the first clan as one about another."""
        if not clan or not text:
            return text

        def moved(found: re.Match[str]) -> str:
            number = int(found[2])
            is_group = number == self._world.group_id
            return f"{found[1]}{number + clan * (1 if is_group else self._stride)}"

        return _NAMES.sub(rf"\g<1>\g<2>{clan}", _NUMBERS.sub(moved, text))

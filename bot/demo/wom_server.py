"""The made-up Wise Old Man: answers requests about one world as the real one would.

It sits behind `httpx.MockTransport`; the clock is the caller's, and nothing here waits or sleeps.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import unquote

import httpx

from bot.clan.names import is_valid_name, wom_key
from bot.demo.cast import MadeUpPlayer, from_ms, to_ms
from bot.demo.wom_forms import (
    Form,
    details_form,
    gained_form,
    player_form,
    snapshot_form,
)
from bot.demo.wom_limits import CODE, RateLimiter, WomRefusal, answered, bare
from bot.demo.wom_query import WomRequest, body_of, paged, span_of, whole_id
from bot.demo.wom_records import activity_forms, group_details_form, group_form, name_change_forms
from bot.demo.wom_tracker import Tracker
from bot.demo.world import World

_COOLDOWN_MS, _NAME_LIMIT = 60_000, 12


class MadeUpWom:
    """A handler for `httpx.MockTransport`.

    `requests` are the (method, path) seen so far. `limited` switches the request limit,
    `slow` makes every request time out.
    """

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self.world = world
        self.tracker = Tracker(world)
        self.requests: list[tuple[str, str]] = []
        self.limited = True
        self.slow = False
        self._clock = clock
        self._permission = RateLimiter()
        self._failures: list[WomRefusal] = []
        self._snapshots: dict[int, tuple[int, str]] = {}
        self._routes = [(method, re.compile(path), answer) for method, path, answer in self._map()]

    def fail_with(
        self, status: int, times: int = 1, body: Mapping[str, object] | str | None = None
    ) -> None:
        """Answer the next requests with a status; a text is sent as a page, the rest as JSON."""
        failure = WomRefusal(status, None, "Made up", page=body if isinstance(body, str) else None)
        if isinstance(body, Mapping):
            failure.form = dict(body)
        self._failures += [failure] * times

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append((request.method, request.url.path))
        if self.slow:
            raise httpx.ReadTimeout("the made-up WOM is slow", request=request)
        now_ms = to_ms(self._clock())
        headers: dict[str, str] = {}
        try:
            if self.limited:
                headers = self._permission.enter(request, now_ms)
            if self._failures:
                raise self._failures.pop(0)
            form = self._answer(request, now_ms)
        except WomRefusal as refusal:
            if refusal.page:
                return bare(refusal.status, refusal.page, headers)
            return answered(request, refusal.status, refusal.form, headers | refusal.headers)
        return answered(request, HTTPStatus.OK, form, headers)

    def _map(self) -> list[tuple[str, str, Callable[[WomRequest], object]]]:
        return [
            ("GET", r"/groups", self._groups),
            ("GET", r"/groups/([^/]+)", self._group),
            ("GET", r"/groups/([^/]+)/bulk-hiscores", self._hiscores),
            ("GET", r"/groups/([^/]+)/bulk-gained", self._gained),
            ("GET", r"/groups/([^/]+)/activity", self._activity),
            ("GET", r"/groups/([^/]+)/name-changes", self._name_changes),
            ("GET", r"/groups/([^/]+)/(?:competitions|achievements)", self._nothing),
            ("POST", r"/groups/([^/]+)/update-all", self._update_all),
            ("GET", r"/names", self._names),
            ("GET", r"/players/search", self._search),
            ("GET", r"/players/id/([^/]+)", self._player_by_id),
            ("GET", r"/players/([^/]+)", self._player_by_name),
            ("POST", r"/players/([^/]+)", self._update_player),
        ]

    def _answer(self, request: httpx.Request, now_ms: int) -> object:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v2")
        for method, pattern, answer in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                name = unquote(found[1]) if pattern.groups else ""
                query = dict(request.url.params)
                return answer(WomRequest(name, query, request.content, now_ms))
        raise WomRefusal(HTTPStatus.NOT_FOUND, "ENDPOINT_NOT_FOUND", "Endpoint not found")

    def _groups(self, asked: WomRequest) -> object:
        wanted = asked.query.get("name", "").strip().lower()
        if wanted not in self.world.clan_name.lower():
            return []
        return paged([group_form(self.world, self.tracker, asked.now_ms)], asked.query)

    def _group(self, asked: WomRequest) -> object:
        self._check_group(asked, "UNEXPECTED_ERROR", "Group not found.")
        return group_details_form(self.world, self.tracker, asked.now_ms)

    def _hiscores(self, asked: WomRequest) -> object:
        self._check_group(asked)
        rows = [
            f'{{"player":{_text(player_form(player, self.tracker, asked.now_ms))},'
            f'"data":{self._snapshot(player, updated_ms)}}}'
            for player in self.tracker.shown(asked.now_ms)
            if (updated_ms := self.tracker.updated_ms(player, asked.now_ms)) is not None
        ]
        return f"[{','.join(rows)}]".encode()

    def _gained(self, asked: WomRequest) -> object:
        start_ms, end_ms = span_of(asked)
        self._check_group(asked)
        forms = []
        for player in self.tracker.shown(asked.now_ms):
            updates = self.tracker.updates_ms(player, asked.now_ms)
            inside = [at_ms for at_ms in updates if start_ms <= at_ms <= end_ms]
            if inside:
                ends = (inside[0], inside[-1])
                forms.append(gained_form(player, self.tracker, asked.now_ms, ends))
        return forms

    def _activity(self, asked: WomRequest) -> object:
        self._check_group(asked, "UNEXPECTED_ERROR", "Group not found.")
        return paged(activity_forms(self.world, self.tracker, asked.now_ms), asked.query)

    def _name_changes(self, asked: WomRequest) -> object:
        self._check_group(asked, "UNEXPECTED_ERROR", "Group not found.")
        now = from_ms(asked.now_ms)
        forms = [
            form | {"player": player_form(player, self.tracker, asked.now_ms)}
            for player, form in name_change_forms(self.world, now)
            if player.stay_at(now)
        ]
        return paged(forms, asked.query)

    def _nothing(self, asked: WomRequest) -> object:
        self._check_group(asked)
        return []

    def _update_all(self, asked: WomRequest) -> object:
        code = body_of(asked).get("verificationCode")
        if code is None:
            message = "Required parameter 'verificationCode' is undefined"
            raise WomRefusal.invalid(message, "MISSING_VERIFICATION_CODE")
        self._check_group(asked)
        if not isinstance(code, str) or code.strip().replace("-", "") != CODE.replace("-", ""):
            message = "Incorrect verification code"
            raise WomRefusal(HTTPStatus.FORBIDDEN, "INCORRECT_VERIFICATION_CODE", message)
        count = self.tracker.update_stale(asked.now_ms)
        if not count:
            message = "This group has no outdated members (updated over 24h ago)"
            raise WomRefusal.invalid(message, "NO_OUTDATED_MEMBERS")
        return {
            "count": count,
            "message": f"{count} outdated (updated > 24h ago) players are being updated. "
            "This can take up to a few minutes.",
        }

    def _names(self, asked: WomRequest) -> object:
        wanted = asked.query.get("username", "").lower()
        status = asked.query.get("status", "approved")
        forms = [
            form
            for _, form in name_change_forms(self.world, from_ms(asked.now_ms))
            if form["status"] == status
            and any(wom_key(str(form[name])).startswith(wanted) for name in ("oldName", "newName"))
        ]
        return paged(forms, asked.query)

    def _search(self, asked: WomRequest) -> object:
        wanted = asked.query.get("username", "").lower()
        if not wanted:
            raise WomRefusal.invalid("Parameter 'username' must have a minimum of 1 character(s).")
        found = [
            player_form(player, self.tracker, asked.now_ms)
            for player in self.world.players
            if wom_key(player.name_at(from_ms(asked.now_ms))).startswith(wanted)
        ]
        found.sort(key=lambda form: -float(str(form["ehp"])))
        return paged(found, asked.query)

    def _player_by_id(self, asked: WomRequest) -> object:
        players = {player.player_id: player for player in self.world.players}
        return self._details(players.get(whole_id(asked.name)), asked.now_ms)

    def _player_by_name(self, asked: WomRequest) -> object:
        return self._details(self._named(asked), asked.now_ms)

    def _update_player(self, asked: WomRequest) -> object:
        if not is_valid_name(asked.name):
            long = len(wom_key(asked.name)) > _NAME_LIMIT
            why = "USERNAME_TOO_LONG" if long else "USERNAME_HAS_SPECIAL_CHARACTERS"
            raise WomRefusal(
                HTTPStatus.BAD_REQUEST, "INVALID_USERNAME", "Invalid username", sub=why
            )
        player = self._named(asked)
        if player and player.status_now(from_ms(asked.now_ms)) == "archived":
            raise WomRefusal(HTTPStatus.FORBIDDEN, "PLAYER_IS_ARCHIVED", "Player is archived")
        if not player or not self.tracker.readable(player, asked.now_ms):
            message = "Player not found on the hiscores"
            raise WomRefusal.invalid(message, "HISCORES_USERNAME_NOT_FOUND")
        updated_ms = self.tracker.updated_ms(player, asked.now_ms)
        if updated_ms is not None and asked.now_ms - updated_ms < _COOLDOWN_MS:
            raise WomRefusal.too_soon(_COOLDOWN_MS - (asked.now_ms - updated_ms))
        self.tracker.update(player, asked.now_ms)
        return self._details(player, asked.now_ms)

    def _details(self, player: MadeUpPlayer | None, now_ms: int) -> Form:
        if player is None:
            raise WomRefusal(HTTPStatus.NOT_FOUND, "PLAYER_NOT_FOUND", "Player not found")
        return details_form(player, self.tracker, now_ms)

    def _named(self, asked: WomRequest) -> MadeUpPlayer | None:
        now = from_ms(asked.now_ms)
        players = {wom_key(player.name_at(now)): player for player in self.world.players}
        return players.get(wom_key(asked.name))

    def _check_group(
        self, asked: WomRequest, code: str = "GROUP_NOT_FOUND", message: str = "Group not found"
    ) -> None:
        """Refuse any group but the one; half of the real routes call it by another code."""
        if asked.group_id != self.world.group_id:
            raise WomRefusal(HTTPStatus.NOT_FOUND, code, message)

    def _snapshot(self, player: MadeUpPlayer, at_ms: int) -> str:
        """Return a snapshot's text, which stays the same until the next update."""
        kept = self._snapshots.get(player.player_id)
        if kept is None or kept[0] != at_ms:
            kept = (at_ms, _text(snapshot_form(player, at_ms)))
            self._snapshots[player.player_id] = kept
        return kept[1]


def _text(form: object) -> str:
    return json.dumps(form, separators=(",", ":"))
